//! How two values compare.

use super::{Datum, Items, number};
use crate::clock::Clock;
use crate::program::Operator;
use std::cmp::Ordering;
use xdm::{Number, Value};

impl Datum<'_> {
    /// Whether they compare so; never where one is missing, or they are of different kinds, or objects.
    pub fn compares(&self, operator: Operator, other: &Datum<'_>, clock: &Clock<'_>) -> bool {
        if self.is_timed() || other.is_timed() {
            return self.in_time(operator, other, clock) == Some(true);
        }
        match operator {
            Operator::Equal => self.equals(other, clock) == Some(true),
            Operator::NotEqual => self.equals(other, clock) == Some(false),
            ordered => self.order(other).is_some_and(|order| ordered.accepts(order)),
        }
    }

    /// Whether both are equal; `None` if one is missing, or they are of different kinds, or objects.
    ///
    /// Lists are equal if they are as long as each other and equal item by item, and else they differ. A date and a
    /// text that reads as one are compared as instants.
    pub fn equals(&self, other: &Datum<'_>, clock: &Clock<'_>) -> Option<bool> {
        if self.is_timed() || other.is_timed() {
            return self.in_time(Operator::Equal, other, clock);
        }
        if let (Some(one), Some(other)) = (self.text(), other.text()) {
            return Some(one == other);
        }
        if let (Some(one), Some(other)) = (self.boolean(), other.boolean()) {
            return Some(one == other);
        }
        if let (Some(one), Some(other)) = (self.items(), other.items()) {
            return Some(same(one, other, clock));
        }
        number::order(self.exact()?, other.exact()?).map(Ordering::is_eq)
    }

    /// The order of two numbers or two texts, these by code point; `None` for anything else.
    fn order(&self, other: &Datum<'_>) -> Option<Ordering> {
        match (self.exact(), other.exact()) {
            (Some(one), Some(other)) => number::order(one, other),
            _ => Some(self.text()?.cmp(other.text()?)),
        }
    }

    /// Whether a comparison with it may be different as time passes.
    fn is_timed(&self) -> bool {
        matches!(self, Datum::Date(_) | Datum::Calendar(_))
    }

    /// The number, if it is one that stands still.
    pub fn exact(&self) -> Option<Number> {
        match self {
            Datum::Data(Value::Number(number)) | Datum::Number(number) => Some(*number),
            _ => None,
        }
    }

    /// A comparison of which one side is timed; `None` if the other is of another kind.
    fn in_time(&self, operator: Operator, other: &Datum<'_>, clock: &Clock<'_>) -> Option<bool> {
        match (self, other) {
            (Datum::Calendar(part), other) => Some(clock.compare_part(*part, operator, other.number(clock)?)),
            (other, Datum::Calendar(part)) => {
                Some(clock.compare_part(*part, operator.mirrored(), other.exact()?))
            }
            _ => Some(clock.compare(self.date()?, operator, other.date()?)),
        }
    }
}

fn same(mut one: Items<'_, '_>, mut other: Items<'_, '_>, clock: &Clock<'_>) -> bool {
    loop {
        match (one.next(), other.next()) {
            (Some(one), Some(other)) if one.equals(&other, clock) == Some(true) => {}
            (None, None) => return true,
            _ => return false,
        }
    }
}
