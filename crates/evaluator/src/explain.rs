//! Why a profile is in a segment or not: the predicate part by part, each with what the oracle says of it alone.
//!
//! There is no second evaluator here. Every part is asked of the oracle, as a condition or as a value, and asked again
//! at later instants to find when its outcome really flips: the oracle says until when an outcome surely holds, which may
//! be long before it differs.
//!
//! Start reading at [`explain()`], then [`Clause`], what comes out. How the oracle is asked stands in `world`; what is
//! asked of a condition in `condition`, of a value in `value`, of lists in `items` and of chains in `chain`; which events
//! make a clause flip in `turns`.

mod chain;
mod clause;
mod condition;
mod items;
mod opt_out;
mod shown;
mod turns;
mod value;
mod world;

pub use clause::{Clause, EventName, Flip, Item, Items, Kind, Link, Said, Standing, Turn, Why};

use crate::rules::{Rules, Segment};
use crate::state::State;
use clause::serialize_zone;
use condition::Around;
use model::Timestamp;
use pql::{Place, Program};
use serde::Serialize;
use world::World;

/// What is asked: a predicate, of a segment or of nobody yet.
#[derive(Clone, Copy, Debug)]
pub struct Question<'a> {
    /// The predicate.
    pub program: &'a Program,
    /// Whether who opted out is left out.
    pub exclude_opt_out: bool,
    /// What the predicate was read from; without it the clauses have no spans.
    pub source: Option<&'a str>,
}

impl<'a> Question<'a> {
    /// Of a segment in force.
    pub fn of(segment: &'a Segment) -> Self {
        Self {
            program: &segment.program,
            exclude_opt_out: segment.exclude_opt_out,
            source: None,
        }
    }
}

/// Why a profile is in or out, and when that flips by itself.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Explanation {
    /// The instant it is about.
    #[serde(serialize_with = "clause::text")]
    pub now: Timestamp,
    /// The zone of the predicate's days, by its IANA name.
    #[serde(serialize_with = "serialize_zone")]
    pub zone: jiff::tz::TimeZone,
    /// Whether the profile is in.
    pub holds: bool,
    /// When that is different, if nothing arrives.
    pub flips: Flip,
    /// The predicate.
    pub clause: Clause,
    /// `not (optOut)`, where that is required.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub opt_out: Option<Clause>,
}

/// Tells part by part why `state` satisfies a predicate at `now` or not, under `rules`.
///
/// The outcome and the instant of the next flip are those of [`crate::evaluate()`], if every segment the predicate refers
/// to is evaluated under these rules too. `now` must not lie before the profile's last step.
pub fn explain(rules: &Rules, state: &State, asked: &Question<'_>, now: Timestamp) -> Explanation {
    let world = World::new(rules, state, asked.program, now);
    let place = asked.source.and_then(|source| Place::of(source, asked.program));
    let clause = world.condition(asked.program.condition(), &Around::default(), place.as_ref());
    let opt_out = asked.exclude_opt_out.then(|| opt_out::clause(state));
    let opted_out = opt_out.as_ref().is_some_and(|clause| !clause.holds());
    Explanation {
        now,
        zone: asked.program.zone().clone(),
        holds: clause.holds() && !opted_out,
        flips: if opted_out { Flip::Never } else { clause.flips() },
        clause,
        opt_out,
    }
}

impl Explanation {
    /// The smallest clause that flips when the whole does, and so is why. `None` if it is not known to flip, or several
    /// turn at once such that none does for the first time.
    pub fn cause(&self) -> Option<&Clause> {
        let Flip::At(_) = self.flips else { return None };
        let mut cause = &self.clause;
        while cause.kind.joins() {
            let mut parts = cause.parts.iter();
            match parts.find(|part| matches!(part.said, Said::Condition { .. }) && part.flips() == self.flips)
            {
                Some(part) => cause = part,
                None => return None,
            }
        }
        Some(cause)
    }
}
