use super::*;

fn millis(samples: impl IntoIterator<Item = u64>) -> [u128; 4] {
    let mut latencies = Latencies::default();
    for ms in samples {
        latencies.record(Duration::from_millis(ms));
    }
    let seen = latencies.percentiles();
    let [p50, p95, p99] = [seen.p50, seen.p95, seen.p99].map(|d| d.as_millis());
    [seen.samples as u128, p50, p95, p99]
}

#[test]
fn nearest_rank_over_the_last_ones() {
    assert_eq!(millis([]), [0, 0, 0, 0]);
    assert_eq!(millis([7]), [1, 7, 7, 7]);
    assert_eq!(millis((1..=100).rev()), [100, 50, 95, 99]);
    assert_eq!(
        millis(std::iter::repeat_n(9_000, 500).chain(1..=2048)),
        [2048, 1024, 1946, 2028]
    );
}
