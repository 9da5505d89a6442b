//! The outbox as the specification tells it, in the simplest form that can be right: a list.

use crate::support::live;
use model::{
    Account, Class, DataflowNo, DeadReason, Export, ExportSeq, Lane, ProfileId, QueueBounds,
    SuppressedReason, Timestamp, WhenFull,
};
use std::collections::{BTreeMap, BTreeSet};
use store::{Outcome, Replayed, Unreplayable};

/// Everything ever decided, in order.
#[derive(Clone)]
pub(crate) struct Outbox {
    pub(crate) entries: Vec<Entry>,
    pub(crate) clock: Timestamp,
    /// How much each dataflow may keep.
    pub(crate) bounds: Vec<QueueBounds>,
    /// How many may be parked in a chain.
    pub(crate) parked: usize,
    /// Full queues in which something could take nobody's place.
    pub(crate) stuck: BTreeSet<DataflowNo>,
    absorbed_into: BTreeMap<ProfileId, ProfileId>,
    in_flight: BTreeSet<ExportSeq>,
}

#[derive(Clone, Debug)]
pub(crate) struct Entry {
    seq: ExportSeq,
    export: Export,
    since: Timestamp,
    /// What must have ended before it may leave.
    after: Vec<ExportSeq>,
    due: Option<Timestamp>,
    end: Option<End>,
    /// Not decided: a dead letter that came back.
    replay: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum End {
    Delivered,
    Dead(DeadReason),
    /// Dead, and its letter is deleted.
    Purged(DeadReason),
    /// Was dead, and goes on as a later entry.
    Replayed,
    Suppressed(SuppressedReason),
}

impl Outbox {
    pub(crate) fn new(bounds: Vec<QueueBounds>, parked: usize) -> Self {
        Self {
            entries: Vec::new(),
            clock: Timestamp::MIN,
            bounds,
            parked,
            stuck: BTreeSet::new(),
            absorbed_into: BTreeMap::new(),
            in_flight: BTreeSet::new(),
        }
    }

    pub(crate) fn next_seq(&self) -> ExportSeq {
        ExportSeq(self.entries.len() as u64 + 1)
    }

    pub(crate) fn decide(&mut self, mut export: Export) {
        let Lane { dataflow, class } = export.lane;
        let bounds = self.bounds[dataflow.0 as usize];
        let full = self.bytes(dataflow) >= bounds.bytes;
        if full && bounds.full == WhenFull::Dead {
            self.append(export, Vec::new(), Some(End::Dead(DeadReason::Overflow)));
            return;
        }
        let own = |one: &&Entry| {
            one.end.is_none() && one.export.lane.dataflow == dataflow && one.export.profile == export.profile
        };
        let mut own: Vec<ExportSeq> = self.entries.iter().filter(own).map(|one| one.seq).collect();
        let ended = |seq: &ExportSeq| self.entry(*seq).end.is_some();
        let head = own
            .first()
            .copied()
            .filter(|seq| self.entry(*seq).after.iter().all(ended));
        if head.is_some() {
            own.remove(0);
        }
        let crowded = own.len() >= self.parked;
        let nearest = own.iter().rev().take(self.parked).enumerate();
        let parked = nearest.map(|(at, seq)| (*seq, crowded && at == 0));
        let candidates: Vec<_> = parked.chain(head.map(|seq| (seq, false))).collect();
        let (mut took, mut due) = (false, None);
        for (seq, crowded) in candidates {
            let one = self.entry(seq);
            let reason = match (class, one.export.lane.class) {
                (Class::Live, Class::Bulk) => SuppressedReason::Superseded,
                _ if crowded || (full && bounds.full == WhenFull::Coalesce) => SuppressedReason::Coalesced,
                _ => continue,
            };
            if self.in_flight.contains(&seq) {
                continue;
            }
            took = true;
            due = due.or(one.due);
            let older = one.export.clone();
            export.lane.class = export.lane.class.min(older.lane.class);
            export.causes = [older.causes, export.causes].concat();
            export.transitions = [older.transitions, export.transitions].concat();
            export.merged = [older.merged, export.merged].concat();
            self.entries[seq.0 as usize - 1].end = Some(End::Suppressed(reason));
        }
        export.causes.sort_unstable();
        export.causes.dedup();
        export.transitions.sort_by_key(|transition| transition.at);
        let merged: BTreeSet<_> = export.merged.iter().copied().collect();
        assert!(
            merged.len() <= 1,
            "an export of these tests merges its own profile"
        );
        export.merged = merged.into_iter().collect();
        if full && !took {
            self.stuck.insert(dataflow);
        }
        let after = self.family(&export);
        let due = due.filter(|_| after.is_empty());
        self.append(export, after, None).due = due;
    }

    /// What is pending of the profile and of those it absorbed.
    fn family(&self, export: &Export) -> Vec<ExportSeq> {
        let related = |one: &&Entry| {
            one.end.is_none()
                && one.export.lane.dataflow == export.lane.dataflow
                && self.survivor(one.export.profile) == self.survivor(export.profile)
        };
        self.entries.iter().filter(related).map(|one| one.seq).collect()
    }

    fn append(&mut self, export: Export, after: Vec<ExportSeq>, end: Option<End>) -> &mut Entry {
        let (seq, since) = (self.next_seq(), self.clock);
        self.entries.push(Entry {
            seq,
            export,
            since,
            after,
            due: None,
            end,
            replay: false,
        });
        self.entries.last_mut().expect("one was pushed")
    }

    pub(crate) fn replay(&mut self, seq: ExportSeq) -> Option<Unreplayable> {
        let one = self.entry(seq).clone();
        let Some(End::Dead(_)) = one.end else {
            return Some(Unreplayable::Gone);
        };
        let Lane { dataflow, .. } = one.export.lane;
        if self.survivor(one.export.profile) != one.export.profile {
            return Some(Unreplayable::Absorbed);
        }
        let overtakes = |other: &Entry| {
            matches!(other.end, None | Some(End::Delivered))
                && other.export.lane.dataflow == dataflow
                && other.export.profile == one.export.profile
                && other.export.revision > one.export.revision
        };
        if self.entries.iter().any(overtakes) {
            return Some(Unreplayable::Overtaken);
        }
        if self.bytes(dataflow) * 10 >= self.bounds[dataflow.0 as usize].bytes * 8 {
            return Some(Unreplayable::NoRoom);
        }
        self.entries[seq.0 as usize - 1].end = Some(End::Replayed);
        let mut export = one.export;
        export.lane.class = Class::Bulk;
        let after = self.family(&export);
        self.append(export, after, None).replay = true;
        None
    }

    pub(crate) fn replay_all(&mut self, letters: &[ExportSeq]) -> Replayed {
        let mut told = Replayed::default();
        for &seq in letters {
            match self.replay(seq) {
                None => told.replayed += 1,
                Some(why) => *told.refused.entry(why).or_default() += 1,
            }
        }
        told
    }

    /// Deletes letters; gives how many there were.
    pub(crate) fn purge(&mut self, letters: &[ExportSeq]) -> u64 {
        let mut purged = 0;
        for seq in letters {
            let end = &mut self.entries[seq.0 as usize - 1].end;
            if let Some(End::Dead(reason)) = *end {
                *end = Some(End::Purged(reason));
                purged += 1;
            }
        }
        purged
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
        let ended = |seq: &ExportSeq| self.entry(*seq).end.is_some();
        let free = self.entries.iter().filter(|one| {
            one.export.lane == lane
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
        let due = |seq: ExportSeq| self.entry(seq).due.unwrap_or(Timestamp::MIN);
        self.claimable(lane, Timestamp::MAX).into_iter().map(due).min()
    }

    pub(crate) fn overdue(&self, dataflow: DataflowNo, since: Timestamp) -> Vec<ExportSeq> {
        let overdue = self.entries.iter().filter(|one| {
            one.end.is_none()
                && one.export.lane.dataflow == dataflow
                && one.since < since
                && !self.in_flight.contains(&one.seq)
        });
        overdue.map(|one| one.seq).collect()
    }

    /// Since when the first in the queue waits.
    pub(crate) fn oldest(&self, dataflow: DataflowNo) -> Option<Timestamp> {
        let mut pending = self
            .entries
            .iter()
            .filter(|one| one.end.is_none() && one.export.lane.dataflow == dataflow);
        pending.next().map(|one| one.since)
    }

    pub(crate) fn claim(&mut self, claimed: &[ExportSeq]) {
        self.in_flight.extend(claimed);
        let whose = |seq: &ExportSeq| {
            let export = &self.entry(*seq).export;
            (export.lane.dataflow, export.profile)
        };
        // What is durable and unanswered has ended, and its claim is still to be settled.
        let flying = self
            .in_flight
            .iter()
            .filter(|seq| self.entry(**seq).end.is_none());
        let flying: Vec<_> = flying.map(whose).collect();
        let distinct: BTreeSet<_> = flying.iter().collect();
        assert_eq!(flying.len(), distinct.len(), "two of a profile are in flight");
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
        self.entries
            .iter()
            .filter(|one| one.end.is_none())
            .map(|one| one.seq)
            .collect()
    }

    pub(crate) fn settle(&mut self, seq: ExportSeq, outcome: &Outcome) {
        let gives_up = match outcome {
            Outcome::Suppressed(_) => true,
            Outcome::Dead { reason, .. } => *reason == DeadReason::Expired,
            _ => false,
        };
        if gives_up && self.in_flight.contains(&seq) {
            return;
        }
        self.in_flight.remove(&seq);
        if *outcome == Outcome::Delivered && self.entry(seq).end.is_none() {
            self.assert_order(seq);
        }
        let one = &mut self.entries[seq.0 as usize - 1];
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

    /// Revisions of a profile are delivered in order.
    fn assert_order(&self, seq: ExportSeq) {
        let this = &self.entry(seq).export;
        let newer = self.entries.iter().find(|one| {
            one.end == Some(End::Delivered)
                && one.export.profile == this.profile
                && one.export.lane.dataflow == this.lane.dataflow
                && one.export.revision >= this.revision
        });
        assert!(newer.is_none(), "{this:?} is delivered after {newer:?}");
    }

    pub(crate) fn account(&self, dataflow: DataflowNo) -> Account {
        let mut account = Account::default();
        let of_flow = |one: &&Entry| one.export.lane.dataflow == dataflow;
        for one in self.entries.iter().filter(of_flow) {
            account.decided += u64::from(!one.replay);
            match one.end {
                None => account.pending += 1,
                Some(End::Delivered) => account.delivered += 1,
                Some(End::Dead(reason) | End::Purged(reason)) => {
                    *account.dead.entry(reason).or_default() += 1;
                }
                Some(End::Suppressed(reason)) => *account.suppressed.entry(reason).or_default() += 1,
                Some(End::Replayed) => {}
            }
        }
        account
    }

    /// Why nothing may be taken in.
    pub(crate) fn blocked(&self) -> Option<DataflowNo> {
        let flows = (0..self.bounds.len()).map(|no| DataflowNo(u32::try_from(no).expect("few")));
        flows.into_iter().find(|no| {
            let bounds = self.bounds[no.0 as usize];
            let full = self.bytes(*no) >= bounds.bytes;
            full && (bounds.full == WhenFull::Block || self.stuck.contains(no))
        })
    }

    /// After a commit: what has room again is not stuck.
    pub(crate) fn let_go(&mut self) {
        let full = |no: &DataflowNo| self.bytes(*no) >= self.bounds[no.0 as usize].bytes;
        self.stuck = self.stuck.iter().copied().filter(full).collect();
    }

    /// Bytes pending, as rows.
    fn bytes(&self, dataflow: DataflowNo) -> u64 {
        let pending = self.entries.iter();
        let pending = pending.filter(|one| one.end.is_none() && one.export.lane.dataflow == dataflow);
        let size = |one: &Entry| {
            let row = postcard::to_allocvec(&(one.since, &one.export)).expect("it can be written");
            row.len() as u64 + 1
        };
        pending.map(size).sum()
    }

    pub(crate) fn dead(&self, dataflow: DataflowNo) -> Vec<ExportSeq> {
        let dead =
            |one: &&Entry| one.export.lane.dataflow == dataflow && matches!(one.end, Some(End::Dead(_)));
        self.entries.iter().filter(dead).map(|one| one.seq).collect()
    }

    pub(crate) fn export(&self, seq: ExportSeq) -> &Export {
        &self.entry(seq).export
    }

    fn entry(&self, seq: ExportSeq) -> &Entry {
        &self.entries[seq.0 as usize - 1]
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
