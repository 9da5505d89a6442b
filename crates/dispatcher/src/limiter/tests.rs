use super::*;
use std::time::Duration;

fn limits(requests: u32, records: Option<u32>, bytes: Option<u32>) -> Limits {
    Limits {
        requests_per_second: requests,
        records_per_second: records,
        bytes_per_second: bytes,
        concurrency: 1,
    }
}

const BATCH: BatchLimits = BatchLimits {
    records: 500,
    bytes: 5_000,
    record_bytes: 5_000,
};

#[tokio::test(start_paused = true)]
async fn a_hundred_and_one_calls_at_ten_a_second_take_ten_seconds() {
    let limiter = Limiter::new(&limits(10, None, None), BATCH);
    let began = Instant::now();
    for _ in 0..101 {
        limiter.take(500, 5_000).await;
    }
    let took = began.elapsed();
    assert!((10.0..10.2).contains(&took.as_secs_f64()), "{took:?}");
}

#[tokio::test(start_paused = true)]
async fn each_rate_holds_by_itself() {
    for (limits, calls, least) in [
        (limits(u32::MAX, Some(1_000), None), 21, 10.0),
        (limits(u32::MAX, None, Some(1_000)), 21, 20.0),
        (limits(2, Some(1_000), Some(10_000)), 21, 10.0),
    ] {
        let limiter = Limiter::new(&limits, BATCH);
        let largest = Limiter::largest(&limits, BATCH);
        let began = Instant::now();
        for _ in 0..calls {
            limiter.take(largest.records, largest.bytes).await;
        }
        let took = began.elapsed().as_secs_f64();
        assert!((least..least + 0.6).contains(&took), "{limits:?}: {took}");
    }
}

#[tokio::test(start_paused = true)]
async fn an_export_larger_than_a_second_of_bytes_goes_all_the_same() {
    let limiter = Limiter::new(&limits(10, None, Some(100)), BATCH);
    let took = tokio::time::timeout(Duration::from_secs(5), async {
        limiter.take(1, 4_000).await;
        limiter.take(1, 4_000).await;
    });
    assert_eq!(took.await, Ok(()));
}

#[test]
fn a_call_carries_no_more_than_a_second() {
    let largest = Limiter::largest(&limits(10, Some(40), Some(0)), BATCH);
    assert_eq!(
        (largest.records, largest.bytes, largest.record_bytes),
        (40, 1, 5_000)
    );
    assert_eq!(Limiter::largest(&limits(10, None, None), BATCH), BATCH);
}
