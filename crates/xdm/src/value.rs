//! A JSON value as predicates see it.

use crate::Number;
use crate::json::{Fault, Json, Reader};
use compact_str::CompactString;
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
        let mut reader = Json::parse(json)?.reader();
        Self::read(&mut reader).map_err(serde_json::Error::custom)
    }

    /// An object; of a repeated key the last member counts.
    pub(crate) fn object(members: impl IntoIterator<Item = (CompactString, Self)>) -> Self {
        let mut members = members.into_iter().collect::<Object>().into_tuple_vec();
        members.shrink_to_fit();
        Self::Object(LiteMap::from_sorted_store_unchecked(members))
    }

    // Over the raw text in one pass: serde_json by itself would round numbers to f64.
    fn read(reader: &mut Reader<'_>) -> Result<Self, Fault> {
        match reader.peek() {
            b'{' => {
                reader.enter()?;
                let mut members = Vec::new();
                while reader.more() {
                    let key = CompactString::from(reader.key()?);
                    members.push((key, Self::read(reader)?));
                }
                Ok(Self::object(members))
            }
            b'[' => {
                reader.enter()?;
                let mut items = Vec::new();
                while reader.more() {
                    items.push(Self::read(reader)?);
                }
                Ok(Self::Array(items))
            }
            b'"' => reader.string().map(|text| Self::String(text.into())),
            _ => match reader.scalar()? {
                "null" => Ok(Self::Null),
                "true" => Ok(Self::Bool(true)),
                "false" => Ok(Self::Bool(false)),
                number => match Number::parse(number) {
                    Some(number) => Ok(Self::Number(number)),
                    None => Err(Fault::Number(number.to_owned())),
                },
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
