//! Leaves that no index answers, by the events that matter to them.
//!
//! A chain of two rare events is asked of the oracle, but of these events alone: a profile keeps them apart.

use super::LeafNo;
use super::entries::entries;
use super::facts::Facts;
use super::reads::{is_about_innermost, moves};
use crate::oracle::{EventView, Oracle, View};
use jiff::tz::TimeZone;
use model::{Event, Seq, Timestamp};
use pql::value::Datum;
use pql::{Expression, Program};
use std::sync::Arc;
use xdm::Value;

/// Leaves to which the same events matter: an event makes no difference to any of them unless all tests of one of the
/// ways hold of it.
#[derive(Debug)]
pub(super) struct Interest {
    pub(super) ways: Vec<Vec<Expression>>,
    zone: TimeZone,
    pub(super) leaves: Vec<LeafNo>,
}

impl Interest {
    /// What matters to a leaf; `None` if any event may.
    pub(super) fn of(program: &Program) -> Option<Self> {
        let stands = |test: &&Expression| is_about_innermost(test) && !moves(test);
        let tests =
            |way: Vec<&Expression>| -> Vec<Expression> { way.into_iter().filter(stands).cloned().collect() };
        let ways: Vec<Vec<Expression>> = entries(program.condition()).into_iter().map(tests).collect();
        let is_narrow = ways.iter().all(|way| !way.is_empty());
        is_narrow.then(|| Self {
            ways,
            zone: program.zone().clone(),
            leaves: Vec::new(),
        })
    }

    /// Whether another is in the same events.
    pub(super) fn is(&self, other: &Self) -> bool {
        self.ways == other.ways && self.zone == other.zone
    }

    /// Whether an event matters.
    pub(super) fn has(&self, facts: &Facts<'_>, timestamp: Timestamp, value: &Value) -> bool {
        let outside = |_: &model::SegmentId| false;
        self.has_seen(&facts.beside(&outside), timestamp, value)
    }

    // A function of its own so that what is borrowed lives as long as the view.
    fn has_seen<'v>(&'v self, view: &'v View<'v>, timestamp: Timestamp, value: &'v Value) -> bool {
        let oracle = Oracle::new(view, &self.zone);
        let event = Datum::Event { timestamp, value };
        let holds = |test: &'v Expression| oracle.holds_of(Some(test), &event, None);
        self.ways.iter().any(|way| way.iter().all(holds))
    }
}

/// The events of a profile that matter to leaves, by interest.
#[derive(Clone, Debug, Default)]
pub(super) struct Gathered {
    /// Ascending by interest; those without events are left out.
    by: Vec<(usize, Vec<Kept>)>,
}

/// An event that matters.
#[derive(Clone, Debug)]
pub(super) struct Kept {
    place: (Timestamp, Seq),
    valid_until: Option<Timestamp>,
    /// Nobody sees it from then on.
    gone: Timestamp,
    value: Arc<Value>,
}

impl Kept {
    pub(super) fn new(facts: &Facts<'_>, event: &Event, value: Arc<Value>) -> Self {
        let valid_until = crate::evaluate::seen_until(facts.rules, event);
        let kept = event.timestamp + facts.rules.retention;
        Self {
            place: (event.timestamp, event.seq),
            valid_until,
            gone: valid_until.map_or(kept, |valid| kept.min(valid)),
            value,
        }
    }
}

impl Gathered {
    /// Keeps an event, and lets go of those that are gone.
    pub(super) fn add(&mut self, interest: usize, event: Kept, now: Timestamp) {
        let known = self.by.binary_search_by_key(&interest, |(at, _)| *at);
        let at = known.unwrap_or_else(|at| {
            self.by.insert(at, (interest, Vec::new()));
            at
        });
        let events = &mut self.by[at].1;
        if events.len() == events.capacity() {
            events.retain(|event| event.gone > now);
        }
        let at = events.partition_point(|kept| kept.place <= event.place);
        events.insert(at, event);
    }

    /// What each interest takes in memory, without what the events say: that is shared.
    pub(super) fn bytes(&self) -> impl Iterator<Item = (usize, usize)> + '_ {
        let bytes = |events: &Vec<Kept>| size_of::<Vec<Kept>>() + events.capacity() * size_of::<Kept>();
        self.by.iter().map(move |(at, events)| (*at, bytes(events)))
    }

    /// The events that matter to an interest, as predicates see them.
    pub(super) fn seen(&self, interest: usize) -> Vec<EventView<'_>> {
        let known = self.by.binary_search_by_key(&interest, |(at, _)| *at);
        let events = known.map_or(&[][..], |at| &self.by[at].1);
        let seen = events.iter().map(|event| EventView {
            timestamp: event.place.0,
            valid_until: event.valid_until,
            value: &event.value,
        });
        seen.collect()
    }
}
