//! What a batch decided, as it is committed: rows and operations, in an order in which no thread has a part.

use crate::cache::Entry;
use crate::core::Batch;
use crate::input::{Answer, Input, Item, What};
use crate::worked::Worked;
use evaluator::Effort;
use model::{DatasetId, JobCounts, ProfileId, Transition};
use std::collections::BTreeMap;
use store::{Decisions, EventKey, MessageCounters, OutboxOp, ProfileDelta};

/// The decisions of a batch.
pub(crate) fn close(worked: Worked, inputs: &[Input]) -> Batch {
    let mut worked = worked;
    let messages = tally(inputs, &worked.answers);
    let transitions = by_profile(transitions(&mut worked));
    let mut profiles = std::mem::take(&mut worked.dropped);
    let absorbed = std::mem::take(&mut worked.absorbed).into_iter();
    profiles.extend(absorbed.map(|(id, gone)| ProfileDelta {
        id,
        old_due: gone.timer,
        absorbed_into: Some(gone.into),
        ..ProfileDelta::default()
    }));
    let (mut steps, mut outbox, mut deltas) = (0, Vec::new(), Vec::new());
    let mut effort = Effort::default();
    let mut told = JobCounts {
        left: worked.left,
        failed: worked.failed,
        ..JobCounts::default()
    };
    let mut costs = Vec::new();
    for made in worked.units.into_iter().map(|unit| unit.made) {
        costs.extend(made.costs);
        steps += made.steps;
        effort += made.effort;
        outbox.extend(made.outbox);
        deltas.extend(made.delta.map(|delta| *delta));
        told.exported += made.told.exported;
        told.live += made.told.live;
        told.left += made.told.left;
    }
    deltas.sort_unstable_by_key(|delta| delta.id);
    profiles.extend(deltas);
    // In the order of decision: by input, and for one input as its unit decided.
    outbox.sort_by_key(|(at, _)| *at);
    let count = worked.count;
    Batch {
        decisions: Decisions {
            clock: count.clock,
            batch: count.batch,
            next_seq: count.seq,
            next_profile: count.profile,
            profiles,
            identities: worked.renamed.into_iter().collect(),
            transitions,
            outbox: outbox.into_iter().map(|(_, op): (usize, OutboxOp)| op).collect(),
            dead_messages: worked.dead,
            messages,
            ..Decisions::default()
        },
        answers: worked.answers.into_iter().flatten().collect(),
        created: worked.created,
        steps,
        effort,
        told,
        costs,
    }
}

/// All transitions in the order of decision.
pub(crate) fn transitions(worked: &mut Worked) -> Vec<(ProfileId, Transition)> {
    let mut all = Vec::new();
    for unit in &mut worked.units {
        all.append(&mut unit.made.transitions);
    }
    all.sort_by_key(|(at, ..)| *at);
    all.into_iter()
        .map(|(_, id, transition)| (id, transition))
        .collect()
}

fn by_profile(mut all: Vec<(ProfileId, Transition)>) -> Vec<(ProfileId, Vec<Transition>)> {
    all.sort_by_key(|(id, _)| *id);
    let of_one = |chunk: &[(ProfileId, Transition)]| {
        let transitions = chunk.iter().map(|(_, transition)| *transition);
        (chunk[0].0, transitions.collect())
    };
    all.chunk_by(|(one, _), (other, _)| one == other)
        .map(of_one)
        .collect()
}

/// What became of the messages, by dataset.
fn tally(inputs: &[Input], answers: &[Option<Answer>]) -> Vec<(DatasetId, MessageCounters)> {
    let mut tallies: BTreeMap<&DatasetId, MessageCounters> = BTreeMap::new();
    for (input, answer) in inputs.iter().zip(answers) {
        let dataset = match &input.what {
            What::Item(Item::Posted(posted)) => &posted.message.dataset,
            What::Item(Item::Bad(dead)) => &dead.dataset,
            What::Tick(..) | What::Visit(_) | What::Tell(..) => continue,
        };
        let counters = tallies.entry(dataset).or_default();
        match answer {
            Some(Answer::Accepted) => counters.accepted += 1,
            Some(Answer::Duplicate) => counters.duplicate += 1,
            Some(Answer::Bad(_) | Answer::Failed(_)) => counters.bad += 1,
            None => {}
        }
    }
    let tallies = tallies.into_iter();
    tallies
        .map(|(dataset, counters)| (dataset.clone(), counters))
        .collect()
}

/// The rows of a profile that differ from those written last.
pub(crate) fn delta(entry: &mut Entry) -> ProfileDelta {
    let touched = entry.state.take_touched();
    let profile = &entry.state.profile;
    let old_due = std::mem::replace(&mut entry.timer, profile.hot.next_due);
    let events = entry.state.accepted(&touched).cloned().collect();
    ProfileDelta {
        id: profile.id,
        hot: Some(profile.hot.clone()),
        identities: touched.identities.then(|| profile.identities.clone()),
        fragments: touched
            .fragments
            .into_iter()
            .map(|at| profile.fragments[at].clone())
            .collect(),
        events,
        forgotten: touched.forgotten.iter().map(EventKey::of).collect(),
        old_due,
        absorbed_into: None,
    }
}
