//! How an export leaves the outbox, or goes back into it.

use super::{advance, graves};
use crate::claims::Flight;
use crate::draft::Draft;
use crate::error::Result;
use crate::keys::{CHAINS, COUNTERS, Chain, EXPORTS, Head, LANES, PARKED, Queued, Ticket};
use crate::settlement::{DeadLetter, Outcome, Settlement};
use model::{DataflowNo, ExportSeq, Lane, ProfileId, Revision};

/// Records what became of one export.
pub(crate) fn settle(draft: &mut Draft<'_>, settlement: &Settlement) -> Result<()> {
    let Settlement { seq, outcome } = settlement;
    if *outcome == Outcome::Delivered
        && let Some(flight) = draft.lone_flight(*seq)
    {
        return arrive_alone(draft, *seq, flight);
    }
    match locate(draft, *seq)? {
        Some(spot) => settle_at(draft, spot, outcome),
        None => Ok(()),
    }
}

/// The most frequent end, and the cheapest: nothing has to be read, because the claim knows all there is.
fn arrive_alone(draft: &mut Draft<'_>, seq: ExportSeq, flight: Flight) -> Result<()> {
    let Lane { dataflow, class } = flight.lane;
    draft.end(seq);
    LANES.delete(&mut draft.rows, &(dataflow, class, flight.due, seq));
    EXPORTS.delete(&mut draft.rows, &(dataflow, seq));
    CHAINS.delete(&mut draft.rows, &(flight.profile, dataflow));
    draft.count(dataflow, |counters| counters.queue.take(flight.bytes))?;
    arrived(draft, flight.profile, dataflow, flight.revision)
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
            settle_at(draft, Spot::new(dataflow, profile, seq), outcome)?;
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
    /// Whether it is in flight and nothing has come to its chain.
    alone: bool,
}

impl Spot {
    /// Of an export that may not be in flight.
    pub(super) fn new(dataflow: DataflowNo, profile: ProfileId, seq: ExportSeq) -> Self {
        Self {
            dataflow,
            profile,
            seq,
            alone: false,
        }
    }
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
        ..
    } = spot;
    let class = head.class;
    let lane = Lane { dataflow, class };
    let in_flight = !draft.hold(seq, lane);
    if in_flight && outcome.gives_up() {
        return Ok(());
    }
    draft.end(seq);
    let row = (dataflow, class, head.due, seq);
    match *outcome {
        Outcome::Again {
            due,
            attempts,
            throttled_since,
        } => {
            let ticket = Ticket {
                profile,
                attempts,
                throttled_since,
                alone: spot.alone,
            };
            LANES.delete(&mut draft.rows, &row);
            LANES.put(&mut draft.rows, &(dataflow, class, due, seq), &ticket)?;
            draft.offer(lane, seq);
            chain.head = Some(Head { seq, class, due });
            return CHAINS.put(&mut draft.rows, &(profile, dataflow), &chain);
        }
        Outcome::Dead { .. } if outcome.gives_up() => {
            // Who gives it up does not know how often it was tried.
            let ticket = LANES.get(&draft.rows, &row)?;
            let mut outcome = outcome.clone();
            if let (Outcome::Dead { attempts, .. }, Some(ticket)) = (&mut outcome, ticket) {
                *attempts = ticket.attempts;
            }
            leave(draft, spot, &outcome)?;
        }
        _ => leave(draft, spot, outcome)?,
    }
    LANES.delete(&mut draft.rows, &row);
    chain.head = None;
    advance(draft, profile, dataflow, chain, None)
}

/// A parked export was never claimable, so it cannot have been sent: it can only be given up.
fn settle_parked(draft: &mut Draft<'_>, spot: Spot, chain: Chain, outcome: &Outcome) -> Result<()> {
    let Spot {
        dataflow,
        profile,
        seq,
        ..
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
        Outcome::Delivered => arrived(draft, spot.profile, spot.dataflow, export.revision),
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

/// Counts an export of this revision as delivered.
fn arrived(
    draft: &mut Draft<'_>,
    profile: ProfileId,
    dataflow: DataflowNo,
    revision: Revision,
) -> Result<()> {
    graves::pass(draft, profile, dataflow, revision)?;
    draft.count(dataflow, |counters| counters.delivered += 1)
}

/// Finds an export by its number: the claim knows where it is, else every dataflow is asked, which is rare.
fn locate(draft: &Draft<'_>, seq: ExportSeq) -> Result<Option<Spot>> {
    if let Some(flight) = draft.in_flight(seq) {
        return Ok(Some(Spot {
            dataflow: flight.lane.dataflow,
            profile: flight.profile,
            seq,
            alone: flight.alone,
        }));
    }
    let dataflows = COUNTERS.scan(&draft.rows, COUNTERS.prefix(&()), usize::MAX, false)?;
    for (dataflow, _) in dataflows {
        if let Some(queued) = EXPORTS.get(&draft.rows, &(dataflow, seq))? {
            return Ok(Some(Spot::new(dataflow, queued.export.profile, seq)));
        }
    }
    Ok(None)
}
