//! The signs between values: how they are written, and what they ask.

use super::{Direction, Operator, Sign, Unit, Which, Window};
use crate::value::number;
use std::cmp::Ordering;
use xdm::Number;

impl Operator {
    /// All, each before those it begins with.
    pub const ALL: [Self; 6] = [
        Self::Equal,
        Self::NotEqual,
        Self::LessOrEqual,
        Self::Less,
        Self::GreaterOrEqual,
        Self::Greater,
    ];

    /// As it is written.
    pub fn symbol(self) -> &'static str {
        match self {
            Self::Equal => "=",
            Self::NotEqual => "!=",
            Self::Less => "<",
            Self::LessOrEqual => "<=",
            Self::Greater => ">",
            Self::GreaterOrEqual => ">=",
        }
    }

    /// Whether two values in this order compare so.
    pub fn accepts(self, order: Ordering) -> bool {
        match self {
            Self::Equal => order.is_eq(),
            Self::NotEqual => order.is_ne(),
            Self::Less => order.is_lt(),
            Self::LessOrEqual => order.is_le(),
            Self::Greater => order.is_gt(),
            Self::GreaterOrEqual => order.is_ge(),
        }
    }

    /// The same with the sides exchanged.
    pub fn mirrored(self) -> Self {
        match self {
            Self::Less => Self::Greater,
            Self::LessOrEqual => Self::GreaterOrEqual,
            Self::Greater => Self::Less,
            Self::GreaterOrEqual => Self::LessOrEqual,
            same => same,
        }
    }

    /// Whether it asks for an order, and not only whether two are the same.
    pub fn orders(self) -> bool {
        !matches!(self, Self::Equal | Self::NotEqual)
    }
}

impl Sign {
    /// As it is written.
    pub fn symbol(self) -> &'static str {
        match self {
            Self::Plus => "+",
            Self::Minus => "-",
            Self::Times => "*",
            Self::Over => "/",
            Self::Rest => "%",
        }
    }

    /// What comes of it; `None` for a division by 0 and for what is beyond f64.
    pub fn apply(self, one: Number, other: Number) -> Option<Number> {
        match self {
            Self::Plus => number::sum(&[one, other]),
            Self::Minus => number::sum(&[one, number::negative(other)]),
            Self::Times => number::product(one, other),
            Self::Over => number::quotient(one, other),
            Self::Rest => number::remainder(one, other),
        }
    }
}

impl Which {
    /// How far such a unit lies from the one of now.
    pub fn from_now(self, unit: Unit) -> (Window, Direction) {
        let (count, direction) = match self {
            Self::This => (0, Direction::Before),
            Self::Last => (1, Direction::Before),
            Self::Next => (1, Direction::After),
        };
        let window = Window {
            operator: Operator::Equal,
            count,
            unit,
        };
        (window, direction)
    }
}

impl Direction {
    /// As it is written.
    pub fn word(self) -> &'static str {
        match self {
            Self::Before => "before",
            Self::After => "after",
        }
    }

    /// The other one.
    pub fn turned(self) -> Self {
        match self {
            Self::Before => Self::After,
            Self::After => Self::Before,
        }
    }
}

impl Which {
    /// All.
    pub const ALL: [Self; 3] = [Self::This, Self::Last, Self::Next];

    /// As it is written.
    pub fn word(self) -> &'static str {
        match self {
            Self::This => "this",
            Self::Last => "last",
            Self::Next => "next",
        }
    }
}
