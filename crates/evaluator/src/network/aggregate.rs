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
use std::collections::HashMap;
use xdm::{Number, Value};

/// Which events count, what they count for, and over which windows.
#[derive(Debug)]
pub(super) struct Aggregate {
    /// What must hold of an event, or must not.
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
        let outside = |_: &model::SegmentId| false;
        let view = facts.view(&[], &outside);
        self.part_seen(&view, timestamp, value)
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

/// Finds the aggregates that an event can be part of, by a text that it must have at some path.
#[derive(Debug, Default)]
pub(super) struct Guards {
    by: Vec<(Vec<String>, Guarded)>,
    /// Those that no text guards.
    others: Vec<usize>,
}

/// Aggregates by the text that guards them.
type Guarded = HashMap<String, Vec<usize>>;

impl Guards {
    pub(super) fn new(aggregates: &[Aggregate]) -> Self {
        let mut guards = Self::default();
        for (at, aggregate) in aggregates.iter().enumerate() {
            let guard = aggregate
                .tests
                .iter()
                .find_map(|(test, holds)| guard(test).filter(|_| *holds));
            let Some((keys, texts)) = guard else {
                guards.others.push(at);
                continue;
            };
            let known = guards.by.iter().position(|(path, _)| *path == keys);
            let known = known.unwrap_or_else(|| {
                guards.by.push((keys, Guarded::new()));
                guards.by.len() - 1
            });
            for text in texts {
                guards.by[known].1.entry(text).or_default().push(at);
            }
        }
        guards
    }

    /// The aggregates that an event may be part of; of all others it is not.
    pub(super) fn candidates(&self, timestamp: Timestamp, value: &Value) -> impl Iterator<Item = usize> {
        let event = Datum::Event { timestamp, value };
        let guarded = self
            .by
            .iter()
            .filter_map(move |(keys, by)| by.get(event.at(keys).text()?));
        guarded.flatten().chain(&self.others).copied()
    }
}

/// A path of the event and the texts of which one must stand there, if a test says so.
fn guard(test: &Expression) -> Option<(Vec<String>, Vec<String>)> {
    let item = |side: &Expression| match side {
        Expression::Field(field) if field.root == pql::Root::Item(0) && !field.path.keys().is_empty() => {
            Some(field.path.keys().to_vec())
        }
        _ => None,
    };
    let owned = |texts: Vec<&str>| texts.into_iter().map(str::to_owned).collect();
    match test {
        Expression::Compare {
            left,
            operator: pql::Operator::Equal,
            right,
        } => [(left, right), (right, left)]
            .into_iter()
            .find_map(|(side, literal)| match &**literal {
                Expression::Literal(Value::String(text)) => Some((item(side)?, vec![text.to_string()])),
                _ => None,
            }),
        Expression::Call { function, arguments } if function.name == "in" => {
            let [one, list] = arguments.as_slice() else {
                return None;
            };
            let mut texts: Vec<String> = owned(super::question::texts(list)?);
            texts.sort_unstable();
            texts.dedup();
            Some((item(one)?, texts))
        }
        _ => None,
    }
}
