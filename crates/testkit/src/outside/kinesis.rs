//! Kinesis: `tests/peers/kinesis.mjs`, where its routes and the actions of faults are described.

use super::Process;
use serde::Deserialize;
use serde_json::{Value, json};

/// A running Kinesis.
#[derive(Debug)]
pub struct Kinesis {
    process: Process,
}

/// A record as it is stored.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Stored {
    /// The shard it is in.
    pub shard: String,
    /// Grows within the shard.
    pub sequence: String,
    /// Its partition key.
    pub key: String,
    /// What was sent.
    pub data: String,
}

/// A request as it arrived.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Asked {
    /// `PutRecords` and the like.
    pub op: String,
    /// The access key id it was signed with.
    pub key: Option<String>,
    /// The partition keys of the records it put.
    pub keys: Vec<String>,
    /// Those of them that were not stored.
    pub failed: Vec<String>,
    /// The action of the fault that happened to it, or why its credentials were refused.
    pub fault: Option<String>,
}

/// Temporary credentials that were given.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Session {
    /// The role that was assumed, or `container`.
    pub to: String,
    /// The access key id.
    pub id: String,
    /// When they end, in milliseconds since the epoch.
    pub until: i64,
}

/// What happened so far.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Stats {
    /// Requests of any operation.
    pub requests: u64,
    /// Records stored.
    pub records: u64,
    /// Records refused because their shard had no room.
    pub throttled: u64,
    /// Requests to which a fault happened.
    pub faulted: u64,
    /// Requests whose credentials were refused.
    pub refused: u64,
    /// Processor time of the peer.
    pub cpu_ms: u64,
}

impl Kinesis {
    /// Where it is.
    pub const REGION: &str = "us-east-1";

    /// Starts one without streams, which accepts everybody's credentials.
    pub async fn start() -> Self {
        let process = Process::start("kinesis.mjs", &[]).await;
        Self { process }
    }

    /// The same over HTTPS, with a key and certificates.
    pub async fn over_tls(identity: &str) -> Self {
        let process = Process::start("kinesis.mjs", &["--tls", identity]).await;
        Self { process }
    }

    /// Starts one with a stream.
    pub async fn with_stream(name: &str, shards: u32) -> Self {
        let kinesis = Self::start().await;
        kinesis.create_stream(name, shards).await;
        kinesis
    }

    /// Where it listens: `http://127.0.0.1:<port>`, or `https` over TLS.
    pub fn endpoint(&self) -> &str {
        self.process.told("endpoint")
    }

    /// A Security Token Service, whose temporary credentials are good here: `http://127.0.0.1:<port>`. What a container
    /// asks for its own is below it: `/container`.
    pub fn sign_in(&self) -> &str {
        self.process.told("signIn")
    }

    /// Makes a stream whose shards share the hash keys evenly, and waits until it is active.
    pub async fn create_stream(&self, name: &str, shards: u32) {
        self.tell("/streams", &json!({"name": name, "shards": shards}))
            .await;
    }

    /// The same with a maximum record size of its own.
    pub async fn create_stream_with(&self, name: &str, shards: u32, max_record_kib: u32) {
        let stream = json!({"name": name, "shards": shards, "maxRecordKiB": max_record_kib});
        self.tell("/streams", &stream).await;
    }

    /// Splits a shard in the middle, and waits until that is done.
    pub async fn split_shard(&self, stream: &str, shard: &str) {
        self.tell("/splits", &json!({"name": stream, "shard": shard}))
            .await;
    }

    /// What every shard takes in a second, instead of 1,000 records and 1 MiB.
    pub async fn limit(&self, records: u32, bytes: u32) {
        self.tell("/limits", &json!({"records": records, "bytes": bytes}))
            .await;
    }

    /// From now on only these may come in: an object of access key ids, each with `secret`, if need be with `token`,
    /// and with `expired` true where its time is over.
    pub async fn accept_only(&self, keys: &Value) {
        self.tell("/keys", keys).await;
    }

    /// Who is given temporary credentials, which come in besides the keys of [`Kinesis::accept_only`]: `callers` and
    /// `roles`, an `authorization` of containers, and `seconds` for which they are good.
    pub async fn give_sessions(&self, to: &Value) {
        self.tell("/sessions", to).await;
    }

    /// The temporary credentials given so far, in order.
    pub async fn sessions(&self) -> Vec<Session> {
        self.process.get("/sessions").await
    }

    /// Sets the clock by which temporary credentials expire.
    pub async fn ahead(&self, seconds: i64) {
        self.tell("/clock", &json!({"aheadSeconds": seconds})).await;
    }

    /// Whoever connects from now on sees this key and certificates.
    pub async fn show(&self, identity: &str) {
        self.tell("/certificate", &json!({"pem": identity})).await;
    }

    /// What happens to the next requests: a list of faults, instead of the script so far.
    pub async fn script(&self, faults: &Value) {
        self.tell("/faults", faults).await;
    }

    /// What of the script has not happened yet.
    pub async fn faults(&self) -> Vec<Value> {
        self.process.get("/faults").await
    }

    /// Everything in a stream: by shard, in order of sequence.
    pub async fn stored(&self, stream: &str) -> Vec<Stored> {
        self.process.get(&format!("/records?stream={stream}")).await
    }

    /// The requests after the first `from`.
    pub async fn asked(&self, from: usize) -> Vec<Asked> {
        self.process.get(&format!("/calls?from={from}")).await
    }

    /// What happened so far.
    pub async fn stats(&self) -> Stats {
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
