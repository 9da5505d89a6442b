//! `weir demo` into a Kinesis stream.

use super::{assert_balanced, count, lines, words};
use crate::common::server::weir;
use serde_json::Value;
use std::collections::BTreeMap;
use std::net::TcpListener;
use std::path::Path;
use std::process::{Output, Stdio};
use testkit::outside::{Kinesis, Stored};

const STREAM: &str = "people";

/// The command that is run, with credentials of its own.
fn run(data: &Path, endpoint: &str, arguments: &[&str]) -> Output {
    let mut demo = weir();
    demo.args(["demo", "--seconds", "4", "--kinesis-endpoint", endpoint, "--data"])
        .arg(data)
        .args(arguments)
        .stdin(Stdio::null());
    demo.output().expect("weir runs")
}

/// Distinct exports in the stream; each profile's in the order of its revisions, and in one shard.
fn delivered(stored: &[Stored]) -> u64 {
    let mut last: BTreeMap<&str, (String, &str)> = BTreeMap::new();
    let mut exports = 0;
    for one in stored {
        let body: Value = serde_json::from_str(&one.data).expect("JSON");
        let envelope = &body["_weir"];
        assert_eq!(envelope["profile"], one.key, "the partition key is the profile");
        let revision = envelope["revision"].as_str().expect("a text").to_owned();
        if let Some((before, shard)) = last.get(one.key.as_str()) {
            assert_eq!(*shard, one.shard, "{one:?}");
            assert!(*before <= revision, "{before} {one:?}");
            if *before == revision {
                continue;
            }
        }
        last.insert(&one.key, (revision, &one.shard));
        exports += 1;
    }
    exports
}

#[tokio::test]
async fn what_is_printed_adds_up_with_the_stream() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().join("demo");
    let kinesis = Kinesis::with_stream(STREAM, 3).await;
    let keys = serde_json::json!({"weir-demo": {"secret": "weir-demo"}});
    kinesis.accept_only(&keys).await;

    let output = run(&data, kinesis.endpoint(), &["--stream", STREAM]);
    assert!(output.status.success(), "{}: {}", output.status, words(&output));
    let (seconds, last) = lines(&output);
    let account = &last["account"];
    assert_balanced(account);
    assert_eq!(count(&account["pending"]), 0, "{account}");
    let stored = kinesis.stored(STREAM).await;
    assert_eq!(count(&account["delivered"]), delivered(&stored), "{account}");
    let shown = seconds.last().expect("a line a second");
    assert!(count(&shown["exported"]) > 0, "it reads the stream back: {shown}");
    let words = words(&output);
    for said in [
        "stream people at http://",
        "delivery.endpoints=true",
        "exports decided = ",
    ] {
        assert!(words.contains(said), "{words}");
    }
    assert!(!data.join("exports/loyalty").exists(), "no files");

    // The same data goes on into the same stream, with other credentials.
    let keys = serde_json::json!({"mine": {"secret": "my-secret"}});
    kinesis.accept_only(&keys).await;
    let own = [
        "--stream",
        STREAM,
        "--access-key-id",
        "mine",
        "--secret-access-key",
        "my-secret",
    ];
    let (_, again) = lines(&run(&data, kinesis.endpoint(), &own));
    let account = &again["account"];
    assert_balanced(account);
    let stored = kinesis.stored(STREAM).await;
    assert_eq!(count(&account["delivered"]), delivered(&stored), "{account}");
}

#[tokio::test]
async fn what_cannot_be_used_is_said() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().join("demo");
    let kinesis = Kinesis::with_stream(STREAM, 1).await;
    let nobody = TcpListener::bind("127.0.0.1:0").expect("a port");
    let away = format!("http://{}", nobody.local_addr().expect("an address"));
    drop(nobody);
    let there = kinesis.endpoint();
    let cases: [(&str, &[&str], i32, &str); 4] = [
        (
            there,
            &["--stream", "nope"],
            1,
            "kinesis create-stream --stream-name nope --shard-count",
        ),
        (
            &away,
            &["--stream", STREAM],
            1,
            "no Kinesis answers at http://127.0.0.1:",
        ),
        ("ftp://here", &["--stream", STREAM], 1, "`endpoint`: must be"),
        (there, &[], 2, "--stream"),
    ];
    for (endpoint, arguments, code, sentence) in cases {
        let output = run(&data, endpoint, arguments);
        assert_eq!(output.status.code(), Some(code), "{}", words(&output));
        assert!(words(&output).contains(sentence), "{}", words(&output));
        assert!(output.stdout.is_empty());
    }
    kinesis.accept_only(&serde_json::json!({})).await;
    let output = run(&data, there, &["--stream", STREAM]);
    assert!(
        words(&output).contains("AWS_SECRET_ACCESS_KEY"),
        "{}",
        words(&output)
    );
    assert!(!data.join("store").exists(), "no server was started");
}
