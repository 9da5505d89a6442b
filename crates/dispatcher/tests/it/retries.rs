//! Attempts, and when they come.

use crate::fake::{Answer, World, refused, transient};
use crate::harness::Bench;
use dispatcher::Verdict;
use model::DeadReason;
use std::time::Duration;

/// Delivers everything but what is meant for one profile.
fn failing(profile: u64, verdict: &Verdict) -> World {
    let verdict = verdict.clone();
    World::new(move |seen| {
        let of = |p: &model::ProfileId| {
            if p.to_bits() == profile {
                verdict.clone()
            } else {
                Verdict::Delivered
            }
        };
        Answer::Verdicts(seen.profiles().iter().map(of).collect(), Duration::ZERO)
    })
}

#[tokio::test(start_paused = true)]
async fn three_attempts_at_once_after_15_and_after_another_30_seconds() {
    let mut bench = Bench::new(failing(1, &transient()));
    bench.decide([1]).await;
    bench.seconds(300).await;
    assert_eq!(bench.sent(), [(0, 1), (15, 1), (45, 1)]);
    let account = bench.account();
    assert_eq!(
        (account.pending, account.dead.get(&DeadReason::Exhausted)),
        (0, Some(&1))
    );
    let [letter] = &bench.dead()[..] else { panic!() };
    assert_eq!((letter.answer.as_str(), letter.attempts), ("500", 3));
    let seen = bench.world.seen();
    assert!(
        seen.iter().all(|call| call.batch == seen[0].batch),
        "a retry repeats id and bytes"
    );
}

#[tokio::test(start_paused = true)]
async fn an_export_that_waits_holds_nobody_else() {
    let mut bench = Bench::new(failing(1, &transient()));
    bench.decide([1, 2]).await;
    for profile in 3..8 {
        bench.seconds(1).await;
        bench.decide([profile]).await;
    }
    bench.seconds(2).await;
    assert_eq!(
        bench.sent(),
        [(0, 1), (0, 2), (1, 3), (2, 4), (3, 5), (4, 6), (5, 7)]
    );
    assert_eq!(bench.account().delivered, 6);
}

#[tokio::test(start_paused = true)]
async fn the_second_attempt_can_succeed() {
    let mut bench = Bench::new(failing(1, &transient()));
    bench.decide([1]).await;
    bench.seconds(10).await;
    bench.world.set_script(Answer::delivered);
    bench.seconds(60).await;
    assert_eq!(bench.sent(), [(0, 1), (15, 1)]);
    assert_eq!(bench.account().delivered, 1);
}

#[tokio::test(start_paused = true)]
async fn attempts_and_their_times_outlive_the_lanes() {
    let mut bench = Bench::new(failing(1, &transient()));
    bench.decide([1]).await;
    for _ in 0..3 {
        bench.seconds(4).await;
        bench.abort().await;
        bench.start();
    }
    bench.seconds(300).await;
    assert_eq!(bench.sent(), [(0, 1), (15, 1), (45, 1)]);
    let [letter] = &bench.dead()[..] else { panic!() };
    assert_eq!(letter.attempts, 3);
}

#[tokio::test(start_paused = true)]
async fn refused_is_dead_at_once_and_uses_no_attempt() {
    let mut bench = Bench::new(failing(1, &refused()));
    bench.decide([1, 2]).await;
    bench.seconds(300).await;
    assert_eq!(bench.sent(), [(0, 1), (0, 2)]);
    let [letter] = &bench.dead()[..] else { panic!() };
    assert_eq!(
        (letter.reason, letter.answer.as_str(), letter.attempts),
        (DeadReason::Refused, "400", 0)
    );
}

#[tokio::test(start_paused = true)]
async fn a_call_of_many_that_failed_twice_is_sent_singly() {
    let poison = |seen: &crate::fake::Seen| {
        let whole = seen.profiles().iter().any(|p| p.to_bits() == 2);
        Answer::all(seen, &if whole { transient() } else { Verdict::Delivered })
    };
    let mut bench = Bench::new(World::new(poison));
    bench.decide([1, 2, 3]).await;
    bench.seconds(300).await;
    let calls: Vec<(u64, usize)> = bench
        .world
        .seen()
        .iter()
        .map(|c| (c.at / 1000, c.batch.len()))
        .collect();
    assert_eq!(calls, [(0, 3), (15, 3), (45, 1), (45, 1), (45, 1)]);
    assert_eq!(bench.account().delivered, 2);
    assert_eq!(
        bench
            .dead()
            .iter()
            .map(|letter| letter.export.profile.to_bits())
            .collect::<Vec<_>>(),
        [2]
    );
}
