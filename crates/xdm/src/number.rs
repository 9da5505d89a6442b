//! A number as predicates see it.

use rust_decimal::Decimal;

/// A number: exact up to 28 significant digits, else the nearest f64 (pql.md, "Numbers").
///
/// Which of the two a number is depends on its value alone, never on its spelling: `1e2`, `100` and `100.0` are
/// the same.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Number {
    /// As written.
    Exact(Decimal),
    /// Too long, too large or too small to hold exactly; always finite.
    Approximate(f64),
}

/// The digits, and the powers of ten, that a [`Decimal`] holds for certain.
const EXACT_DIGITS: u32 = 28;

impl Number {
    /// Reads a number in JSON's grammar. `None` for a number beyond f64, such as `1E400`, and for what is no
    /// number at all.
    pub fn parse(text: &str) -> Option<Self> {
        // Rust's own grammar is wider than JSON's: it also takes words and a plus.
        let first = text.bytes().find(|byte| *byte != b'-')?;
        let nearest: f64 = text.parse().ok().filter(|_| first.is_ascii_digit())?;
        let number = exact(text).map_or(Self::Approximate(nearest), Self::Exact);
        nearest.is_finite().then_some(number)
    }
}

/// A numeral as an integer times a power of ten, if both are small enough. Zeros at either end do not count.
fn exact(numeral: &str) -> Option<Decimal> {
    let (mantissa, exponent) = match numeral.find(['e', 'E']) {
        Some(at) => (&numeral[..at], numeral[at + 1..].parse::<i32>().ok()),
        None => (numeral, Some(0)),
    };
    let (mut integer, mut digits, mut decimals, mut in_decimals) = (0_i128, 0, 0_i32, false);
    // Zeros behind a digit, which count once another digit follows.
    let mut zeros = 0;
    for byte in mantissa.bytes() {
        in_decimals |= byte == b'.';
        let Some(digit) = byte.is_ascii_digit().then(|| byte - b'0') else {
            continue;
        };
        decimals += i32::from(in_decimals);
        if digit == 0 {
            zeros += u32::from(integer != 0);
            continue;
        }
        digits += zeros + 1;
        if digits > EXACT_DIGITS {
            return None;
        }
        integer = integer * 10_i128.pow(zeros + 1) + i128::from(digit);
        zeros = 0;
    }
    if integer == 0 {
        return Some(Decimal::ZERO);
    }
    if mantissa.starts_with('-') {
        integer = -integer;
    }
    let power = exponent?.checked_sub(decimals)?.checked_add_unsigned(zeros)?;
    let scale = power.unsigned_abs();
    match power {
        _ if scale > EXACT_DIGITS => None,
        0.. => Decimal::try_from_i128_with_scale(integer.checked_mul(10_i128.pow(scale))?, 0).ok(),
        _ => Decimal::try_from_i128_with_scale(integer, scale).ok(),
    }
}

#[cfg(test)]
mod tests;
