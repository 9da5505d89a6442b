//! Events that are counted or summed: which ones, and the windows over them.
//!
//! Every distinct aggregate is there once, whoever asks for it, and its windows share the events.

use super::facts::Facts;
use super::threshold::DECIMALS;
use super::window::Window;
use crate::oracle::{Oracle, Scope, View};
use jiff::tz::TimeZone;
use model::Timestamp;
use pql::Expression;
use pql::value::Datum;
use rust_decimal::Decimal;
use xdm::{Number, Value};

/// Which events count, what they count for, and over which windows.
#[derive(Debug)]
pub(super) struct Aggregate {
    /// What must hold of an event, or must not; what a guard sees to is left out.
    pub(super) tests: Vec<(Expression, bool)>,
    /// What is summed of it, an `Each`; else each counts 1.
    pub(super) summed: Option<Expression>,
    pub(super) zone: TimeZone,
    pub(super) windows: Vec<Window>,
}

/// What an event is to an aggregate.
pub(super) enum Part {
    /// It does not count.
    None,
    /// It counts for so much.
    Worth(i64),
    /// It counts for something that no whole number of millionths is.
    Odd,
}

impl Aggregate {
    /// What an event counts for.
    pub(super) fn part(&self, facts: &Facts<'_>, timestamp: Timestamp, value: &Value) -> Part {
        if self.tests.is_empty() && self.summed.is_none() {
            return Part::Worth(1);
        }
        let outside = |_: &model::SegmentId| false;
        self.part_seen(&facts.beside(&outside), timestamp, value)
    }

    // A function of its own so that what is borrowed lives as long as the view.
    fn part_seen<'v>(&'v self, view: &'v View<'v>, timestamp: Timestamp, value: &'v Value) -> Part {
        let oracle = Oracle::new(view, &self.zone);
        let event = Datum::Event { timestamp, value };
        let passes =
            |(test, holds): &'v (Expression, bool)| oracle.holds_of(Some(test), &event, None) == *holds;
        if !self.tests.iter().all(passes) {
            return Part::None;
        }
        let Some(Expression::Each { body, .. }) = &self.summed else {
            return Part::Worth(1);
        };
        let scope = Scope {
            item: &event,
            outer: None,
        };
        match oracle.value(body, Some(&scope)).number(&oracle.clock) {
            Some(Number::Exact(number)) => millionths(number).map_or(Part::Odd, Part::Worth),
            Some(Number::Approximate(_)) => Part::Odd,
            // What is no number is skipped by sums.
            None => Part::Worth(0),
        }
    }
}

/// A number in millionths, if it is whole in them.
fn millionths(number: Decimal) -> Option<i64> {
    let missing = DECIMALS.checked_sub(number.scale())?;
    let whole = number.mantissa().checked_mul(10_i128.pow(missing))?;
    i64::try_from(whole).ok()
}
