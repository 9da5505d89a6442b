//! Event Hubs: `tests/peers/event_hubs.mjs`, where its routes and the actions of faults are described.

use super::Process;
use serde::Deserialize;
use serde_json::{Map, Value, json};

/// A running namespace.
#[derive(Debug)]
pub struct EventHubs {
    process: Process,
}

/// An event as it is stored.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Event {
    /// The partition it is in.
    pub partition: String,
    /// Its place in the partition, from 0.
    pub sequence: u64,
    /// The message id.
    pub id: String,
    /// The content type.
    #[serde(rename = "contentType")]
    pub content_type: Option<String>,
    /// The application properties, by name.
    pub properties: Map<String, Value>,
    /// What was sent.
    pub body: String,
}

/// What happened so far.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Namespace {
    /// Connections opened.
    pub connections: u64,
    /// Connections that are open.
    pub open: u64,
    /// Tokens shown.
    pub tokens: u64,
    /// Tokens that its Entra gave.
    pub given: u64,
    /// Links to partitions and hubs asked for.
    pub attaches: u64,
    /// Transfers to hubs.
    pub transfers: u64,
    /// Transfers that were batches and stored.
    pub batches: u64,
    /// Events stored.
    pub events: u64,
    /// Tokens, links and transfers refused.
    pub refused: u64,
    /// What faults happened to.
    pub faulted: u64,
    /// Processor time of the peer.
    pub cpu_ms: u64,
}

impl EventHubs {
    /// The name of the namespace.
    pub const NAMESPACE: &str = "weir-test.servicebus.windows.net";
    /// The policy of the whole namespace that it knows from the start.
    pub const KEY_NAME: &str = "RootManageSharedAccessKey";
    /// The key of [`EventHubs::KEY_NAME`].
    pub const KEY: &str = "c2VjcmV0";

    /// Starts one without hubs.
    pub async fn start() -> Self {
        let process = Process::start("event_hubs.mjs", &["--host", Self::NAMESPACE]).await;
        Self { process }
    }

    /// The same over TLS, with a key and certificates.
    pub async fn over_tls(identity: &str) -> Self {
        let arguments = ["--host", Self::NAMESPACE, "--tls", identity];
        let process = Process::start("event_hubs.mjs", &arguments).await;
        Self { process }
    }

    /// Starts one with a hub that takes messages of up to 1 MiB.
    pub async fn with_hub(name: &str, partitions: u32) -> Self {
        let namespace = Self::start().await;
        namespace.create_hub(name, partitions).await;
        namespace
    }

    /// Where it listens: `amqp://127.0.0.1:<port>`, or `amqps` over TLS.
    pub fn endpoint(&self) -> &str {
        self.process.told("endpoint")
    }

    /// The Entra whose tokens are good for every hub: `https://127.0.0.1:<port>`, or `http` without TLS.
    pub fn authority(&self) -> &str {
        self.process.told("authority")
    }

    /// Makes a hub, or gives one more partitions.
    pub async fn create_hub(&self, name: &str, partitions: u32) {
        self.tell("/hubs", &json!({"name": name, "partitions": partitions}))
            .await;
    }

    /// The same with a maximum message size of its own.
    pub async fn create_hub_with(&self, name: &str, partitions: u32, max_message_bytes: u32) {
        let hub = json!({"name": name, "partitions": partitions, "maxMessageBytes": max_message_bytes});
        self.tell("/hubs", &hub).await;
    }

    /// From now on only these keys may sign tokens: an object of names, each with `key`, and with `hub` where it is good
    /// for that hub alone. Tokens shown before stay good.
    pub async fn accept_only(&self, keys: &Value) {
        self.tell("/keys", keys).await;
    }

    /// These JSON Web Tokens are good for every hub.
    pub async fn accept_tokens(&self, tokens: &[&str]) {
        self.tell("/tokens", &json!(tokens)).await;
    }

    /// Whom its Entra gives tokens: the `applications` of a `tenant`, ids with secrets, and `seconds` for which they are
    /// good.
    pub async fn register(&self, with: &Value) {
        self.tell("/entra", with).await;
    }

    /// Whoever connects from now on sees this key and certificates.
    pub async fn show(&self, identity: &str) {
        self.tell("/certificate", &json!({"pem": identity})).await;
    }

    /// Sets the clock by which tokens expire.
    pub async fn ahead(&self, seconds: i64) {
        self.tell("/clock", &json!({"aheadSeconds": seconds})).await;
    }

    /// What happens next: a list of faults, instead of the script so far.
    pub async fn script(&self, faults: &Value) {
        self.tell("/faults", faults).await;
    }

    /// What of the script has not happened yet.
    pub async fn faults(&self) -> Vec<Value> {
        self.process.get("/faults").await
    }

    /// Ends every connection without a word.
    pub async fn drop_connections(&self) {
        self.tell("/drop", &json!({})).await;
    }

    /// Everything in a hub: by partition, in order.
    pub async fn stored(&self, hub: &str) -> Vec<Event> {
        self.process.get(&format!("/events?hub={hub}")).await
    }

    /// What happened so far.
    pub async fn stats(&self) -> Namespace {
        self.process.get("/stats").await
    }

    /// Its process id, for those who measure.
    pub fn id(&self) -> u32 {
        self.process.id
    }

    async fn tell(&self, path: &str, body: &Value) {
        let _: Value = self.process.post(path, body).await;
    }
}
