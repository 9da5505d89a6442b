//! Values in the data: how they are found, and how two of them compare.

use super::sum::nearest;
use super::time::date;
use model::Timestamp;
use std::cmp::Ordering;
use xdm::{Number, Value};

/// A value, borrowed where it stands.
#[derive(Debug)]
pub(super) enum Operand<'v> {
    Missing,
    /// Never null, never an object without a leaf.
    One(&'v Value),
    /// What the items of a list have at a path.
    Gathered(Vec<&'v Value>),
    /// A computed number.
    Number(Number),
}

/// The items of a list: of one that stands in the data, or gathered from several places.
pub(super) struct Items<'o, 'v> {
    standing: &'v [Value],
    gathered: &'o [&'v Value],
}

impl<'v> Items<'_, 'v> {
    pub(super) fn iter(&self) -> impl Iterator<Item = &'v Value> {
        self.standing.iter().chain(self.gathered.iter().copied())
    }
}

/// What stands at `keys` below `value`.
///
/// Through a list it is what the items have there, those left out that have nothing; through a list in a list, all of
/// them in one list.
pub(super) fn lookup<'v>(value: &'v Value, keys: &[String]) -> Operand<'v> {
    let mut at = value;
    for (depth, key) in keys.iter().enumerate() {
        match at {
            Value::Object(members) => match members.get(key.as_str()) {
                Some(member) => at = member,
                None => return Operand::Missing,
            },
            Value::Array(items) => return gather(items, &keys[depth..]),
            _ => return Operand::Missing,
        }
    }
    if has_leaf(at) {
        Operand::One(at)
    } else {
        Operand::Missing
    }
}

fn gather<'v>(items: &'v [Value], keys: &[String]) -> Operand<'v> {
    let mut gathered = Vec::new();
    for item in items {
        match lookup(item, keys) {
            Operand::One(value) => gathered.push(value),
            Operand::Gathered(values) => gathered.extend(values),
            Operand::Missing | Operand::Number(_) => {}
        }
    }
    Operand::Gathered(gathered)
}

/// Whether there is anything: null is nothing, and so is an object in which there is nothing. A list is something.
fn has_leaf(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::Object(members) => members.values().any(has_leaf),
        _ => true,
    }
}

impl<'v> Operand<'v> {
    pub(super) fn is_present(&self) -> bool {
        !matches!(self, Self::Missing)
    }

    pub(super) fn text(&self) -> Option<&'v str> {
        match self {
            Self::One(Value::String(text)) => Some(text),
            _ => None,
        }
    }

    pub(super) fn number(&self) -> Option<Number> {
        match self {
            Self::One(Value::Number(number)) | Self::Number(number) => Some(*number),
            _ => None,
        }
    }

    pub(super) fn date(&self) -> Option<Timestamp> {
        self.text().and_then(date)
    }

    /// The items, if this is a list.
    pub(super) fn items(&self) -> Option<Items<'_, 'v>> {
        match self {
            Self::One(Value::Array(items)) => Some(Items {
                standing: items,
                gathered: &[],
            }),
            Self::Gathered(items) => Some(Items {
                standing: &[],
                gathered: items,
            }),
            _ => None,
        }
    }

    /// Whether both are equal; `None` if one is missing, or they are of different kinds, or objects.
    ///
    /// Lists are equal if they are as long as each other and equal item by item, and else they differ.
    pub(super) fn equals(&self, other: &Operand<'_>) -> Option<bool> {
        if let (Some(one), Some(other)) = (self.number(), other.number()) {
            return order_numbers(one, other).map(Ordering::is_eq);
        }
        if let (Some(one), Some(other)) = (self.items(), other.items()) {
            let same = |one, other| Operand::One(one).equals(&Operand::One(other)) == Some(true);
            let mut others = other.iter();
            let begins = one
                .iter()
                .all(|item| others.next().is_some_and(|other| same(item, other)));
            return Some(begins && others.next().is_none());
        }
        match (self, other) {
            (Self::One(Value::String(one)), Operand::One(Value::String(other))) => Some(one == other),
            (Self::One(Value::Bool(one)), Operand::One(Value::Bool(other))) => Some(one == other),
            _ => None,
        }
    }

    /// The order of two numbers or two texts, these by code point; `None` for anything else.
    pub(super) fn order(&self, other: &Operand<'_>) -> Option<Ordering> {
        match (self.number(), other.number()) {
            (Some(one), Some(other)) => order_numbers(one, other),
            _ => Some(self.text()?.cmp(other.text()?)),
        }
    }
}

/// Exact where both are; else both as f64.
fn order_numbers(one: Number, other: Number) -> Option<Ordering> {
    match (one, other) {
        (Number::Exact(one), Number::Exact(other)) => Some(one.cmp(&other)),
        _ => nearest(one).partial_cmp(&nearest(other)),
    }
}
