//! A JSON value as predicates see it.

mod glance;

use crate::Number;
use crate::json::{Document, Fault, Json, Nodes, plain, sorted};
use compact_str::CompactString;
pub use glance::Glance;
use litemap::LiteMap;
use serde::de::Error as _;

/// The members of an object, keys in byte order, in one block of memory.
pub type Object = LiteMap<CompactString, Value>;

/// A JSON value whose numbers are exact decimals.
///
/// It is laid out for reading: predicates look at thousands of events of a profile, so members stand side by side and
/// short texts stand in place.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// `null`
    Null,
    /// `true` or `false`
    Bool(bool),
    /// A number.
    Number(Number),
    /// A text.
    String(CompactString),
    /// A list.
    Array(Vec<Value>),
    /// An object, keys in byte order.
    Object(Object),
}

impl Value {
    /// Parses JSON text. Of a repeated key the last member counts.
    ///
    /// The error is that of `serde_json`, with line and column; also for a number beyond f64 such as `1E400`, for half of
    /// a surrogate pair, and for more than [`crate::MAX_DEPTH`] levels (these without line and column).
    pub fn parse(json: &str) -> Result<Self, serde_json::Error> {
        // A leaf is mostly one plain scalar.
        if plain::scalar(json.as_bytes(), 0) == Some(json.len())
            && let Some(scalar) = Self::scalar(json)
        {
            return Ok(scalar);
        }
        let mut nodes = Nodes::default();
        let document = Document::parse(json, &mut nodes)?;
        Self::read(document.root()).map_err(serde_json::Error::custom)
    }

    /// What a plain scalar says; `None` for a number beyond f64.
    fn scalar(json: &str) -> Option<Self> {
        match json.as_bytes().first()? {
            b'"' => Some(Self::String(json[1..json.len() - 1].into())),
            b't' => Some(Self::Bool(true)),
            b'f' => Some(Self::Bool(false)),
            b'n' => Some(Self::Null),
            _ => Number::parse(json).map(Self::Number),
        }
    }

    /// An object; of a repeated key the last member counts.
    pub(crate) fn object(members: Vec<(CompactString, Self)>) -> Self {
        Self::Object(sorted(members))
    }

    // From the raw text: serde_json by itself would round numbers to f64.
    fn read(json: Json<'_>) -> Result<Self, Fault> {
        match json.first() {
            b'{' => {
                let mut members = Vec::with_capacity(json.count());
                for (key, value) in json.entries()? {
                    members.push((key.unquoted()?.into(), Self::read(value)?));
                }
                Ok(Self::object(members))
            }
            b'[' => {
                let mut items = Vec::with_capacity(json.count());
                for item in json.below()? {
                    items.push(Self::read(item)?);
                }
                Ok(Self::Array(items))
            }
            b'"' => json.unquoted().map(|text| Self::String(text.into())),
            b'n' => Ok(Self::Null),
            b't' => Ok(Self::Bool(true)),
            b'f' => Ok(Self::Bool(false)),
            _ => match Number::parse(json.text()) {
                Some(number) => Ok(Self::Number(number)),
                None => Err(Fault::Number(json.text().to_owned())),
            },
        }
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

#[cfg(test)]
mod tests;
