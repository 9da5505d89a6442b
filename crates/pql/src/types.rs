//! What is known of a value before there is data: its kind, and as far as schemas tell what is in it.

mod known;

pub(crate) use known::{Fields, Known};

/// A kind of value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Type {
    /// A text.
    Text,
    /// A number.
    Number,
    /// Whether something holds.
    Boolean,
    /// An instant or a day.
    Date,
    /// A list of items of which nothing is known.
    List,
    /// A list of events.
    Events,
    /// One event.
    Event,
    /// Values by key.
    Map,
    /// Whatever the data holds.
    Unknown,
}

impl Type {
    /// Whether a value of this type may also be one of the other.
    pub(crate) fn meets(self, other: Self) -> bool {
        let lists = [Self::List, Self::Events];
        let maps = [Self::Map, Self::Event];
        // A date stands in the data as a text.
        let dates = [Self::Date, Self::Text];
        let both = |kinds: [Self; 2]| kinds.contains(&self) && kinds.contains(&other);
        let known = self != Self::Unknown && other != Self::Unknown;
        !known || self == other || both(lists) || both(maps) || both(dates)
    }

    /// Whether it can be a condition.
    pub(crate) fn can_hold(self) -> bool {
        matches!(self, Self::Boolean | Self::List | Self::Events | Self::Unknown)
    }

    pub(crate) fn has_no_order(self) -> bool {
        matches!(
            self,
            Self::Boolean | Self::List | Self::Events | Self::Event | Self::Map
        )
    }

    pub(crate) fn described(self) -> &'static str {
        match self {
            Self::Text => "a text",
            Self::Number => "a number",
            Self::Boolean => "true or false",
            Self::Date => "a date",
            Self::List => "a list",
            Self::Events => "a list of events",
            Self::Event => "an event",
            Self::Map => "a map",
            Self::Unknown => "a value",
        }
    }
}
