//! Turns the decisions of one batch into rows.

use crate::bounds::Bounds;
use crate::decisions::{Decisions, EventKey, JobOp, OutboxOp, ProfileDelta};
use crate::digest::Digest;
use crate::draft::Draft;
use crate::error::{Error, Result};
use crate::keys::{
    ALIASES, CANDIDATES, DEAD_MESSAGES, DEFINITIONS, EVENTS, FRAGMENTS, HISTORY, IDENTITIES, IDENTITY_LISTS,
    JOBS, MESSAGE_COUNTERS, PROFILES, TIMERS, UPGRADE,
};
use crate::letters::Unreplayable;
use crate::outbox;
use model::{ProfileId, Transition};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Adds everything that `decisions` say to the draft.
pub(crate) fn apply(draft: &mut Draft<'_>, decisions: &Decisions) -> Result<()> {
    let committed = draft.meta.batch;
    if decisions.batch != committed + 1 {
        let found = decisions.batch;
        return Err(Error::OutOfOrder { found, committed });
    }
    draft.meta.batch = decisions.batch;
    draft.meta.clock = draft.meta.clock.max(decisions.clock);
    draft.meta.next_seq = decisions.next_seq;
    draft.meta.next_profile = decisions.next_profile;
    draft.rows.note_inputs(&decisions.inputs);
    for delta in &decisions.profiles {
        profile(draft, delta)?;
    }
    for (identity, profile) in &decisions.identities {
        let key = Digest::of_identity(identity);
        match profile {
            Some(profile) => IDENTITIES.put(&mut draft.rows, &key, profile)?,
            None => IDENTITIES.delete(&mut draft.rows, &key),
        }
    }
    history(draft, decisions)?;
    for op in &decisions.outbox {
        match op {
            OutboxOp::Export(export) => outbox::export(draft, export)?,
            OutboxOp::Join { survivor, absorbed } => outbox::join(draft, *survivor, absorbed)?,
        }
    }
    for message in &decisions.dead_messages {
        let number = draft.meta.next_dead_message;
        draft.meta.next_dead_message += 1;
        DEAD_MESSAGES.put(&mut draft.rows, &number, message)?;
    }
    for (dataset, delta) in &decisions.messages {
        let mut counters = MESSAGE_COUNTERS.get(&draft.rows, dataset)?.unwrap_or_default();
        counters.accepted += delta.accepted;
        counters.duplicate += delta.duplicate;
        counters.bad += delta.bad;
        MESSAGE_COUNTERS.put(&mut draft.rows, dataset, &counters)?;
    }
    if let Some(definitions) = &decisions.definitions {
        DEFINITIONS.put(&mut draft.rows, &(), definitions)?;
        draft.bounds = Arc::new(Bounds::new(definitions, draft.bounds.all));
    }
    if let Some(upgrade) = &decisions.upgrade {
        UPGRADE.put(&mut draft.rows, &(), upgrade)?;
    }
    decisions.jobs.iter().try_for_each(|op| job(draft, op))
}

fn job(draft: &mut Draft<'_>, op: &JobOp) -> Result<()> {
    let rows = &mut draft.rows;
    match op {
        JobOp::Put(job) => JOBS.put(rows, &job.no, job),
        JobOp::Replay(job, letters) => {
            let mut job = job.clone();
            let told = outbox::replay(draft, job.dataflow, letters)?;
            job.counts.exported += told.replayed;
            for (why, count) in told.refused {
                match why {
                    Unreplayable::NoRoom => job.counts.failed += count,
                    _ => job.counts.left += count,
                }
            }
            JOBS.put(&mut draft.rows, &job.no, &job)
        }
        JobOp::Candidates { job, block, profiles } => CANDIDATES.put(rows, &(*job, *block), profiles),
        JobOp::Finished { job, before } => {
            let mut range = CANDIDATES.prefix(job);
            if let Some(before) = before {
                range.end = CANDIDATES.key(&(*job, *before)).to_vec();
            }
            let finished = CANDIDATES.scan(rows, range, usize::MAX, false)?;
            for (key, _) in &finished {
                CANDIDATES.delete(rows, key);
            }
            Ok(())
        }
    }
}

fn profile(draft: &mut Draft<'_>, delta: &ProfileDelta) -> Result<()> {
    timer(draft, delta)?;
    let rows = &mut draft.rows;
    let id = delta.id;
    for fragment in &delta.fragments {
        let digest = Digest::of_fragment(&fragment.dataset, &fragment.primary);
        FRAGMENTS.put(rows, &(fragment.owner, digest), fragment)?;
    }
    for key in &delta.forgotten {
        EVENTS.delete(rows, &(key.owner, key.digest));
    }
    for event in &delta.events {
        let key = EventKey::of(event);
        EVENTS.put(rows, &(key.owner, key.digest), event)?;
    }
    if let Some(survivor) = delta.absorbed_into {
        ALIASES.put(rows, &id, &survivor)?;
        PROFILES.delete(rows, &id);
        IDENTITY_LISTS.delete(rows, &id);
        return Ok(());
    }
    if let Some(hot) = &delta.hot {
        PROFILES.put(rows, &id, hot)?;
    }
    if let Some(identities) = &delta.identities {
        IDENTITY_LISTS.put(rows, &id, identities)?;
    }
    Ok(())
}

/// Moves the timer row, if the next due has moved.
fn timer(draft: &mut Draft<'_>, delta: &ProfileDelta) -> Result<()> {
    let id = delta.id;
    let hot = delta.hot.as_ref().filter(|_| delta.absorbed_into.is_none());
    let due = hot.and_then(|hot| hot.next_due);
    if due == delta.old_due {
        return Ok(());
    }
    if let Some(due) = delta.old_due {
        TIMERS.delete(&mut draft.rows, &(due, id));
    }
    if let Some(due) = due {
        TIMERS.put_new(&mut draft.rows, &(due, id), &())?;
        draft.set_timer(due);
    }
    Ok(())
}

fn history(draft: &mut Draft<'_>, decisions: &Decisions) -> Result<()> {
    let mut by_profile: BTreeMap<ProfileId, Vec<Transition>> = BTreeMap::new();
    for (profile, transitions) in &decisions.transitions {
        by_profile.entry(*profile).or_default().extend(transitions);
    }
    for (profile, transitions) in by_profile {
        if !transitions.is_empty() {
            HISTORY.put(&mut draft.rows, &(profile, decisions.batch), &transitions)?;
        }
    }
    Ok(())
}
