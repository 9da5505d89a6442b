//! How an export leaves the outbox, or goes back into it.

use super::{advance, graves};
use crate::draft::Draft;
use crate::error::Result;
use crate::keys::{CHAINS, COUNTERS, Chain, EXPORTS, Head, LANES, PARKED, Queued, Ticket};
use crate::settlement::{DeadLetter, Outcome, Settlement};
use model::{DataflowNo, ExportSeq, Lane, ProfileId};

/// Records what became of one export.
pub(crate) fn settle(draft: &mut Draft<'_>, settlement: &Settlement) -> Result<()> {
    let Settlement { seq, outcome } = settlement;
    match locate(draft, *seq)? {
        Some(spot) => settle_at(draft, spot, outcome),
        None => Ok(()),
    }
}

/// Ends exports of one dataflow that nobody has claimed; those that were, and those that are gone, are passed over.
/// None becomes a dead letter that could not be kept.
pub(crate) fn give_up(
    draft: &mut Draft<'_>,
    dataflow: DataflowNo,
    exports: &[ExportSeq],
    outcome: &Outcome,
) -> Result<()> {
    if !outcome.gives_up() {
        return Ok(());
    }
    for &seq in exports {
        if matches!(outcome, Outcome::Dead { .. }) && draft.letters_full(dataflow)? {
            return Ok(());
        }
        if let Some(queued) = EXPORTS.get(&draft.rows, &(dataflow, seq))? {
            let profile = queued.export.profile;
            settle_at(
                draft,
                Spot {
                    dataflow,
                    profile,
                    seq,
                },
                outcome,
            )?;
        }
    }
    Ok(())
}

fn settle_at(draft: &mut Draft<'_>, spot: Spot, outcome: &Outcome) -> Result<()> {
    let seq = &spot.seq;
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
pub(super) struct Spot {
    pub(super) dataflow: DataflowNo,
    pub(super) profile: ProfileId,
    pub(super) seq: ExportSeq,
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
    if in_flight && outcome.gives_up() {
        return Ok(());
    }
    draft.end(seq);
    let row = (dataflow, class, head.due, seq);
    let ticket = LANES.get(&draft.rows, &row)?;
    LANES.delete(&mut draft.rows, &row);
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
    let mut outcome = outcome.clone();
    // Who gives it up does not know how often it was tried.
    if let (true, Outcome::Dead { attempts, .. }, Some(ticket)) = (outcome.gives_up(), &mut outcome, ticket) {
        *attempts = ticket.attempts;
    }
    leave(draft, spot, &outcome)?;
    chain.head = None;
    advance(draft, profile, dataflow, chain, None)
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
    advance(draft, profile, dataflow, chain, None)
}

/// Takes the export's row out of the outbox and counts how it ended.
pub(super) fn leave(draft: &mut Draft<'_>, spot: Spot, outcome: &Outcome) -> Result<()> {
    let key = (spot.dataflow, spot.seq);
    let Some((Queued { export, .. }, bytes)) = EXPORTS.get_sized(&draft.rows, &key)? else {
        return Err(EXPORTS.missing(&key));
    };
    EXPORTS.delete(&mut draft.rows, &key);
    draft.count(spot.dataflow, |counters| counters.queue.take(bytes))?;
    match outcome {
        Outcome::Delivered => {
            graves::pass(draft, &export)?;
            draft.count(spot.dataflow, |counters| counters.delivered += 1)
        }
        Outcome::Dead {
            at,
            reason,
            answer,
            attempts,
        } => {
            let letter = DeadLetter {
                export,
                at: *at,
                reason: *reason,
                answer: answer.clone(),
                attempts: *attempts,
            };
            graves::bury(draft, spot.seq, &letter)
        }
        Outcome::Suppressed(reason) => draft.count(spot.dataflow, |counters| {
            *counters.suppressed.entry(*reason).or_default() += 1;
        }),
        Outcome::Again { .. } => Ok(()),
    }
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
