//! Arithmetic: exact wherever the result can be held, and then in whatever order.

use rust_decimal::Decimal;
use std::cmp::Ordering;
use xdm::Number;

const SCALE: u32 = 28;
const ONE: i128 = 10_i128.pow(SCALE);

/// The sum: exact where every number is and the result can be held (28 significant digits), else in f64, added up in
/// the order given. `None` if even that is no number.
pub fn sum(numbers: &[Number]) -> Option<Number> {
    if let Some(exact) = exact(numbers) {
        return Some(Number::Exact(exact));
    }
    let total: f64 = numbers.iter().map(|number| nearest(*number)).sum();
    total.is_finite().then_some(Number::Approximate(total))
}

/// The nearest f64.
pub fn nearest(number: Number) -> f64 {
    match number {
        // By its digits: rust_decimal's own conversion can be off by one in the last place.
        Number::Exact(number) => number.to_string().parse().unwrap_or(f64::NAN),
        Number::Approximate(number) => number,
    }
}

/// Their order: exact where both are; else both as f64.
pub fn order(one: Number, other: Number) -> Option<Ordering> {
    match (one, other) {
        (Number::Exact(one), Number::Exact(other)) => Some(one.cmp(&other)),
        _ => nearest(one).partial_cmp(&nearest(other)),
    }
}

/// The number with the other sign.
pub fn negative(number: Number) -> Number {
    match number {
        Number::Exact(number) if number.is_zero() => Number::Exact(number),
        Number::Exact(number) => Number::Exact(-number),
        Number::Approximate(number) => Number::Approximate(-number),
    }
}

/// The product; `None` beyond f64.
pub fn product(one: Number, other: Number) -> Option<Number> {
    exact_product(one, other).or_else(|| finite(nearest(one) * nearest(other)))
}

/// The quotient, never rounded to a whole number: exact if its digits end within 28. `None` for a division by 0.
pub fn quotient(one: Number, other: Number) -> Option<Number> {
    if nearest(other) == 0.0 {
        return None;
    }
    if let (Number::Exact(whole), Number::Exact(part)) = (one, other)
        && let Some(quotient) = whole
            .checked_div(part)
            .map(|quotient| Number::Exact(quotient.normalize()))
        && is_held(quotient)
        && exact_product(quotient, other) == Some(one)
    {
        return Some(quotient);
    }
    finite(nearest(one) / nearest(other))
}

/// What a division to a whole number leaves, with the sign of the dividend. `None` for a division by 0.
pub fn remainder(one: Number, other: Number) -> Option<Number> {
    match (one, other) {
        (Number::Exact(one), Number::Exact(other)) => {
            one.checked_rem(other).map(|rest| Number::Exact(rest.normalize()))
        }
        _ => finite(nearest(one) % nearest(other)),
    }
}

fn finite(number: f64) -> Option<Number> {
    number.is_finite().then_some(Number::Approximate(number))
}

fn exact_product(one: Number, other: Number) -> Option<Number> {
    let (Number::Exact(one), Number::Exact(other)) = (one, other) else {
        return None;
    };
    let (one, other) = (one.normalize(), other.normalize());
    let mut mantissa = one.mantissa().checked_mul(other.mantissa())?;
    let mut scale = one.scale() + other.scale();
    while scale > 0 && mantissa % 10 == 0 {
        mantissa /= 10;
        scale -= 1;
    }
    let product = Decimal::try_from_i128_with_scale(mantissa, scale)
        .ok()
        .map(Number::Exact)?;
    is_held(product).then_some(product)
}

/// Whether a number has no more digits than are held for certain.
fn is_held(number: Number) -> bool {
    matches!(number, Number::Exact(number) if significant(number.mantissa()) < 10_u128.pow(SCALE))
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
