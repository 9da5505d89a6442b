//! Holds a profile to the oracle: every segment recomputed from nothing, beside what the profile says of itself.
//!
//! Nothing that is derived step by step is believed. Attributes and events are read from the rows anew, the oracle
//! answers every segment in full, and what other segments it refers to hold is the oracle's own answer too.

use crate::State;
use crate::evaluate::{outcome, seen, view};
use crate::rules::{Rules, Segment};
use model::{HotRow, Profile, ProfileId, SegmentId, SegmentNo, Status, Timestamp};
use std::sync::Arc;

/// A segment of which a profile says something else than the oracle. There is none unless Weir is wrong, or somebody
/// else wrote to its store.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// Which segment.
    pub segment: SegmentNo,
    /// Its name; a hidden one goes by that of the mapped segment. `None` if no segment has the number.
    pub id: Option<SegmentId>,
    /// Whether it is the hidden one of a dataflow's filter.
    pub hidden: bool,
    /// Whether the profile's memberships say that it is in the segment.
    pub held: bool,
    /// Whether what is kept in memory for the next step says so; `None` if nothing is.
    pub found: Option<bool>,
    /// Whether the oracle says so.
    pub holds: bool,
}

/// An audit of one profile as it stands at one instant. It may be stopped after any segment and gone on with later,
/// whatever becomes of the profile and of the rules meanwhile.
#[derive(Debug)]
pub struct Audit {
    rules: Arc<Rules>,
    /// Made of the rows.
    state: State,
    /// By segment, what was kept in memory.
    found: Option<Box<[bool]>>,
    now: Timestamp,
    /// By segment, what the oracle has said so far.
    holds: Vec<bool>,
    differences: Vec<Difference>,
}

impl Audit {
    /// Of a profile in memory, with what is kept of it for its next step. `None` if it is not up to date at `now`:
    /// something is due, or a publish has not reached it. Then nothing can be said of it.
    pub fn of_live(rules: &Arc<Rules>, state: &State, now: Timestamp) -> Option<Self> {
        is_current(rules, &state.profile.hot, now).then(|| {
            let network = rules.network();
            let findings = state.findings.as_ref();
            let findings = findings.filter(|findings| findings.are_of(network));
            let found = findings.map(|findings| {
                let all = 0..rules.segments().len();
                all.map(|at| findings.members().get(at)).collect()
            });
            Self::begin(rules, state.profile.clone(), found, now)
        })
    }

    /// Of a profile as it is stored. `None` as with [`Audit::of_live`].
    ///
    /// Panics on a row whose JSON does not parse, as [`State::new`] does.
    pub fn of_stored(rules: &Arc<Rules>, profile: Profile, now: Timestamp) -> Option<Self> {
        is_current(rules, &profile.hot, now).then(|| Self::begin(rules, profile, None, now))
    }

    fn begin(rules: &Arc<Rules>, profile: Profile, found: Option<Box<[bool]>>, now: Timestamp) -> Self {
        let mut audit = Self {
            rules: Arc::clone(rules),
            state: State::new(profile),
            found,
            now,
            holds: Vec::with_capacity(rules.segments().len()),
            differences: Vec::new(),
        };
        audit.look_for_strangers();
        audit
    }

    /// Whose audit it is.
    pub fn profile(&self) -> ProfileId {
        self.state.profile.id
    }

    /// Recomputes one segment after the other, until all are done or `more` says that it is enough for now, which it
    /// is asked after each. Gives whether all are done.
    pub fn go_on(&mut self, mut more: impl FnMut() -> bool) -> bool {
        let rules = Arc::clone(&self.rules);
        let events = seen(&rules, &self.state);
        let opted_out = xdm::opted_out(self.state.attributes());
        while let Some(segment) = rules.segments().get(self.holds.len()) {
            let holds = {
                let answers = &self.holds;
                let member = |id: &SegmentId| rules.position(id).is_some_and(|at| answers[at]);
                outcome(
                    segment,
                    &view(&rules, &self.state, &events, self.now, &member),
                    opted_out,
                )
                .holds
            };
            let found = self.found.as_ref().map(|found| found[self.holds.len()]);
            let held = self.state.realized(segment.no);
            if held != holds || found.is_some_and(|found| found != holds) {
                self.differences.push(Difference {
                    segment: segment.no,
                    id: Some(segment.id.clone()),
                    hidden: segment.baseline_in.is_some(),
                    held,
                    found,
                    holds,
                });
            }
            self.holds.push(holds);
            if !more() {
                break;
            }
        }
        self.holds.len() == rules.segments().len()
    }

    /// What was found, in the order of the rules.
    pub fn differences(self) -> Vec<Difference> {
        self.differences
    }

    /// A profile at the rules in force is in no segment that they do not have; one that is behind loses such
    /// memberships at its next step.
    fn look_for_strangers(&mut self) {
        let hot = &self.state.profile.hot;
        if hot.rules != self.rules.version {
            return;
        }
        let realized = hot.memberships.iter().filter(|m| m.status == Status::Realized);
        let strangers = realized.filter(|m| self.rules.segment(m.segment).is_none());
        self.differences = strangers
            .map(|stranger| Difference {
                segment: stranger.segment,
                id: None,
                hidden: false,
                held: true,
                found: None,
                holds: false,
            })
            .collect();
    }
}

/// All of an audit at once: what a profile in memory says of itself and the oracle does not. `None` if it is not up to
/// date at `now`.
pub fn audit(rules: &Arc<Rules>, state: &State, now: Timestamp) -> Option<Vec<Difference>> {
    let mut audit = Audit::of_live(rules, state, now)?;
    audit.go_on(|| true);
    Some(audit.differences())
}

/// Whether a profile must be in the segments that it is in by these rules: nothing is due, and it was evaluated since
/// a segment last changed its meaning.
fn is_current(rules: &Rules, hot: &HotRow, now: Timestamp) -> bool {
    // Of a hidden segment that is not before its baseline.
    let known = |segment: &Segment| segment.changed_in <= hot.rules;
    // One that no step was made of yet is in no segment, whatever the rules say of nobody.
    let begun = hot.stepped > Timestamp::MIN;
    begun && hot.next_due.is_none_or(|due| due > now) && rules.segments().iter().all(known)
}

#[cfg(test)]
mod tests;
