//! Exports that take the place of older ones of their profile, one rule a test.

use super::{ALL, bounded, claim, decide, join};
use crate::support::{Running, at, batch, export, live, options, profile, settled};
use ::model::{
    Cause, Class, DataflowNo, DeadReason, ExportSeq, ExportedMembership, Lane, QueueBounds, SegmentId,
    Status, SuppressedReason, WhenFull,
};
use store::{Decisions, Memory, Options, OutboxOp, Outcome, QueueOptions, Room, Sought, Store, open_on};

fn bulk(dataflow: u32) -> Lane {
    Lane {
        class: Class::Bulk,
        ..live(dataflow)
    }
}

fn start(queues: QueueOptions) -> Running {
    let options = Options { queues, ..options() };
    Running::start(open_on(Box::new(Memory::new()), &options).unwrap())
}

async fn put(store: &Store, ops: Vec<OutboxOp>) {
    store.commit(batch(store, ops)).await.unwrap();
}

async fn bound(store: &Store, bounds: &[QueueBounds]) {
    let definitions = Some(bounded(bounds));
    let publish = Decisions {
        definitions,
        ..batch(store, Vec::new())
    };
    store.commit(publish).await.unwrap();
}

fn small(bytes: u64, full: WhenFull) -> QueueBounds {
    QueueBounds {
        bytes,
        full,
        ..QueueBounds::default()
    }
}

/// (decided, pending, superseded, coalesced, overflowed) of dataflow 1, the account being balanced.
fn figures(store: &Store) -> [u64; 5] {
    let account = store.account(DataflowNo(1)).unwrap();
    assert!(account.balanced(), "{account:?}");
    let suppressed = |reason| account.suppressed.get(&reason).copied().unwrap_or_default();
    let overflow = account
        .dead
        .get(&DeadReason::Overflow)
        .copied()
        .unwrap_or_default();
    [
        account.decided,
        account.pending,
        suppressed(SuppressedReason::Superseded),
        suppressed(SuppressedReason::Coalesced),
        overflow,
    ]
}

async fn delivered(store: &Store, seq: u64) {
    let settlement = settled(ExportSeq(seq), Outcome::Delivered);
    store.settle(settlement).await.unwrap();
}

fn shown(segment: &str, status: Status) -> ExportedMembership {
    ExportedMembership {
        segment: SegmentId::new(segment).unwrap(),
        status,
        last_qualification: at(500),
        stamps: None,
        name: None,
    }
}

#[tokio::test]
async fn exits_of_segments_that_are_mapped_no_longer_are_taken_over() {
    let running = start(QueueOptions::default());
    let store = &running.store;
    let showing = |lane, revision, memberships: &[(&str, Status)]| {
        let mut export = export(lane, profile(1), revision);
        export.memberships = memberships
            .iter()
            .map(|(id, status)| shown(id, *status))
            .collect();
        OutboxOp::Export(export)
    };
    // Unmapped with a sweep: amber and silver; amber was mapped again, and unmapped without a word.
    let swept = showing(
        bulk(1),
        1,
        &[("amber", Status::Exited), ("silver", Status::Exited)],
    );
    let mapped = showing(
        bulk(1),
        2,
        &[("amber", Status::Realized), ("gold", Status::Exited)],
    );
    let newest = showing(live(1), 3, &[("gold", Status::Realized)]);
    put(store, vec![swept, mapped, newest]).await;
    let sent = store.claim(live(1), at(0), ALL, ALL).unwrap().remove(0).export;
    let wanted = [shown("gold", Status::Realized), shown("silver", Status::Exited)];
    assert_eq!(sent.memberships, wanted);
    running.stop().await;
}

#[tokio::test]
async fn a_live_export_supersedes_the_bulk_one_in_the_same_commit() {
    let running = start(QueueOptions::default());
    let store = &running.store;
    let mut older = export(bulk(1), profile(1), 1);
    older.causes = vec![Cause::Merged, Cause::Published];
    older.merged = vec![profile(7)];
    older.transitions[0].at = at(500);
    put(store, vec![OutboxOp::Export(older.clone())]).await;
    let newer = export(live(1), profile(1), 2);
    put(store, vec![OutboxOp::Export(newer.clone())]).await;
    assert_eq!(figures(store), [2, 1, 1, 0, 0]);
    assert_eq!(store.claim(bulk(1), at(0), ALL, ALL).unwrap(), []);
    let sent = store.claim(live(1), at(0), ALL, ALL).unwrap().remove(0).export;
    assert_eq!(sent.causes, [Cause::Membership, Cause::Merged, Cause::Published]);
    assert_eq!(
        sent.transitions,
        [&older.transitions[..], &newer.transitions].concat()
    );
    assert_eq!(sent.merged, [profile(7), profile(1)]);
    assert_eq!((sent.id(), &sent.attributes), (newer.id(), &newer.attributes));
    running.stop().await;
}

#[tokio::test]
async fn a_bulk_export_in_flight_goes_first_and_is_superseded_once_it_waits_again() {
    let running = start(QueueOptions::default());
    let store = &running.store;
    put(store, vec![decide(bulk(1), profile(1), 1)]).await;
    assert_eq!(store.claim(bulk(1), at(0), ALL, ALL).unwrap().len(), 1);
    put(store, vec![decide(live(1), profile(1), 2)]).await;
    assert_eq!(figures(store), [2, 2, 0, 0, 0]);
    assert_eq!(claim(store, 0), [], "it waits for the one in flight");
    let again = Outcome::Again {
        due: at(15_000),
        attempts: 1,
        throttled_since: None,
    };
    store.settle(settled(ExportSeq(1), again)).await.unwrap();
    put(store, vec![decide(live(1), profile(1), 3)]).await;
    assert_eq!(figures(store), [3, 2, 1, 0, 0]);
    assert_eq!(claim(store, 0), [(1, 2)], "what was decided between goes before");
    delivered(store, 2).await;
    assert_eq!(claim(store, 0), [(1, 3)]);
    running.stop().await;
}

#[tokio::test]
async fn an_heir_of_a_retry_does_not_jump_its_delay() {
    let running = start(QueueOptions::default());
    let store = &running.store;
    put(store, vec![decide(bulk(1), profile(1), 1)]).await;
    store.claim(bulk(1), at(0), ALL, ALL).unwrap();
    let again = Outcome::Again {
        due: at(15_000),
        attempts: 1,
        throttled_since: Some(at(3)),
    };
    store.settle(settled(ExportSeq(1), again)).await.unwrap();
    put(store, vec![decide(live(1), profile(1), 2)]).await;
    assert_eq!(store.next_due(live(1)).unwrap(), Some(at(15_000)));
    assert_eq!(claim(store, 14_999), []);
    let sent = store.claim(live(1), at(15_000), ALL, ALL).unwrap().remove(0);
    assert_eq!((sent.attempts, sent.throttled_since), (0, Some(at(3))));
    running.stop().await;
}

/// What is pending of an absorbed id was decided for that id: its consumer must hear it, and the survivor's waits.
#[tokio::test]
async fn a_join_supersedes_nothing_of_another_id() {
    let running = start(QueueOptions::default());
    let store = &running.store;
    let ops = vec![
        decide(bulk(1), profile(1), 10),
        decide(bulk(1), profile(2), 20),
        join(1, &[2]),
        decide(live(1), profile(1), 11),
    ];
    put(store, ops).await;
    assert_eq!(figures(store), [3, 2, 1, 0, 0]);
    assert_eq!(claim(store, 0), [], "the survivor waits for the absorbed");
    let absorbed = store.claim(bulk(1), at(0), ALL, ALL).unwrap().remove(0);
    assert_eq!(absorbed.export.revision.0, 20);
    delivered(store, absorbed.seq.0).await;
    assert_eq!(claim(store, 0), [(1, 11)]);
    running.stop().await;
}

/// Keys that change faster than they can be sent: others drop their order, or drop the oldest (rudder-server 4067,
/// langfuse 15374). Here the states in between are told by the newest, and nothing else of them is lost.
#[tokio::test]
async fn a_hot_profile_does_not_fill_the_queue() {
    let queues = QueueOptions {
        parked: 4,
        ..QueueOptions::default()
    };
    let running = start(queues);
    let store = &running.store;
    put(store, vec![decide(live(1), profile(1), 1)]).await;
    assert_eq!(claim(store, 0), [(1, 1)]);
    for revision in 2..=100 {
        put(store, vec![decide(live(1), profile(1), revision)]).await;
    }
    assert_eq!(figures(store), [100, 5, 0, 95, 0]);
    let (mut seq, mut revisions, mut transitions) = (ExportSeq(1), Vec::new(), 1);
    loop {
        delivered(store, seq.0).await;
        let Some(next) = store.claim(live(1), at(0), ALL, ALL).unwrap().pop() else {
            break;
        };
        seq = next.seq;
        revisions.push(next.export.revision.0);
        transitions += next.export.transitions.len();
    }
    assert_eq!(revisions, [2, 3, 4, 100]);
    assert_eq!(transitions, 100, "each is told once");
    running.stop().await;
}

/// Else the newest would grow until no destination takes it.
#[tokio::test]
async fn an_heir_takes_over_what_it_can_tell_and_leaves_nothing_out() {
    let queues = QueueOptions {
        parked: 1,
        ..QueueOptions::default()
    };
    let running = start(queues);
    let store = &running.store;
    for revision in 1..=600 {
        put(store, vec![decide(live(1), profile(1), revision)]).await;
    }
    let told = |store: &Store| {
        let sent = store.claim(live(1), at(0), ALL, ALL).unwrap().remove(0);
        (sent.seq.0, sent.export.transitions.len())
    };
    let mut all = Vec::new();
    for _ in 0..figures(store)[1] {
        let (seq, transitions) = told(store);
        all.push(transitions);
        delivered(store, seq).await;
    }
    assert_eq!(all, [1, 256, 256, 87]);
    running.stop().await;
}

#[tokio::test]
async fn a_full_queue_coalesces_and_blocks_once_something_new_comes() {
    let running = start(QueueOptions::default());
    let store = &running.store;
    bound(store, &[QueueBounds::default(), small(335, WhenFull::Coalesce)]).await;
    let mut rooms = Vec::new();
    for n in 1..=4 {
        put(store, vec![decide(live(1), profile(n), 1)]).await;
        rooms.push(store.room(DataflowNo(1)));
    }
    assert_eq!(rooms, [Room::Ok, Room::Ok, Room::NoBulk, Room::Full]);
    assert_eq!(store.blocked(), None, "newer states can take a place yet");
    assert_eq!(claim(store, 0).len(), 4);
    store.release(&[ExportSeq(4)]);
    put(store, vec![decide(live(1), profile(4), 2)]).await;
    assert_eq!((figures(store), store.blocked()), ([5, 4, 0, 1, 0], None));
    put(store, vec![decide(live(1), profile(1), 2)]).await;
    let blocked = store.blocked().expect("what is in flight gives no place");
    assert_eq!(
        (blocked.dataflow, blocked.bound, blocked.all),
        (DataflowNo(1), 335, None)
    );
    for seq in 1..=3 {
        delivered(store, seq).await;
    }
    assert_eq!((store.blocked(), store.room(DataflowNo(1))), (None, Room::Ok));
    running.stop().await;
}

#[tokio::test]
async fn a_full_queue_blocks_or_gives_up_as_its_policy_says() {
    let running = start(QueueOptions::default());
    let store = &running.store;
    bound(store, &[QueueBounds::default(), small(90, WhenFull::Block)]).await;
    put(store, vec![decide(live(1), profile(1), 1)]).await;
    assert_eq!(
        store.blocked().map(|blocked| blocked.dataflow),
        Some(DataflowNo(1))
    );
    bound(store, &[QueueBounds::default(), small(90, WhenFull::Dead)]).await;
    assert_eq!(
        store.blocked(),
        None,
        "another policy is in force with its publish"
    );
    put(store, vec![decide(live(1), profile(2), 1)]).await;
    assert_eq!((figures(store), store.blocked()), ([2, 1, 0, 0, 1], None));
    let letters = store.letters(&Sought::default(), (DataflowNo(0), ExportSeq(0)), 9, 9);
    let (_, letter) = letters.unwrap().letters.remove(0);
    assert_eq!((letter.reason, letter.at), (DeadReason::Overflow, at(1_000)));
    assert!(letter.answer.contains("90 bytes"), "{}", letter.answer);
    running.stop().await;
}

#[tokio::test]
async fn all_queues_together_have_a_bound_and_the_largest_answers_for_it() {
    let queues = QueueOptions {
        bytes: 450,
        ..QueueOptions::default()
    };
    let running = start(queues);
    let store = &running.store;
    let block = QueueBounds {
        full: WhenFull::Block,
        ..QueueBounds::default()
    };
    bound(store, &[QueueBounds::default(), block]).await;
    put(store, vec![decide(live(0), profile(1), 1)]).await;
    for n in 1..=3 {
        put(store, vec![decide(live(1), profile(n), 1)]).await;
    }
    let rooms = |store: &Store| [0, 1].map(|no| store.room(DataflowNo(no)));
    assert_eq!(
        rooms(store),
        [Room::NoBulk, Room::NoBulk],
        "bulk stops everywhere"
    );
    put(store, vec![decide(live(1), profile(4), 1)]).await;
    assert_eq!(rooms(store), [Room::NoBulk, Room::Full]);
    let blocked = store.blocked().unwrap();
    assert_eq!((blocked.dataflow, blocked.all), (DataflowNo(1), Some(450)));
    claim(store, 0);
    delivered(store, 2).await;
    assert_eq!(store.blocked(), None);
    running.stop().await;
}

/// What fails could not be kept, so nothing is tried: no letter is ever thrown away for want of room.
#[tokio::test]
async fn a_dataflow_that_keeps_all_the_letters_it_may_sends_nothing_more() {
    let queues = QueueOptions {
        letters: 2,
        ..QueueOptions::default()
    };
    let running = start(queues);
    let store = &running.store;
    put(store, (1..=4).map(|n| decide(live(1), profile(n), 1)).collect()).await;
    let dead = |reason| Outcome::Dead {
        at: at(1),
        reason,
        answer: String::new(),
        attempts: 0,
    };
    for seq in [1, 2] {
        store.claim(live(1), at(0), 1, ALL).unwrap();
        let refused = settled(ExportSeq(seq), dead(DeadReason::Refused));
        store.settle(refused).await.unwrap();
    }
    assert!(store.letters_full(DataflowNo(1)));
    assert_eq!(
        (claim(store, 0), store.next_due(live(1)).unwrap()),
        (vec![], None)
    );
    let rest = store.overdue(DataflowNo(1), at(i64::MAX), ALL).unwrap();
    assert_eq!(rest, [ExportSeq(3), ExportSeq(4)]);
    store
        .give_up(DataflowNo(1), rest, dead(DeadReason::Expired))
        .await
        .unwrap();
    assert_eq!(figures(store)[1], 2, "nor does it expire");
    assert_eq!(store.purge(vec![(DataflowNo(1), ExportSeq(1))]).await.unwrap(), 1);
    assert_eq!(claim(store, 0), [(3, 1), (4, 1)]);
    let account = store.account(DataflowNo(1)).unwrap();
    assert_eq!(
        account.dead.get(&DeadReason::Refused),
        Some(&2),
        "purged, and counted"
    );
    running.stop().await;
}
