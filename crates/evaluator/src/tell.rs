//! What a job tells: the state of a profile as it is, to one dataflow, although nothing has changed.

use crate::flow::Flow;
use crate::plan::{decide, ledger_of, realized_mapped};
use crate::rules::Rules;
use crate::{Origin, State, Step};
use model::{Cause, DataflowNo, Export, Timestamp, Whom};

/// What a job wants of a profile.
#[derive(Clone, Debug)]
pub struct Ask {
    /// Which dataflow is told.
    pub dataflow: DataflowNo,
    /// Why.
    pub cause: Cause,
    /// Whether the profile is one of those that are told.
    pub whom: Whom,
}

impl Ask {
    /// Whether there is something to tell of the profile, as it stands now, and with its last step at `stepped`
    /// before anything was done for the job.
    pub fn concerns(&self, rules: &Rules, state: &State, stepped: Timestamp) -> bool {
        let Some(flow) = rules.flow(self.dataflow) else {
            return false;
        };
        let member = || realized_mapped(flow, state).next().is_some();
        let known = || ledger_of(flow, state).is_some_and(|entry| entry.commit > 0);
        match &self.whom {
            Whom::Members(segments) => {
                let mapped = segments.iter().filter(|no| flow.mapped(**no).is_some());
                mapped.into_iter().any(|no| state.realized(*no))
            }
            Whom::Known => member() || known(),
            Whom::Changed(from, before) => (*from..*before).contains(&stepped) && (member() || known()),
            Whom::Owed => owed(flow, state) || told_in_vain(flow, state),
            Whom::Reconciled => member() || owed(flow, state) || told_in_vain(flow, state),
        }
    }
}

/// Whether the dataflow was last told of a segment that leaves it.
fn owed(flow: &Flow, state: &State) -> bool {
    let told = ledger_of(flow, state).map(|entry| entry.told.as_slice());
    told.unwrap_or_default()
        .iter()
        .any(|no| flow.leaving.contains_key(no))
}

/// Whether the dataflow was last told of a membership that has ended.
fn told_in_vain(flow: &Flow, state: &State) -> bool {
    let told = ledger_of(flow, state).map(|entry| entry.told.as_slice());
    told.unwrap_or_default().iter().any(|no| !state.realized(*no))
}

/// Whether the dataflow was told of the profile in a batch after `batch`.
pub fn told_since(rules: &Rules, state: &State, dataflow: DataflowNo, batch: u64) -> bool {
    let entry = rules.flow(dataflow).and_then(|flow| ledger_of(flow, state));
    entry.is_some_and(|entry| entry.commit > batch)
}

/// The export that tells the dataflow of the profile as it stands at `now`, of class bulk; the ledger in `state` is
/// brought up with it. `None` if the dataflow decides nothing. Everything due at or before `now` must have been
/// stepped, so that evaluating once more would change nothing.
pub fn tell(rules: &Rules, state: &mut State, ask: &Ask, now: Timestamp, origin: Origin) -> Option<Export> {
    debug_assert!(
        state.profile.hot.rules >= rules.version && state.profile.hot.next_due.is_none_or(|due| due > now),
        "told before it was brought up"
    );
    let flow = rules.flow(ask.dataflow)?;
    let mut step = Step::at(now);
    step.bulk = true;
    state.touched.hot = true;
    Some(decide(rules, flow, state, &step, (vec![ask.cause], true), origin))
}
