//! The `kinesis` kind: records in an Amazon Kinesis data stream.
//!
//! One record an export, its partition key the `ProfileId`, so that all exports of a profile are in one shard and in
//! order. Calls are `PutRecords`; each record has its own verdict. The SDK's retries are off. Credentials are looked up
//! with the first call and again after they were refused.

mod client;
mod failure;
mod probe;
mod reader;
mod settings;
mod shards;
mod size;

use async_trait::async_trait;
use aws_sdk_kinesis::operation::put_records::PutRecordsOutput;
use aws_sdk_kinesis::primitives::Blob;
use aws_sdk_kinesis::types::{PutRecordsRequestEntry, PutRecordsResultEntry};
use client::{Clients, Connected};
use dispatcher::{
    BatchLimits, CheckError, Destination, Kind, Part, Permission, Rendered, SettingsError, Site, Verdict,
};
use failure::Failure;
use model::{DestinationId, ProfileId};
pub use reader::{ReadError, Reader};
use serde_json::{Value, json};
use settings::Settings;
use shards::Shards;
use size::Sizes;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

/// Records a call.
const RECORDS: usize = 500;

/// Bytes a call, partition keys included. Newer streams take twice as many, older endpoints do not.
const CALL_BYTES: usize = 5 << 20;

/// A partition key has at most this many bytes: the digits of a `u64`.
const KEY_BYTES: usize = 20;

/// The `kinesis` kind.
#[derive(Debug, Default)]
pub struct KinesisKind;

impl Kind for KinesisKind {
    fn name(&self) -> &'static str {
        "kinesis"
    }

    fn example(&self) -> Value {
        json!({
            "stream": "profiles",
            "region": "eu-west-1",
            "accessKeyId": "env:WEIR_SECRET_KINESIS_ID",
            "secretAccessKey": "env:WEIR_SECRET_KINESIS_KEY",
        })
    }

    fn complete(&self, settings: &Value) -> Result<Value, Vec<SettingsError>> {
        Settings::read(settings).map(|settings| settings.written_out())
    }

    fn open(
        &self,
        _: &DestinationId,
        settings: &Value,
        site: &Site,
    ) -> Result<Arc<dyn Destination>, Vec<SettingsError>> {
        let settings = Settings::read(settings)?;
        Ok(Arc::new(Kinesis {
            clients: Clients::new(&settings, site),
            shards: Shards::default(),
            sizes: Sizes::default(),
            settings,
        }))
    }
}

struct Kinesis {
    settings: Settings,
    clients: Clients,
    shards: Shards,
    sizes: Sizes,
}

impl fmt::Debug for Kinesis {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Kinesis")
            .field("settings", &self.settings)
            .finish_non_exhaustive()
    }
}

#[async_trait]
impl Destination for Kinesis {
    fn limits(&self) -> BatchLimits {
        BatchLimits {
            records: RECORDS,
            bytes: CALL_BYTES - RECORDS * KEY_BYTES,
            record_bytes: size::MOST - KEY_BYTES,
        }
    }

    /// The SDK gives up first; this is for what it does beside the call.
    fn timeout(&self) -> Duration {
        Duration::from_secs(self.settings.timeout_seconds + 2)
    }

    fn part(&self, profile: ProfileId) -> Option<Part> {
        self.shards.part(&profile.to_string())
    }

    async fn send(&self, batch: &[Rendered]) -> Vec<Verdict> {
        let client = match self.clients.get().await {
            Ok(client) => client,
            Err(failure) => return vec![failure.verdict(); batch.len()],
        };
        let mut verdicts = Vec::with_capacity(batch.len());
        for one in batch {
            // Most need no question; the answer to the first is kept.
            verdicts.push(self.sizes.check(&client, record_bytes(one)).await.err());
        }
        let fitting = batch
            .iter()
            .zip(&verdicts)
            .filter(|(_, verdict)| verdict.is_none());
        let entries: Vec<PutRecordsRequestEntry> = fitting.map(|(one, _)| entry(one)).collect();
        let mut answers = self.put(&client, entries).await.into_iter();
        let unanswered = || Failure::transient("no answer for this record").verdict();
        verdicts
            .into_iter()
            .map(|refused| refused.unwrap_or_else(|| answers.next().unwrap_or_else(unanswered)))
            .collect()
    }

    async fn check(&self) -> Result<(), CheckError> {
        let client = self
            .clients
            .get()
            .await
            .map_err(|failure| CheckError { why: failure.answer })?;
        self.forget_if_refused(&client, probe::check(&client).await)
            .map_err(|failure| CheckError { why: failure.answer })
    }

    async fn permissions(&self) -> Vec<Permission> {
        match self.clients.get().await {
            Ok(client) => probe::permissions(&client).await,
            Err(failure) => probe::none(&failure),
        }
    }
}

impl Kinesis {
    /// Puts records that are small enough; one verdict each.
    async fn put(&self, client: &Arc<Connected>, entries: Vec<PutRecordsRequestEntry>) -> Vec<Verdict> {
        let records = entries.len();
        if records == 0 {
            return Vec::new();
        }
        let first = entries[0].partition_key().unwrap_or_default().to_owned();
        let call = client.kinesis.put_records().set_records(Some(entries));
        let call = call
            .set_stream_name(client.stream.name.clone())
            .set_stream_arn(client.stream.arn.clone());
        let answered = call.send().await.map_err(|error| Failure::of(&error));
        let answer = match self.forget_if_refused(client, answered) {
            Ok(answer) if answer.records().len() == records => answer,
            Ok(answer) => {
                let why = format!("{} answers for {records} records", answer.records().len());
                return vec![Failure::transient(&why).verdict(); records];
            }
            Err(failure) => {
                if failure.is_throttled() {
                    self.shards.learn(client).await;
                }
                return vec![failure.of_many(records).verdict(); records];
            }
        };
        let verdicts: Vec<Verdict> = answer.records().iter().map(verdict).collect();
        self.look_at_shards(client, &answer, &first, &verdicts).await;
        verdicts
    }

    /// A busy shard is told from the others by the map of shards, which is asked for when the first is busy, and again
    /// when a record went elsewhere than the map says.
    async fn look_at_shards(
        &self,
        client: &Connected,
        answer: &PutRecordsOutput,
        first: &str,
        verdicts: &[Verdict],
    ) {
        if let Some(shard) = answer.records()[0].shard_id() {
            self.shards.compare(first, shard);
        }
        let throttled = |verdict: &Verdict| matches!(verdict, Verdict::Throttled { .. });
        if verdicts.iter().any(throttled) {
            self.shards.learn(client).await;
        }
    }

    /// Credentials that were refused are looked up anew by the next call.
    fn forget_if_refused<T>(
        &self,
        client: &Arc<Connected>,
        answered: Result<T, Failure>,
    ) -> Result<T, Failure> {
        if answered.as_ref().is_err_and(Failure::is_about_credentials) {
            self.clients.forget(client);
        }
        answered
    }
}

fn record_bytes(one: &Rendered) -> usize {
    one.body.len() + one.profile.to_string().len()
}

fn entry(one: &Rendered) -> PutRecordsRequestEntry {
    let entry = PutRecordsRequestEntry::builder()
        .partition_key(one.profile.to_string())
        .data(Blob::new(one.body.as_slice()));
    entry.build().expect("a record with data can be built")
}

/// What the service said of one record.
fn verdict(answer: &PutRecordsResultEntry) -> Verdict {
    match (answer.error_code(), answer.sequence_number()) {
        (None, Some(_)) => Verdict::Delivered,
        (None, None) => Failure::transient("neither a sequence number nor an error").verdict(),
        (Some(code), _) => Failure::of_code(code, None, answer.error_message().unwrap_or_default()).verdict(),
    }
}
