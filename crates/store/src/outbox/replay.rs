//! Dead letters that become pending again, or are purged.

use super::{enqueue, graves, newest_pending};
use crate::draft::Draft;
use crate::engine::Read;
use crate::error::Result;
use crate::keys::{ALIASES, CHAINS, DEAD_LETTERS, EXPORTS, GRAVES};
use crate::letters::{LetterKey, Replayed, Unreplayable};
use crate::outbox::heir::Heir;
use model::{Class, DataflowNo, Export, ExportSeq};

/// Why this export, which is dead, must not be sent as recorded; `None` if it may be.
pub(crate) fn unreplayable<R: Read + ?Sized>(rows: &R, export: &Export) -> Result<Option<Unreplayable>> {
    let (profile, dataflow) = (export.profile, export.lane.dataflow);
    if ALIASES.get(rows, &profile)?.is_some() {
        return Ok(Some(Unreplayable::Absorbed));
    }
    let passed = GRAVES.get(rows, &(profile, dataflow, graves::PASSED))?;
    if passed.is_some_and(|delivered| delivered > export.revision) {
        return Ok(Some(Unreplayable::Overtaken));
    }
    let Some(newest) = newest_pending(rows, profile, dataflow)? else {
        return Ok(None);
    };
    let pending = EXPORTS.get(rows, &(dataflow, newest))?;
    let newer = pending.is_some_and(|queued| queued.export.revision > export.revision);
    Ok(newer.then_some(Unreplayable::Overtaken))
}

/// Makes those letters pending again that may be.
pub(crate) fn replay(draft: &mut Draft<'_>, dataflow: DataflowNo, letters: &[ExportSeq]) -> Result<Replayed> {
    let mut told = Replayed::default();
    for &number in letters {
        told.note(replay_one(draft, (dataflow, number))?);
    }
    Ok(told)
}

fn replay_one(draft: &mut Draft<'_>, key: LetterKey) -> Result<Option<Unreplayable>> {
    let (dataflow, seq) = key;
    let Some((letter, bytes)) = DEAD_LETTERS.get_sized(&draft.rows, &key)? else {
        return Ok(Some(Unreplayable::Gone));
    };
    let mut export = letter.export;
    if let Some(why) = unreplayable(&draft.rows, &export)? {
        return Ok(Some(why));
    }
    if !draft.takes_bulk(dataflow)? {
        return Ok(Some(Unreplayable::NoRoom));
    }
    graves::open(draft, export.profile, dataflow, seq, bytes)?;
    draft.count(dataflow, |counters| {
        if let Some(count) = counters.dead.get_mut(&letter.reason) {
            *count = count.saturating_sub(1);
        }
        counters.dead.retain(|_, count| *count > 0);
    })?;
    export.lane.class = Class::Bulk;
    let chain = CHAINS.get(&draft.rows, &(export.profile, dataflow))?;
    // A new number: it waits from now on, behind what is older of its profile and before nothing.
    enqueue(draft, chain, Heir::alone(export))?;
    Ok(None)
}

/// Deletes letters.
pub(crate) fn purge(draft: &mut Draft<'_>, letters: &[LetterKey], told: &mut u64) -> Result<()> {
    *told = 0;
    for &key in letters {
        if let Some((letter, bytes)) = DEAD_LETTERS.get_sized(&draft.rows, &key)? {
            graves::open(draft, letter.export.profile, key.0, key.1, bytes)?;
            *told += 1;
        }
    }
    Ok(())
}
