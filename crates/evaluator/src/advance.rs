//! The law of time for one profile: first what is due, in order, then the change.

use crate::rules::Rules;
use crate::{Change, Origin, State, Step, evaluate, plan};
use model::{Export, Timestamp};

/// A step and the exports it made.
#[derive(Debug)]
pub struct Decided {
    /// What happened.
    pub step: Step,
    /// At most one a dataflow.
    pub exports: Vec<Export>,
}

/// Steps `state` through every instant due at or before `now`, one step each, from its own next due.
pub fn catch_up(
    rules: &Rules,
    state: &mut State,
    now: Timestamp,
    origin: Origin,
    decided: &mut Vec<Decided>,
) {
    while let Some(due) = state.profile.hot.next_due.filter(|due| *due <= now) {
        // A due that does not move on would be a hot loop; the oracle promises that it does.
        let due = due.max(state.stepped());
        decided.push(step(rules, state, Change::Due, due, origin));
        debug_assert!(
            state.profile.hot.next_due.is_none_or(|next| next > due),
            "a next due must lie ahead"
        );
        if state.profile.hot.next_due.is_some_and(|next| next <= due) {
            state.profile.hot.next_due = Some(due + model::Duration::from_millis(1));
        }
    }
}

/// Brings `state` to `now` and then applies `change` as one step at `now`.
pub fn advance(
    rules: &Rules,
    state: &mut State,
    change: Change<'_>,
    now: Timestamp,
    origin: Origin,
    decided: &mut Vec<Decided>,
) {
    catch_up(rules, state, now, origin, decided);
    decided.push(step(rules, state, change, now, origin));
}

fn step(rules: &Rules, state: &mut State, change: Change<'_>, at: Timestamp, origin: Origin) -> Decided {
    let step = evaluate(rules, state, change, at);
    let exports = plan(rules, state, &step, origin);
    Decided { step, exports }
}
