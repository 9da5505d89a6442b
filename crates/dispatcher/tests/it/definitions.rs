//! Definitions change while exports flow.

use crate::fake::{Answer, Seen, World, endpoint};
use crate::harness::{Bench, dataflow, destination};
use dispatcher::{BreakerView, Verdict};
use model::{DataflowState, Limits};
use serde_json::json;
use std::time::Duration;

#[tokio::test(start_paused = true)]
async fn a_paused_or_disabled_dataflow_sends_nothing() {
    for state in [DataflowState::Paused, DataflowState::Disabled] {
        let mut bench = Bench::new(World::new(Answer::delivered));
        bench.decide([1]).await;
        bench.seconds(1).await;
        bench.definitions.dataflows[0].state = state;
        bench.dispatcher.redefine(&bench.definitions);
        bench.decide([2]).await;
        bench.seconds(100).await;
        assert_eq!(bench.sent(), [(0, 1)]);
        assert!(!bench.dispatcher.view()[0].sending);
        assert_eq!(bench.account().pending, 1);
        bench.definitions.dataflows[0].state = DataflowState::Enabled;
        bench.dispatcher.redefine(&bench.definitions);
        bench.seconds(1).await;
        assert_eq!(bench.account().delivered, 2);
        assert!(bench.dispatcher.view()[0].sending);
    }
}

#[tokio::test(start_paused = true)]
async fn a_lane_that_is_gone_finishes_its_calls() {
    let slow =
        |seen: &Seen| Answer::Verdicts(vec![Verdict::Delivered; seen.batch.len()], Duration::from_secs(5));
    let mut bench = Bench::new(World::new(slow));
    bench.decide([1]).await;
    bench.seconds(1).await;
    assert_eq!(bench.dispatcher.view()[0].in_flight, 1);
    bench.definitions.dataflows.clear();
    bench.dispatcher.redefine(&bench.definitions);
    bench.seconds(5).await;
    assert_eq!(bench.account().delivered, 1);
    assert_eq!(bench.dispatcher.view(), []);
}

#[tokio::test(start_paused = true)]
async fn new_lanes_start_and_take_what_waited() {
    let mut bench = Bench::new(World::new(Answer::delivered));
    bench.decide_on(vec![(2, model::Class::Live, 1)]).await;
    bench.seconds(10).await;
    bench
        .definitions
        .destinations
        .push(destination("new", &json!({}), Limits::default()));
    bench.definitions.dataflows.push(dataflow("second", 2, "new"));
    bench.dispatcher.redefine(&bench.definitions);
    bench.seconds(1).await;
    assert_eq!(bench.sent(), [(10, 1)]);
    assert_eq!(bench.world.seen()[0].destination, "new");
}

#[tokio::test(start_paused = true)]
async fn a_destination_that_did_not_change_keeps_its_breaker() {
    let mut bench = Bench::new(World::new(|seen| Answer::all(seen, &endpoint())));
    bench.decide([1]).await;
    bench.seconds(1).await;
    bench.definitions.dataflows.push(dataflow("second", 2, "there"));
    bench.dispatcher.redefine(&bench.definitions);
    bench.seconds(1).await;
    let views = bench.dispatcher.view();
    assert!(
        views
            .iter()
            .all(|view| matches!(view.breaker, BreakerView::Open { .. })),
        "{views:?}"
    );
    assert_eq!(bench.sent(), [(0, 1)], "no call but the one that opened it");
    bench.redefine_there(&json!({"records": 2}), Limits::default());
    assert_eq!(bench.dispatcher.view()[0].breaker, BreakerView::Closed);
}

#[tokio::test(start_paused = true)]
async fn a_destination_that_cannot_be_opened_says_why_and_its_exports_wait() {
    let mut bench = Bench::new(World::new(Answer::delivered));
    bench.redefine_there(&json!({"broken": true}), Limits::default());
    bench.decide([1]).await;
    bench.seconds(10).await;
    let view = &bench.dispatcher.view()[0];
    assert_eq!(
        (view.sending, view.unusable.as_deref()),
        (false, Some("`broken`: is broken"))
    );
    bench.definitions.destinations[0].kind = "carrier-pigeon".to_owned();
    bench.dispatcher.redefine(&bench.definitions);
    let why = bench.dispatcher.view()[0].unusable.clone().unwrap();
    assert_eq!(
        why,
        "there is no kind of destination \"carrier-pigeon\"; there are: fake"
    );
    bench.definitions.destinations[0].kind = "fake".to_owned();
    bench.redefine_there(&json!({}), Limits::default());
    bench.seconds(1).await;
    assert_eq!(bench.account().delivered, 1);
}

#[tokio::test(start_paused = true)]
async fn latencies_run_from_decision_to_acceptance() {
    let slow = |seen: &Seen| {
        Answer::Verdicts(
            vec![Verdict::Delivered; seen.batch.len()],
            Duration::from_millis(250),
        )
    };
    let mut bench = Bench::new(World::new(slow));
    bench.decide([1, 2, 3]).await;
    bench.seconds(1).await;
    let latency = bench.dispatcher.view()[0].latency;
    let quarter = Duration::from_millis(250);
    assert_eq!((latency.samples, latency.p50, latency.p99), (3, quarter, quarter));
}
