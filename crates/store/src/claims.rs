//! Which exports are in flight: known in memory only, since a restart ends all flights.

use model::{Class, DataflowNo, ExportSeq, Lane, ProfileId};
use std::collections::BTreeMap;

/// Who has an export.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Holder {
    /// The sending half, until it settles or releases it. Survives a reopen of the engine.
    Lane {
        /// Of which lane.
        lane: Lane,
        /// Whose export it is.
        profile: ProfileId,
    },
    /// The committer, while it commits the end of an export that nobody had claimed.
    Committer {
        /// The lane whose row it is.
        lane: Lane,
    },
}

/// Exports that no claim may return, and where the next claim of a lane begins to look.
#[derive(Default)]
pub(crate) struct Claims {
    held: BTreeMap<ExportSeq, Holder>,
    /// By lane: all fresh exports before this one are held. Saves walking over them again.
    positions: BTreeMap<Lane, ExportSeq>,
}

impl Claims {
    pub(crate) fn is_free(&self, seq: ExportSeq) -> bool {
        !self.held.contains_key(&seq)
    }

    /// The claim on `seq`, if it is in flight.
    pub(crate) fn in_flight(&self, seq: ExportSeq) -> Option<(DataflowNo, ProfileId)> {
        match self.held.get(&seq)? {
            Holder::Lane { lane, profile } => Some((lane.dataflow, *profile)),
            Holder::Committer { .. } => None,
        }
    }

    /// The class of the lane that has `seq` in flight.
    pub(crate) fn class(&self, seq: ExportSeq) -> Option<Class> {
        match self.held.get(&seq)? {
            Holder::Lane { lane, .. } => Some(lane.class),
            Holder::Committer { .. } => None,
        }
    }

    pub(crate) fn hold(&mut self, seq: ExportSeq, holder: Holder) {
        self.held.insert(seq, holder);
    }

    /// Gives `seq` back: it can be claimed again if its row is still there.
    pub(crate) fn release(&mut self, seq: ExportSeq) {
        if let Some(Holder::Lane { lane, .. } | Holder::Committer { lane }) = self.held.remove(&seq) {
            self.offer(lane, seq);
        }
    }

    /// Forgets `seq` because its row is gone.
    pub(crate) fn end(&mut self, seq: ExportSeq) {
        self.held.remove(&seq);
    }

    /// Where to look first for fresh exports of `lane`.
    pub(crate) fn position(&self, lane: Lane) -> ExportSeq {
        self.positions.get(&lane).copied().unwrap_or_default()
    }

    pub(crate) fn advance(&mut self, lane: Lane, to: ExportSeq) {
        self.positions.insert(lane, to);
    }

    /// Makes the next claim of `lane` look at `seq`, which can lie before its position.
    pub(crate) fn offer(&mut self, lane: Lane, seq: ExportSeq) {
        if let Some(position) = self.positions.get_mut(&lane) {
            *position = seq.min(*position);
        }
    }

    /// After a failed commit: what the committer held is free again, and nobody knows where to look. Flights
    /// go on.
    pub(crate) fn commit_failed(&mut self) {
        self.held
            .retain(|_, holder| matches!(holder, Holder::Lane { .. }));
        self.positions.clear();
    }
}

#[cfg(test)]
mod tests;
