//! Two stages of stopping.

use crate::fake::{Answer, Seen, World};
use crate::harness::Bench;
use dispatcher::Verdict;
use std::time::Duration;

fn slow(seen: &Seen) -> Answer {
    Answer::Verdicts(
        vec![Verdict::Delivered; seen.batch.len()],
        Duration::from_secs(10),
    )
}

#[tokio::test(start_paused = true)]
async fn soft_claims_nothing_more_and_finishes_what_is_in_flight() {
    let mut bench = Bench::new(World::new(slow));
    bench.decide([1, 2]).await;
    bench.seconds(1).await;
    bench.soft.cancel();
    bench.decide([3]).await;
    let began = tokio::time::Instant::now();
    bench.ended().await;
    assert_eq!(began.elapsed(), Duration::from_secs(9));
    let account = bench.account();
    assert_eq!((account.delivered, account.pending), (2, 1));
    assert_eq!(bench.sent(), [(0, 1), (0, 2)]);

    bench.start();
    bench.seconds(20).await;
    assert_eq!(bench.account().delivered, 3);
}

#[tokio::test(start_paused = true)]
async fn hard_abandons_and_what_was_not_settled_is_sent_again() {
    let mut bench = Bench::new(World::new(slow));
    bench.decide([1, 2]).await;
    bench.seconds(1).await;
    bench.abort().await;
    assert_eq!(bench.account().pending, 2);
    bench.start();
    bench.seconds(20).await;
    assert_eq!(
        bench.sent(),
        [(0, 1), (0, 2), (1, 1), (1, 2)],
        "its claims were given back"
    );
    assert_eq!(bench.account().delivered, 2);
}

#[tokio::test(start_paused = true)]
async fn soft_ends_a_wait_for_the_rates_too() {
    let mut bench = Bench::new(World::new(Answer::delivered));
    let limits = model::Limits {
        requests_per_second: 1,
        ..model::Limits::default()
    };
    bench.redefine_there(&serde_json::json!({"records": 1}), limits);
    bench.decide(1..=10).await;
    tokio::time::sleep(Duration::from_millis(2_500)).await;
    bench.soft.cancel();
    bench.ended().await;
    assert_eq!(bench.sent(), [(0, 1), (1, 2), (2, 3)]);
    assert_eq!(bench.account().pending, 7);
    bench.start();
    bench.seconds(10).await;
    assert_eq!(bench.account().delivered, 10);
}
