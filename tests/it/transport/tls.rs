//! TLS: who is trusted, and what is said of who is not.

use super::rig::{Folder, PLACE, Rig, hub, stream};
use serde_json::{Value, json};
use testkit::outside::{Authority, EventHubs, Kinesis};

async fn peers(identity: &str) -> (Kinesis, EventHubs) {
    let (kinesis, hubs) = tokio::join!(Kinesis::over_tls(identity), EventHubs::over_tls(identity));
    kinesis.create_stream(PLACE, 2).await;
    kinesis.accept_only(&json!({"ID": {"secret": "secret"}})).await;
    hubs.create_hub(PLACE, 2).await;
    (kinesis, hubs)
}

/// Where the authorities are that a server trusts.
const ROOTS: &str = "roots.pem";

/// A server that trusts `authority` alone, and a dataflow to each.
async fn trusting(authority: &Authority, kinesis: &Kinesis, hubs: &EventHubs) -> Rig {
    let folder = Folder::new();
    let root = folder.write(ROOTS, authority.root());
    let rig = Rig::start(folder, &[("SSL_CERT_FILE", &root)]).await;
    rig.secret("kinesis", "secret");
    rig.secret("hubs", EventHubs::KEY);
    let key = json!({"accessKeyId": "ID", "secretAccessKey": "file:kinesis"});
    let policy = json!({"sharedAccessKeyName": EventHubs::KEY_NAME, "sharedAccessKey": "file:hubs"});
    rig.apply(&[stream(kinesis, &key), hub(hubs, &policy)]);
    rig
}

#[tokio::test]
async fn a_private_authority_is_enough_by_address_and_by_name() {
    let authority = Authority::new();
    let (kinesis, hubs) = peers(&authority.identity(&["127.0.0.1", "localhost"])).await;
    let mut rig = trusting(&authority, &kinesis, &hubs).await;
    rig.post(60).await;
    rig.arrives_in_stream(&kinesis).await;
    rig.arrives_in_hub(&hubs).await;

    let named = |mut destination: Value| {
        let endpoint = destination["settings"]["endpoint"].as_str().expect("a text");
        destination["settings"]["endpoint"] = endpoint.replace("127.0.0.1", "localhost").into();
        destination
    };
    let key = json!({"accessKeyId": "ID", "secretAccessKey": "file:kinesis"});
    let policy = json!({"sharedAccessKeyName": EventHubs::KEY_NAME, "sharedAccessKey": "file:hubs"});
    rig.apply(&[named(stream(&kinesis, &key)), named(hub(&hubs, &policy))]);
    rig.post(60).await;
    rig.arrives_in_stream(&kinesis).await;
    rig.arrives_in_hub(&hubs).await;
    assert!(rig.server.stop(), "a clean stop");
}

/// Whoever shows a wrong certificate gets nothing until it is mended.
pub(crate) async fn not_trusted() {
    let (authority, stranger) = (Authority::new(), Authority::new());
    let (kinesis, hubs) = peers(&stranger.identity(&["127.0.0.1"])).await;
    let mut rig = trusting(&authority, &kinesis, &hubs).await;
    rig.post(40).await;
    for flow in ["stream", "hub"] {
        rig.waits(flow, "its certificate is not trusted: ").await;
        let (code, said) = rig.destinations(&["check", flow]);
        assert_eq!(code, 1, "{said}");
        assert!(said.contains("UnknownIssuer"), "{said}");
    }
    // Signed by whom we trust, for somebody else.
    let other = authority.identity(&["elsewhere.example"]);
    kinesis.show(&other).await;
    hubs.show(&other).await;
    for flow in ["stream", "hub"] {
        let (code, said) = rig.destinations(&["test", flow]);
        assert_eq!(code, 1, "{said}");
        assert!(
            said.contains("(endpoint)") && said.contains("elsewhere.example"),
            "{said}"
        );
    }
    assert_eq!(kinesis.stats().await.requests, 0, "nothing was shown to it");
    assert_eq!(hubs.stats().await.connections, 0, "nothing was shown to it");

    // The stream is mended there, the hub here.
    kinesis.show(&authority.identity(&["127.0.0.1"])).await;
    hubs.show(&stranger.identity(&["127.0.0.1"])).await;
    rig.folder.write(ROOTS, stranger.root());
    rig.post(40).await;
    rig.arrives_in_stream(&kinesis).await;
    rig.arrives_in_hub(&hubs).await;
    assert!(rig.server.stop(), "a clean stop");
}
