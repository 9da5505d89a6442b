//! Events that follow each other.

use super::Oracle;
use super::expression::{Around, Scope};
use model::Timestamp;
use pql::clock::Date;
use pql::value::Datum;
use pql::{Direction, Expression, Link};
use std::collections::BTreeSet;
use std::ops::ControlFlow;

impl<'v> Oracle<'v> {
    /// Whether some events follow each other as the steps say: all events of a step later than all of the one before.
    ///
    /// For each step it keeps every instant at which its last event can lie. The earliest alone would not do: a step
    /// that must follow soon may only be near a later one.
    pub(super) fn follow(&self, events: &'v Expression, steps: &'v [Link], around: Around<'_, 'v>) -> bool {
        let mut before: Option<BTreeSet<Timestamp>> = None;
        for step in steps {
            let found = self.happened_in(events, step, around);
            let ends: BTreeSet<_> = match &before {
                None => ends(&found, step.count),
                Some(before) => {
                    let follow = |last: &Timestamp| ends(&self.following(&found, step, *last), step.count);
                    before.iter().flat_map(follow).collect()
                }
            };
            if ends.is_empty() {
                return false;
            }
            before = Some(ends);
        }
        true
    }

    /// Those of the instants at which an event of the step may follow on the last one of the step before.
    pub(crate) fn following(&self, found: &[Timestamp], step: &Link, last: Timestamp) -> Vec<Timestamp> {
        let follows = |at: &&Timestamp| **at > last && self.is_near(step, last, **at);
        found.iter().filter(follows).copied().collect()
    }

    /// Whether a step is about an event, wherever it stands among others.
    pub(crate) fn is_about(&self, step: &'v Link, item: &Datum<'v>, around: Around<'_, 'v>) -> bool {
        let scope = Scope { item, outer: around };
        self.holds(&step.what, Some(&scope)) && step.when.iter().all(|when| self.happened(item, when, around))
    }

    /// When the events happened that a step is about, in order.
    fn happened_in(&self, events: &'v Expression, step: &'v Link, around: Around<'_, 'v>) -> Vec<Timestamp> {
        let wanted = |item: &Datum<'v>| self.is_about(step, item, around);
        let mut found = Vec::new();
        let taken = self.visit(events, around, &wanted, &mut |event| {
            if let Datum::Event { timestamp, .. } = event {
                found.push(timestamp);
            }
            ControlFlow::Continue(())
        });
        debug_assert!(taken.is_continue(), "all were taken");
        found.sort_unstable();
        found
    }

    /// Whether an event lies as far from the last one of the step before as the gaps say. Both stand still.
    fn is_near(&self, step: &Link, last: Timestamp, at: Timestamp) -> bool {
        let (last, at) = (Date::Instant(last), Date::Instant(at));
        let mut gaps = step.gaps.iter();
        gaps.all(|gap| self.clock.distance(at, gap, Direction::After, last))
    }
}

/// The instants at which the last of so many events can lie.
pub(crate) fn ends(events: &[Timestamp], count: usize) -> BTreeSet<Timestamp> {
    events.iter().skip(count - 1).copied().collect()
}
