//! A service with a stream, and a destination that sends to it.

use crate::sample;
use destinations::kinesis::KinesisKind;
use dispatcher::{Destination, Kind, Site, Verdict};
use model::{DestinationId, Secret};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::ops::RangeInclusive;
use std::sync::{Arc, Mutex};
use testkit::outside::Kinesis;

/// The stream that settings name.
pub(crate) const STREAM: &str = "profiles";

/// Secrets that can change.
type Vault = Arc<Mutex<BTreeMap<String, String>>>;

pub(crate) struct Rig {
    pub(crate) service: Kinesis,
    pub(crate) destination: Arc<dyn Destination>,
    vault: Vault,
}

impl Rig {
    /// A stream of two shards, and a destination that gives a call up after two seconds.
    pub(crate) async fn new() -> Self {
        Self::with(Kinesis::with_stream(STREAM, 2).await, &json!({}))
    }

    /// A destination for this service, with changed settings.
    pub(crate) fn with(service: Kinesis, changes: &Value) -> Self {
        let endpoint = service.endpoint().to_owned();
        let (destination, vault) = open(&endpoint, changes);
        Self {
            service,
            destination,
            vault,
        }
    }

    /// Changes a secret.
    pub(crate) fn put(&self, reference: &str, secret: &str) {
        let mut vault = self.vault.lock().unwrap();
        vault.insert(reference.to_owned(), secret.to_owned());
    }

    /// Sends an export of each of these profiles, in one call.
    pub(crate) async fn send(&self, profiles: RangeInclusive<u64>) -> Vec<Verdict> {
        self.destination.send(&sample::batch(profiles)).await
    }

    /// How often each partition key is in the stream.
    pub(crate) async fn stored(&self) -> BTreeMap<String, usize> {
        let mut stored = BTreeMap::new();
        for one in self.service.stored(STREAM).await {
            *stored.entry(one.key).or_default() += 1;
        }
        stored
    }
}

/// A destination that connects to `endpoint`, and its secrets.
pub(crate) fn open(endpoint: &str, changes: &Value) -> (Arc<dyn Destination>, Vault) {
    let mut settings = json!({
        "stream": STREAM,
        "region": Kinesis::REGION,
        "accessKeyId": "file:id",
        "secretAccessKey": "file:key",
        "endpoint": endpoint,
        "timeoutSeconds": 2,
    });
    for (key, value) in changes.as_object().unwrap() {
        settings[key] = value.clone();
    }
    let vault = Vault::default();
    vault.lock().unwrap().extend([
        ("file:id".to_owned(), "OLD".to_owned()),
        ("file:key".to_owned(), "old-secret".to_owned()),
    ]);
    let mut site = Site::new("/nonexistent");
    let secrets = Arc::clone(&vault);
    site.secrets = Arc::new(move |reference| {
        let found = secrets.lock().unwrap().get(reference).map(Secret::new);
        found.ok_or_else(|| format!("there is no {reference}"))
    });
    let id = DestinationId::new("there").unwrap();
    (KinesisKind.open(&id, &settings, &site).unwrap(), vault)
}
