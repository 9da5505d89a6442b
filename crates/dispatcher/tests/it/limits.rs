//! Rates, concurrency, the size of calls, and live before bulk.

use crate::fake::{Answer, Seen, World};
use crate::harness::{Bench, dataflow};
use dispatcher::Verdict;
use model::{Class, DeadReason, Limits};
use serde_json::json;
use std::time::Duration;

fn slow(seconds: u64) -> impl FnMut(&Seen) -> Answer + Send {
    move |seen| {
        Answer::Verdicts(
            vec![Verdict::Delivered; seen.batch.len()],
            Duration::from_secs(seconds),
        )
    }
}

#[tokio::test(start_paused = true)]
async fn requests_and_records_a_second_hold_over_all_dataflows() {
    for (limits, records, least) in [
        (
            Limits {
                requests_per_second: 10,
                ..Limits::default()
            },
            1,
            19.9,
        ),
        (
            Limits {
                records_per_second: Some(10),
                ..Limits::default()
            },
            10,
            19.0,
        ),
        (
            Limits {
                bytes_per_second: Some(1000),
                ..Limits::default()
            },
            10,
            8.5,
        ),
    ] {
        let mut bench = Bench::new(World::new(Answer::delivered));
        bench.definitions.dataflows.push(dataflow("other", 2, "there"));
        bench.redefine_there(&json!({"records": records}), limits);
        bench
            .decide_on((1..=200).map(|n| (n as u32 % 2 + 1, Class::Live, n)).collect())
            .await;
        bench.seconds(100).await;
        let seen = bench.world.seen();
        assert_eq!(seen.iter().map(|call| call.batch.len()).sum::<usize>(), 200);
        let took = seen.last().unwrap().at as f64 / 1000.0;
        assert!((least..least * 1.2).contains(&took), "{limits:?}: {took}");
        for dataflow in [1, 2] {
            assert_eq!(
                bench
                    .store
                    .account(model::DataflowNo(dataflow))
                    .unwrap()
                    .delivered,
                100
            );
        }
    }
}

#[tokio::test(start_paused = true)]
async fn calls_at_a_time_are_bounded_over_all_dataflows() {
    let mut bench = Bench::new(World::new(slow(1)));
    bench.definitions.dataflows.push(dataflow("other", 2, "there"));
    let limits = Limits {
        concurrency: 3,
        ..Limits::default()
    };
    bench.redefine_there(&json!({"records": 1}), limits);
    bench
        .decide_on((1..=30).map(|n| (n as u32 % 2 + 1, Class::Live, n)).collect())
        .await;
    bench.seconds(11).await;
    assert_eq!(bench.world.most_in_flight(), 3);
    let last = bench.world.seen().last().unwrap().at;
    assert!((9_000..9_100).contains(&last), "all three are in use: {last}");
}

#[tokio::test(start_paused = true)]
async fn live_goes_before_bulk() {
    let limits = Limits {
        requests_per_second: 10,
        concurrency: 4,
        ..Limits::default()
    };
    let mut bench = Bench::new(World::new(Answer::delivered));
    for no in 2..=5 {
        bench
            .definitions
            .dataflows
            .push(dataflow(&format!("other-{no}"), no, "there"));
    }
    bench.redefine_there(&json!({"records": 1}), limits);
    // Several lanes of bulk wait for the turn at any time.
    bench
        .decide_on((1..=500).map(|n| (n as u32 % 5 + 1, Class::Bulk, n)).collect())
        .await;
    tokio::time::sleep(Duration::from_millis(5_050)).await;
    let before = bench.world.seen().len();
    bench
        .decide_on((1000..1020).map(|profile| (2, Class::Live, profile)).collect())
        .await;
    bench.seconds(60).await;
    let after: Vec<u64> = bench.sent()[before..]
        .iter()
        .map(|(_, profile)| *profile)
        .collect();
    let last_live = after.iter().rposition(|profile| *profile >= 1000).unwrap();
    // One bulk call at most had the turn when live traffic came.
    assert!(last_live <= 20, "{last_live} of {after:?}");
    assert_eq!(after.len(), 500 + 20 - before, "bulk goes on afterwards");
}

#[tokio::test(start_paused = true)]
async fn bulk_that_waits_for_room_gives_the_turn_up() {
    let limits = Limits {
        concurrency: 2,
        ..Limits::default()
    };
    let mut bench = Bench::new(World::new(slow(10)));
    bench.redefine_there(&json!({"records": 1}), limits);
    bench
        .decide_on((1..=50).map(|profile| (1, Class::Bulk, profile)).collect())
        .await;
    bench.seconds(1).await;
    bench
        .decide_on(vec![(1, Class::Live, 1000), (1, Class::Live, 1001)])
        .await;
    bench.seconds(10).await;
    assert_eq!(bench.sent(), [(0, 1), (0, 2), (10, 1000), (10, 1001)]);
}

#[tokio::test(start_paused = true)]
async fn calls_stay_within_their_bytes_as_rendered() {
    let mut bench = Bench::new(World::new(Answer::delivered));
    bench.decide([1]).await;
    bench.seconds(1).await;
    let size = bench.world.seen()[0].batch[0].body.len();
    bench.redefine_there(&json!({"bytes": 3 * size + 1}), Limits::default());
    bench.decide(2..=9).await;
    bench.seconds(1).await;
    let sizes: Vec<usize> = bench.world.seen()[1..]
        .iter()
        .map(|call| call.batch.len())
        .collect();
    assert!(sizes.iter().all(|size| *size <= 3), "{sizes:?}");
    assert_eq!(sizes.iter().sum::<usize>(), 8);
}

#[tokio::test(start_paused = true)]
async fn an_export_that_is_too_large_is_refused_without_a_call() {
    let mut bench = Bench::new(World::new(Answer::delivered));
    bench.redefine_there(&json!({"recordBytes": 10}), Limits::default());
    bench.decide([1]).await;
    bench.seconds(1).await;
    assert_eq!(bench.world.seen().len(), 0);
    let [letter] = &bench.dead()[..] else { panic!() };
    assert_eq!((letter.reason, letter.attempts), (DeadReason::Refused, 0));
    assert!(
        letter.answer.ends_with("bytes, the destination takes at most 10"),
        "{}",
        letter.answer
    );
    assert_eq!(bench.account().pending, 0);
}

#[tokio::test(start_paused = true)]
async fn a_kind_can_ask_for_the_envelope() {
    let mut bench = Bench::new(World::new(Answer::delivered));
    bench.decide([1]).await;
    bench.seconds(1).await;
    bench.redefine_there(&json!({"envelope": true}), Limits::default());
    bench.decide([2]).await;
    bench.seconds(1).await;
    let starts = bench
        .world
        .seen()
        .iter()
        .map(|c| c.batch[0].body.starts_with(b"{\"_weir\":"))
        .collect::<Vec<_>>();
    assert_eq!(starts, [false, true]);
}
