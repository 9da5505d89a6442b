//! Whether a text, number, boolean or date is one.

use crate::Number;
use crate::json::{Fault, unquote};
use model::{Scalar, Timestamp};

/// The rule that a value, as sent, breaks as such a scalar: `type` or `format`.
pub(super) fn misfit(sent: &str, scalar: Scalar) -> Result<Option<&'static str>, Fault> {
    let first = sent.as_bytes().first();
    let is_text = first == Some(&b'"');
    let is_number = matches!(first, Some(b'-' | b'0'..=b'9'));
    let fits = match scalar {
        Scalar::String => is_text,
        Scalar::Number => is_number,
        Scalar::Integer => is_number && is_whole(sent),
        Scalar::Boolean => matches!(sent, "true" | "false"),
        Scalar::Date | Scalar::DateTime if is_text => {
            let text = unquote(sent)?;
            let fits = match scalar {
                Scalar::Date => is_day(&text),
                _ => Timestamp::parse(&text).is_some(),
            };
            return Ok((!fits).then_some("format"));
        }
        Scalar::Date | Scalar::DateTime => false,
    };
    Ok((!fits).then_some("type"))
}

fn is_whole(number: &str) -> bool {
    match Number::parse(number) {
        Some(Number::Exact(exact)) => exact.is_integer(),
        Some(Number::Approximate(nearest)) => nearest.fract() == 0.0,
        None => false,
    }
}

/// `2026-01-31`.
fn is_day(text: &str) -> bool {
    text.len() == "2026-01-31".len() && Timestamp::parse(&format!("{text}T00:00:00Z")).is_some()
}
