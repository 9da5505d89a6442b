//! Which exports are in flight: known in memory only, since a restart ends all flights.

use model::{Class, ExportSeq, Lane, ProfileId, Revision, Timestamp};
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

/// Who has an export.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Holder {
    /// The sending half, until it settles or releases it. Survives a reopen of the engine.
    Flight(Flight),
    /// The committer, while it commits the end of an export that nobody had claimed.
    Committer {
        /// The lane whose row it is.
        lane: Lane,
    },
}

/// An export in flight, as far as its end has to know it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Flight {
    /// Of which lane.
    pub(crate) lane: Lane,
    /// Whose export it is.
    pub(crate) profile: ProfileId,
    /// Its revision.
    pub(crate) revision: Revision,
    /// The size of its row.
    pub(crate) bytes: usize,
    /// When it was due: part of the key of its lane row.
    pub(crate) due: Timestamp,
    /// Whether its ticket says that it is alone, and nothing has come since.
    pub(crate) alone: bool,
}

impl Position {
    /// `seq` is free again.
    fn back_to(&mut self, seq: ExportSeq) {
        self.seq = seq.min(self.seq);
        self.released += 1;
    }
}

/// Exports that no claim may return, and where the next claim of a lane begins to look.
#[derive(Default)]
pub(crate) struct Claims {
    held: BTreeMap<ExportSeq, Holder>,
    positions: BTreeMap<Lane, Position>,
}

/// Where the next claim of a lane begins to look: all fresh exports before this one are held. Saves walking over them
/// again.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Position {
    pub(crate) seq: ExportSeq,
    /// How often an export of the lane was held and is free again.
    released: u64,
}

impl Claims {
    pub(crate) fn is_free(&self, seq: ExportSeq) -> bool {
        !self.held.contains_key(&seq)
    }

    /// What is known of `seq`, if it is in flight.
    pub(crate) fn in_flight(&self, seq: ExportSeq) -> Option<Flight> {
        match self.held.get(&seq)? {
            Holder::Flight(flight) => Some(*flight),
            Holder::Committer { .. } => None,
        }
    }

    /// The class of the lane that has `seq` in flight.
    pub(crate) fn class(&self, seq: ExportSeq) -> Option<Class> {
        self.in_flight(seq).map(|flight| flight.lane.class)
    }

    /// Has a flight no longer be alone. Returns it if it was.
    pub(crate) fn crowd(&mut self, seq: ExportSeq) -> Option<Flight> {
        match self.held.get_mut(&seq)? {
            Holder::Flight(flight) if flight.alone => {
                flight.alone = false;
                Some(*flight)
            }
            _ => None,
        }
    }

    /// Holds `seq` if nobody does; whether it was free.
    pub(crate) fn hold(&mut self, seq: ExportSeq, holder: Holder) -> bool {
        match self.held.entry(seq) {
            Entry::Vacant(free) => {
                free.insert(holder);
                true
            }
            Entry::Occupied(_) => false,
        }
    }

    /// Gives `seq` back: it can be claimed again if its row is still there.
    pub(crate) fn release(&mut self, seq: ExportSeq) {
        match self.held.remove(&seq) {
            Some(Holder::Flight(Flight { lane, .. }) | Holder::Committer { lane }) => {
                self.positions.entry(lane).or_default().back_to(seq);
            }
            None => {}
        }
    }

    /// Forgets `seq` because its row is gone.
    pub(crate) fn end(&mut self, seq: ExportSeq) {
        self.held.remove(&seq);
    }

    /// Where to look first for fresh exports of `lane`.
    pub(crate) fn position(&self, lane: Lane) -> Position {
        self.positions.get(&lane).copied().unwrap_or_default()
    }

    /// Who looked from `from` on has seen all fresh exports of `lane` before `to` held. Changes nothing if one of them may
    /// have become free meanwhile, or one came before `from`.
    pub(crate) fn advance(&mut self, lane: Lane, from: Position, to: ExportSeq) {
        let position = self.positions.entry(lane).or_default();
        if *position == from {
            position.seq = to;
        }
    }

    /// Makes the next claim of `lane` look at `seq`, whose row has become visible and can lie before its position.
    pub(crate) fn offer(&mut self, lane: Lane, seq: ExportSeq) {
        if let Some(position) = self.positions.get_mut(&lane) {
            position.seq = seq.min(position.seq);
        }
    }

    /// After a failed commit: what the committer held is free again, and nobody knows where to look. Flights
    /// go on; none is known to be alone, because what failed may be on the disk all the same.
    pub(crate) fn commit_failed(&mut self) {
        self.held.retain(|_, holder| match holder {
            Holder::Flight(flight) => {
                flight.alone = false;
                true
            }
            Holder::Committer { .. } => false,
        });
        for position in self.positions.values_mut() {
            position.back_to(ExportSeq::default());
        }
    }
}

#[cfg(test)]
mod tests;
