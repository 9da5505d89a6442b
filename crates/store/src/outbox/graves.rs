//! Dead letters: kept, found by profile, and told when a newer revision passes them.
//!
//! A letter may be sent again as recorded only while nothing newer of its profile has arrived, or the consumer
//! would end on old data. Exports of a profile leave in order, so whatever is newer is delivered after the
//! letter died: from then on each delivery notes its revision, for as long as there is a letter.

use crate::draft::Draft;
use crate::error::Result;
use crate::keys::{DEAD_LETTERS, GRAVES};
use crate::settlement::DeadLetter;
use model::{DataflowNo, ExportSeq, ProfileId, Revision};

/// Where the highest revision delivered is noted: no export has this number.
pub(super) const PASSED: ExportSeq = ExportSeq(0);

/// Keeps and counts a dead letter.
pub(super) fn bury(draft: &mut Draft<'_>, seq: ExportSeq, letter: &DeadLetter) -> Result<()> {
    let (profile, dataflow) = (letter.export.profile, letter.export.lane.dataflow);
    let bytes = DEAD_LETTERS.put_sized(&mut draft.rows, &(dataflow, seq), letter)?;
    GRAVES.put(
        &mut draft.rows,
        &(profile, dataflow, seq),
        &letter.export.revision,
    )?;
    let passed = (profile, dataflow, PASSED);
    if GRAVES.get(&draft.rows, &passed)?.is_none() {
        GRAVES.put(&mut draft.rows, &passed, &Revision::default())?;
    }
    draft.count(dataflow, |counters| {
        *counters.dead.entry(letter.reason).or_default() += 1;
        counters.letters.add(bytes);
    })
}

/// Takes a dead letter of this size away. How it died stays counted.
pub(super) fn open(
    draft: &mut Draft<'_>,
    profile: ProfileId,
    dataflow: DataflowNo,
    seq: ExportSeq,
    bytes: usize,
) -> Result<()> {
    DEAD_LETTERS.delete(&mut draft.rows, &(dataflow, seq));
    GRAVES.delete(&mut draft.rows, &(profile, dataflow, seq));
    let left = GRAVES.scan(&draft.rows, GRAVES.prefix(&(profile, dataflow)), 2, false)?;
    if let [((_, _, PASSED), _)] = left[..] {
        GRAVES.delete(&mut draft.rows, &(profile, dataflow, PASSED));
    }
    draft.count(dataflow, |counters| counters.letters.take(bytes))
}

/// Notes that this revision was delivered, if a letter may be older.
pub(super) fn pass(
    draft: &mut Draft<'_>,
    profile: ProfileId,
    dataflow: DataflowNo,
    revision: Revision,
) -> Result<()> {
    if draft.counters(dataflow)?.letters.rows == 0 {
        return Ok(());
    }
    let passed = (profile, dataflow, PASSED);
    match GRAVES.get(&draft.rows, &passed)? {
        Some(before) if before < revision => GRAVES.put(&mut draft.rows, &passed, &revision),
        _ => Ok(()),
    }
}
