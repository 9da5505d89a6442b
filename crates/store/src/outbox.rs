//! What is pending, in which order it may leave: lane rows, parked rows, chains and joins.
//!
//! Each (dataflow, profile) is a chain. Its head has the lane row and can be claimed; what was decided later is
//! parked behind it. At a join the survivor's later exports also wait until every chain of the absorbed profiles
//! has ended. Only the committer calls these functions, on the batch it is building, so they see all that was
//! decided before.

mod graves;
mod heir;
mod overdue;
mod replay;
mod settle;

pub(crate) use replay::{purge, replay, unreplayable};
pub(crate) use settle::{give_up, settle};

use crate::draft::Draft;
use crate::engine::Read;
use crate::error::Result;
use crate::keys::{CHAINS, Chain, EXPORTS, FRESH, Head, LANES, PARKED, Queued, Ticket, Wait};
use crate::settlement::DeadLetter;
use heir::Heir;
use model::{DataflowNo, DeadReason, Export, ExportSeq, Lane, ProfileId, Timestamp, WhenFull};

/// An export, the instant before which it is not to be claimed, and since when the destination throttles.
type Later = (ExportSeq, (Timestamp, Option<Timestamp>));

/// Puts a decided export behind everything decided before for its dataflow and profile, or in its place. In a
/// full queue the policy of the dataflow decides.
pub(crate) fn export(draft: &mut Draft<'_>, export: &Export) -> Result<()> {
    let Lane { dataflow, .. } = export.lane;
    let full = draft.full(dataflow)?;
    if full == Some(WhenFull::Dead) && !draft.letters_full(dataflow)? {
        return overflow(draft, export);
    }
    let key = (export.profile, dataflow);
    let mut chain = CHAINS.get(&draft.rows, &key)?;
    let heir = heir::of(draft, chain.as_mut(), export, full == Some(WhenFull::Coalesce))?;
    if full.is_some() && !heir.took {
        draft.stick(dataflow);
    }
    draft.count(dataflow, |counters| counters.decided += 1)?;
    enqueue(draft, chain, heir)
}

/// Gives an export the next number and the last place of its chain, if it has one.
fn enqueue(draft: &mut Draft<'_>, chain: Option<Chain>, heir: Heir) -> Result<()> {
    let Heir { export, wait, .. } = heir;
    let Lane { dataflow, class } = export.lane;
    let profile = export.profile;
    let seq = draft.meta.next_export;
    draft.meta.next_export = seq.next();
    let since = draft.meta.clock;
    let bytes = EXPORTS.put_new(&mut draft.rows, &(dataflow, seq), &Queued { since, export })?;
    draft.count(dataflow, |counters| counters.queue.add(bytes))?;
    let wait = wait.map(|wait| (seq, wait));
    let Some(chain) = chain else {
        let chain = Chain {
            head: Some(lead(draft, profile, Lane { dataflow, class }, seq, wait, true)?),
            ..Chain::default()
        };
        CHAINS.put_new(&mut draft.rows, &(profile, dataflow), &chain)?;
        return Ok(());
    };
    PARKED.put_new(&mut draft.rows, &(dataflow, profile, seq), &class)?;
    if let Some(head) = chain.head {
        crowd(draft, dataflow, head)?;
    }
    advance(draft, profile, dataflow, chain, wait)
}

/// The head of a chain is not alone any more: something is parked behind it, or somebody waits for it or it for somebody.
fn crowd(draft: &mut Draft<'_>, dataflow: DataflowNo, head: Head) -> Result<()> {
    draft.crowd(head.seq);
    let row = (dataflow, head.class, head.due, head.seq);
    match LANES.get(&draft.rows, &row)? {
        Some(ticket) if ticket.alone => {
            let alone = false;
            LANES.put(&mut draft.rows, &row, &Ticket { alone, ..ticket })
        }
        _ => Ok(()),
    }
}

/// The queue is full and its policy is `dead`: the export is a dead letter at once.
fn overflow(draft: &mut Draft<'_>, export: &Export) -> Result<()> {
    let Lane { dataflow, .. } = export.lane;
    let seq = draft.meta.next_export;
    draft.meta.next_export = seq.next();
    let bound = draft.bounds.of(dataflow).bytes;
    let reason = DeadReason::Overflow;
    let letter = DeadLetter {
        export: export.clone(),
        at: draft.meta.clock,
        reason,
        answer: format!("the queue was full (of {bound} bytes) when it was decided"),
        attempts: 0,
    };
    draft.count(dataflow, |counters| counters.decided += 1)?;
    graves::bury(draft, seq, &letter)
}

/// Makes the survivor's later exports wait, by dataflow, for what is pending of the absorbed.
pub(crate) fn join(draft: &mut Draft<'_>, survivor: ProfileId, absorbed: &[ProfileId]) -> Result<()> {
    let from = draft.meta.next_export;
    for &on in absorbed {
        let pending = CHAINS.scan(&draft.rows, CHAINS.prefix(&on), usize::MAX, false)?;
        for ((_, dataflow), mut chain) in pending {
            chain.awaited_by = Some(survivor);
            CHAINS.put(&mut draft.rows, &(on, dataflow), &chain)?;
            if let Some(head) = chain.head {
                crowd(draft, dataflow, head)?;
            }
            let mut waiting = CHAINS
                .get(&draft.rows, &(survivor, dataflow))?
                .unwrap_or_default();
            waiting.waits.push(Wait { on, from });
            CHAINS.put(&mut draft.rows, &(survivor, dataflow), &waiting)?;
            if let Some(head) = waiting.head {
                crowd(draft, dataflow, head)?;
            }
        }
    }
    Ok(())
}

/// Brings a chain on after something changed in it: gives a headless one the next head, or ends it and looks at
/// the one that waited for it. Writes the chain in any case.
/// `later` is an export that, if it is the next head, is not to be claimed before an instant.
fn advance(
    draft: &mut Draft<'_>,
    profile: ProfileId,
    dataflow: DataflowNo,
    chain: Chain,
    later: Option<Later>,
) -> Result<()> {
    let (mut profile, mut chain) = (profile, chain);
    loop {
        if chain.head.is_none() {
            free_next(draft, profile, dataflow, &mut chain, later)?;
        }
        if chain.head.is_some() || !chain.waits.is_empty() {
            return CHAINS.put(&mut draft.rows, &(profile, dataflow), &chain);
        }
        CHAINS.delete(&mut draft.rows, &(profile, dataflow));
        let Some(waiting) = chain.awaited_by else {
            return Ok(());
        };
        let Some(mut next) = CHAINS.get(&draft.rows, &(waiting, dataflow))? else {
            return Ok(());
        };
        next.waits.retain(|wait| wait.on != profile);
        (profile, chain) = (waiting, next);
    }
}

/// Makes the first parked export the head, unless it has to wait.
fn free_next(
    draft: &mut Draft<'_>,
    profile: ProfileId,
    dataflow: DataflowNo,
    chain: &mut Chain,
    later: Option<Later>,
) -> Result<()> {
    let mut parked = PARKED
        .scan(&draft.rows, PARKED.prefix(&(dataflow, profile)), 2, false)?
        .into_iter();
    let Some(((_, _, seq), class)) = parked.next() else {
        return Ok(());
    };
    if chain.waits.iter().any(|wait| wait.from <= seq) {
        return Ok(());
    }
    PARKED.delete(&mut draft.rows, &(dataflow, profile, seq));
    let alone = parked.next().is_none() && chain.waits.is_empty() && chain.awaited_by.is_none();
    chain.head = Some(lead(draft, profile, Lane { dataflow, class }, seq, later, alone)?);
    Ok(())
}

/// Gives an export the lane row of its chain. `later` counts if it is of this export.
fn lead(
    draft: &mut Draft<'_>,
    profile: ProfileId,
    lane: Lane,
    seq: ExportSeq,
    later: Option<Later>,
    alone: bool,
) -> Result<Head> {
    let later = later.filter(|(of, _)| *of == seq);
    let (due, throttled_since) = later.map_or((FRESH, None), |(_, wait)| wait);
    let ticket = Ticket {
        profile,
        attempts: 0,
        throttled_since,
        alone,
    };
    let Lane { dataflow, class } = lane;
    LANES.put_new(&mut draft.rows, &(dataflow, class, due, seq), &ticket)?;
    draft.offer(lane, seq);
    Ok(Head { seq, class, due })
}

/// The last of what is pending of a profile.
fn newest_pending<R: Read + ?Sized>(
    rows: &R,
    profile: ProfileId,
    dataflow: DataflowNo,
) -> Result<Option<ExportSeq>> {
    let parked = PARKED.scan(rows, PARKED.prefix(&(dataflow, profile)), 1, true)?;
    if let Some(((_, _, seq), _)) = parked.into_iter().next() {
        return Ok(Some(seq));
    }
    let chain = CHAINS.get(rows, &(profile, dataflow))?;
    Ok(chain.and_then(|chain| chain.head).map(|head| head.seq))
}
