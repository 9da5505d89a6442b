//! How fast a stream is filled.

use crate::rig::Rig;
use crate::sample;
use dispatcher::Verdict;
use serde_json::json;
use std::sync::Arc;
use testkit::outside::Kinesis;
use tokio::task::JoinSet;
use tokio::time::Instant;

/// Calls at once, as many as the dispatcher has at most by default.
const CALLS: u64 = 8;
const EXPORTS_A_CALL: u64 = 500;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_calls_at_once_deliver_everything_once() {
    let service = Kinesis::with_stream(crate::rig::STREAM, 16).await;
    let rig = Arc::new(Rig::with(service, &json!({"timeoutSeconds": 30})));
    assert_eq!(rig.send(1..=1).await, [Verdict::Delivered]);
    let (began, before) = (Instant::now(), rig.service.stats().await);
    let mut calls = JoinSet::new();
    for lane in 0..CALLS {
        let rig = Arc::clone(&rig);
        calls.spawn(async move {
            for call in 0..3 {
                let first = 2 + (lane * 3 + call) * EXPORTS_A_CALL;
                let mut batch = sample::batch(first..=first + EXPORTS_A_CALL - 1);
                while !batch.is_empty() {
                    let verdicts = rig.destination.send(&batch).await;
                    let mut verdicts = verdicts.iter();
                    batch.retain(|_| verdicts.next() != Some(&Verdict::Delivered));
                }
            }
        });
    }
    calls.join_all().await;
    let seconds = began.elapsed().as_secs_f64();
    let stats = rig.service.stats().await;
    let records = stats.records - before.records;
    println!(
        "{records} exports in {seconds:.2} s: {:.0}/s, {} calls, {} throttled, {} ms of the peer's processor time",
        records as f64 / seconds,
        stats.requests - before.requests,
        stats.throttled,
        stats.cpu_ms - before.cpu_ms,
    );
    let stored = rig.stored().await;
    assert_eq!(stored.len() as u64, 1 + CALLS * 3 * EXPORTS_A_CALL);
    assert!(stored.values().all(|times| *times == 1));
}
