//! Literals as they are written, in PQL as in JSON.

use std::fmt::{self, Display, Formatter, Write};
use xdm::{Number, Value};

/// A literal as it is written.
pub(crate) struct Literal<'a>(pub(crate) &'a Value);

impl Display for Literal<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self.0 {
            Value::Bool(value) => write!(f, "{value}"),
            Value::String(text) => write!(f, "{}", Text(text)),
            Value::Number(known) => f.write_str(&number(*known)),
            Value::Array(items) => {
                f.write_char('[')?;
                for (at, item) in items.iter().enumerate() {
                    let comma = if at > 0 { ", " } else { "" };
                    write!(f, "{comma}{}", Literal(item))?;
                }
                f.write_char(']')
            }
            Value::Null | Value::Object(_) => {
                debug_assert!(false, "no literal");
                f.write_str("null")
            }
        }
    }
}

/// A number as it is written, in PQL as in JSON.
pub(crate) fn number(number: Number) -> String {
    match number {
        Number::Exact(number) => number.to_string(),
        // So many digits that they are not held exactly when they are read again.
        Number::Approximate(number) => inexact(number),
    }
}

fn inexact(number: f64) -> String {
    let shortest = format!("{number:e}");
    match Number::parse(&shortest) {
        Some(Number::Approximate(_)) => shortest,
        _ if number == 0.0 => format!("{}1e-400", if number.is_sign_negative() { "-" } else { "" }),
        _ => format!("{number:.60}1"),
    }
}

/// A text in quotes.
pub(crate) struct Text<'a>(pub(crate) &'a str);

impl Display for Text<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_char('"')?;
        for c in self.0.chars() {
            match c {
                '"' => f.write_str("\\\"")?,
                '\\' => f.write_str("\\\\")?,
                '\n' => f.write_str("\\n")?,
                '\t' => f.write_str("\\t")?,
                c if c.is_control() => write!(f, "\\u{:04x}", u32::from(c))?,
                c => f.write_char(c)?,
            }
        }
        f.write_char('"')
    }
}
