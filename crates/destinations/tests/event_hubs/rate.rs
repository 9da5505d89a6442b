//! How fast a hub of four partitions is filled.

use crate::rig::Rig;
use crate::sample;
use dispatcher::Verdict;
use std::sync::Arc;
use tokio::task::JoinSet;
use tokio::time::Instant;

/// Calls at once, as many as the dispatcher has at most by default.
const CALLS: u64 = 8;
const EXPORTS_A_CALL: u64 = 500;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_calls_at_once_deliver_everything_once() {
    let rig = Arc::new(Rig::new().await);
    let verdicts = rig.send(1..=1).await;
    assert_eq!(verdicts, [Verdict::Delivered]);
    let began = Instant::now();
    let cpu = rig.namespace.stats().await.cpu_ms;
    let mut calls = JoinSet::new();
    for lane in 0..CALLS {
        let rig = Arc::clone(&rig);
        calls.spawn(async move {
            for call in 0..5 {
                let first = 2 + (lane * 5 + call) * EXPORTS_A_CALL;
                let batch = sample::batch(first..=first + EXPORTS_A_CALL - 1);
                let verdicts = rig.destination.send(&batch).await;
                assert_eq!(verdicts, vec![Verdict::Delivered; batch.len()]);
            }
        });
    }
    calls.join_all().await;
    let seconds = began.elapsed().as_secs_f64();
    let stats = rig.namespace.stats().await;
    println!(
        "{} exports in {seconds:.2} s: {:.0}/s, {} transfers, {} ms of the peer's processor time",
        stats.events - 1,
        (stats.events - 1) as f64 / seconds,
        stats.transfers,
        stats.cpu_ms - cpu,
    );
    let stored = rig.stored().await;
    assert_eq!(stored.len() as u64, 1 + CALLS * 5 * EXPORTS_A_CALL);
    assert!(stored.values().all(|times| *times == 1));
}
