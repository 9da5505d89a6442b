//! Destinations that hang, panic or talk nonsense; a store that fails; a lane that ends by a defect.

use crate::fake::{Answer, Seen, World};
use crate::harness::{Bench, TestClock, open};
use dispatcher::Verdict;
use model::{Clock, DeadReason, Limits, Timestamp};
use serde_json::json;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;
use store::{Fault, Memory};
use tokio::time::Instant;

#[tokio::test(start_paused = true)]
async fn a_call_that_hangs_ends_at_its_timeout_and_is_transient() {
    let mut bench = Bench::new(World::new(|_| Answer::Hang));
    bench.decide([1]).await;
    bench.seconds(300).await;
    assert_eq!(
        bench.sent(),
        [(0, 1), (35, 1), (85, 1)],
        "20 s each, then 15 s and 30 s"
    );
    let letter = &bench.dead()[0];
    assert_eq!(
        (letter.reason, letter.answer.as_str()),
        (DeadReason::Exhausted, "no answer within 20s")
    );

    bench.redefine_there(&json!({"timeoutMs": 500}), Limits::default());
    bench.decide([2]).await;
    bench.seconds(60).await;
    assert_eq!(bench.dead()[1].answer, "no answer within 500ms");
}

#[tokio::test(start_paused = true)]
async fn a_panic_in_a_call_is_transient_and_the_lane_goes_on() {
    let panics = |seen: &Seen| {
        if seen.profiles().iter().any(|p| p.to_bits() == 1) {
            Answer::Panic
        } else {
            Answer::delivered(seen)
        }
    };
    let mut bench = Bench::new(World::new(panics));
    bench.decide([1]).await;
    bench.seconds(1).await;
    bench.decide([2]).await;
    bench.seconds(300).await;
    assert_eq!(bench.sent(), [(0, 1), (1, 2), (15, 1), (45, 1)]);
    assert_eq!(bench.dead()[0].answer, "the destination panicked");
}

#[tokio::test(start_paused = true)]
async fn verdicts_that_are_too_few_or_too_many_are_not_trusted() {
    for count in [0, 2, 4] {
        let wrong = move |_: &Seen| Answer::Verdicts(vec![Verdict::Delivered; count], Duration::ZERO);
        let mut bench = Bench::new(World::new(wrong));
        bench.decide(1..=3).await;
        bench.seconds(10).await;
        let account = bench.account();
        assert_eq!(
            (account.delivered, account.pending),
            (0, 3),
            "{count} verdicts: {account:?}"
        );
        bench.world.set_script(Answer::delivered);
        bench.seconds(10).await;
        assert_eq!(bench.account().delivered, 3);
    }
}

fn slow(seen: &Seen) -> Answer {
    Answer::Verdicts(vec![Verdict::Delivered; seen.batch.len()], Duration::from_secs(1))
}

#[tokio::test(start_paused = true)]
async fn what_was_accepted_while_the_store_failed_is_settled_and_not_sent_again() {
    let mut bench = Bench::new(World::new(slow));
    bench.decide([1, 2]).await;
    bench.memory.fail_next(Fault::RefusedAndClosed);
    bench.memory.fail_next(Fault::Unsynced);
    bench.seconds(10).await;
    assert_eq!(bench.sent(), [(0, 1), (0, 2)]);
    assert_eq!(bench.account().delivered, 2);
}

#[tokio::test(start_paused = true)]
async fn a_settlement_that_was_durable_after_all_counts_once() {
    let mut bench = Bench::new(World::new(slow));
    bench.decide([1, 2]).await;
    bench.memory.fail_next(Fault::Unanswered);
    bench.seconds(10).await;
    assert_eq!(bench.sent(), [(0, 1), (0, 2)]);
    assert_eq!(bench.account().delivered, 2);
}

/// Panics at one reading.
struct Defect {
    clock: TestClock,
    readings: AtomicU32,
    at: u32,
}

impl Clock for Defect {
    fn now(&self) -> Timestamp {
        assert!(
            self.readings.fetch_add(1, Ordering::SeqCst) != self.at,
            "the defect"
        );
        self.clock.now()
    }
}

#[tokio::test(start_paused = true)]
async fn a_lane_or_a_call_that_ends_by_a_defect_loses_nothing() {
    // An export reads the clock when the lane looks, claims, and when the call is judged and settled.
    for at in 0..8 {
        let memory = Memory::new();
        let (store, committer) = open(&memory);
        let clock = TestClock::at(Instant::now());
        let readings = AtomicU32::new(0);
        let defect = Arc::new(Defect { clock, readings, at });
        let told: Arc<dyn Clock> = Arc::clone(&defect) as Arc<dyn Clock>;
        let mut bench = Bench::on(
            World::new(Answer::delivered),
            memory,
            store,
            committer,
            told,
            clock,
        );
        for profile in 1..=4 {
            bench.decide([profile]).await;
            bench.seconds(3).await;
        }
        assert!(defect.readings.load(Ordering::SeqCst) > at);
        let account = bench.account();
        assert_eq!((account.delivered, account.pending), (4, 0), "at reading {at}");
    }
}
