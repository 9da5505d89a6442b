//! Throttling is flow control.

use crate::fake::{Answer, Seen, World, throttled};
use crate::harness::Bench;
use dispatcher::Verdict;
use model::{Class, Clock, DataflowNo, DeadReason, Lane};
use std::time::Duration;

#[tokio::test(start_paused = true)]
async fn the_lane_slows_down_and_no_attempt_is_used() {
    let mut bench = Bench::new(World::new(|seen| Answer::all(seen, &throttled(None))));
    bench.decide([1]).await;
    bench.seconds(60).await;
    let at: Vec<u64> = bench.world.seen().iter().map(|call| call.at).collect();
    let waits: Vec<u64> = at.windows(2).map(|pair| pair[1] - pair[0]).collect();
    assert_eq!(waits[..8], [100, 200, 400, 800, 1600, 3200, 5000, 5000]);
    bench.decide(2..=5).await;
    bench.seconds(4).await;
    assert!(
        bench.world.seen().iter().filter(|call| call.at > 60_000).count() <= 1,
        "others wait as well"
    );
    bench.world.set_script(Answer::delivered);
    bench.seconds(5).await;
    assert_eq!(bench.account().delivered, 5);
}

#[tokio::test(start_paused = true)]
async fn calls_that_are_throttled_together_slow_the_lane_down_once() {
    let mut bench = Bench::new(World::new(|seen| {
        Answer::Verdicts(vec![throttled(None); seen.batch.len()], Duration::from_millis(10))
    }));
    bench.redefine_there(&serde_json::json!({"records": 1}), model::Limits::default());
    bench.decide(1..=6).await;
    bench.seconds(1).await;
    let at: Vec<u64> = bench.world.seen().iter().map(|call| call.at).collect();
    assert_eq!(at[..12], [0, 0, 0, 0, 0, 0, 110, 110, 110, 110, 110, 110]);
    assert_eq!(at[12..18], [320; 6], "0.2 s after the second round");
}

#[tokio::test(start_paused = true)]
async fn retry_after_is_kept_within_five_minutes() {
    for (asked, waited) in [(7, 7), (86_400, 300)] {
        let mut bench = Bench::new(World::new(move |seen| Answer::all(seen, &throttled(Some(asked)))));
        bench.decide([1]).await;
        bench.seconds(waited + 1).await;
        assert_eq!(bench.sent(), [(0, 1), (waited, 1)]);
    }
}

#[tokio::test(start_paused = true)]
async fn after_ten_minutes_it_counts_as_a_failed_attempt() {
    let mut bench = Bench::new(World::new(|seen| Answer::all(seen, &throttled(Some(100)))));
    bench.decide([1]).await;
    bench.seconds(3600).await;
    let at: Vec<u64> = bench.sent().iter().map(|(second, _)| *second).collect();
    assert_eq!(at, [0, 100, 200, 300, 400, 500, 600, 615, 645]);
    let account = bench.account();
    assert_eq!(account.dead.get(&DeadReason::Exhausted), Some(&1));
    assert_eq!(bench.dead()[0].attempts, 3);
}

#[tokio::test(start_paused = true)]
async fn a_part_of_the_destination_that_is_busy_does_not_hold_the_rest() {
    let shard = |seen: &Seen| {
        let of = |p: &model::ProfileId| {
            if p.to_bits() == 1 {
                throttled(Some(30))
            } else {
                Verdict::Delivered
            }
        };
        Answer::Verdicts(seen.profiles().iter().map(of).collect(), Duration::ZERO)
    };
    let mut bench = Bench::new(World::new(shard));
    bench.decide([1, 2]).await;
    bench.seconds(1).await;
    bench.decide([3]).await;
    bench.seconds(1).await;
    assert_eq!(bench.sent(), [(0, 1), (0, 2), (1, 3)]);
    assert_eq!(bench.account().delivered, 2);
}

/// A destination with two parts, of which that of odd profiles takes nothing.
fn odd_is_busy(seen: &Seen) -> Answer {
    let of = |p: &model::ProfileId| {
        if p.to_bits() % 2 == 1 {
            throttled(None)
        } else {
            Verdict::Delivered
        }
    };
    Answer::Verdicts(seen.profiles().iter().map(of).collect(), Duration::ZERO)
}

#[tokio::test(start_paused = true)]
async fn a_busy_part_slows_its_own_exports_and_no_others() {
    let mut bench = Bench::new(World::new(odd_is_busy));
    bench.redefine_there(&serde_json::json!({"parts": 2}), model::Limits::default());
    bench.decide(1..=40).await;
    for profile in 0..60_u64 {
        bench.seconds(1).await;
        bench.decide([100 + 2 * profile]).await;
    }
    bench.seconds(1).await;
    // Even ones came at once, also while calls of odd ones alone were throttled.
    let late = |(second, profile): &&(u64, u64)| *profile >= 100 && *second > (*profile - 100) / 2 + 1;
    assert_eq!(bench.sent().iter().find(late), None);
    assert_eq!(bench.account().delivered, 80);
    // The busy part was asked now and then, and not by every export that goes there.
    let asked = bench
        .sent()
        .iter()
        .filter(|(_, profile)| profile % 2 == 1)
        .count();
    assert!(
        (20..200).contains(&asked),
        "{asked} exports were sent to the busy part"
    );
    bench.world.set_script(Answer::delivered);
    bench.seconds(70).await;
    assert_eq!(bench.account().delivered, 100);
    assert!(bench.dead().is_empty());
}

#[tokio::test(start_paused = true)]
async fn what_was_not_sent_to_a_busy_part_is_not_counted_as_throttled() {
    let mut bench = Bench::new(World::new(|seen| Answer::all(seen, &throttled(Some(300)))));
    bench.redefine_there(&serde_json::json!({"parts": 2}), model::Limits::default());
    bench.decide([1]).await;
    bench.seconds(1).await;
    bench.decide([3]).await;
    bench.seconds(200).await;
    assert_eq!(bench.sent(), [(0, 1)], "the other waits without a call");
    bench.soft.cancel();
    bench.ended().await;
    let lane = Lane {
        dataflow: DataflowNo(1),
        class: Class::Live,
    };
    let later = bench.clock.now() + model::Duration::days(1);
    let claimed = bench.store.claim(lane, later, 10, 1 << 20).unwrap();
    let mut waiting: Vec<_> = claimed
        .iter()
        .map(|one| {
            (
                one.export.profile.to_bits(),
                one.attempts,
                one.throttled_since.is_some(),
            )
        })
        .collect();
    waiting.sort_unstable();
    assert_eq!(waiting, [(1, 0, true), (3, 0, false)]);
}

#[tokio::test(start_paused = true)]
async fn a_lane_whose_parts_are_all_busy_rests() {
    let mut bench = Bench::new(World::new(|seen| Answer::all(seen, &throttled(Some(20)))));
    bench.redefine_there(&serde_json::json!({"parts": 2}), model::Limits::default());
    bench.decide([1, 2]).await;
    bench.seconds(1).await;
    bench.decide(3..=30).await;
    bench.seconds(18).await;
    assert_eq!(bench.sent().len(), 2);
    // None of them was given a later due: all leave with the first instant.
    bench.world.set_script(Answer::delivered);
    bench.seconds(2).await;
    assert_eq!(bench.account().delivered, 30);
}
