//! `roleArn`: a Security Token Service gives the credentials, which end.

use super::rig::{Folder, PLACE, Rig, stream};
use serde_json::{Value, json};
use std::io::ErrorKind;
use std::net::TcpListener;
use testkit::outside::{Asked, Kinesis};

const ROLE: &str = "arn:aws:iam::123456789012:role/feeds";

/// Whose key is good for nothing but assuming the role, if it may.
fn allow(roles: &[&str], seconds: u64) -> Value {
    json!({"callers": {"ID": {"secret": "secret"}}, "roles": roles, "seconds": seconds})
}

async fn kinesis() -> Kinesis {
    let kinesis = Kinesis::with_stream(PLACE, 2).await;
    kinesis.accept_only(&json!({})).await;
    kinesis
}

/// A server on a machine that knows nothing itself. What it says of itself would be asked at `machine`. A call may take so
/// many seconds.
async fn start(kinesis: &Kinesis, machine: &TcpListener, seconds: u64) -> Rig {
    let metadata = format!("http://{}", machine.local_addr().expect("an address"));
    let environment = [
        ("AWS_ENDPOINT_URL_STS", kinesis.sign_in()),
        ("AWS_EC2_METADATA_SERVICE_ENDPOINT", &metadata),
        ("AWS_CONFIG_FILE", "/nonexistent"),
        ("AWS_SHARED_CREDENTIALS_FILE", "/nonexistent"),
    ];
    let rig = Rig::start(Folder::new(), &environment).await;
    rig.secret("key", "secret");
    let credentials = json!({"accessKeyId": "ID", "secretAccessKey": "file:key", "roleArn": ROLE, "timeoutSeconds": seconds});
    rig.apply(&[stream(kinesis, &credentials)]);
    rig
}

/// Somebody who listens and never answers.
fn silent() -> TcpListener {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    listener.set_nonblocking(true).expect("set");
    listener
}

/// A role is assumed again before its credentials end, and when the service finds that they ended sooner.
pub(crate) async fn ends() {
    let (kinesis, machine) = (kinesis().await, silent());
    kinesis.give_sessions(&allow(&[ROLE], 6)).await;
    let mut rig = start(&kinesis, &machine, 5).await;
    rig.stream_until("assumed again", async || kinesis.sessions().await.len() > 1)
        .await;
    rig.arrives_in_stream(&kinesis).await;
    let given = kinesis.sessions().await;
    assert!(
        given.len() > 1 && given.iter().all(|one| one.to == ROLE),
        "{given:?}"
    );
    let calls = kinesis.asked(0).await;
    let of_role = |key: &String| given.iter().any(|one| one.id == *key);
    assert!(
        calls.iter().all(|call| call.key.as_ref().is_some_and(of_role)),
        "{calls:?}"
    );
    assert_eq!(kinesis.stats().await.refused, 0, "none was used until it ended");
    let asked = machine.accept().map_err(|error| error.kind());
    assert!(
        matches!(asked, Err(ErrorKind::WouldBlock)),
        "the machine need not say who it is"
    );

    // The next is good for long, and then ends long before its time.
    kinesis.give_sessions(&allow(&[ROLE], 3600)).await;
    let known = kinesis.sessions().await.len();
    rig.stream_until("assumed for long", async || {
        kinesis.sessions().await.len() > known
    })
    .await;
    rig.arrives_in_stream(&kinesis).await;
    kinesis.ahead(2 * 3600).await;
    rig.stream_until("refused", async || kinesis.stats().await.refused > 0)
        .await;
    rig.arrives_in_stream(&kinesis).await;
    let calls = kinesis.asked(calls.len()).await;
    let expired = |call: &Asked| call.fault.as_deref() == Some("ExpiredTokenException");
    assert!(calls.iter().any(expired), "it was refused on the way");
    assert!(rig.server.stop(), "a clean stop");
}

/// Who may not assume the role, or cannot be told, waits.
pub(crate) async fn refused() {
    let (kinesis, machine) = (kinesis().await, silent());
    kinesis.give_sessions(&allow(&[], 6)).await;
    let mut rig = start(&kinesis, &machine, 2).await;
    rig.post(40).await;
    let why = rig.waits("stream", "AccessDenied").await;
    assert!(
        why.contains("is not authorized to perform: sts:AssumeRole"),
        "{why}"
    );
    // Nobody knows this key.
    kinesis.give_sessions(&json!({"roles": [ROLE]})).await;
    let (code, said) = rig.destinations(&["test", "stream"]);
    assert_eq!(code, 1, "{said}");
    assert!(
        said.contains("(endpoint)") && said.contains("UnrecognizedClient"),
        "{said}"
    );
    // Away, and silent.
    for fault in [
        json!({"action": "error", "status": 503}),
        json!({"action": "hang"}),
    ] {
        let mut fault = fault;
        fault["op"] = json!("AssumeRole");
        kinesis.script(&json!([fault])).await;
        let (code, said) = rig.destinations(&["test", "stream"]);
        assert_eq!(code, 1, "{said}");
        assert!(said.contains("(endpoint)"), "{fault}: {said}");
        assert!(!said.contains("secret"), "{said}");
    }
    assert_eq!(
        kinesis.stats().await.requests,
        0,
        "its own key is not shown to the stream"
    );

    kinesis.script(&json!([])).await;
    kinesis.give_sessions(&allow(&[ROLE], 6)).await;
    rig.post(40).await;
    rig.arrives_in_stream(&kinesis).await;
    assert!(rig.server.stop(), "a clean stop");
}
