//! What each way to fail is taken for, and what is left in the stream.

use crate::rig::{Rig, open};
use crate::sample;
use dispatcher::Verdict;
use serde_json::{Value, json};
use std::net::{Ipv4Addr, TcpListener};

fn classes(verdicts: &[Verdict]) -> Vec<&'static str> {
    verdicts.iter().map(Verdict::class).collect()
}

#[tokio::test]
async fn every_fault_has_its_class() {
    let rig = Rig::new().await;
    let error = |status: u16, code: &str| json!({"action": "error", "status": status, "code": code});
    // The fault, the class, and whether the records are stored all the same.
    let table: Vec<(Value, &str, bool)> = vec![
        (
            error(400, "ProvisionedThroughputExceededException"),
            "throttled",
            false,
        ),
        (error(400, "LimitExceededException"), "throttled", false),
        (error(400, "ThrottlingException"), "throttled", false),
        (error(429, "SomethingNew"), "throttled", false),
        (error(500, "InternalFailure"), "transient", false),
        (error(503, "ServiceUnavailable"), "transient", false),
        (error(500, ""), "transient", false),
        (error(400, "ValidationException"), "transient", false),
        (error(400, "AccessDeniedException"), "endpoint", false),
        (error(403, "UnrecognizedClientException"), "endpoint", false),
        (error(400, "ExpiredTokenException"), "endpoint", false),
        (error(400, "ResourceNotFoundException"), "endpoint", false),
        (error(400, "KMSDisabledException"), "endpoint", false),
        (json!({"action": "reset"}), "transient", false),
        (json!({"action": "hang"}), "transient", false),
        (json!({"action": "lost-answer"}), "transient", true),
        (json!({"action": "trickle", "everyMs": 50}), "transient", true),
        (json!({"action": "malformed"}), "transient", true),
        (
            json!({"action": "malformed", "body": "{\"Records\":[]}"}),
            "transient",
            true,
        ),
        (
            json!({"action": "malformed", "status": 503, "body": "<html>"}),
            "transient",
            true,
        ),
    ];
    for (row, (mut fault, class, stored)) in (0..).zip(table) {
        fault["op"] = json!("PutRecords");
        fault["times"] = json!(1);
        rig.service.script(&json!([fault])).await;
        let first = 1 + row * 2;
        let verdicts = rig.send(first..=first + 1).await;
        assert_eq!(classes(&verdicts), [class; 2], "{fault}: {verdicts:?}");
        assert!(
            verdicts.iter().all(|verdict| !verdict.answer().is_empty()),
            "{fault}"
        );
        let keys = sample::batch(first..=first + 1);
        let found = rig.stored().await;
        let there = keys
            .iter()
            .all(|one| found.contains_key(&one.profile.to_string()));
        assert_eq!(there, stored, "{fault}");
    }
    assert_eq!(
        classes(&rig.send(100..=101).await),
        ["delivered"; 2],
        "and all is well after"
    );
}

#[tokio::test]
async fn one_that_is_refused_by_itself_is_refused_for_good() {
    let rig = Rig::new().await;
    let fault =
        json!([{"op": "PutRecords", "action": "error", "status": 400, "code": "ValidationException"}]);
    rig.service.script(&fault).await;
    assert_eq!(
        classes(&rig.send(1..=2).await),
        ["transient"; 2],
        "either may be what is wrong"
    );
    assert_eq!(classes(&rig.send(1..=1).await), ["refused"]);
}

#[tokio::test]
async fn of_a_partial_failure_each_record_has_its_own_verdict() {
    let rig = Rig::new().await;
    let batch = sample::batch(1..=6);
    let key = |at: usize| batch[at].profile.to_string();
    rig.service
        .script(&json!([
            {"op": "PutRecords", "action": "partial", "keys": [key(1), key(4)], "times": 1},
            {"op": "PutRecords", "action": "partial", "keys": [key(1)], "code": "ProvisionedThroughputExceededException", "times": 1},
        ]))
        .await;
    let verdicts = rig.destination.send(&batch).await;
    let expected = [
        "delivered",
        "transient",
        "delivered",
        "delivered",
        "transient",
        "delivered",
    ];
    assert_eq!(classes(&verdicts), expected);
    let again = [batch[1].clone(), batch[4].clone()];
    assert_eq!(
        classes(&rig.destination.send(&again).await),
        ["throttled", "delivered"]
    );
    assert_eq!(classes(&rig.destination.send(&again[..1]).await), ["delivered"]);
    let stored = rig.stored().await;
    assert_eq!(stored.len(), 6);
    assert!(stored.values().all(|times| *times == 1), "{stored:?}");
}

#[tokio::test]
async fn what_is_sent_again_after_a_lost_answer_is_the_same_message() {
    let rig = Rig::new().await;
    let fault = json!([{"op": "PutRecords", "action": "lost-answer", "times": 1}]);
    rig.service.script(&fault).await;
    assert_eq!(classes(&rig.send(1..=2).await), ["transient"; 2]);
    assert_eq!(classes(&rig.send(1..=2).await), ["delivered"; 2]);
    let stored = rig.service.stored(crate::rig::STREAM).await;
    assert_eq!(stored.len(), 4);
    for one in sample::batch(1..=2) {
        let body = String::from_utf8(one.body.clone()).unwrap();
        let copies = stored.iter().filter(|it| it.data == body).count();
        assert_eq!(copies, 2, "a consumer knows them by their id: {}", one.id);
    }
}

#[tokio::test]
async fn nobody_there() {
    let port = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))
        .unwrap()
        .local_addr()
        .unwrap()
        .port();
    for url in [
        format!("http://127.0.0.1:{port}"),
        "http://nowhere.invalid".to_owned(),
    ] {
        let (destination, _) = open(&url, &json!({}));
        let verdicts = destination.send(&sample::batch(1..=2)).await;
        assert_eq!(classes(&verdicts), ["endpoint"; 2], "{url}: {verdicts:?}");
        assert!(destination.check().await.is_err(), "{url}");
    }
}

#[tokio::test]
async fn a_stream_that_is_not_there() {
    let rig = Rig::with(testkit::outside::Kinesis::start().await, &json!({}));
    assert_eq!(classes(&rig.send(1..=1).await), ["endpoint"]);
    let why = rig.destination.check().await.unwrap_err().why;
    assert!(why.starts_with("ResourceNotFoundException"), "{why}");
    rig.service.create_stream(crate::rig::STREAM, 1).await;
    assert_eq!(classes(&rig.send(1..=1).await), ["delivered"]);
    assert_eq!(rig.destination.check().await, Ok(()));
}
