//! Which exports give their place to a newer one of the same chain, and what the newer one takes over.
//!
//! An export shows the whole profile, so a newer one makes an older one that was not sent yet superfluous, but
//! for why it was decided and for the transitions it tells: those the newer one takes over. What is in flight
//! keeps its place: it may have arrived.

use super::settle::{Spot, leave};
use crate::draft::Draft;
use crate::error::Result;
use crate::keys::{Chain, EXPORTS, FRESH, LANES, PARKED};
use crate::settlement::Outcome;
use model::{Class, Export, ExportedMembership, Lane, SegmentId, Status, SuppressedReason, Timestamp};

/// Transitions that an export tells at most by taking others over: some 30 KiB. Beyond it nothing is left out: it
/// takes no further one over.
const TRANSITIONS: usize = 256;

/// An export with all that it took over.
pub(super) struct Heir {
    pub(super) export: Export,
    /// Whether it took a place.
    pub(super) took: bool,
    /// When it may be claimed, if it took the place of one that had been tried and was to wait; and since when
    /// the destination throttles.
    pub(super) wait: Option<(Timestamp, Option<Timestamp>)>,
}

impl Heir {
    /// An export that takes nothing over.
    pub(super) fn alone(export: Export) -> Self {
        Self {
            export,
            took: false,
            wait: None,
        }
    }
}

/// Ends what `export` takes the place of: bulk ones if it is live, everything if the queue is full, and the last
/// one parked if too many are.
pub(super) fn of(
    draft: &mut Draft<'_>,
    chain: Option<&mut Chain>,
    export: &Export,
    full: bool,
) -> Result<Heir> {
    let mut heir = Heir::alone(export.clone());
    let Some(chain) = chain else {
        return Ok(heir);
    };
    let (dataflow, profile) = (export.lane.dataflow, export.profile);
    let limit = draft.bounds.all.parked.max(1);
    let parked = PARKED.scan(&draft.rows, PARKED.prefix(&(dataflow, profile)), limit, true)?;
    let crowded = parked.len() >= limit;
    let mut taking = Taking {
        class: export.lane.class,
        full,
        crowded,
        room: TRANSITIONS.saturating_sub(export.transitions.len()),
        taken: Vec::new(),
    };
    for ((_, _, seq), class) in parked {
        let spot = Spot::new(dataflow, profile, seq);
        if taking.take(draft, spot, class)? {
            PARKED.delete(&mut draft.rows, &(dataflow, profile, seq));
        }
    }
    taking.crowded = false;
    if let Some(head) = chain.head {
        let (class, seq) = (head.class, head.seq);
        let row = (dataflow, class, head.due, seq);
        let ticket = LANES.get(&draft.rows, &row)?;
        let spot = Spot::new(dataflow, profile, seq);
        if taking.take(draft, spot, class)? {
            LANES.delete(&mut draft.rows, &row);
            draft.end(seq);
            chain.head = None;
            heir.wait = ticket
                .filter(|_| head.due != FRESH)
                .map(|ticket| (head.due, ticket.throttled_since));
        }
    }
    heir.took = !taking.taken.is_empty();
    inherit(&mut heir.export, taking.taken);
    Ok(heir)
}

/// What an export takes over, newest first.
struct Taking {
    class: Class,
    full: bool,
    /// The next one is the last parked, and too many are.
    crowded: bool,
    /// How many transitions it may yet take over.
    room: usize,
    taken: Vec<Export>,
}

impl Taking {
    /// Ends the export at `spot` if it gives its place. A head that is claimed meanwhile keeps it.
    fn take(&mut self, draft: &mut Draft<'_>, spot: Spot, class: Class) -> Result<bool> {
        let crowded = std::mem::take(&mut self.crowded);
        let reason = match (self.class, class) {
            (Class::Live, Class::Bulk) => SuppressedReason::Superseded,
            _ if self.full || crowded => SuppressedReason::Coalesced,
            _ => return Ok(false),
        };
        let key = (spot.dataflow, spot.seq);
        let Some(queued) = EXPORTS.get(&draft.rows, &key)? else {
            return Err(EXPORTS.missing(&key));
        };
        let transitions = queued.export.transitions.len();
        if reason == SuppressedReason::Coalesced && transitions > self.room {
            // Nor any older one: what is taken over has no gap.
            self.full = false;
            return Ok(false);
        }
        let lane = Lane {
            dataflow: spot.dataflow,
            class,
        };
        if !draft.hold(spot.seq, lane) {
            return Ok(false);
        }
        self.room = self.room.saturating_sub(transitions);
        self.taken.push(queued.export);
        leave(draft, spot, &Outcome::Suppressed(reason))?;
        Ok(true)
    }
}

/// Gives `export` the causes, the transitions, the merged profiles, the class and the last exits of those it took
/// the place of, newest first.
fn inherit(export: &mut Export, taken: Vec<Export>) {
    let mut unsaid = Vec::new();
    for older in taken {
        for membership in older.memberships {
            if says(&export.memberships, &membership.segment).is_err()
                && says(&unsaid, &membership.segment).is_err()
            {
                place(&mut unsaid, membership);
            }
        }
        export.lane.class = export.lane.class.min(older.lane.class);
        export.causes.extend(older.causes);
        export.transitions.splice(0..0, older.transitions);
        export.merged.splice(0..0, older.merged);
    }
    for membership in unsaid {
        // A realized one was unmapped without a word.
        if membership.status == Status::Exited {
            place(&mut export.memberships, membership);
        }
    }
    export.causes.sort_unstable();
    export.causes.dedup();
    // Stable: those of one instant, and of one segment, stay in the order of their decision.
    export.transitions.sort_by_key(|transition| transition.at);
    let mut seen = Vec::new();
    export.merged.retain(|id| {
        let first = !seen.contains(id);
        seen.push(*id);
        first
    });
}

/// Where in `memberships`, ascending by segment, that of `segment` is or would be.
fn says(memberships: &[ExportedMembership], segment: &SegmentId) -> std::result::Result<usize, usize> {
    memberships.binary_search_by(|membership| membership.segment.cmp(segment))
}

/// Puts a membership where the order wants it.
fn place(memberships: &mut Vec<ExportedMembership>, membership: ExportedMembership) {
    if let Err(at) = says(memberships, &membership.segment) {
        memberships.insert(at, membership);
    }
}
