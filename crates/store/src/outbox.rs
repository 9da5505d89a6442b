//! What is pending, in which order it may leave: lane rows, parked rows, chains and joins.
//!
//! Each (dataflow, profile) is a chain. Its head has the lane row and can be claimed; what was decided later is
//! parked behind it. At a join the survivor's later exports also wait until every chain of the absorbed profiles
//! has ended. Only the committer calls these functions, on the batch it is building, so they see all that was
//! decided before.

mod settle;

pub(crate) use settle::settle;

use crate::draft::Draft;
use crate::engine::Read;
use crate::error::Result;
use crate::keys::{CHAINS, Chain, EXPORTS, FRESH, Head, LANES, PARKED, Queued, Ticket, Wait};
use model::{Class, DataflowNo, Export, ExportSeq, Lane, ProfileId};

/// Puts a decided export behind everything decided before for its dataflow and profile.
pub(crate) fn export(draft: &mut Draft<'_>, export: &Export) -> Result<()> {
    let Lane { dataflow, class } = export.lane;
    let seq = draft.meta.next_export;
    draft.meta.next_export = seq.next();
    let queued = Queued {
        since: draft.meta.clock,
        export: export.clone(),
    };
    let bytes = EXPORTS.put_sized(&mut draft.rows, &(dataflow, seq), &queued)?;
    PARKED.put(&mut draft.rows, &(dataflow, export.profile, seq), &class)?;
    draft.count(dataflow, |counters| {
        counters.decided += 1;
        counters.queue.add(bytes);
    })?;
    let chain = CHAINS.get(&draft.rows, &(export.profile, dataflow))?;
    advance(draft, export.profile, dataflow, chain.unwrap_or_default())
}

/// Makes the survivor's later exports wait, by dataflow, for what is pending of the absorbed.
pub(crate) fn join(draft: &mut Draft<'_>, survivor: ProfileId, absorbed: &[ProfileId]) -> Result<()> {
    let from = draft.meta.next_export;
    for &on in absorbed {
        let pending = CHAINS.scan(&draft.rows, CHAINS.prefix(&on), usize::MAX, false)?;
        for ((_, dataflow), mut chain) in pending {
            chain.awaited_by = Some(survivor);
            CHAINS.put(&mut draft.rows, &(on, dataflow), &chain)?;
            let mut waiting = CHAINS
                .get(&draft.rows, &(survivor, dataflow))?
                .unwrap_or_default();
            waiting.waits.push(Wait { on, from });
            CHAINS.put(&mut draft.rows, &(survivor, dataflow), &waiting)?;
        }
    }
    Ok(())
}

/// Brings a chain on after something changed in it: gives a headless one the next head, or ends it and looks at
/// the one that waited for it. Writes the chain in any case.
fn advance(draft: &mut Draft<'_>, profile: ProfileId, dataflow: DataflowNo, chain: Chain) -> Result<()> {
    let (mut profile, mut chain) = (profile, chain);
    loop {
        if chain.head.is_none() {
            chain.head = free_next(draft, profile, dataflow, &chain.waits)?;
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

/// Gives the first parked export its lane row, unless it has to wait.
fn free_next(
    draft: &mut Draft<'_>,
    profile: ProfileId,
    dataflow: DataflowNo,
    waits: &[Wait],
) -> Result<Option<Head>> {
    let Some((seq, class)) = first_parked(&draft.rows, profile, dataflow)? else {
        return Ok(None);
    };
    if waits.iter().any(|wait| wait.from <= seq) {
        return Ok(None);
    }
    PARKED.delete(&mut draft.rows, &(dataflow, profile, seq));
    let ticket = Ticket {
        profile,
        attempts: 0,
        throttled_since: None,
    };
    LANES.put(&mut draft.rows, &(dataflow, class, FRESH, seq), &ticket)?;
    draft.offer(Lane { dataflow, class }, seq);
    let due = FRESH;
    Ok(Some(Head { seq, class, due }))
}

fn first_parked<R: Read + ?Sized>(
    rows: &R,
    profile: ProfileId,
    dataflow: DataflowNo,
) -> Result<Option<(ExportSeq, Class)>> {
    let parked = PARKED.scan(rows, PARKED.prefix(&(dataflow, profile)), 1, false)?;
    Ok(parked.into_iter().next().map(|((_, _, seq), class)| (seq, class)))
}
