//! The one committer: groups, order, and what is left after a failure.

use crate::support::{
    Running, at, batch, everything, export, live, options, person, profile, settled, start_on,
};
use model::{Class, DataflowNo, ExportSeq, Lane};
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;
use store::{
    Batch, Claimed, Decisions, Engine as _, Error, Fault, Health, Memory, OutboxOp, Outcome, Settlement,
};

#[tokio::test]
async fn requests_that_wait_are_committed_as_one_in_their_order() {
    let memory = Memory::new();
    let (store, committer) = store::open_on(Box::new(memory.clone()), &options()).unwrap();
    let before = memory.commits();
    let mut numbers = Vec::new();
    let mut waiting = tokio::task::JoinSet::new();
    for n in 1..=20_u64 {
        let mut next = batch(&store, vec![OutboxOp::Export(export(live(1), profile(n), 1))]);
        next.batch = n;
        let handle = store.clone();
        waiting.spawn(async move { handle.commit(next).await });
        numbers.push(n);
        // Each is polled once, in order, before the committer runs.
        tokio::task::yield_now().await;
    }
    let running = Running::start((store, committer));
    while let Some(done) = waiting.join_next().await {
        done.unwrap().unwrap();
    }
    assert_eq!(memory.commits() - before, 1, "twenty batches, one commit");
    let claimed = running.store.claim(live(1), at(2_000), 100, usize::MAX).unwrap();
    let order: Vec<u64> = claimed
        .iter()
        .map(|claimed| claimed.export.profile.to_bits())
        .collect();
    assert_eq!(order, numbers);
    running.stop().await;
}

#[tokio::test]
async fn a_batch_that_does_not_follow_fails_alone() {
    let running = start_on(Box::new(Memory::new())).unwrap();
    let store = running.store.clone();
    store.commit(everything(&store)).await.unwrap();
    let mut late = everything(&store);
    late.batch = 1;
    let mut early = everything(&store);
    early.batch = 3;
    for wrong in [late, early] {
        let answer = store.commit(wrong).await;
        assert!(
            matches!(answer, Err(Error::OutOfOrder { committed: 1, .. })),
            "{answer:?}"
        );
    }
    assert_eq!(store.generation(), 0, "the engine is not to blame");
    assert_eq!(
        store.account(DataflowNo(1)).unwrap().decided,
        2,
        "nothing of it was kept"
    );
    store.commit(everything(&store)).await.unwrap();
    running.stop().await;
}

#[tokio::test]
async fn a_request_that_fails_half_way_leaves_nothing_and_the_others_go_on() {
    let memory = Memory::new();
    let running = start_on(Box::new(memory.clone())).unwrap();
    let store = running.store.clone();
    store.commit(everything(&store)).await.unwrap();
    // The counters of dataflow 9 cannot be read, which a batch finds out after it has written other rows.
    let mut damage = Batch::default();
    damage.put(b"S\0\0\0\x09".to_vec(), b"?".to_vec());
    memory.commit(damage).unwrap();
    let before = memory.durable();
    let decided = [1, 9].map(|flow| OutboxOp::Export(export(live(flow), profile(8), 1)));
    let decided = decided.to_vec();
    let bad = Decisions {
        profiles: vec![person(8, 9_000)],
        ..batch(&store, decided)
    };
    let seq = store.claim(live(1), at(2_000), 1, usize::MAX).unwrap()[0].seq;
    let good = settled(seq, Outcome::Delivered);
    let (bad, good) = tokio::join!(store.commit(bad), store.settle(good));
    assert!(
        matches!(
            bad,
            Err(Error::Corrupt {
                space: "counters",
                ..
            })
        ),
        "{bad:?}"
    );
    good.unwrap();
    assert!(
        store.account(DataflowNo(1)).unwrap().balanced(),
        "nor in the figures"
    );
    assert_eq!(store.meta().batch, 1);
    let changed: Vec<u8> = differing(&before, &memory.durable());
    assert_eq!(
        changed, b"CLQSX",
        "the first bytes of what a settlement touches, and no other"
    );
    running.stop().await;
}

/// The key spaces in which two stores differ.
fn differing(one: &BTreeMap<Vec<u8>, Vec<u8>>, other: &BTreeMap<Vec<u8>, Vec<u8>>) -> Vec<u8> {
    let keys: BTreeSet<&Vec<u8>> = one.keys().chain(other.keys()).collect();
    let differ = keys
        .into_iter()
        .filter(|&key| one.get(key) != other.get(key))
        .map(|key| key[0]);
    differ.collect::<BTreeSet<u8>>().into_iter().collect()
}

#[tokio::test]
async fn what_is_handed_in_before_the_stop_is_committed_and_later_is_refused() {
    let running = start_on(Box::new(Memory::new())).unwrap();
    let store = running.store.clone();
    let next = everything(&store);
    let asked = tokio::join!(store.commit(next), running.stop());
    asked.0.unwrap();
    let answer = store.settle(settled(ExportSeq(1), Outcome::Delivered)).await;
    assert!(matches!(answer, Err(Error::Stopped)), "{answer:?}");
}

#[tokio::test(start_paused = true)]
async fn after_a_failed_commit_only_what_is_durable_is_there() {
    // (fault, whether the batch turns out to be there)
    for (fault, kept) in [
        (Fault::Refused, false),
        (Fault::Unsynced, false),
        (Fault::Unanswered, true),
        (Fault::RefusedAndClosed, false),
    ] {
        let memory = Memory::new();
        let running = start_on(Box::new(memory.clone())).unwrap();
        let store = running.store.clone();
        store.commit(everything(&store)).await.unwrap();
        let claimed = store.claim(live(1), at(2_000), 1, usize::MAX).unwrap()[0].seq;

        memory.fail_next(fault);
        let next = batch(&store, vec![OutboxOp::Export(export(live(1), profile(7), 1))]);
        let answer = store.commit(next).await;
        assert!(
            matches!(answer, Err(Error::Engine { .. })),
            "{fault:?}: {answer:?}"
        );
        while store.health() != Health::Ok {
            assert!(
                matches!(store.account(DataflowNo(1)), Err(Error::Unavailable { .. })),
                "{fault:?}"
            );
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        assert_eq!(store.generation(), 1, "{fault:?}: caches must notice");
        assert_eq!(store.meta().batch, if kept { 2 } else { 1 }, "{fault:?}");
        assert_eq!(
            store.account(DataflowNo(1)).unwrap().decided,
            if kept { 3 } else { 2 },
            "{fault:?}"
        );

        // The flight went on meanwhile: its export is not handed out again, and is settled as usual.
        let others = store.claim(live(1), at(2_000), 9, usize::MAX).unwrap();
        assert!(others.iter().all(|other| other.seq != claimed), "{fault:?}");
        store.settle(settled(claimed, Outcome::Delivered)).await.unwrap();
        assert!(store.account(DataflowNo(1)).unwrap().balanced(), "{fault:?}");
        store.commit(batch(&store, Vec::new())).await.unwrap();
        running.stop().await;
    }
}

#[tokio::test]
async fn want_of_room_is_told_until_there_is_room_and_breaks_nothing() {
    let memory = Memory::new();
    let running = start_on(Box::new(memory.clone())).unwrap();
    let store = running.store.clone();
    store.commit(everything(&store)).await.unwrap();
    memory.fail_next(Fault::Full);
    memory.set_free_bytes(0);
    let before = (store.meta(), store.generation());
    let answer = store.commit(everything(&store)).await;
    assert!(matches!(answer, Err(Error::Full { .. })), "{answer:?}");
    assert_eq!((store.meta(), store.generation()), before);
    assert_eq!(store.health(), Health::LowSpace { free: 0, min: 1 });
    memory.set_free_bytes(1);
    assert_eq!(store.health(), Health::Ok);
    store.commit(everything(&store)).await.unwrap();
    memory.set_free_bytes(0);
    assert_eq!(store.health(), Health::Ok, "the last batch had room");
    running.stop().await;
}

#[tokio::test]
async fn an_engine_that_cannot_be_read_is_opened_again() {
    let memory = Memory::new();
    let running = start_on(Box::new(memory.clone())).unwrap();
    let store = running.store.clone();
    store.commit(everything(&store)).await.unwrap();
    memory.fail_reads();
    assert!(matches!(
        store.account(DataflowNo(1)),
        Err(Error::Engine { doing: "read", .. })
    ));
    let answer = store.commit(everything(&store)).await;
    assert!(
        matches!(answer, Err(Error::Engine { doing: "read", .. })),
        "{answer:?}"
    );
    assert_eq!((store.health(), store.generation()), (Health::Ok, 1));
    store.commit(everything(&store)).await.unwrap();
    running.stop().await;
}

#[tokio::test(start_paused = true)]
async fn a_failed_settlement_can_be_repeated_whatever_became_of_it() {
    for fault in [Fault::Full, Fault::Refused, Fault::Unsynced, Fault::Unanswered] {
        let memory = Memory::new();
        let running = start_on(Box::new(memory.clone())).unwrap();
        let store = running.store.clone();
        store.commit(everything(&store)).await.unwrap();
        let seq = store.claim(live(1), at(2_000), 1, usize::MAX).unwrap()[0].seq;
        memory.fail_next(fault);
        store.settle(settled(seq, Outcome::Delivered)).await.unwrap_err();
        store.settle(settled(seq, Outcome::Delivered)).await.unwrap();
        store.settle(settled(seq, Outcome::Delivered)).await.unwrap();
        let account = store.account(DataflowNo(1)).unwrap();
        assert_eq!(
            (account.delivered, account.pending),
            (1, 1),
            "{fault:?}: counted once"
        );
        running.stop().await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_full_disk_refuses_and_recovers_by_itself() {
    let memory = Memory::new();
    let running = start_on(Box::new(memory.clone())).unwrap();
    let store = running.store.clone();
    let mut acknowledged = 0;
    for n in 1..=200_u64 {
        // The disk is full from 50 to 150.
        if (50..150).contains(&n) {
            memory.fail_next(match n % 3 {
                0 => Fault::Full,
                1 => Fault::Refused,
                _ => Fault::RefusedAndClosed,
            });
        }
        let next = batch(&store, vec![OutboxOp::Export(export(live(1), profile(n), 1))]);
        match store.commit(next).await {
            Ok(()) => acknowledged += 1,
            Err(error) => assert!((50..150).contains(&n), "{n}: {error}"),
        }
        while store.health() != Health::Ok {
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }
    assert_eq!(acknowledged, 100);
    assert_eq!(store.account(DataflowNo(1)).unwrap().decided, acknowledged);
    running.stop().await;
}

/// What was sent in bulk is settled in pieces, two a commit while nobody else waits, so that a live commit that comes
/// meanwhile waits for few of them.
#[tokio::test]
async fn bulk_is_settled_in_pieces_and_live_at_once() {
    for (class, commits) in [(Class::Live, 1), (Class::Bulk, 4)] {
        let memory = Memory::new();
        let running = start_on(Box::new(memory.clone())).unwrap();
        let store = &running.store;
        let lane = Lane { class, ..live(1) };
        let decided = (1..=1_000).map(|n| OutboxOp::Export(export(lane, profile(n), 1)));
        store.commit(batch(store, decided.collect())).await.unwrap();
        let claimed = store.claim(lane, at(0), usize::MAX, usize::MAX).unwrap();
        let delivered = |claimed: &Claimed| Settlement {
            seq: claimed.seq,
            outcome: Outcome::Delivered,
        };
        let before = memory.commits();
        store
            .settle(claimed.iter().map(delivered).collect())
            .await
            .unwrap();
        assert_eq!(memory.commits() - before, commits, "{class:?}");
        assert_eq!(store.account(DataflowNo(1)).unwrap().delivered, 1_000);
        running.stop().await;
    }
}

#[tokio::test(start_paused = true)]
async fn who_claims_waits_while_more_settlements_wait_than_a_few_commits_take() {
    let (store, committer) = store::open_on(Box::new(Memory::new()), &options()).unwrap();
    let soon = async |class| {
        let caught_up = store.caught_up(class);
        tokio::time::timeout(Duration::from_mins(1), caught_up)
            .await
            .is_ok()
    };
    let mut settling = tokio::task::JoinSet::new();
    for _ in 0..2 {
        assert!(soon(Class::Live).await, "few wait");
        let gone = (1..=2_000).map(|seq| Settlement {
            seq: ExportSeq(seq),
            outcome: Outcome::Delivered,
        });
        let (handle, gone) = (store.clone(), gone.collect());
        settling.spawn(async move { handle.settle(gone).await });
        tokio::task::yield_now().await;
    }
    assert!(!soon(Class::Live).await);
    assert!(soon(Class::Bulk).await, "each class has its own");
    let running = Running::start((store.clone(), committer));
    assert!(soon(Class::Live).await);
    while let Some(settled) = settling.join_next().await {
        settled.unwrap().unwrap();
    }
    running.stop().await;
}
