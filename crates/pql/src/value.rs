//! Values while a program is evaluated: how they are found in the data, and how two of them compare.

mod compare;
pub(crate) mod fold;
mod lookup;
pub mod number;

pub use lookup::Items;

use crate::clock::{Clock, Date, Part};
use compact_str::CompactString;
use model::Timestamp;
use std::rc::Rc;
use xdm::{Number, Value};

/// A value, borrowed where it stands in the data.
#[derive(Clone, Debug)]
pub enum Datum<'v> {
    /// Nothing; also whatever is of the wrong kind.
    Missing,
    /// As it stands in the data. Never null, never an object without a leaf.
    Data(&'v Value),
    /// One of the profile's events.
    Event {
        /// When it happened.
        timestamp: Timestamp,
        /// The entity, an object.
        value: &'v Value,
    },
    /// Whether something holds.
    Boolean(bool),
    /// A computed number.
    Number(Number),
    /// What the calendar shows now.
    Calendar(Part),
    /// A computed text.
    Text(CompactString),
    /// A computed date.
    Date(Date),
    /// A computed list.
    List(Rc<[Datum<'v>]>),
    /// A computed map; keys differ from each other.
    Map(Rc<[(Datum<'v>, Datum<'v>)]>),
}

impl<'v> Datum<'v> {
    /// A value of the data; missing if nothing is in it.
    pub fn of(value: &'v Value) -> Self {
        if lookup::has_leaf(value) {
            Self::Data(value)
        } else {
            Self::Missing
        }
    }

    /// A list of these.
    pub fn list(items: impl IntoIterator<Item = Self>) -> Self {
        Self::List(items.into_iter().collect())
    }

    /// How many.
    pub fn count(items: usize) -> Self {
        Self::Number(Number::Exact(items.into()))
    }

    /// What it is for a condition: a boolean that is true, or a list with something in it.
    pub fn holds(&self) -> bool {
        match self {
            Self::Boolean(holds) | Self::Data(Value::Bool(holds)) => *holds,
            list => list.items().is_some_and(|mut items| items.next().is_some()),
        }
    }

    /// Whether there is anything.
    pub fn is_present(&self) -> bool {
        !matches!(self, Self::Missing)
    }

    /// The text, if it is one.
    pub fn text(&self) -> Option<&str> {
        match self {
            Self::Data(Value::String(text)) | Self::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The boolean, if it is one.
    pub fn boolean(&self) -> Option<bool> {
        match self {
            Self::Boolean(value) | Self::Data(Value::Bool(value)) => Some(*value),
            _ => None,
        }
    }

    /// The number, if it is one. What the calendar shows is looked at, and noted.
    pub fn number(&self, clock: &Clock<'_>) -> Option<Number> {
        match self {
            Self::Data(Value::Number(number)) | Self::Number(number) => Some(*number),
            Self::Calendar(part) => Some(clock.part(*part, Date::Now)),
            _ => None,
        }
    }

    /// The date, if it is one or a text that reads as one.
    pub fn date(&self) -> Option<Date> {
        match self {
            Self::Date(date) => Some(*date),
            text => Date::parse(text.text()?),
        }
    }
}

impl From<bool> for Datum<'_> {
    fn from(holds: bool) -> Self {
        Self::Boolean(holds)
    }
}

impl From<Option<Number>> for Datum<'_> {
    fn from(number: Option<Number>) -> Self {
        number.map_or(Self::Missing, Self::Number)
    }
}
