//! Whether a predicate holds, computed from nothing: simple, obviously right, never optimised. Whatever evaluates
//! faster is held to this.
//!
//! Where to look for a rule: what an expression is in `expression`, which items of a list in `items`, events that follow
//! each other in `chain`. What a function gives, how values compare and what time does to them is `pql`'s, in
//! `pql::Function`, `pql::value` and `pql::clock`.
//!
//! **How long an outcome is certain.** Evaluation is a function of the data, which stands still, and of the answers of
//! its tests of time: whether an event is visible, how a date compares with one that moves. Each test that is asked says
//! from which instant on it would answer differently, and [`Outcome::until`] is the earliest of these. Until then every
//! test that was asked gives the same answer, so evaluation takes the same way, asks no other test, and comes to the
//! same outcome. That is why it may stop early (`and`, `or`, `exists`): what was not asked cannot matter before
//! something that was asked changes.

mod chain;
mod expression;
mod items;
#[cfg(test)]
mod tests;

pub(crate) use chain::ends;
pub(crate) use expression::{Around, Scope};

use jiff::tz::TimeZone;
use model::{Duration, SegmentId, Timestamp};
use pql::Program;
use pql::clock::Clock;
use xdm::Value;

/// Everything that a predicate can see of a profile.
pub struct View<'a> {
    /// The instant of the evaluation.
    pub now: Timestamp,
    /// How long events count, from their timestamp on.
    pub retention: Duration,
    /// The united attributes, an object.
    pub attributes: &'a Value,
    /// `identityMap`: an object of lists by namespace.
    pub identities: &'a Value,
    /// All events that are kept, in order of (timestamp, arrival); also those of the future and those past their
    /// `validUntil`: which of them `xEvent` holds at `now` is decided here.
    pub events: &'a [EventView<'a>],
    /// Whether the profile is in another segment, in the same evaluation. How long that is certain is not part of this
    /// outcome: the other segment's own says so.
    pub in_segment: &'a dyn Fn(&SegmentId) -> bool,
}

/// An event as a predicate sees it.
#[derive(Clone, Copy, Debug)]
pub struct EventView<'a> {
    /// When it happened.
    pub timestamp: Timestamp,
    /// Not seen from this instant on.
    pub valid_until: Option<Timestamp>,
    /// The entity, an object.
    pub value: &'a Value,
}

/// Whether a predicate holds, and how long that is certain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// Whether it holds at `now`.
    pub holds: bool,
    /// The earliest instant after `now` at which it can differ by itself; [`Timestamp::MAX`] is never.
    pub until: Timestamp,
}

/// Evaluates `program` on `view`.
pub fn recompute(program: &Program, view: &View<'_>) -> Outcome {
    let oracle = Oracle::new(view, program.zone());
    let holds = oracle.holds(program.condition(), None);
    Outcome {
        holds,
        until: oracle.clock.horizon(),
    }
}

/// One evaluation, of a whole program or of a part that somebody asks for.
pub(crate) struct Oracle<'v> {
    view: &'v View<'v>,
    /// Knows until when what was asked is certain.
    pub(crate) clock: Clock<'v>,
}

impl<'v> Oracle<'v> {
    pub(crate) fn new(view: &'v View<'v>, zone: &'v TimeZone) -> Self {
        let clock = Clock::new(view.now, zone);
        Self { view, clock }
    }
}
