//! What is known of a value before there is data.

use crate::program::{Expression, Field, Root};
use model::Path;
use xdm::Value;

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
    /// What stands at a path of the data.
    ///
    /// Here the schemas will have their say: for [`Root::Profile`] the union schema of the profile, for an item that
    /// is an event that of the events. Without schemas nothing is known but the time of an event.
    pub(crate) fn at(root: Root, item: Self, path: &Path) -> Self {
        match (root, path.keys()) {
            (Root::Item(_), []) => item,
            (Root::Item(_), [key]) if item == Self::Event && key == "timestamp" => Self::Date,
            (Root::Identities, []) => Self::Map,
            _ => Self::Unknown,
        }
    }

    /// What an expression gives, where `items` are the types of the items in scope, the innermost last.
    pub(crate) fn of(expression: &Expression, items: &mut Vec<Self>) -> Self {
        match expression {
            Expression::Literal(value) => match value {
                Value::String(_) => Self::Text,
                Value::Number(_) => Self::Number,
                Value::Bool(_) => Self::Boolean,
                Value::Array(_) => Self::List,
                Value::Null | Value::Object(_) => Self::Unknown,
            },
            Expression::Pattern(_) => Self::Text,
            Expression::List(_) => Self::List,
            Expression::Field(Field { root, path }) => {
                let item = match root {
                    Root::Item(item) => items.iter().rev().nth(*item).copied(),
                    Root::Profile | Root::Identities => None,
                };
                Self::at(*root, item.unwrap_or(Self::Unknown), path)
            }
            Expression::Events => Self::Events,
            Expression::Member { of, path } => match (Self::of(of, items), path.keys()) {
                (Self::Event, [key]) if key == "timestamp" => Self::Date,
                (Self::Events | Self::List, _) => Self::List,
                _ => Self::Unknown,
            },
            Expression::Arithmetic { .. } | Expression::Negative(_) => Self::Number,
            Expression::If { then, otherwise, .. } => {
                let (one, other) = (Self::of(then, items), Self::of(otherwise, items));
                if one == other { one } else { Self::Unknown }
            }
            Expression::Let { value, body, .. } => {
                let value = Self::of(value, items);
                within(value, body, items)
            }
            Expression::Filter { list, .. } => match Self::of(list, items) {
                Self::Events => Self::Events,
                _ => Self::List,
            },
            // Each alone has no value; a function asks with its item in scope.
            Expression::Each { body, .. } => Self::of(body, items),
            Expression::Call { function, arguments } => {
                let given = arguments.first().map_or(Self::Unknown, |of| Self::of(of, items));
                let taken = match (arguments.get(1), given) {
                    (Some(Expression::Each { body, .. }), given) => within(given.item(), body, items),
                    _ => given.item(),
                };
                function.gives.of(given, taken)
            }
            Expression::Not(_)
            | Expression::And(_)
            | Expression::Or(_)
            | Expression::Compare { .. }
            | Expression::Quantifier { .. }
            | Expression::Occurs { .. }
            | Expression::Chain { .. }
            | Expression::InSegment(_) => Self::Boolean,
        }
    }

    /// What an item of a list of this type is.
    pub(crate) fn item(self) -> Self {
        if self == Self::Events {
            Self::Event
        } else {
            Self::Unknown
        }
    }

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

    /// Whether a value of this type can be what is wanted: as `meets`, but a date is no text to look into.
    pub(crate) fn fits(self, wanted: Self) -> bool {
        self.meets(wanted) && !(self == Self::Date && wanted == Self::Text)
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
            Self::Boolean => "a boolean",
            Self::Date => "a date",
            Self::List => "a list",
            Self::Events => "a list of events",
            Self::Event => "an event",
            Self::Map => "a map",
            Self::Unknown => "a value",
        }
    }
}

fn within(item: Type, body: &Expression, items: &mut Vec<Type>) -> Type {
    items.push(item);
    let known = Type::of(body, items);
    items.pop();
    known
}
