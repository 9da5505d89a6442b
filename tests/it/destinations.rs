//! `weir destinations`: what people are told of a Kinesis, an Event Hubs and a folder, and the test record.

use crate::common::exports;
use crate::common::server::{Server, weir};
use serde_json::{Value, json};
use testkit::outside::{EventHubs, Kinesis};

const STREAM: &str = "people";
const SECRETS: [(&str, &str); 2] = [
    ("WEIR_SECRET_KINESIS", "kinesis-secret"),
    ("WEIR_SECRET_HUBS", "hubs-secret"),
];

/// Runs `weir destinations`; gives its exit code and what it printed.
pub(crate) fn run(server: &Server, arguments: &[&str]) -> (i32, String) {
    let mut command = weir();
    command.arg("destinations").args(arguments);
    command
        .args(["--server", &server.url, "--data"])
        .arg(&server.data);
    let done = command.output().expect("weir runs");
    let said = [done.stdout, done.stderr].concat();
    (
        done.status.code().expect("an exit code"),
        String::from_utf8_lossy(&said).into_owned(),
    )
}

fn definitions(kinesis: &Kinesis, hubs: &EventHubs) -> String {
    let destinations = json!([
        {"id": "files", "kind": "file", "settings": {"folder": "out"}},
        {"id": "stream", "kind": "kinesis", "settings": {
            "stream": STREAM, "region": Kinesis::REGION, "endpoint": kinesis.endpoint(),
            "accessKeyId": "ID", "secretAccessKey": "env:WEIR_SECRET_KINESIS", "timeoutSeconds": 5,
        }},
        {"id": "hub", "kind": "event_hubs", "settings": {
            "namespace": EventHubs::NAMESPACE, "hub": "people", "endpoint": hubs.endpoint(),
            "sharedAccessKeyName": "weir", "sharedAccessKey": "env:WEIR_SECRET_HUBS", "timeoutSeconds": 5,
        }},
    ]);
    json!({"destinations": destinations}).to_string()
}

async fn start(data: &std::path::Path) -> (Server, Kinesis, EventHubs) {
    let kinesis = Kinesis::with_stream(STREAM, 2).await;
    kinesis
        .accept_only(&json!({"ID": {"secret": "kinesis-secret"}}))
        .await;
    let hubs = EventHubs::with_hub("people", 2).await;
    hubs.accept_only(&json!({"weir": {"key": "hubs-secret"}})).await;
    let server = Server::start_with(data, &["--set", "delivery.endpoints=true"], &SECRETS).await;
    server.apply(&definitions(&kinesis, &hubs));
    (server, kinesis, hubs)
}

#[tokio::test]
async fn a_check_tells_what_is_allowed_and_leaves_nothing() {
    let folder = tempfile::tempdir().expect("a folder");
    let (server, kinesis, hubs) = start(folder.path()).await;
    let (code, listed) = run(&server, &["list"]);
    assert_eq!((code, listed.lines().count()), (0, 3), "{listed}");
    assert!(listed.contains("stream kinesis"), "{listed}");

    let (code, said) = run(&server, &["check"]);
    assert_eq!(code, 0, "{said}");
    for line in [
        "files (file) can be written to",
        "stream (kinesis) can be written to",
        "  ListStreams  allowed",
        "  PutRecord    allowed",
        "  PutRecords   allowed",
        "hub (event_hubs) can be written to",
        "  Send         allowed",
    ] {
        assert!(said.lines().any(|said| said == line), "{line}: {said}");
    }

    // One permission is refused, another cannot be told: the third is what counts.
    let denied = json!({"op": "PutRecord", "action": "error", "status": 400, "code": "AccessDeniedException", "message": "no"});
    let away = json!({"op": "ListStreams", "action": "error", "status": 500, "code": "InternalFailure"});
    kinesis.script(&json!([denied, away])).await;
    let (code, said) = run(&server, &["check", "stream", "--json"]);
    let answer: Value = serde_json::from_str(&said).expect("JSON");
    assert_eq!((code, &answer["usable"]), (0, &json!(true)), "{said}");
    let answers = answer["permissions"].as_array().expect("a list").iter();
    let answers: Vec<_> = answers
        .map(|one| (one["name"].as_str(), one["answer"].as_str()))
        .collect();
    let expected = [
        ("ListStreams", "notChecked"),
        ("PutRecord", "refused"),
        ("PutRecords", "allowed"),
    ];
    assert_eq!(answers, expected.map(|(name, answer)| (Some(name), Some(answer))));
    kinesis.script(&json!([])).await;

    // Nobody is let in any more.
    kinesis.accept_only(&json!({})).await;
    hubs.accept_only(&json!({})).await;
    for (id, words) in [
        ("stream", "UnrecognizedClient"),
        ("hub", "Send         refused: "),
    ] {
        let (code, said) = run(&server, &["check", id]);
        assert_eq!(code, 1, "{said}");
        assert!(
            said.contains("cannot be written to") && said.contains(words),
            "{said}"
        );
        assert!(!said.contains("-secret"), "{said}");
    }
    let (code, said) = run(&server, &["check", "nope"]);
    assert_eq!(code, 1);
    assert!(said.contains("there is no destination \"nope\""), "{said}");

    assert_eq!(kinesis.stats().await.records, 0);
    assert_eq!(hubs.stats().await.events, 0);
    assert!(server.stop(), "a clean stop");
}

#[tokio::test]
async fn a_test_record_is_one_and_says_that_it_is_a_test() {
    let folder = tempfile::tempdir().expect("a folder");
    let (server, kinesis, hubs) = start(folder.path()).await;
    for id in ["files", "stream", "hub"] {
        let (code, said) = run(&server, &["test", id]);
        assert_eq!(code, 0, "{said}");
        assert!(said.contains("took the test record"), "{said}");
    }
    let stored = kinesis.stored(STREAM).await;
    let [record] = stored.as_slice() else {
        panic!("{stored:?}")
    };
    let in_files = exports::read(&folder.path().join("exports"));
    let [line] = in_files.as_slice() else {
        panic!("{in_files:?}")
    };
    for (id, text) in [("stream", &record.data), ("files", &line.text)] {
        let body: Value = serde_json::from_str(text).expect("JSON");
        assert_eq!(body["_weir"]["test"], format!("test of {id}"));
        assert_eq!(body["identityMap"], json!({}), "it shows nobody");
    }
    let events = hubs.stored("people").await;
    let [event] = events.as_slice() else {
        panic!("{events:?}")
    };
    assert_eq!(event.properties["test"], "test of hub");

    // It is tried once, and what the destination says is told.
    kinesis
        .script(&json!([{"op": "PutRecords", "action": "partial", "every": 1}]))
        .await;
    let (code, said) = run(&server, &["test", "stream"]);
    assert_eq!(code, 1, "{said}");
    assert!(
        said.contains("did not take the test record (transient): InternalFailure"),
        "{said}"
    );
    assert_eq!(kinesis.stored(STREAM).await.len(), 1);
    assert!(server.stop(), "a clean stop");
}
