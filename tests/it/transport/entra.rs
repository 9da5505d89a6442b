//! Entra over HTTPS: an application, its secret, and tokens that end.

use super::rig::{Folder, PLACE, Rig, hub};
use serde_json::json;
use testkit::outside::{Authority, EventHubs, Namespace};

const TENANT: &str = "contoso.com";

/// A namespace into which Entra lets its application, and nobody else.
async fn namespace(authority: &Authority) -> EventHubs {
    let hubs = EventHubs::over_tls(&authority.identity(&["127.0.0.1"])).await;
    hubs.create_hub(PLACE, 2).await;
    hubs.accept_only(&json!({})).await;
    good_for(&hubs, 3600).await;
    hubs
}

/// For how long tokens are good. They are renewed four minutes before their end.
async fn good_for(hubs: &EventHubs, seconds: u64) {
    hubs.register(&json!({"tenant": TENANT, "applications": {"feeds": "right"}, "seconds": seconds}))
        .await;
}

async fn start(authority: &Authority, hubs: &EventHubs, secret: &str) -> Rig {
    let folder = Folder::new();
    let root = folder.write("root.pem", authority.root());
    let rig = Rig::start(folder, &[("SSL_CERT_FILE", &root)]).await;
    rig.secret("entra", secret);
    let credentials = json!({
        "tenantId": TENANT, "clientId": "feeds", "clientSecret": "file:entra", "authority": hubs.authority(),
        "timeoutSeconds": 2,
    });
    rig.apply(&[hub(hubs, &credentials)]);
    rig
}

/// The secret is wrong, or Entra is not who it says.
pub(crate) async fn wrong_secret() {
    let (authority, stranger) = (Authority::new(), Authority::new());
    let hubs = namespace(&authority).await;
    let mut rig = start(&authority, &hubs, "wrong-secret").await;
    rig.post(40).await;
    let why = rig.waits("hub", "AADSTS7000215").await;
    assert!(!why.contains("wrong-secret"), "{why}");
    let (code, said) = rig.destinations(&["test", "hub"]);
    assert_eq!(code, 1, "{said}");
    assert!(
        said.contains("(endpoint)") && said.contains("AADSTS7000215"),
        "{said}"
    );
    hubs.show(&stranger.identity(&["127.0.0.1"])).await;
    let (code, said) = rig.destinations(&["test", "hub"]);
    assert_eq!(code, 1, "{said}");
    assert!(said.contains("(endpoint)"), "{said}");
    assert!(
        said.contains("its certificate is not trusted: UnknownIssuer"),
        "{said}"
    );
    hubs.show(&authority.identity(&["127.0.0.1"])).await;
    assert_eq!(hubs.stats().await.given, 0);

    rig.secret("entra", "right");
    rig.post(40).await;
    rig.arrives_in_hub(&hubs).await;
    assert!(rig.server.stop(), "a clean stop");
}

/// A new token is shown on the open connection before the last one ends, and on a new one when the namespace finds that
/// it ended sooner.
pub(crate) async fn ends() {
    let authority = Authority::new();
    let hubs = namespace(&authority).await;
    good_for(&hubs, 4 * 60 + 1).await;
    let mut rig = start(&authority, &hubs, "right").await;
    rig.post(40).await;
    rig.arrives_in_hub(&hubs).await;
    let before = hubs.stats().await;
    assert!(before.given > 0, "{before:?}");
    let shown = async |than: &Namespace| {
        let now = hubs.stats().await;
        now.given > than.given && now.tokens > than.tokens
    };
    rig.stream_until("renewed", async || shown(&before).await).await;
    rig.arrives_in_hub(&hubs).await;
    let after = hubs.stats().await;
    assert_eq!(
        (after.connections, after.refused),
        (before.connections, before.refused)
    );

    // The next is good for long, and then ends long before its time.
    good_for(&hubs, 3600).await;
    let last = hubs.stats().await;
    rig.stream_until("good for long", async || shown(&last).await)
        .await;
    rig.arrives_in_hub(&hubs).await;
    hubs.ahead(2 * 3600).await;
    rig.stream_until("refused", async || hubs.stats().await.refused > after.refused)
        .await;
    rig.arrives_in_hub(&hubs).await;
    assert!(rig.server.stop(), "a clean stop");
}
