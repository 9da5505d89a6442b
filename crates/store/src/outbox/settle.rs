//! How an export leaves the outbox, or goes back into it.

use super::advance;
use crate::draft::Draft;
use crate::error::Result;
use crate::keys::{CHAINS, COUNTERS, Chain, DEAD_LETTERS, EXPORTS, Head, LANES, PARKED, Ticket};
use crate::settlement::{DeadLetter, Outcome, Settlement};
use model::{DataflowNo, ExportSeq, Lane, ProfileId};

/// Records what became of one export.
pub(crate) fn settle(draft: &mut Draft<'_>, settlement: &Settlement) -> Result<()> {
    let Settlement { seq, outcome } = settlement;
    let Some(spot) = locate(draft, *seq)? else {
        return Ok(());
    };
    let chain = CHAINS
        .get(&draft.rows, &(spot.profile, spot.dataflow))?
        .unwrap_or_default();
    match chain.head {
        Some(head) if head.seq == *seq => settle_head(draft, spot, chain, head, outcome),
        _ => settle_parked(draft, spot, chain, outcome),
    }
}

/// An export and whose it is.
#[derive(Clone, Copy)]
struct Spot {
    dataflow: DataflowNo,
    profile: ProfileId,
    seq: ExportSeq,
}

fn settle_head(
    draft: &mut Draft<'_>,
    spot: Spot,
    mut chain: Chain,
    head: Head,
    outcome: &Outcome,
) -> Result<()> {
    let Spot {
        dataflow,
        profile,
        seq,
    } = spot;
    let class = head.class;
    let lane = Lane { dataflow, class };
    let in_flight = !draft.hold(seq, lane);
    if in_flight && matches!(outcome, Outcome::Suppressed(_)) {
        return Ok(());
    }
    draft.end(seq);
    LANES.delete(&mut draft.rows, &(dataflow, class, head.due, seq));
    if let Outcome::Again {
        due,
        attempts,
        throttled_since,
    } = *outcome
    {
        let ticket = Ticket {
            profile,
            attempts,
            throttled_since,
        };
        LANES.put(&mut draft.rows, &(dataflow, class, due, seq), &ticket)?;
        draft.offer(lane, seq);
        chain.head = Some(Head { seq, class, due });
        return CHAINS.put(&mut draft.rows, &(profile, dataflow), &chain);
    }
    leave(draft, spot, outcome)?;
    chain.head = None;
    advance(draft, profile, dataflow, chain)
}

/// A parked export was never claimable, so it cannot have been sent: it can only be given up.
fn settle_parked(draft: &mut Draft<'_>, spot: Spot, chain: Chain, outcome: &Outcome) -> Result<()> {
    let Spot {
        dataflow,
        profile,
        seq,
    } = spot;
    let given_up = matches!(outcome, Outcome::Dead { .. } | Outcome::Suppressed(_));
    let parked = PARKED.get(&draft.rows, &(dataflow, profile, seq))?.is_some();
    if !parked {
        // Settled before: the claim is all that is left of it.
        draft.end(seq);
        return Ok(());
    }
    if !given_up {
        return Ok(());
    }
    PARKED.delete(&mut draft.rows, &(dataflow, profile, seq));
    leave(draft, spot, outcome)?;
    advance(draft, profile, dataflow, chain)
}

/// Takes the export's row out of the outbox and counts how it ended.
fn leave(draft: &mut Draft<'_>, spot: Spot, outcome: &Outcome) -> Result<()> {
    let key = (spot.dataflow, spot.seq);
    let Some(bytes) = EXPORTS.size(&draft.rows, &key)? else {
        return Err(EXPORTS.missing(&key));
    };
    let mut letter_bytes = 0;
    if let Outcome::Dead {
        at,
        reason,
        answer,
        attempts,
    } = outcome
        && let Some(queued) = EXPORTS.get(&draft.rows, &key)?
    {
        let letter = DeadLetter {
            export: queued.export,
            at: *at,
            reason: *reason,
            answer: answer.clone(),
            attempts: *attempts,
        };
        letter_bytes = DEAD_LETTERS.put_sized(&mut draft.rows, &key, &letter)?;
    }
    EXPORTS.delete(&mut draft.rows, &key);
    draft.count(spot.dataflow, |counters| {
        counters.queue.take(bytes);
        match outcome {
            Outcome::Delivered => counters.delivered += 1,
            Outcome::Dead { reason, .. } => {
                *counters.dead.entry(*reason).or_default() += 1;
                counters.letters.add(letter_bytes);
            }
            Outcome::Suppressed(reason) => *counters.suppressed.entry(*reason).or_default() += 1,
            Outcome::Again { .. } => {}
        }
    })
}

/// Finds an export by its number: the claim knows where it is, else every dataflow is asked, which is rare.
fn locate(draft: &Draft<'_>, seq: ExportSeq) -> Result<Option<Spot>> {
    if let Some((dataflow, profile)) = draft.in_flight(seq) {
        return Ok(Some(Spot {
            dataflow,
            profile,
            seq,
        }));
    }
    let dataflows = COUNTERS.scan(&draft.rows, COUNTERS.prefix(&()), usize::MAX, false)?;
    for (dataflow, _) in dataflows {
        if let Some(queued) = EXPORTS.get(&draft.rows, &(dataflow, seq))? {
            let profile = queued.export.profile;
            return Ok(Some(Spot {
                dataflow,
                profile,
                seq,
            }));
        }
    }
    Ok(None)
}
