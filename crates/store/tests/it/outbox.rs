//! The outbox: what may leave, in which order, and what is counted.

mod letters;
mod lone;
mod model;
mod places;
mod race;
mod random;

use crate::jobs::job;
use crate::old_format::one_of_everything;
use crate::support::{at, batch, export, live, profile, settled, start_on};
use ::model::{
    Dataflow, DataflowId, DataflowNo, DeadReason, Definitions, ExportSeq, Job, JobCounts, JobKind, JobNo,
    Lane, ProfileId, QueueBounds, SuppressedReason, Timestamp,
};
use store::{Decisions, Error, JobOp, LetterKey, Memory, OutboxOp, Outcome, Store};

/// Definitions of dataflows numbered from 0, with these bounds.
fn bounded(bounds: &[QueueBounds]) -> Definitions {
    let flow = |(no, queue): (usize, &QueueBounds)| Dataflow {
        id: DataflowId::new(&format!("flow-{no}")).unwrap(),
        no: DataflowNo(u32::try_from(no).unwrap()),
        queue: *queue,
        ..one_of_everything().dataflows.remove(0)
    };
    Definitions {
        dataflows: bounds.iter().enumerate().map(flow).collect(),
        ..Definitions::default()
    }
}

const ALL: usize = usize::MAX;

fn decide(lane: Lane, profile: ProfileId, revision: u64) -> OutboxOp {
    OutboxOp::Export(export(lane, profile, revision))
}

fn join(survivor: u64, absorbed: &[u64]) -> OutboxOp {
    OutboxOp::Join {
        survivor: profile(survivor),
        absorbed: absorbed.iter().map(|&n| profile(n)).collect(),
    }
}

/// Replays letters one by one, as a page of a job does, and gives how many are pending again, were refused, and found no
/// room.
async fn replay(store: &Store, letters: &[LetterKey]) -> Result<JobCounts, Error> {
    let before = JobCounts::default();
    let page = letters.iter().zip(1..).map(|(&(dataflow, number), no)| {
        let kind = JobKind::Replay;
        let row = Job {
            kind,
            dataflow,
            counts: before,
            ..job(no)
        };
        JobOp::Replay(row, vec![number])
    });
    let jobs: Vec<JobOp> = page.collect();
    let made = jobs.len() as u64;
    let clock = store.meta().clock;
    store
        .commit(Decisions {
            clock,
            jobs,
            ..batch(store, Vec::new())
        })
        .await?;
    let mut counts = before;
    for no in 1..=made {
        let row = store.job(JobNo(no)).unwrap().unwrap();
        counts.exported += row.counts.exported;
        counts.left += row.counts.left;
        counts.failed += row.counts.failed;
    }
    Ok(counts)
}

/// Claims all there is and returns (profile, revision) of each.
fn claim(store: &Store, now: i64) -> Vec<(u64, u64)> {
    let claimed = store.claim(live(1), at(now), ALL, ALL).unwrap();
    claimed
        .iter()
        .map(|one| (one.export.profile.to_bits(), one.export.revision.0))
        .collect()
}

#[tokio::test]
async fn one_export_of_a_profile_is_in_flight_and_the_next_follows_it() {
    let running = start_on(Box::new(Memory::new())).unwrap();
    let store = &running.store;
    let ops = vec![
        decide(live(1), profile(1), 1),
        decide(live(1), profile(1), 2),
        decide(live(1), profile(2), 1),
    ];
    store.commit(batch(store, ops)).await.unwrap();
    assert_eq!(claim(store, 0), [(1, 1), (2, 1)]);
    assert_eq!(claim(store, 0), []);
    assert_eq!(store.next_due(live(1)).unwrap(), None);
    store
        .settle(settled(ExportSeq(1), Outcome::Delivered))
        .await
        .unwrap();
    assert_eq!(store.next_due(live(1)).unwrap(), Some(Timestamp::MIN));
    assert_eq!(claim(store, 0), [(1, 2)]);
    running.stop().await;
}

#[tokio::test]
async fn a_retry_waits_for_its_time_keeps_its_count_and_goes_first() {
    let running = start_on(Box::new(Memory::new())).unwrap();
    let store = &running.store;
    let ops = (1..=3).map(|n| decide(live(1), profile(n), 1)).collect();
    store.commit(batch(store, ops)).await.unwrap();
    let first = store.claim(live(1), at(0), 1, ALL).unwrap().remove(0);
    let again = Outcome::Again {
        due: at(15_000),
        attempts: 1,
        throttled_since: Some(at(9)),
    };
    store.settle(settled(first.seq, again)).await.unwrap();
    let second = store.claim(live(1), at(14_999), 1, ALL).unwrap().remove(0);
    assert_eq!(second.seq, ExportSeq(2), "the retry is not due, the lane goes on");
    let retry = store.claim(live(1), at(15_000), 1, ALL).unwrap().remove(0);
    assert_eq!(
        (retry.seq, retry.attempts, retry.throttled_since),
        (first.seq, 1, Some(at(9)))
    );
    assert_eq!(retry.export, first.export, "a retry repeats the bytes");
    store.release(&[retry.seq, second.seq]);
    assert_eq!(claim(store, 15_000), [(1, 1), (2, 1), (3, 1)]);
    running.stop().await;
}

#[tokio::test]
async fn a_claim_keeps_to_its_bounds_but_takes_one_of_any_size() {
    let running = start_on(Box::new(Memory::new())).unwrap();
    let store = &running.store;
    let ops = (1..=600).map(|n| decide(live(1), profile(n), 1)).collect();
    store.commit(batch(store, ops)).await.unwrap();
    assert_eq!(store.claim(live(1), at(0), 0, ALL).unwrap(), []);
    let one = store.claim(live(1), at(0), 10, 1).unwrap();
    assert_eq!(one.len(), 1);
    let three = store.claim(live(1), at(0), 10, 3 * one[0].bytes + 5).unwrap();
    assert_eq!(three.len(), 3);
    let rest: Vec<u64> = store
        .claim(live(1), at(0), ALL, ALL)
        .unwrap()
        .iter()
        .map(|one| one.seq.0)
        .collect();
    assert_eq!(
        rest,
        (5..=600).collect::<Vec<_>>(),
        "over several pages, none twice, none left out"
    );
    running.stop().await;
}

#[tokio::test]
async fn after_a_join_the_survivor_waits_for_all_absorbed_transitively() {
    let running = start_on(Box::new(Memory::new())).unwrap();
    let store = &running.store;
    // 3 joins 2, then 2 joins 1. The first export of 1 was decided before and need not wait.
    let ops = vec![
        decide(live(1), profile(3), 30),
        decide(live(1), profile(3), 31),
        decide(live(1), profile(1), 10),
        decide(live(1), profile(1), 11),
        join(2, &[3]),
        decide(live(1), profile(2), 20),
        join(1, &[2]),
        decide(live(1), profile(1), 12),
        decide(live(2), profile(1), 90),
    ];
    store.commit(batch(store, ops)).await.unwrap();
    assert_eq!(
        store.claim(live(2), at(0), ALL, ALL).unwrap().len(),
        1,
        "another dataflow, nothing to wait for"
    );
    let seqs = [(3, 30), (3, 31), (1, 10), (1, 11), (2, 20), (1, 12)];
    let deliver = async |revision: u64| {
        let seq = seqs.iter().position(|&(_, of)| of == revision).unwrap() as u64 + 1;
        store
            .settle(settled(ExportSeq(seq), Outcome::Delivered))
            .await
            .unwrap();
    };
    assert_eq!(claim(store, 0), [(3, 30), (1, 10)]);
    deliver(10).await;
    assert_eq!(
        claim(store, 0),
        [(1, 11)],
        "decided before the join: in order, without waiting"
    );
    deliver(11).await;
    assert_eq!(claim(store, 0), []);
    deliver(30).await;
    assert_eq!(claim(store, 0), [(3, 31)]);
    deliver(31).await;
    assert_eq!(claim(store, 0), [(2, 20)], "2 waited for 3");
    deliver(20).await;
    assert_eq!(claim(store, 0), [(1, 12)], "1 waited for 2");
    deliver(12).await;
    assert!(store.account(DataflowNo(1)).unwrap().balanced());
    running.stop().await;
}

#[tokio::test]
async fn an_export_in_flight_cannot_be_suppressed_a_waiting_one_can() {
    let running = start_on(Box::new(Memory::new())).unwrap();
    let store = &running.store;
    let ops = (1..=3)
        .map(|revision| decide(live(1), profile(1), revision))
        .collect();
    store.commit(batch(store, ops)).await.unwrap();
    assert_eq!(claim(store, 0), [(1, 1)]);
    for seq in [1, 2] {
        let cancelled = Outcome::Suppressed(SuppressedReason::Cancelled);
        store.settle(settled(ExportSeq(seq), cancelled)).await.unwrap();
    }
    let account = store.account(DataflowNo(1)).unwrap();
    assert_eq!(account.suppressed.get(&SuppressedReason::Cancelled), Some(&1));
    assert_eq!((account.pending, account.balanced()), (2, true));
    assert_eq!(claim(store, 0), [], "the first is still in flight");
    store
        .settle(settled(ExportSeq(1), Outcome::Delivered))
        .await
        .unwrap();
    assert_eq!(claim(store, 0), [(1, 3)]);
    running.stop().await;
}

#[tokio::test]
async fn a_dead_export_is_kept_as_a_letter() {
    let running = start_on(Box::new(Memory::new())).unwrap();
    let store = &running.store;
    let ops = (1..=3).map(|n| decide(live(1), profile(n), n)).collect();
    store.commit(batch(store, ops)).await.unwrap();
    for one in store.claim(live(1), at(0), ALL, ALL).unwrap() {
        let dead = Outcome::Dead {
            at: at(77),
            reason: DeadReason::Refused,
            answer: "HTTP 400".to_owned(),
            attempts: 1,
        };
        store.settle(settled(one.seq, dead)).await.unwrap();
    }
    let letters = store.dead_letters(DataflowNo(1), ExportSeq(2), 1).unwrap();
    assert_eq!(letters.len(), 1);
    let (seq, letter) = &letters[0];
    assert_eq!(
        (*seq, &letter.export),
        (ExportSeq(2), &export(live(1), profile(2), 2))
    );
    assert_eq!(
        (letter.at, letter.answer.as_str(), letter.attempts),
        (at(77), "HTTP 400", 1)
    );
    let account = store.account(DataflowNo(1)).unwrap();
    assert_eq!(
        (account.dead.get(&DeadReason::Refused), account.pending),
        (Some(&3), 0)
    );
    running.stop().await;
}

#[tokio::test]
async fn a_lane_is_woken_for_what_is_its_own_and_never_misses_it() {
    let running = start_on(Box::new(Memory::new())).unwrap();
    let store = &running.store;
    let (mut one, mut two) = (store.wake(live(1)), store.wake(live(2)));
    store
        .commit(batch(
            store,
            vec![decide(live(1), profile(1), 1), decide(live(1), profile(1), 2)],
        ))
        .await
        .unwrap();
    assert!(one.has_changed().unwrap(), "before anybody listened");
    one.mark_unchanged();
    claim(store, 0);
    store
        .settle(settled(ExportSeq(1), Outcome::Delivered))
        .await
        .unwrap();
    assert!(one.has_changed().unwrap(), "a successor was freed");
    assert!(!two.has_changed().unwrap());
    two.mark_unchanged();
    running.stop().await;
}
