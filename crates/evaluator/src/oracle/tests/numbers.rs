//! Numbers: exact as long as 28 digits hold them.

use super::{Person, event};
use pql::value::number::{nearest, sum};
use proptest::prelude::*;
use rust_decimal::Decimal;
use xdm::Number;

fn number(text: &str) -> Number {
    Number::parse(text).expect("a number")
}

#[test]
fn a_tenth_and_two_tenths_are_three_tenths() {
    let person = Person {
        events: vec![event(-2, r#"{"n": 0.1}"#), event(-1, r#"{"n": 0.2}"#)],
        ..Person::with_attributes(r#"{"a": 0.3, "b": 3e-1, "l": [0.1, 0.2]}"#)
    };
    person.check(&[
        ("xEvent.sum(n) = 0.3", true),
        ("xEvent.sum(n) = a and a = b and l.sum() = 0.30", true),
        ("xEvent.sum(n) > 0.3 or xEvent.sum(n) < 0.3", false),
        ("xEvent.sum(n) != 0.3000000000000000000000000001", true),
    ]);
}

#[test]
fn numbers_compare_by_value() {
    let person = Person::with_attributes(
        r#"{"long": 1234567890123456789012345678, "longer": 12345678901234567890123456789012, "tiny": 1e-28, "huge": 1e300}"#,
    );
    person.check(&[
        ("long = 1234567890123456789012345678.0", true),
        ("long < 1234567890123456789012345679", true),
        ("longer > long and longer < huge", true),
        // Beyond 28 digits the nearest f64 is what there is.
        ("longer = 12345678901234567890123456789013", true),
        ("tiny > 0 and tiny > 1e-29 and tiny < 1", true),
        ("huge = 1e300 and huge != 1e299", true),
    ]);
}

#[test]
fn sums_are_exact_up_to_28_digits() {
    for (numbers, expected) in [
        (&["0.1", "0.2", "-0.3"][..], "0"),
        (&["1e27", "0.1", "-1e27"], "0.1"),
        (
            &["7e28", "0.0000000000000000000000000001", "-7e28"],
            "0.0000000000000000000000000001",
        ),
        (
            &["9999999999999999999999999999", "1"],
            "10000000000000000000000000000",
        ),
        (&["-0.5", "-0.5"], "-1"),
        (&["-1.25", "0.5"], "-0.75"),
        (&[], "0"),
        // 29 digits are one too many.
        (&["1e28", "1"], "10000000000000000000000000001"),
        (&["9e27", "0.01"], "9000000000000000000000000000.01"),
        (&["1e300", "1"], "1e300"),
        (&["1e300", "1", "-1e300"], "0e-400"),
    ] {
        let numbers: Vec<Number> = numbers.iter().map(|text| number(text)).collect();
        let (found, expected) = (sum(&numbers).expect("a sum"), number(expected));
        match (found, expected) {
            (Number::Exact(found), Number::Exact(expected)) => assert_eq!(found, expected),
            (Number::Approximate(found), expected) => {
                let expected = nearest(expected);
                assert!(
                    (found - expected).abs() <= expected.abs() * 1e-15,
                    "{found} {expected}"
                );
            }
            (found, expected) => panic!("{found:?} {expected:?}"),
        }
    }
    assert_eq!(
        sum(&[number("1e308"), number("1e308")]),
        None,
        "beyond f64 there is no number"
    );
    // In order: another order gives another rounding.
    let rounded = |texts: [&str; 3]| sum(&texts.map(number)).expect("a sum");
    assert_eq!(rounded(["1e30", "-1e30", "1"]), Number::Approximate(1.0));
    assert_eq!(rounded(["1e30", "1", "-1e30"]), Number::Approximate(0.0));
}

/// Decimals of all sizes that are held exactly.
fn decimal() -> impl Strategy<Value = Decimal> {
    let digits = -9_999_999_999_999_999_999_999_999_999_i128..=9_999_999_999_999_999_999_999_999_999;
    let short = -99_999_i128..=99_999;
    (prop_oneof![short, digits], 0..=28_u32)
        .prop_map(|(mantissa, scale)| Decimal::from_i128_with_scale(mantissa, scale))
}

proptest! {
    #[test]
    fn exact_sums_do_not_depend_on_the_order(
        numbers in prop::collection::vec(decimal(), 0..20),
        shuffled in any::<prop::sample::Index>(),
    ) {
        let exact = |numbers: &[Decimal]| {
            let numbers: Vec<Number> = numbers.iter().copied().map(Number::Exact).collect();
            match sum(&numbers) {
                Some(Number::Exact(sum)) => Some(sum),
                _ => None,
            }
        };
        let mut other = numbers.clone();
        other.rotate_left(shuffled.index(numbers.len().max(1)));
        other.reverse();
        prop_assert_eq!(exact(&numbers), exact(&other));
        // What arrives and leaves again has left no trace.
        let mut there_and_back = numbers.clone();
        there_and_back.extend(numbers.iter().map(|number| -*number));
        prop_assert_eq!(exact(&there_and_back), Some(Decimal::ZERO));
    }

    #[test]
    fn exact_sums_are_those_of_integers(numbers in prop::collection::vec((-(1_i64 << 50)..1 << 50, 0..=9_u32), 0..50)) {
        let scaled: i128 = numbers.iter().map(|(n, scale)| i128::from(*n) * 10_i128.pow(9 - scale)).sum();
        let expected = Decimal::from_i128_with_scale(scaled, 9);
        let numbers: Vec<Number> =
            numbers.iter().map(|(n, scale)| Number::Exact(Decimal::new(*n, *scale))).collect();
        prop_assert_eq!(sum(&numbers), Some(Number::Exact(expected)));
    }
}
