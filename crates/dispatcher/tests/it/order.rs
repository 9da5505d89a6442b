//! Exports of one profile leave in order of revision.

use crate::fake::{Answer, World, transient};
use crate::harness::Bench;
use dispatcher::Verdict;
use model::{Class, SuppressedReason};
use std::time::Duration;

#[tokio::test(start_paused = true)]
async fn a_later_revision_waits_for_the_retries_of_an_earlier_one() {
    let mut calls = 0;
    let mut bench = Bench::new(World::new(move |seen| {
        calls += 1;
        Answer::all(
            seen,
            &if calls < 3 {
                transient()
            } else {
                Verdict::Delivered
            },
        )
    }));
    bench.decide([1]).await;
    bench.seconds(1).await;
    bench.decide([1, 1]).await;
    bench.seconds(100).await;
    let sent: Vec<(u64, u64)> = bench
        .world
        .seen()
        .iter()
        .map(|c| (c.at / 1000, c.batch[0].revision.0))
        .collect();
    assert_eq!(sent, [(0, 1), (15, 1), (45, 1), (45, 2), (45, 3)]);
}

#[tokio::test(start_paused = true)]
async fn one_export_of_a_profile_is_in_flight_and_many_of_others() {
    let slow = |seen: &crate::fake::Seen| {
        Answer::Verdicts(
            vec![Verdict::Delivered; seen.batch.len()],
            Duration::from_secs(10),
        )
    };
    let mut bench = Bench::new(World::new(slow));
    for _ in 0..2 {
        for profile in 1..=4 {
            bench.decide([profile]).await;
            bench.seconds(1).await;
        }
    }
    bench.seconds(100).await;
    let sent: Vec<(u64, u64)> = bench
        .world
        .seen()
        .iter()
        .flat_map(|c| {
            c.batch
                .iter()
                .map(|one| (c.at / 1000, one.revision.0))
                .collect::<Vec<_>>()
        })
        .collect();
    assert_eq!(
        sent,
        [(0, 1), (1, 1), (2, 1), (3, 1), (10, 2), (11, 2), (12, 2), (13, 2)]
    );
    assert_eq!(bench.world.most_in_flight(), 4);
}

#[tokio::test(start_paused = true)]
async fn classes_share_the_order_of_a_profile_but_no_call() {
    let mut bench = Bench::new(World::new(Answer::delivered));
    bench
        .decide_on(vec![
            (1, Class::Live, 1),
            (1, Class::Bulk, 1),
            (1, Class::Live, 2),
            (1, Class::Bulk, 3),
        ])
        .await;
    bench.seconds(2).await;
    assert_eq!(calls(&bench), [vec![(1, 1), (2, 1)], vec![(3, 1)], vec![(1, 2)]]);
}

#[tokio::test(start_paused = true)]
async fn a_live_export_is_sent_in_the_place_of_a_bulk_one_and_tells_its_causes() {
    let mut bench = Bench::new(World::new(Answer::delivered));
    bench
        .decide_on(vec![
            (1, Class::Bulk, 1),
            (1, Class::Live, 1),
            (1, Class::Live, 2),
        ])
        .await;
    bench.seconds(2).await;
    assert_eq!(calls(&bench), [vec![(1, 2), (2, 1)]]);
    let account = bench.account();
    let superseded = account.suppressed.get(&SuppressedReason::Superseded);
    assert_eq!((account.delivered, superseded), (2, Some(&1)));
}

/// (profile, revision) of what was sent, by call.
fn calls(bench: &Bench) -> Vec<Vec<(u64, u64)>> {
    let mut calls: Vec<Vec<(u64, u64)>> = Vec::new();
    for call in bench.world.seen() {
        calls.push(
            call.batch
                .iter()
                .map(|one| (one.profile.to_bits(), one.revision.0))
                .collect(),
        );
    }
    calls
}
