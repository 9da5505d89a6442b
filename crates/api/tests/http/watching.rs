//! What operators see.

use crate::rig::{NOON, Rig, record};
use axum::body::Body;
use axum::http::Request;
use serde_json::Value;

async fn ready(rig: &Rig) -> (u16, Vec<String>) {
    let reply = rig
        .send(
            Request::builder()
                .uri("/readyz")
                .body(Body::empty())
                .expect("as written"),
        )
        .await;
    let json = reply.json();
    assert_eq!(json["ready"], reply.status == 200);
    let reasons = json["reasons"].as_array().expect("as written").clone();
    for reason in &reasons {
        assert!(
            reason["detail"].is_string() && reason["whatToDo"].is_string(),
            "{reason}"
        );
    }
    (
        reply.status.as_u16(),
        reasons
            .iter()
            .map(|reason| reason["code"].as_str().expect("as written").to_owned())
            .collect(),
    )
}

#[tokio::test]
async fn readiness_names_every_reason() {
    let rig = Rig::start().await;
    assert_eq!(ready(&rig).await, (200, vec![]));
    rig.disk.set_free_bytes(10);
    assert_eq!(ready(&rig).await, (503, vec!["low_space".to_owned()]));
    rig.stopping.cancel();
    assert_eq!(
        ready(&rig).await,
        (503, vec!["stopping".to_owned(), "low_space".to_owned()])
    );
    let status = rig.get("/api/status").await;
    assert_eq!(status["reasons"].as_array().expect("as written").len(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_clock_that_jumped_is_seen_and_can_be_trusted() {
    let rig = Rig::start().await;
    rig.lines(&[record("a@b.test", "")]).await;
    rig.clock.set(NOON + 3_600_000);
    rig.lines(&[record("a@b.test", "")]).await;
    // The loop tells at its next turn, a second later at most.
    tokio::time::sleep(std::time::Duration::from_secs(2)).await;
    assert_eq!(ready(&rig).await, (503, vec!["clock_jumped".to_owned()]));
    assert_eq!(rig.get("/api/status").await["clockTrusted"], false);

    let reply = rig.admin("POST", "/api/clock/trust", "").await;
    assert_eq!(reply.status, 200, "{}", reply.text);
    assert_eq!(reply.json()["hadJumped"], true);
    assert_eq!(ready(&rig).await, (200, vec![]));
    rig.lines(&[record("a@b.test", "")]).await;
    assert_eq!(rig.store.meta().clock.millis(), NOON + 3_600_000);
}

#[tokio::test]
async fn where_the_server_stands() {
    let rig = Rig::start().await;
    assert!(rig.get("/api/status").await["evaluatedUntil"].is_string());
    rig.lines(&[record("a@b.test", ""), "nope".to_owned(), record("c@b.test", "")])
        .await;
    let status = rig.get("/api/status").await;
    assert_eq!(status["messages"], 2);
    assert_eq!(status["profilesMade"], 2);
    assert_eq!(status["definitions"], 1);
    assert_eq!(status["clockTrusted"], true);
    assert_eq!(status["version"], "0.0.0-test");
    assert_eq!(rig.get("/api/dataflows").await["dataflows"], Value::Array(vec![]));
}

#[tokio::test(start_paused = true)]
async fn the_server_looks_itself_over() {
    let rig = Rig::start().await;
    rig.lines(&[record("a@b.test", ""), record("c@b.test", "")]).await;
    tokio::time::sleep(std::time::Duration::from_mins(1)).await;
    let audit = &rig.get("/api/status").await["audit"];
    let (profiles, rounds) = (audit["profiles"].as_u64(), audit["rounds"].as_u64());
    assert!(profiles > Some(2) && rounds > Some(1), "{audit}");
    let bad = (&audit["differences"], &audit["failures"], &audit["left"]);
    assert_eq!(bad, (&Value::from(0), &Value::from(0), &Value::from(0)));
}

#[tokio::test]
async fn dead_messages_page_by_page() {
    let rig = Rig::start().await;
    let bad: Vec<String> = (0..5).map(|i| format!("bad {i}")).collect();
    rig.lines(&bad).await;
    let mut seen = Vec::new();
    let mut from = Some(0);
    while let Some(number) = from {
        let page = rig
            .get(&format!("/api/dead-messages?limit=2&from={number}"))
            .await;
        let items = page["items"].as_array().expect("as written");
        assert!(items.len() <= 2);
        seen.extend(
            items
                .iter()
                .map(|item| item["body"].as_str().expect("as written").to_owned()),
        );
        from = page["next"].as_u64();
    }
    assert_eq!(seen, bad);
    let reply = rig.admin("GET", "/api/dead-letters?dataflow=none", "").await;
    assert_eq!(reply.status, 404, "{}", reply.text);
    let reply = rig.admin("GET", "/api/dead-messages?limit=5000", "").await;
    assert_eq!(reply.status, 400, "{}", reply.text);
}

#[tokio::test]
async fn metrics_are_prometheus_text() {
    let rig = Rig::start().await;
    let reply = rig.admin("GET", "/metrics", "").await;
    assert_eq!(reply.status, 200);
    assert!(
        reply.headers["content-type"]
            .to_str()
            .expect("as written")
            .starts_with("text/plain; version=0.0.4")
    );
}

#[tokio::test]
async fn pages_of_large_messages_are_short() {
    let rig = Rig::start().await;
    let large = format!("\"{}", "x".repeat(1_000_000));
    for _ in 0..3 {
        assert_eq!(rig.lines(&[&large, &large, &large, &large]).await.status, 207);
    }
    let (mut from, mut pages, mut seen) = (Some(0), 0, 0);
    while let Some(number) = from {
        let page = rig
            .get(&format!("/api/dead-messages?limit=1000&from={number}"))
            .await;
        let items = page["items"].as_array().expect("items");
        assert!(!items.is_empty() && items.len() < 12, "{}", items.len());
        seen += items.len();
        pages += 1;
        from = page["next"].as_u64();
    }
    assert_eq!((pages > 1, seen), (true, 12));
}
