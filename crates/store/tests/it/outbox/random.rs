//! Random histories of the outbox, compared with the list of `model` after every step.

use super::model::{Outbox, lanes};
use super::{bounded, replay};
use crate::support::{Running, at, batch, export, options, profile};
use model::{
    Cause, DataflowNo, DeadReason, ExportSeq, Lane, ProfileId, QueueBounds, Revision, Status,
    SuppressedReason, Timestamp, WhenFull,
};
use proptest::prelude::*;
use std::collections::BTreeSet;
use std::time::Duration;
use store::{
    Decisions, Error, Fault, Health, Memory, Options, OutboxOp, Outcome, ProfileDelta, Queue, QueueOptions,
    Room, Settlement, Space, Stock, Unreplayable, open_on,
};

#[derive(Clone, Debug)]
enum Op {
    /// Exports by (lane, profile), and joins, in one batch.
    Decide(Vec<Decision>),
    Claim {
        lane: usize,
        records: usize,
    },
    /// Settles some that are in flight.
    Settle(Vec<(usize, Kind)>),
    /// Tries to give up any that is pending.
    Suppress(usize),
    /// A batch and settlements that wait for the committer together.
    Both(Vec<Decision>, Vec<(usize, Kind)>),
    Release(usize),
    /// Gives up what waits longer than so many milliseconds.
    Expire {
        flow: u32,
        age: i64,
        limit: usize,
    },
    /// Sends letters again as recorded.
    Replay(Vec<usize>),
    Purge(Vec<usize>),
    Wait(i64),
    Fail(Fault),
    Restart,
}

#[derive(Clone, Debug)]
enum Decision {
    Export { lane: usize, profile: u64 },
    Join(u64, u64),
}

#[derive(Clone, Copy, Debug)]
enum Kind {
    Delivered,
    Again(i64),
    Dead,
}

fn decisions() -> impl Strategy<Value = Vec<Decision>> {
    let one = prop_oneof![
        6 => (0..4_usize, 1..6_u64).prop_map(|(lane, profile)| Decision::Export { lane, profile }),
        1 => (1..6_u64, 1..6_u64).prop_map(|(one, other)| Decision::Join(one, other)),
    ];
    prop::collection::vec(one, 0..6)
}

fn settlements() -> impl Strategy<Value = Vec<(usize, Kind)>> {
    let kind = prop_oneof![
        4 => Just(Kind::Delivered),
        2 => (0..3_000_i64).prop_map(Kind::Again),
        1 => Just(Kind::Dead),
    ];
    prop::collection::vec((any::<usize>(), kind), 1..4)
}

fn op() -> impl Strategy<Value = Op> {
    let fault = prop_oneof![
        Just(Fault::Full),
        Just(Fault::Refused),
        Just(Fault::Unsynced),
        Just(Fault::Unanswered),
        Just(Fault::RefusedAndClosed)
    ];
    prop_oneof![
        5 => decisions().prop_map(Op::Decide),
        6 => (0..4_usize, 0..5_usize).prop_map(|(lane, records)| Op::Claim { lane, records }),
        6 => settlements().prop_map(Op::Settle),
        1 => any::<usize>().prop_map(Op::Suppress),
        3 => (decisions(), settlements()).prop_map(|(ours, theirs)| Op::Both(ours, theirs)),
        1 => any::<usize>().prop_map(Op::Release),
        1 => (0..2_u32, 0..3_000_i64, 1..9_usize).prop_map(|(flow, age, limit)| Op::Expire { flow, age, limit }),
        2 => prop::collection::vec(any::<usize>(), 1..4).prop_map(Op::Replay),
        1 => prop::collection::vec(any::<usize>(), 1..4).prop_map(Op::Purge),
        2 => (0..2_000_i64).prop_map(Op::Wait),
        1 => fault.prop_map(Op::Fail),
        1 => Just(Op::Restart),
    ]
}

/// Bounds of the two dataflows, and how many may be parked.
type Setup = (Vec<QueueBounds>, usize);

fn setup() -> impl Strategy<Value = Setup> {
    let policy = prop_oneof![
        3 => Just(WhenFull::Coalesce),
        1 => Just(WhenFull::Block),
        1 => Just(WhenFull::Dead),
    ];
    // An export of these tests takes some 90 bytes.
    let bytes = prop_oneof![2 => 150..1_200_u64, 1 => Just(1 << 30)];
    let bounds = (policy, bytes).prop_map(|(full, bytes)| QueueBounds {
        bytes,
        full,
        ..QueueBounds::default()
    });
    (
        prop::collection::vec(bounds, 2),
        prop_oneof![1..4_usize, Just(32)],
    )
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]
    #[test]
    fn the_outbox_is_the_list(setup in setup(), ops in prop::collection::vec(op(), 1..60)) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().start_paused(true).build().unwrap();
        runtime.block_on(async {
            let mut world = World::start(setup).await;
            for op in ops {
                world.step(op).await;
                world.check();
            }
            world.drain().await;
        });
    }
}

struct World {
    disk: Memory,
    running: Running,
    list: Outbox,
    now: Timestamp,
    fault: Option<Fault>,
}

impl World {
    async fn start((bounds, parked): Setup) -> Self {
        let disk = Memory::new();
        let running = open(&disk, parked);
        let definitions = bounded(&bounds);
        let publish = Decisions {
            clock: at(0),
            definitions: Some(definitions),
            ..batch(&running.store, Vec::new())
        };
        running.store.commit(publish).await.unwrap();
        Self {
            disk,
            running,
            list: Outbox::new(bounds, parked),
            now: at(0),
            fault: None,
        }
    }

    async fn step(&mut self, op: Op) {
        match op {
            Op::Decide(what) => {
                let (decisions, after) = self.decide(&what);
                let answer = self.running.store.commit(decisions).await;
                self.learn(answer, after).await;
            }
            Op::Settle(which) => {
                let (settlements, after) = self.settle(&which, self.list.clone());
                let answer = self.running.store.settle(settlements).await;
                self.learn(answer, after).await;
            }
            Op::Both(what, which) => {
                let (decisions, after) = self.decide(&what);
                let (settlements, after) = self.settle(&which, after);
                let store = self.running.store.clone();
                let none = settlements.is_empty();
                let (ours, theirs) = tokio::join!(store.commit(decisions), store.settle(settlements));
                // They were handed in together, so they are in one group and fare alike.
                assert!(none || ours.is_ok() == theirs.is_ok());
                self.learn(ours, after).await;
            }
            Op::Suppress(pick) => {
                let Some(seq) = choose(&self.list.pending(), pick) else {
                    return;
                };
                let outcome = Outcome::Suppressed(SuppressedReason::Cancelled);
                let mut after = self.list.clone();
                after.settle(seq, &outcome);
                let in_flight = self.list.in_flight().contains(&seq);
                let answer = self.running.store.settle(vec![Settlement { seq, outcome }]).await;
                // It passes over one in flight: nothing is written, so no fault strikes.
                if in_flight {
                    answer.unwrap();
                } else {
                    self.learn(answer, after).await;
                }
            }
            Op::Claim { lane, records } => {
                let lane = lanes()[lane];
                let claimed = self
                    .running
                    .store
                    .claim(lane, self.now, records, usize::MAX)
                    .unwrap();
                for one in &claimed {
                    assert_eq!(one.export, *self.list.export(one.seq), "what it took over");
                }
                let claimed: Vec<ExportSeq> = claimed.iter().map(|one| one.seq).collect();
                let mut wanted = self.list.claimable(lane, self.now);
                wanted.truncate(records);
                assert_eq!(claimed, wanted);
                self.list.claim(&claimed);
            }
            Op::Release(pick) => {
                let Some(seq) = choose(&self.list.in_flight(), pick) else {
                    return;
                };
                self.running.store.release(&[seq]);
                self.list.release(seq);
            }
            Op::Expire { flow, age, limit } => {
                let (flow, since) = (DataflowNo(flow), at(self.now.millis() - age));
                let overdue = self.running.store.overdue(flow, since, limit).unwrap();
                let mut wanted = self.list.overdue(flow, since);
                wanted.truncate(limit);
                assert_eq!(overdue, wanted);
                if overdue.is_empty() {
                    return;
                }
                let expired = Outcome::Dead {
                    at: self.now,
                    reason: DeadReason::Expired,
                    answer: String::new(),
                    attempts: 0,
                };
                let mut after = self.list.clone();
                for &seq in &overdue {
                    after.settle(seq, &expired);
                }
                // One that is in flight is passed over.
                let flying = self.list.in_flight();
                let flying = flying
                    .into_iter()
                    .filter(|seq| self.list.export(*seq).lane.dataflow == flow);
                let all = overdue.into_iter().chain(flying).collect();
                let answer = self.running.store.give_up(flow, all, expired).await;
                self.learn(answer, after).await;
            }
            Op::Replay(picks) => {
                let letters = self.pick_letters(&picks);
                let mut after = self.list.clone();
                let wanted = after.replay_all(&letters);
                let letters = self.keys(letters);
                if let [only] = letters[..] {
                    let checked = self.running.store.replay_check(&[only]).unwrap();
                    assert_eq!(checked, wanted, "a dry run says the same");
                }
                let answer = replay(&self.running.store, &letters).await;
                if let Ok(told) = &answer {
                    let no_room = wanted.refused.get(&Unreplayable::NoRoom).copied().unwrap_or(0);
                    let refused: u64 = wanted.refused.values().sum();
                    assert_eq!(
                        (told.exported, told.left, told.failed),
                        (wanted.replayed, refused - no_room, no_room)
                    );
                }
                self.learn(answer.map(drop), after).await;
            }
            Op::Purge(picks) => {
                let letters = self.pick_letters(&picks);
                let mut after = self.list.clone();
                let wanted = after.purge(&letters);
                let answer = self.running.store.purge(self.keys(letters)).await;
                if let Ok(told) = &answer {
                    assert_eq!(*told, wanted);
                }
                self.learn(answer.map(drop), after).await;
            }
            Op::Wait(ms) => self.now = at(self.now.millis() + ms),
            Op::Fail(fault) => {
                if self.fault.is_none() {
                    self.disk.fail_next(fault);
                    self.fault = Some(fault);
                }
            }
            Op::Restart => {
                self.disk.heal();
                self.fault = None;
                let fresh = open(&self.disk, self.list.parked);
                std::mem::replace(&mut self.running, fresh).stop().await;
                self.list.land_all();
                self.list.stuck.clear();
            }
        }
    }

    fn decide(&self, what: &[Decision]) -> (Decisions, Outbox) {
        let mut after = self.list.clone();
        after.clock = after.clock.max(self.now);
        let (mut outbox, mut profiles) = (Vec::new(), Vec::new());
        for decision in what {
            match *decision {
                Decision::Export { lane, profile: n } => {
                    let (lane, whose) = (lanes()[lane], after.survivor(profile(n)));
                    let export = self.export(lane, whose, after.next_seq().0);
                    after.decide(export.clone());
                    outbox.push(OutboxOp::Export(export));
                }
                Decision::Join(one, other) => {
                    let (one, other) = (after.survivor(profile(one)), after.survivor(profile(other)));
                    if one != other {
                        let (survivor, absorbed) = (one.min(other), one.max(other));
                        after.join(survivor, absorbed);
                        profiles.push(ProfileDelta {
                            id: absorbed,
                            absorbed_into: Some(survivor),
                            ..ProfileDelta::default()
                        });
                        let absorbed = vec![absorbed];
                        outbox.push(OutboxOp::Join { survivor, absorbed });
                    }
                }
            }
        }
        let decisions = Decisions {
            clock: self.now,
            profiles,
            ..batch(&self.running.store, outbox)
        };
        (decisions, after)
    }

    /// An export that tells of its own number in all that an heir takes over.
    fn export(&self, lane: Lane, profile: ProfileId, number: u64) -> model::Export {
        let mut export = export(lane, profile, number);
        assert_eq!(export.revision, Revision(number));
        let causes = [
            Cause::Membership,
            Cause::Identity,
            Cause::Attribute,
            Cause::Merged,
        ];
        export.causes = vec![causes[number as usize % causes.len()]];
        export.transitions[0].at = self.now;
        if number.is_multiple_of(2) {
            export.transitions[0].status = Status::Exited;
        }
        export
    }

    /// Letters, and sometimes what is none.
    fn pick_letters(&self, picks: &[usize]) -> Vec<ExportSeq> {
        let mut letters = [self.list.dead(DataflowNo(0)), self.list.dead(DataflowNo(1))].concat();
        letters.extend(self.list.pending().first());
        let mut picked: Vec<_> = picks.iter().filter_map(|pick| choose(&letters, *pick)).collect();
        picked.sort_unstable();
        picked
    }

    fn keys(&self, letters: Vec<ExportSeq>) -> Vec<(DataflowNo, ExportSeq)> {
        let key = |seq| (self.list.export(seq).lane.dataflow, seq);
        letters.into_iter().map(key).collect()
    }

    fn settle(&self, which: &[(usize, Kind)], mut after: Outbox) -> (Vec<Settlement>, Outbox) {
        let mut settlements = Vec::new();
        for &(pick, kind) in which {
            let Some(seq) = choose(&after.in_flight(), pick) else {
                break;
            };
            let outcome = match kind {
                Kind::Delivered => Outcome::Delivered,
                Kind::Again(ms) => Outcome::Again {
                    due: at(self.now.millis() + ms),
                    attempts: 1,
                    throttled_since: None,
                },
                Kind::Dead => Outcome::Dead {
                    at: self.now,
                    reason: DeadReason::Exhausted,
                    answer: String::new(),
                    attempts: 3,
                },
            };
            after.settle(seq, &outcome);
            settlements.push(Settlement { seq, outcome });
        }
        (settlements, after)
    }

    /// Takes over what a commit changed, as far as it is durable, and waits until the store is well again.
    async fn learn(&mut self, answer: Result<(), Error>, after: Outbox) {
        match answer {
            Ok(()) => {
                self.list = after;
                self.list.let_go();
            }
            Err(error) => {
                let fault = self.fault.take();
                assert!(fault.is_some(), "{error}");
                if fault == Some(Fault::Unanswered) {
                    // The caller was told otherwise, so what it claimed is still claimed.
                    let flying = self.list.in_flight();
                    self.list = after;
                    self.list.claim(&flying);
                }
                // An engine that is opened again knows only what the rows tell.
                if fault != Some(Fault::Full) {
                    self.list.stuck.clear();
                }
            }
        }
        while self.running.store.health() != Health::Ok {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// Whatever can be seen from outside is as in the list.
    fn check(&self) {
        let store = &self.running.store;
        assert_eq!(
            store.blocked().map(|blocked| blocked.dataflow),
            self.list.blocked()
        );
        for lane in lanes() {
            assert_eq!(
                store.next_due(lane).unwrap(),
                self.list.next_due(lane),
                "next due of {lane:?}"
            );
        }
        for dataflow in [0, 1].map(DataflowNo) {
            let account = store.account(dataflow).unwrap();
            assert_eq!(account, self.list.account(dataflow));
            assert!(account.balanced());
            assert_eq!(
                store.counters(dataflow).unwrap(),
                account,
                "by counters and by rows"
            );
            let full = store.queue(dataflow).pending.bytes >= store.bounds(dataflow).bytes;
            assert_eq!(store.room(dataflow) == Room::Full, full);
            let oldest = store.oldest(dataflow).unwrap();
            assert_eq!(oldest.map(|oldest| oldest.since), self.list.oldest(dataflow));
            let letters = store.dead_letters(dataflow, ExportSeq(0), usize::MAX).unwrap();
            let letters: Vec<ExportSeq> = letters.into_iter().map(|(seq, _)| seq).collect();
            assert_eq!(letters, self.list.dead(dataflow));
        }
        let spaces = store.stats().unwrap().spaces;
        let stock = |space| {
            let (_, stats) = spaces.iter().find(|(of, _)| *of == space).unwrap();
            let (rows, bytes) = (stats.rows, stats.value_bytes);
            Stock { rows, bytes }
        };
        let rows = |space| stock(space).rows;
        let queues = [0, 1].map(|flow| store.queue(DataflowNo(flow)));
        let sum = |of: fn(&Queue) -> Stock| Stock {
            rows: queues.iter().map(|queue| of(queue).rows).sum(),
            bytes: queues.iter().map(|queue| of(queue).bytes).sum(),
        };
        assert_eq!(sum(|queue| queue.pending), stock(Space::Exports));
        assert_eq!(sum(|queue| queue.letters), stock(Space::DeadLetters));
        let letters = [self.list.dead(DataflowNo(0)), self.list.dead(DataflowNo(1))].concat();
        let whose = |seq: &ExportSeq| {
            let export = self.list.export(*seq);
            (export.profile, export.lane.dataflow)
        };
        let chains: BTreeSet<_> = letters.iter().map(whose).collect();
        assert_eq!(rows(Space::Graves), (letters.len() + chains.len()) as u64);
        assert_eq!(rows(Space::Exports), self.list.pending().len() as u64);
        assert_eq!(rows(Space::Lanes) + rows(Space::Parked), rows(Space::Exports));
    }

    /// Delivers until nothing is left: whatever was decided can leave, and leaves nothing behind.
    async fn drain(mut self) {
        self.step(Op::Restart).await;
        self.now = at(i64::MAX);
        while !self.list.pending().is_empty() {
            let before = self.list.pending().len();
            for lane in 0..lanes().len() {
                self.step(Op::Claim {
                    lane,
                    records: usize::MAX,
                })
                .await;
            }
            let all = self
                .list
                .in_flight()
                .iter()
                .map(|_| (0, Kind::Delivered))
                .collect();
            self.step(Op::Settle(all)).await;
            self.check();
            assert!(self.list.pending().len() < before, "nothing can leave any more");
        }
        let stats = self.running.store.stats().unwrap();
        for (space, stats) in stats.spaces {
            let of_outbox = [Space::Exports, Space::Lanes, Space::Parked, Space::Chains].contains(&space);
            assert!(!of_outbox || stats.rows == 0, "{stats:?} left in {space:?}");
        }
        self.running.stop().await;
    }
}

fn open(disk: &Memory, parked: usize) -> Running {
    let queues = QueueOptions {
        parked,
        ..QueueOptions::default()
    };
    let options = Options { queues, ..options() };
    Running::start(open_on(Box::new(disk.clone()), &options).unwrap())
}

fn choose(from: &[ExportSeq], pick: usize) -> Option<ExportSeq> {
    from.get(pick.checked_rem(from.len())?).copied()
}
