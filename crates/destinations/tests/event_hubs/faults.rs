//! What the service can do to a call, and what becomes of its exports.

use crate::rig::{HUB, Rig, ids};
use crate::sample;
use dispatcher::Verdict;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::time::Duration;
use testkit::outside::EventHubs;
use tokio::time::Instant;

/// A fault of one transfer, and what must come of it.
struct Case {
    fault: Value,
    /// The class of what it happens to.
    class: &'static str,
    /// Whether something is stored all the same, so that a resend makes it twice; `None` is either: what the fault does
    /// not happen to shares its connection.
    stored: Option<bool>,
    /// Whether the client is used again.
    kept: bool,
}

fn case(fault: Value, class: &'static str, stored: impl Into<Option<bool>>, kept: bool) -> Case {
    Case {
        fault,
        class,
        stored: stored.into(),
        kept,
    }
}

/// Sends, and sends again what was not delivered, as the dispatcher would.
async fn deliver(rig: &Rig, case: &Case) {
    // The first has been sent before.
    let all = sample::batch(2..=41);
    rig.namespace.script(&json!([case.fault])).await;
    let before = rig.namespace.stats().await;
    let verdicts = rig.destination.send(&all).await;
    let failed: Vec<_> = verdicts
        .iter()
        .filter(|verdict| **verdict != Verdict::Delivered)
        .collect();
    let name = &case.fault;
    assert!(
        !failed.is_empty() && failed.iter().all(|verdict| verdict.class() == case.class),
        "{name}: {verdicts:?}"
    );
    // What was called delivered is stored, whatever happened to the rest.
    let stored = rig.stored().await;
    let (mut delivered, mut left) = (Vec::new(), Vec::new());
    for (export, verdict) in all.iter().zip(&verdicts) {
        if *verdict == Verdict::Delivered {
            delivered.push(export.clone());
        } else {
            left.push(export.clone());
        }
    }
    for id in ids(&delivered) {
        assert!(
            stored.contains_key(&id),
            "{name}: {id} was called delivered and is not stored"
        );
    }
    if case.stored == Some(false) {
        let lost: BTreeSet<_> = ids(&left)
            .into_iter()
            .filter(|id| stored.contains_key(id))
            .collect();
        assert!(lost.len() < left.len(), "{name}: everything is stored");
    }
    rig.namespace.script(&json!([])).await;
    let again = rig.destination.send(&left).await;
    assert_eq!(again, vec![Verdict::Delivered; left.len()], "{name}");
    // Nothing is lost, and twice is only what may be.
    let mut stored = rig.stored().await;
    let all = ids(&all);
    stored.retain(|id, _| all.contains(id));
    assert_eq!(stored.len(), all.len(), "{name}: lost");
    let delivered = ids(&delivered);
    for (id, times) in &stored {
        assert!(
            *times == 1 || (*times == 2 && !delivered.contains(id)),
            "{name}: {id} {times} times"
        );
    }
    let twice = stored.values().any(|times| *times == 2);
    assert_eq!(case.stored.unwrap_or(twice), twice, "{name}: stored twice");
    let connections = rig.namespace.stats().await.connections - before.connections;
    assert_eq!(connections, u64::from(!case.kept), "{name}: new connections");
    // The client that is thrown away is closed.
    rig.open_connections(1).await;
}

/// One hub after another, one destination each: a first call without faults, so that the fault meets an open link.
async fn all_of(cases: Vec<Case>) {
    for case in cases {
        let rig = if case.kept {
            Rig::new().await
        } else {
            Rig::hasty().await
        };
        assert_eq!(rig.send_one().await, "delivered");
        deliver(&rig, &case).await;
    }
}

fn on_transfer(action: &str) -> Value {
    json!({"on": "transfer", "partition": "0", "action": action, "times": 1})
}

fn rejected(condition: &str) -> Value {
    let mut fault = on_transfer("reject");
    fault["condition"] = json!(condition);
    fault
}

#[tokio::test]
async fn a_rejection_says_why_and_the_client_goes_on() {
    all_of(vec![
        case(rejected("com.microsoft:server-busy"), "throttled", false, true),
        case(rejected("amqp:resource-limit-exceeded"), "throttled", false, true),
        case(rejected("amqp:internal-error"), "transient", false, true),
        case(rejected("amqp:unauthorized-access"), "endpoint", false, true),
    ])
    .await;
}

/// The `send_batch` of `azure_messaging_eventhubs` says `Ok` for both.
#[tokio::test]
async fn what_is_released_or_modified_is_not_delivered() {
    all_of(vec![
        case(on_transfer("release"), "transient", false, false),
        case(on_transfer("modified"), "transient", false, false),
    ])
    .await;
}

#[tokio::test]
async fn a_link_or_a_connection_that_ends_is_transient() {
    all_of(vec![
        case(on_transfer("detach"), "transient", false, false),
        case(on_transfer("close"), "transient", None, false),
        case(on_transfer("drop"), "transient", None, false),
        case(on_transfer("malformed"), "transient", None, false),
    ])
    .await;
}

#[tokio::test]
async fn an_answer_that_never_comes_is_transient_and_the_resend_may_be_a_duplicate() {
    all_of(vec![
        case(on_transfer("hang"), "transient", false, false),
        case(on_transfer("lost-answer"), "transient", true, false),
        case(on_transfer("accept-then-drop"), "transient", true, false),
    ])
    .await;
}

#[tokio::test]
async fn a_slow_settlement_is_waited_for() {
    let rig = Rig::new().await;
    rig.namespace
        .script(&json!([{"on": "transfer", "action": "slow", "ms": 400}]))
        .await;
    let began = Instant::now();
    assert_eq!(rig.send(1..=20).await, vec![Verdict::Delivered; 20]);
    assert!(began.elapsed() >= Duration::from_millis(400));
}

/// A batch that is refused says nothing of its events: it is halved until the one is found.
#[tokio::test]
async fn one_event_that_is_refused_takes_no_other_with_it() {
    let namespace = EventHubs::start().await;
    namespace.create_hub_with(HUB, 1, 20_000).await;
    let rig = Rig::with(namespace, crate::rig::Plan::default());
    let mut batch = sample::batch(1..=9);
    batch[4] = sample::larger_than(20_000);
    let verdicts = rig.destination.send(&batch).await;
    for (at, verdict) in verdicts.iter().enumerate() {
        let expected = if at == 4 { "refused" } else { "delivered" };
        assert_eq!(verdict.class(), expected, "{at}: {verdict:?}");
    }
    // The service refuses, whatever it said on the link.
    let refusal = json!({"on": "transfer", "action": "reject", "condition": "com.microsoft:argument-error", "times": 3});
    rig.namespace.script(&json!([refusal])).await;
    let verdicts = rig.send(21..=24).await;
    let refused: Vec<bool> = verdicts
        .iter()
        .map(|verdict| verdict.class() == "refused")
        .collect();
    assert_eq!(refused, [true, false, false, false], "{verdicts:?}");
    assert_eq!(rig.stored().await.len(), 8 + 3);
}

#[tokio::test]
async fn a_link_that_is_not_opened() {
    for (fault, class) in [
        (
            json!({"action": "reject", "condition": "com.microsoft:server-busy"}),
            "throttled",
        ),
        (
            json!({"action": "reject", "condition": "amqp:not-found"}),
            "endpoint",
        ),
        (
            json!({"action": "reject", "condition": "amqp:unauthorized-access"}),
            "endpoint",
        ),
        (
            json!({"action": "reject", "condition": "amqp:internal-error"}),
            "transient",
        ),
        (json!({"action": "hang"}), "transient"),
    ] {
        let rig = Rig::hasty().await;
        let mut on = fault.clone();
        (on["on"], on["times"]) = (json!("attach"), json!(1));
        rig.namespace.script(&json!([on])).await;
        assert_eq!(rig.send_one().await, class, "{fault}");
        assert_eq!(rig.send_one().await, "delivered", "{fault}");
        rig.open_connections(1).await;
    }
}

/// Whoever cannot be reached costs no attempt: everything waits.
#[tokio::test]
async fn a_namespace_that_is_away_is_an_endpoint_verdict() {
    let rig = Rig::new().await;
    let nobody = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = nobody.local_addr().unwrap().port();
    let to = |endpoint: String| {
        let changes = json!({"endpoint": endpoint, "timeoutSeconds": 2});
        let plan = crate::rig::Plan {
            changes,
            ..crate::rig::Plan::default()
        };
        async move { Rig::with(EventHubs::start().await, plan) }
    };
    // It accepts and says nothing; it is gone; it speaks no TLS.
    assert_eq!(
        to(format!("amqp://127.0.0.1:{port}")).await.send_one().await,
        "endpoint"
    );
    drop(nobody);
    assert_eq!(
        to(format!("amqp://127.0.0.1:{port}")).await.send_one().await,
        "endpoint"
    );
    let plain = rig.namespace.endpoint().replace("amqp://", "amqps://");
    assert_eq!(to(plain).await.send_one().await, "endpoint");
}

/// A call that is given up leaves transfers half done: nobody sends on those links again.
#[tokio::test]
async fn a_call_that_is_given_up_spends_its_client() {
    let rig = Rig::new().await;
    assert_eq!(rig.send_one().await, "delivered");
    let before = rig.namespace.stats().await.connections;
    rig.namespace
        .script(&json!([{"on": "transfer", "action": "slow", "ms": 500, "times": 1}]))
        .await;
    let call = tokio::time::timeout(Duration::from_millis(100), rig.send_one());
    assert!(call.await.is_err());
    assert_eq!(rig.send_one().await, "delivered");
    assert_eq!(rig.namespace.stats().await.connections, before + 1);
}

/// The service ends links after ten idle minutes, and what is sent on one that died so may hang for ever.
#[tokio::test]
async fn a_client_that_was_idle_is_not_used_again() {
    let rig = Rig::new().await;
    assert_eq!(rig.send_one().await, "delivered");
    let before = rig.namespace.stats().await.connections;
    assert_eq!(rig.send_one().await, "delivered");
    assert_eq!(rig.namespace.stats().await.connections, before);
    tokio::time::pause();
    tokio::time::advance(Duration::from_secs(250)).await;
    tokio::time::resume();
    assert_eq!(rig.send_one().await, "delivered");
    assert_eq!(rig.namespace.stats().await.connections, before + 1);
}
