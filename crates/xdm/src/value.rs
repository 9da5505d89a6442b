//! A JSON value as predicates see it.

use rust_decimal::Decimal;
use serde::de::Error as _;
use serde_json::value::RawValue;
use std::collections::BTreeMap;

/// A JSON value whose numbers are exact decimals.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// `null`
    Null,
    /// `true` or `false`
    Bool(bool),
    /// A number.
    Number(Number),
    /// A text.
    String(String),
    /// A list.
    Array(Vec<Value>),
    /// An object, keys in byte order.
    Object(BTreeMap<String, Value>),
}

/// A number: exact up to 28 significant digits, else the nearest f64.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Number {
    /// As written.
    Exact(Decimal),
    /// Too long or too large to hold exactly.
    Approximate(f64),
}

impl Value {
    /// Parses JSON text. The error is serde_json's, with line and column.
    pub fn parse(json: &str) -> Result<Self, serde_json::Error> {
        // Level by level over raw slices: serde_json by itself would round numbers to f64.
        let raw: &RawValue = serde_json::from_str(json)?;
        Self::from_raw(raw)
    }

    fn from_raw(raw: &RawValue) -> Result<Self, serde_json::Error> {
        let text = raw.get();
        Ok(match text.as_bytes().first() {
            Some(b'{') => {
                let members: BTreeMap<String, &RawValue> = serde_json::from_str(text)?;
                let values = members
                    .into_iter()
                    .map(|(key, value)| Ok((key, Self::from_raw(value)?)));
                Self::Object(values.collect::<Result<_, serde_json::Error>>()?)
            }
            Some(b'[') => {
                let items: Vec<&RawValue> = serde_json::from_str(text)?;
                Self::Array(items.into_iter().map(Self::from_raw).collect::<Result<_, _>>()?)
            }
            Some(b'"') => Self::String(serde_json::from_str(text)?),
            Some(b't') => Self::Bool(true),
            Some(b'f') => Self::Bool(false),
            Some(b'n') => Self::Null,
            _ => Self::Number(
                Number::parse(text).ok_or_else(|| serde_json::Error::custom("number out of range"))?,
            ),
        })
    }

    /// The value at `keys` below this one; `None` if a step is missing, not an object, or the value is null.
    pub fn get<K: AsRef<str>>(&self, keys: &[K]) -> Option<&Self> {
        let found = keys.iter().try_fold(self, |at, key| match at {
            Self::Object(members) => members.get(key.as_ref()),
            _ => None,
        })?;
        (*found != Self::Null).then_some(found)
    }
}

impl Number {
    /// Reads a JSON number.
    pub fn parse(text: &str) -> Option<Self> {
        let digits = text
            .bytes()
            .take_while(|b| !matches!(b, b'e' | b'E'))
            .filter(u8::is_ascii_digit)
            .count();
        let exact = match text.contains(['e', 'E']) {
            _ if digits > 28 => None,
            true => Decimal::from_scientific(text).ok(),
            false => Decimal::from_str_exact(text).ok(),
        };
        exact
            .map(Self::Exact)
            .or_else(|| text.parse().ok().map(Self::Approximate))
    }
}
