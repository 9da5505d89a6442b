//! How values are found: by paths, and item by item.

use super::Datum;
use crate::clock::Date;
use std::slice;
use xdm::Value;

impl<'v> Datum<'v> {
    /// What stands at `keys` below this value.
    ///
    /// Through a list it is what the items have there, those left out that have nothing; through a list in a list, all
    /// of them in one list.
    pub fn at(&self, keys: &[String]) -> Self {
        match (self, keys.split_first()) {
            (_, None) => self.clone(),
            (Self::Event { timestamp, .. }, Some((key, []))) if key == "timestamp" => {
                Self::Date(Date::Instant(*timestamp))
            }
            (Self::Data(value) | Self::Event { value, .. }, _) => descend(value, keys),
            (Self::List(items), _) => gather(items.iter().map(|item| item.at(keys))),
            (Self::Map(entries), Some((key, rest))) => {
                let found = entries.iter().find(|(known, _)| known.text() == Some(key));
                found.map_or(Self::Missing, |(_, value)| value.at(rest))
            }
            _ => Self::Missing,
        }
    }

    /// The items, if this is a list. One that is null is a missing value.
    pub fn items(&self) -> Option<Items<'_, 'v>> {
        match self {
            Self::Data(Value::Array(items)) => Some(Items::Data(items.iter())),
            Self::List(items) => Some(Items::List(items.iter())),
            _ => None,
        }
    }
}

/// The items of a list.
#[derive(Clone, Debug)]
pub enum Items<'d, 'v> {
    /// As they stand in the data.
    Data(slice::Iter<'v, Value>),
    /// Computed ones.
    List(slice::Iter<'d, Datum<'v>>),
}

impl<'v> Iterator for Items<'_, 'v> {
    type Item = Datum<'v>;

    fn next(&mut self) -> Option<Datum<'v>> {
        match self {
            Self::Data(items) => items.next().map(Datum::of),
            Self::List(items) => items.next().cloned(),
        }
    }
}

fn descend<'v>(value: &'v Value, keys: &[String]) -> Datum<'v> {
    let mut at = value;
    for (depth, key) in keys.iter().enumerate() {
        match at {
            Value::Object(members) => match members.get(key.as_str()) {
                Some(member) => at = member,
                None => return Datum::Missing,
            },
            Value::Array(items) => return gather(items.iter().map(|item| descend(item, &keys[depth..]))),
            _ => return Datum::Missing,
        }
    }
    Datum::of(at)
}

fn gather<'v>(found: impl Iterator<Item = Datum<'v>>) -> Datum<'v> {
    let mut gathered = Vec::new();
    for found in found {
        match found {
            Datum::Missing => {}
            // What an item has there was itself gathered from a list in it.
            Datum::List(items) => gathered.extend(items.iter().cloned()),
            found => gathered.push(found),
        }
    }
    Datum::List(gathered.into())
}

/// Whether there is anything: null is nothing, and so is an object in which there is nothing. A list is something.
pub(super) fn has_leaf(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::Object(members) => members.values().any(has_leaf),
        _ => true,
    }
}
