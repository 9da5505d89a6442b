//! Messages that are taken, and how that is answered.

use crate::rig::{NOON, Rig, envelope, record};
use serde_json::json;

#[tokio::test]
async fn one_message_is_answered_as_adobe_does() {
    let rig = Rig::start().await;
    let reply = rig
        .post(
            "/collection/web",
            "application/json",
            envelope(&record("a@b.test", "")),
        )
        .await;
    assert_eq!(reply.status, 200, "{}", reply.text);
    let json = reply.json();
    assert_eq!(json["inletId"], "web");
    assert_eq!(json["receivedTimeMs"], NOON);
    assert!(
        json["xactionId"]
            .as_str()
            .unwrap()
            .starts_with(&format!("{NOON}:")),
        "{json}"
    );
    assert_eq!(json.as_object().unwrap().len(), 3, "{json}");
    assert!(rig.profile("a@b.test").is_some());
}

#[tokio::test]
async fn a_batch_is_answered_in_order_with_ids_of_its_own() {
    let rig = Rig::start().await;
    let messages: Vec<String> = (0..300)
        .map(|i| match i % 3 {
            2 => format!("{{\"no\":{i}}}"),
            _ => envelope(&record(&format!("p{i}@b.test"), "")),
        })
        .collect();
    let body = format!("{{\"messages\":[{}]}}", messages.join(" ,\n"));
    let reply = rig
        .post("/collection/batch/web", "application/json; charset=utf-8", body)
        .await;
    assert_eq!(reply.status, 207, "{}", reply.text);
    let json = reply.json();
    assert_eq!(json["inletId"], "web");
    assert_eq!(json["receivedTimeMs"], NOON);
    assert!(json["batchId"].is_string());
    let responses = json["responses"].as_array().unwrap();
    assert_eq!(responses.len(), 300);
    let mut ids = std::collections::BTreeSet::new();
    for (i, response) in responses.iter().enumerate() {
        if i % 3 == 2 {
            assert_eq!(response["statusCode"], 400, "{i}");
            assert!(
                response["message"].as_str().unwrap().contains("`header`"),
                "{response}"
            );
        } else {
            assert!(
                ids.insert(response["xactionId"].as_str().unwrap().to_owned()),
                "{i}"
            );
            assert!(rig.profile(&format!("p{i}@b.test")).is_some(), "{i}");
        }
    }
    assert_eq!(ids.len(), 200);
}

#[tokio::test]
async fn ndjson_has_an_answer_for_each_line_that_is_not_blank() {
    let rig = Rig::start().await;
    let body = format!(
        "\n{}\r\n  \n{}\n\n",
        record("a@b.test", ""),
        record("c@b.test", r#","x":1"#)
    );
    let reply = rig
        .post("/collection/batch/web", "application/x-ndjson", body)
        .await;
    assert_eq!(reply.status, 207, "{}", reply.text);
    assert_eq!(reply.json()["responses"].as_array().unwrap().len(), 2);
    assert!(rig.profile("a@b.test").is_some() && rig.profile("c@b.test").is_some());
}

#[tokio::test]
async fn a_message_that_is_no_json_costs_the_others_nothing() {
    let rig = Rig::start().await;
    let (a, b) = (
        envelope(&record("a@b.test", "")),
        envelope(&record("b@b.test", "")),
    );
    let body = [
        b"{\"messages\":[",
        a.as_bytes(),
        b",{\"x\":tru},\"\xff\",",
        b.as_bytes(),
        b"]}",
    ]
    .concat();
    let reply = rig.post("/collection/batch/web", "application/json", body).await;
    let responses = reply.json()["responses"].clone();
    let codes: Vec<Option<u64>> = responses
        .as_array()
        .unwrap()
        .iter()
        .map(|response| response["statusCode"].as_u64())
        .collect();
    assert_eq!(codes, [None, Some(400), Some(400), None], "{responses}");
    let dead: Vec<_> = rig
        .dead_messages()
        .into_iter()
        .map(|dead| (dead.code, dead.body))
        .collect();
    assert_eq!(
        dead,
        [
            ("not_json".to_owned(), b"{\"x\":tru}".to_vec()),
            ("not_utf8".to_owned(), b"\"\xff\"".to_vec())
        ]
    );
}

#[tokio::test]
async fn a_duplicate_event_is_taken_and_counted() {
    let rig = Rig::start().await;
    let event = record(
        "a@b.test",
        r#","_id":"e1","timestamp":"2023-11-14T22:00:00Z","eventType":"purchase""#,
    );
    let reply = rig.lines(&[&event, &event]).await;
    assert!(!reply.text.contains("statusCode"), "{}", reply.text);
    let counters = rig.store.message_counters().unwrap();
    assert_eq!((counters[0].1.accepted, counters[0].1.duplicate), (1, 1));
}

#[tokio::test]
async fn a_batch_that_cannot_be_taken_apart_is_refused_and_kept() {
    let rig = Rig::start().await;
    for body in [r#"{"messages":[{"a":1}"#, r#"{"message":[]}"#, "[]", "x"] {
        let reply = rig.post("/collection/batch/web", "application/json", body).await;
        assert_eq!(reply.status, 400, "{body}");
        assert!(reply.adobe().contains("cannot be taken apart"), "{}", reply.text);
        let dead = rig.dead_messages().pop().unwrap();
        assert_eq!(
            (dead.code.as_str(), dead.body.as_slice()),
            ("batch", body.as_bytes())
        );
    }
}

#[tokio::test]
async fn a_batch_without_messages_says_so() {
    let rig = Rig::start().await;
    for (content_type, body) in [
        ("application/json", r#"{"messages":[]}"#),
        ("application/x-ndjson", "\n\n"),
    ] {
        let reply = rig.post("/collection/batch/web", content_type, body).await;
        assert_eq!(reply.status, 400, "{}", reply.text);
        assert!(reply.adobe().contains("no message"), "{}", reply.text);
    }
}

#[tokio::test]
async fn synchronous_validation_needs_schemas_and_takes_nothing_without() {
    let rig = Rig::start().await;
    let message = envelope(&record("a@b.test", ""));
    for path in [
        "/collection/web?syncValidation=true",
        "/collection/batch/web?x=1&synchronousValidation=true",
    ] {
        let reply = rig.post(path, "application/json", message.clone()).await;
        assert_eq!(reply.status, 422, "{}", reply.text);
        assert!(reply.adobe().contains("this store is untyped"), "{}", reply.text);
    }
    assert!(rig.profile("a@b.test").is_none());
    let reply = rig
        .post(
            "/collection/web?syncValidation=false",
            "application/json",
            message,
        )
        .await;
    assert_eq!(reply.status, 200, "{}", reply.text);
}

#[tokio::test]
async fn an_event_makes_a_segment_member() {
    let rig = Rig::start().await;
    let event = record(
        "a@b.test",
        r#","_id":"e1","timestamp":"2023-11-14T22:00:00Z","eventType":"purchase""#,
    );
    rig.lines(&[event]).await;
    let seen = rig.get("/api/profiles?namespace=email&value=a@b.test").await;
    assert_eq!(seen["memberships"][0]["segment"], json!("shopper"));
}
