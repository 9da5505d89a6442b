//! Sums that do not depend on the order of what is added.

use rust_decimal::Decimal;
use xdm::Number;

const SCALE: u32 = 28;
const ONE: i128 = 10_i128.pow(SCALE);

/// The sum: exact where every number is and the result can be held (28 significant digits), else in f64, added up in
/// the order given. `None` if even that is no number.
pub(super) fn sum(numbers: &[Number]) -> Option<Number> {
    if let Some(exact) = exact(numbers) {
        return Some(Number::Exact(exact));
    }
    let total: f64 = numbers.iter().map(|number| nearest(*number)).sum();
    total.is_finite().then_some(Number::Approximate(total))
}

/// The nearest f64.
pub(super) fn nearest(number: Number) -> f64 {
    match number {
        // By its digits: rust_decimal's own conversion can be off by one in the last place.
        Number::Exact(number) => number.to_string().parse().unwrap_or(f64::NAN),
        Number::Approximate(number) => number,
    }
}

/// Whole parts and fractions add up apart, as integers: a decimal below 2^96 with 28 places leaves room in 128 bits for
/// a thousand million of them. `Decimal` itself would round where digits run out, and so depend on the order.
fn exact(numbers: &[Number]) -> Option<Decimal> {
    let (mut whole, mut fraction) = (0_i128, 0_i128);
    for number in numbers {
        let Number::Exact(number) = number else {
            return None;
        };
        let unit = 10_i128.pow(number.scale());
        whole = whole.checked_add(number.mantissa() / unit)?;
        fraction = fraction.checked_add(number.mantissa() % unit * (ONE / unit))?;
    }
    whole = whole.checked_add(fraction.div_euclid(ONE))?;
    fraction = fraction.rem_euclid(ONE);
    let mut scale = SCALE;
    while scale > 0 && fraction % 10 == 0 {
        fraction /= 10;
        scale -= 1;
    }
    let mantissa = whole.checked_mul(10_i128.pow(scale))?.checked_add(fraction)?;
    let held = significant(mantissa) < 10_u128.pow(28);
    held.then(|| Decimal::try_from_i128_with_scale(mantissa, scale).ok())
        .flatten()
}

/// The digits without the zeros at the end.
fn significant(mantissa: i128) -> u128 {
    let mut digits = mantissa.unsigned_abs();
    while digits != 0 && digits.is_multiple_of(10) {
        digits /= 10;
    }
    digits
}
