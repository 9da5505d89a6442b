use super::Number;
use proptest::prelude::*;
use rust_decimal::Decimal;

fn exact(text: &str) -> Option<String> {
    match Number::parse(text) {
        Some(Number::Exact(decimal)) => Some(decimal.normalize().to_string()),
        _ => None,
    }
}

#[test]
fn up_to_28_significant_digits_are_exact() {
    for (text, decimal) in [
        ("0", "0"),
        ("-0.000", "0"),
        ("0e99999999999", "0"),
        ("1.10", "1.1"),
        ("-12.5", "-12.5"),
        ("1E5", "100000"),
        ("1.5e+3", "1500"),
        ("15e-1", "1.5"),
        ("1e28", "10000000000000000000000000000"),
        ("10000000000000000000000000000", "10000000000000000000000000000"),
        ("0.0000000000000000000000000001", "0.0000000000000000000000000001"),
        ("1234567890123456789012345678", "1234567890123456789012345678"),
        ("1.234567890123456789012345678", "1.234567890123456789012345678"),
        (
            "1.2345678901234567890123456780000",
            "1.234567890123456789012345678",
        ),
    ] {
        assert_eq!(exact(text).as_deref(), Some(decimal), "{text}");
    }
}

#[test]
fn beyond_that_the_nearest_float() {
    for (text, float) in [
        (
            "12345678901234567890123456789",
            12_345_678_901_234_567_890_123_456_789.0,
        ),
        ("1e29", 1e29),
        ("100000000000000000000000000000", 1e29),
        ("9e28", 9e28),
        ("1e-29", 1e-29),
        ("1e300", 1e300),
        ("1E-400", 0.0),
        ("1e-99999999999", 0.0),
    ] {
        assert_eq!(Number::parse(text), Some(Number::Approximate(float)), "{text}");
    }
}

#[test]
fn beyond_floats_there_is_nothing() {
    for text in ["1E400", "-1e309", "1e99999999999", &"9".repeat(400)] {
        assert_eq!(Number::parse(text), None, "{text}");
    }
}

#[test]
fn words_are_no_numbers() {
    for text in [
        "", "-", ".", "-.", "e5", "+1", "nan", "-inf", "infinity", "1e", "1e5x", "1 ", "--1", "0x1",
    ] {
        assert_eq!(Number::parse(text), None, "{text:?}");
    }
}

proptest! {
    #[test]
    fn spelling_does_not_matter(mantissa in -999_999_999_i64..=999_999_999, power in -18_i32..=18, zeros in 0_usize..8) {
        let shifted = format!("{mantissa}{}e{}", "0".repeat(zeros), power - zeros as i32);
        let decimals = format!("{mantissa}.{}e{power}", "0".repeat(zeros + 1));
        let expected = if power < 0 {
            Decimal::from_i128_with_scale(mantissa.into(), power.unsigned_abs())
        } else {
            Decimal::from(mantissa) * Decimal::from(10_i64.pow(power.unsigned_abs()))
        };
        for text in [format!("{mantissa}e{power}"), shifted, decimals, expected.to_string()] {
            prop_assert_eq!(Number::parse(&text), Some(Number::Exact(expected)), "{}", text);
        }
    }
}
