//! Who may send, and what happens when the namespace thinks otherwise.

use crate::rig::{HUB, Plan, Rig, put};
use async_trait::async_trait;
use azure_core::http::headers::Headers;
use azure_core::http::{AsyncRawResponse, HttpClient, Request, StatusCode, Transport};
use model::{Clock, Duration, SystemClock, Timestamp};
use serde_json::{Value, json};
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex};
use testkit::outside::EventHubs;

async fn rig_of(changes: Value) -> Rig {
    let plan = Plan {
        changes,
        ..Plan::default()
    };
    Rig::with(EventHubs::with_hub(HUB, 2).await, plan)
}

#[tokio::test]
async fn a_wrong_key_is_an_endpoint_verdict_until_the_secret_is_right() {
    let rig = Rig::new().await;
    put(&rig.vault, "env:WEIR_SECRET_KEY", "wrong");
    assert_eq!(rig.send_one().await, "endpoint");
    let why = rig.destination.check().await.unwrap_err().why;
    assert!(why.contains("401"), "{why}");
    put(&rig.vault, "env:WEIR_SECRET_KEY", EventHubs::KEY);
    assert_eq!(rig.send_one().await, "delivered");
    assert_eq!(rig.destination.check().await, Ok(()));
    rig.vault.lock().unwrap().clear();
    assert!(
        rig.destination
            .check()
            .await
            .unwrap_err()
            .why
            .contains("is not set")
    );
}

/// A key is changed while a destination uses it: the old one goes on until it is refused, then the new one is read.
#[tokio::test]
async fn a_key_is_changed_without_a_loss() {
    let rig = Rig::hasty().await;
    assert_eq!(rig.send_one().await, "delivered");
    rig.namespace
        .accept_only(&json!({EventHubs::KEY_NAME: {"key": "second"}}))
        .await;
    put(&rig.vault, "env:WEIR_SECRET_KEY", "second");
    assert_eq!(rig.send_one().await, "delivered");
    rig.namespace.drop_connections().await;
    assert_ne!(rig.send_one().await, "refused");
    assert_eq!(rig.send_one().await, "delivered");
}

#[tokio::test]
async fn a_token_that_is_expired_there_is_an_endpoint_verdict_until_the_clocks_agree() {
    let rig = Rig::hasty().await;
    rig.namespace.ahead(2 * 60 * 60).await;
    assert_eq!(rig.send_one().await, "endpoint");
    rig.namespace.ahead(0).await;
    assert_eq!(rig.send_one().await, "delivered");
    // It expires while the link is open, which then ends without a settlement.
    rig.namespace.ahead(2 * 60 * 60).await;
    assert_eq!(rig.send_one().await, "transient");
    assert_eq!(rig.send_one().await, "endpoint");
    rig.namespace.ahead(0).await;
    assert_eq!(rig.send_one().await, "delivered");
}

#[tokio::test]
async fn a_hub_that_is_missing_is_an_endpoint_verdict_until_it_is_made() {
    let rig = Rig::with(EventHubs::start().await, Plan::default());
    assert_eq!(rig.send_one().await, "endpoint");
    let why = rig.destination.check().await.unwrap_err().why;
    assert!(why.contains("404") || why.contains("not be found"), "{why}");
    rig.namespace.create_hub(HUB, 1).await;
    assert_eq!(rig.send_one().await, "delivered");
}

#[tokio::test]
async fn cbs_that_fails_is_an_endpoint_verdict_or_passes() {
    for (status, class) in [
        (401, "endpoint"),
        (403, "endpoint"),
        (404, "endpoint"),
        (429, "throttled"),
        (500, "transient"),
    ] {
        let rig = Rig::new().await;
        // Once for the reading of properties, then for the client that sends.
        assert_eq!(rig.send_one().await, "delivered");
        rig.namespace
            .script(&json!([{"on": "transfer", "action": "release", "times": 1}]))
            .await;
        assert_eq!(rig.send_one().await, "transient");
        rig.namespace
            .script(&json!([{"on": "auth", "status": status, "times": 1}]))
            .await;
        let verdict = rig.send(1..=1).await.swap_remove(0);
        assert_eq!(verdict.class(), class, "{status}: {verdict:?}");
        assert_eq!(rig.send_one().await, "delivered", "{status}");
    }
}

#[tokio::test]
async fn a_key_of_the_hub_and_a_connection_string_of_either_level() {
    let endpoint = format!("Endpoint=sb://{}/", EventHubs::NAMESPACE);
    let of_namespace = format!(
        "{endpoint};SharedAccessKeyName={};SharedAccessKey={}",
        EventHubs::KEY_NAME,
        EventHubs::KEY
    );
    let of_hub = format!("{endpoint};SharedAccessKeyName=send;SharedAccessKey=hub-key;EntityPath={HUB}");
    let other_hub = format!("{endpoint};SharedAccessKeyName=send;SharedAccessKey=hub-key;EntityPath=other");
    let by_string = json!({
        "namespace": null, "hub": null, "sharedAccessKeyName": null, "sharedAccessKey": null,
        "connectionString": "env:WEIR_SECRET_CS",
    });
    let mut with_hub = by_string.clone();
    with_hub["hub"] = json!(HUB);
    let key_of_hub = json!({"sharedAccessKeyName": "send"});
    for (changes, secret, class) in [
        (key_of_hub, "hub-key", "delivered"),
        (with_hub.clone(), of_namespace.as_str(), "delivered"),
        (by_string.clone(), of_hub.as_str(), "delivered"),
        (by_string.clone(), of_namespace.as_str(), "endpoint"),
        (with_hub, other_hub.as_str(), "endpoint"),
        (by_string, other_hub.as_str(), "endpoint"),
    ] {
        let rig = rig_of(changes.clone()).await;
        let keys =
            json!({EventHubs::KEY_NAME: {"key": EventHubs::KEY}, "send": {"key": "hub-key", "hub": HUB}});
        rig.namespace.accept_only(&keys).await;
        put(&rig.vault, "env:WEIR_SECRET_KEY", secret);
        put(&rig.vault, "env:WEIR_SECRET_CS", secret);
        assert_eq!(rig.send_one().await, class, "{changes}");
        let checked = rig.destination.check().await;
        assert_eq!(checked.is_ok(), class == "delivered", "{changes}: {checked:?}");
    }
}

/// Hours pass in no time.
#[derive(Default)]
struct Fast(AtomicI64);

impl Clock for Fast {
    fn now(&self) -> Timestamp {
        SystemClock.now() + Duration::from_millis(self.0.load(Ordering::Relaxed))
    }
}

#[tokio::test]
async fn a_token_is_renewed_on_the_open_connection_before_it_ends() {
    let clock = Arc::new(Fast::default());
    let plan = Plan {
        clock: Arc::clone(&clock) as _,
        ..Plan::default()
    };
    let rig = Rig::with(EventHubs::with_hub(HUB, 1).await, plan);
    assert_eq!(rig.send_one().await, "delivered");
    let before = rig.namespace.stats().await;
    let minutes = |minutes: i64| minutes * 60_000;
    for (at, shown) in [(30, 0), (57, 1), (60, 1), (114, 2)] {
        clock.0.store(minutes(at), Ordering::Relaxed);
        rig.namespace.ahead(at * 60).await;
        assert_eq!(rig.send_one().await, "delivered", "after {at} minutes");
        let after = rig.namespace.stats().await;
        assert_eq!(after.tokens - before.tokens, shown, "after {at} minutes");
        assert_eq!(after.connections, before.connections);
    }
}

/// Entra, as far as a client with a secret sees it.
#[derive(Debug)]
struct Entra {
    secret: Mutex<String>,
}

#[async_trait]
impl HttpClient for Entra {
    async fn execute_request(&self, request: &Request) -> azure_core::Result<AsyncRawResponse> {
        assert_eq!(
            request.url().as_str(),
            "https://login.example/contoso.com/oauth2/v2.0/token"
        );
        let body = String::from_utf8(azure_core::Bytes::from(request.body()).to_vec()).unwrap();
        let scope = "scope=https%3A%2F%2Feventhubs.azure.net%2F.default";
        assert!(body.contains("client_id=app") && body.contains(scope), "{body}");
        let secret = format!("client_secret={}", self.secret.lock().unwrap());
        let (status, answer) = if body.contains(&secret) {
            (
                StatusCode::Ok,
                json!({"token_type": "Bearer", "expires_in": 3600, "access_token": "eyJ.test.jwt"}),
            )
        } else {
            let why = "AADSTS7000215: Invalid client secret provided.";
            (
                StatusCode::Unauthorized,
                json!({"error": "invalid_client", "error_description": why, "error_codes": [7_000_215]}),
            )
        };
        Ok(AsyncRawResponse::from_bytes(
            status,
            Headers::new(),
            answer.to_string(),
        ))
    }
}

#[tokio::test]
async fn entra_gives_the_token() {
    let entra = Arc::new(Entra {
        secret: Mutex::new("app-secret".to_owned()),
    });
    let changes = json!({
        "sharedAccessKeyName": null, "sharedAccessKey": null, "tenantId": "contoso.com", "clientId": "app",
        "clientSecret": "env:WEIR_SECRET_APP", "authority": "https://login.example",
    });
    let plan = Plan {
        changes,
        sign_in: Some(Transport::new(Arc::clone(&entra) as _)),
        ..Plan::default()
    };
    let rig = Rig::with(EventHubs::with_hub(HUB, 2).await, plan);
    rig.namespace.accept_tokens(&["eyJ.test.jwt"]).await;
    put(&rig.vault, "env:WEIR_SECRET_APP", "wrong");
    assert_eq!(rig.send_one().await, "endpoint");
    let why = rig.destination.check().await.unwrap_err().why;
    assert!(why.contains("AADSTS7000215"), "{why}");
    put(&rig.vault, "env:WEIR_SECRET_APP", "app-secret");
    assert_eq!(rig.destination.check().await, Ok(()));
    assert_eq!(rig.send_one().await, "delivered");
    // The namespace knows no such token.
    rig.namespace.accept_tokens(&[]).await;
    let why = rig.destination.check().await.unwrap_err().why;
    assert!(why.contains("401"), "{why}");
}
