//! What waits too long, and what a dataflow may keep.

use crate::fake::{Answer, Seen, World};
use crate::harness::Bench;
use dispatcher::Verdict;
use model::{DataflowState, DeadReason, Duration, QueueBounds};
use store::Decisions;

/// Makes what waits longer than `seconds` expire.
async fn bound(bench: &mut Bench, seconds: i64) {
    bench.definitions.dataflows[0].queue = QueueBounds {
        age: Duration::from_millis(seconds * 1000),
        ..QueueBounds::default()
    };
    let meta = bench.store.meta();
    let publish = Decisions {
        clock: meta.clock,
        batch: meta.batch + 1,
        next_seq: meta.next_seq,
        next_profile: meta.next_profile,
        definitions: Some(bench.definitions.clone()),
        ..Decisions::default()
    };
    bench.store.commit(publish).await.unwrap();
    bench.dispatcher.redefine(&bench.definitions);
}

#[tokio::test(start_paused = true)]
async fn what_waits_too_long_expires_also_on_a_paused_dataflow() {
    let mut bench = Bench::new(World::new(Answer::delivered));
    bench.definitions.dataflows[0].state = DataflowState::Paused;
    bound(&mut bench, 60).await;
    bench.decide(1..=1_200).await;
    bench.seconds(30).await;
    bench.decide(2_000..=2_002).await;
    bench.seconds(29).await;
    assert_eq!(bench.account().pending, 1_203);
    bench.seconds(3).await;
    let account = bench.account();
    assert_eq!((account.pending, account.dead[&DeadReason::Expired]), (3, 1_200));
    assert!(
        bench.dead()[0].answer.contains("60 s"),
        "{}",
        bench.dead()[0].answer
    );
    bench.seconds(31).await;
    assert_eq!(bench.account().pending, 0);
    assert_eq!(bench.sent(), [], "nothing of it was sent");
}

#[tokio::test(start_paused = true)]
async fn what_is_in_flight_does_not_expire() {
    let slow = |seen: &Seen| {
        let verdicts = vec![Verdict::Delivered; seen.batch.len()];
        Answer::Verdicts(verdicts, std::time::Duration::from_secs(15))
    };
    let mut bench = Bench::new(World::new(slow));
    bound(&mut bench, 10).await;
    bench.decide([1]).await;
    bench.seconds(1).await;
    bench.decide([1]).await;
    bench.seconds(13).await;
    let account = bench.account();
    assert_eq!((account.pending, account.dead[&DeadReason::Expired]), (1, 1));
    bench.seconds(2).await;
    assert_eq!(bench.account().delivered, 1);
}

/// An instant of a downtime is stepped when it is over: its export waits from then on, not from the instant.
#[tokio::test(start_paused = true)]
async fn an_export_of_an_old_instant_has_not_waited() {
    let mut bench = Bench::new(World::new(Answer::delivered));
    bench.definitions.dataflows[0].state = DataflowState::Paused;
    bound(&mut bench, 60).await;
    let mut late = crate::harness::export(1, model::Class::Live, 1, 1, model::Clock::now(&bench.clock));
    late.emitted_at = model::Timestamp::from_millis(late.emitted_at.millis() - 86_400_000);
    let meta = bench.store.meta();
    let decisions = Decisions {
        clock: model::Clock::now(&bench.clock),
        batch: meta.batch + 1,
        next_seq: meta.next_seq,
        next_profile: meta.next_profile,
        outbox: vec![store::OutboxOp::Export(late)],
        ..Decisions::default()
    };
    bench.store.commit(decisions).await.unwrap();
    bench.seconds(58).await;
    assert_eq!(bench.account().pending, 1);
    bench.seconds(4).await;
    assert_eq!(bench.account().pending, 0);
}
