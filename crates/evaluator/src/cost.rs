//! What steps cost, and whom: a meter that somebody passes in with a profile, and bytes of what is kept in memory.

use crate::State;
use crate::rules::Rules;
use model::Membership;
use std::fmt;
use std::sync::Arc;

/// Reads a clock, in whatever unit its owner likes. This crate has none of its own.
pub type Ticks = Arc<dyn Fn() -> u64 + Send + Sync>;

/// Watches what is done with a profile: put into [`State::meter`] before, taken out after.
///
/// Time is cut into laps, each from where the one before ended, and each lap is charged to the segments it was for, evenly.
/// So nothing is counted twice, and nothing is missed: what is nobody's is in the total alone. What charging itself takes
/// is in none.
#[derive(Clone)]
pub struct Meter {
    ticks: Ticks,
    mark: u64,
    cost: Cost,
}

/// What something cost.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Cost {
    /// Ticks of all of it.
    pub ticks: u64,
    /// What of it is some segment's; the same segment may be there often.
    pub charges: Vec<Charge>,
}

/// A part of a cost.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Charge {
    /// The segment, by its place among [`Rules::segments`].
    pub segment: usize,
    /// Its part of the time.
    pub ticks: f64,
    /// How often it was looked at.
    pub evaluations: u32,
    /// How often the oracle was asked for one of its leaves.
    pub fallbacks: u32,
}

impl Meter {
    /// Begins.
    pub fn start(ticks: &Ticks) -> Self {
        Self {
            mark: ticks(),
            ticks: Arc::clone(ticks),
            cost: Cost::default(),
        }
    }

    /// Ends; what was done since the last charge is nobody's.
    pub fn end(mut self) -> Cost {
        self.lap();
        self.cost
    }

    /// Charges what was done since the last charge, evenly; each charge is like `one` otherwise.
    pub(crate) fn charge(&mut self, segments: impl Iterator<Item = usize>, one: Charge) {
        let lap = self.lap();
        let first = self.cost.charges.len();
        let charge = |segment| Charge { segment, ..one };
        self.cost.charges.extend(segments.map(charge));
        let charges = &mut self.cost.charges[first..];
        let ticks = lap as f64 / charges.len() as f64;
        for charge in charges {
            charge.ticks = ticks;
        }
        self.mark = (self.ticks)();
    }

    /// Ends a lap, and begins the next.
    pub(crate) fn lap(&mut self) -> u64 {
        let now = (self.ticks)();
        let lap = now.saturating_sub(self.mark);
        self.mark = now;
        self.cost.ticks += lap;
        lap
    }
}

impl fmt::Debug for Meter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Meter")
            .field("cost", &self.cost)
            .finish_non_exhaustive()
    }
}

/// The bytes that a profile in memory takes because of its segments: memberships, and what is kept for the next step.
/// Tells `each` how many are a segment's, by its place among the rules (the same one may be told often, and what several
/// share is split evenly), and gives how many are all segments' alike.
pub fn bytes(rules: &Rules, state: &State, each: &mut dyn FnMut(usize, f64)) -> usize {
    for membership in &state.profile.hot.memberships {
        if let Some(at) = rules.place(membership.segment) {
            each(at, size_of::<Membership>() as f64);
        }
    }
    let network = rules.network();
    let findings = state
        .findings
        .as_ref()
        .filter(|findings| findings.are_of(network));
    findings.map_or(0, |findings| findings.bytes(network, each))
}
