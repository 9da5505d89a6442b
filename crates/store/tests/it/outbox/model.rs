//! The outbox as the specification tells it, in the simplest form that can be right: a list.

use crate::support::live;
use model::{
    Account, Class, DataflowNo, DeadReason, ExportSeq, Lane, ProfileId, SuppressedReason, Timestamp,
};
use std::collections::{BTreeMap, BTreeSet};
use store::Outcome;

/// Everything ever decided, in order.
#[derive(Clone, Default)]
pub(crate) struct Outbox {
    pub(crate) exports: Vec<Export>,
    absorbed_into: BTreeMap<ProfileId, ProfileId>,
    in_flight: BTreeSet<ExportSeq>,
}

#[derive(Clone, Debug)]
pub(crate) struct Export {
    seq: ExportSeq,
    lane: Lane,
    profile: ProfileId,
    /// What must have ended before it may leave.
    after: Vec<ExportSeq>,
    due: Option<Timestamp>,
    end: Option<End>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum End {
    Delivered,
    Dead(DeadReason),
    Suppressed(SuppressedReason),
}

impl Outbox {
    pub(crate) fn decide(&mut self, lane: Lane, profile: ProfileId) {
        let family = |one: &Export| self.survivor(one.profile) == self.survivor(profile);
        let pending = self.exports.iter().filter(|one| one.end.is_none());
        let before = pending.filter(|one| one.lane.dataflow == lane.dataflow && family(one));
        let after = before.map(|one| one.seq).collect();
        self.exports.push(Export {
            seq: ExportSeq(self.exports.len() as u64 + 1),
            lane,
            profile,
            after,
            due: None,
            end: None,
        });
    }

    pub(crate) fn join(&mut self, survivor: ProfileId, absorbed: ProfileId) {
        self.absorbed_into.insert(absorbed, survivor);
    }

    pub(crate) fn survivor(&self, profile: ProfileId) -> ProfileId {
        self.absorbed_into
            .get(&profile)
            .map_or(profile, |&into| self.survivor(into))
    }

    /// What a claim of `lane` finds: retries by due time, then fresh ones, each by number.
    pub(crate) fn claimable(&self, lane: Lane, now: Timestamp) -> Vec<ExportSeq> {
        let ended = |seq: &ExportSeq| self.export(*seq).end.is_some();
        let free = self.exports.iter().filter(|one| {
            one.lane == lane
                && one.end.is_none()
                && one.due.is_none_or(|due| due <= now)
                && !self.in_flight.contains(&one.seq)
                && one.after.iter().all(ended)
        });
        let mut free: Vec<_> = free.map(|one| (one.due.is_none(), one.due, one.seq)).collect();
        free.sort_unstable();
        free.into_iter().map(|(_, _, seq)| seq).collect()
    }

    pub(crate) fn next_due(&self, lane: Lane) -> Option<Timestamp> {
        let due = |seq: ExportSeq| self.export(seq).due.unwrap_or(Timestamp::MIN);
        self.claimable(lane, Timestamp::MAX).into_iter().map(due).min()
    }

    pub(crate) fn claim(&mut self, claimed: &[ExportSeq]) {
        self.in_flight.extend(claimed);
    }

    pub(crate) fn release(&mut self, seq: ExportSeq) {
        self.in_flight.remove(&seq);
    }

    pub(crate) fn land_all(&mut self) {
        self.in_flight.clear();
    }

    pub(crate) fn in_flight(&self) -> Vec<ExportSeq> {
        self.in_flight.iter().copied().collect()
    }

    pub(crate) fn pending(&self) -> Vec<ExportSeq> {
        self.exports
            .iter()
            .filter(|one| one.end.is_none())
            .map(|one| one.seq)
            .collect()
    }

    pub(crate) fn settle(&mut self, seq: ExportSeq, outcome: &Outcome) {
        if matches!(outcome, Outcome::Suppressed(_)) && self.in_flight.contains(&seq) {
            return;
        }
        self.in_flight.remove(&seq);
        let one = &mut self.exports[seq.0 as usize - 1];
        if one.end.is_some() {
            return;
        }
        match *outcome {
            Outcome::Delivered => one.end = Some(End::Delivered),
            Outcome::Again { due, .. } => one.due = Some(due),
            Outcome::Dead { reason, .. } => one.end = Some(End::Dead(reason)),
            Outcome::Suppressed(reason) => one.end = Some(End::Suppressed(reason)),
        }
    }

    pub(crate) fn account(&self, dataflow: DataflowNo) -> Account {
        let mut account = Account::default();
        for one in self.exports.iter().filter(|one| one.lane.dataflow == dataflow) {
            account.decided += 1;
            match one.end {
                None => account.pending += 1,
                Some(End::Delivered) => account.delivered += 1,
                Some(End::Dead(reason)) => *account.dead.entry(reason).or_default() += 1,
                Some(End::Suppressed(reason)) => *account.suppressed.entry(reason).or_default() += 1,
            }
        }
        account
    }

    pub(crate) fn dead(&self, dataflow: DataflowNo) -> Vec<ExportSeq> {
        let dead = |one: &&Export| one.lane.dataflow == dataflow && matches!(one.end, Some(End::Dead(_)));
        self.exports.iter().filter(dead).map(|one| one.seq).collect()
    }

    fn export(&self, seq: ExportSeq) -> &Export {
        &self.exports[seq.0 as usize - 1]
    }
}

/// The lanes the tests use: two dataflows, live and bulk.
pub(crate) fn lanes() -> [Lane; 4] {
    let bulk = |dataflow| Lane {
        class: Class::Bulk,
        ..live(dataflow)
    };
    [live(0), bulk(0), live(1), bulk(1)]
}
