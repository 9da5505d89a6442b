//! A namespace, and a destination that sends to it.

use crate::sample;
use azure_core::http::Transport;
use destinations::event_hubs::EventHubsKind;
use dispatcher::{Destination, Kind, Rendered, Site, Verdict};
use model::{Clock, DestinationId, Secret, SystemClock};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::ops::RangeInclusive;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use testkit::outside::EventHubs;

/// The hub that settings name.
pub(crate) const HUB: &str = "profiles";

/// Secrets that can change.
pub(crate) type Vault = Arc<Mutex<BTreeMap<String, String>>>;

pub(crate) struct Rig {
    pub(crate) namespace: EventHubs,
    pub(crate) destination: Arc<dyn Destination>,
    pub(crate) vault: Vault,
}

/// How to make a destination for a namespace.
pub(crate) struct Plan {
    /// Instead of the settings as they are.
    pub(crate) changes: Value,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) sign_in: Option<Transport>,
}

impl Default for Plan {
    fn default() -> Self {
        Self {
            changes: json!({}),
            clock: Arc::new(SystemClock),
            sign_in: None,
        }
    }
}

impl Rig {
    /// A namespace with one hub of four partitions, and a destination that waits for long.
    pub(crate) async fn new() -> Self {
        Self::with(EventHubs::with_hub(HUB, 4).await, Plan::default())
    }

    /// The same, with a destination that gives up a call after two seconds.
    pub(crate) async fn hasty() -> Self {
        let plan = Plan {
            changes: json!({"timeoutSeconds": 2}),
            ..Plan::default()
        };
        Self::with(EventHubs::with_hub(HUB, 4).await, plan)
    }

    pub(crate) fn with(namespace: EventHubs, plan: Plan) -> Self {
        let mut settings = json!({
            "namespace": EventHubs::NAMESPACE,
            "hub": HUB,
            "sharedAccessKeyName": EventHubs::KEY_NAME,
            "sharedAccessKey": "env:WEIR_SECRET_KEY",
            "endpoint": namespace.endpoint(),
            "timeoutSeconds": 20,
        });
        for (key, value) in plan.changes.as_object().unwrap() {
            settings[key] = value.clone();
        }
        settings
            .as_object_mut()
            .unwrap()
            .retain(|_, value| !value.is_null());
        let vault = Vault::default();
        put(&vault, "env:WEIR_SECRET_KEY", EventHubs::KEY);
        let mut site = Site::new("/nonexistent");
        let known = Arc::clone(&vault);
        site.secrets = Arc::new(move |reference| {
            let found = known.lock().unwrap().get(reference).cloned();
            found
                .map(Secret::new)
                .ok_or_else(|| format!("{reference} is not set"))
        });
        site.clock = plan.clock;
        let kind = EventHubsKind::signing_in(plan.sign_in);
        let id = DestinationId::new("hub").unwrap();
        let destination = kind.open(&id, &settings, &site).unwrap();
        Self {
            namespace,
            destination,
            vault,
        }
    }

    pub(crate) async fn send(&self, profiles: RangeInclusive<u64>) -> Vec<Verdict> {
        self.destination.send(&sample::batch(profiles)).await
    }

    /// The class of the verdict of one export.
    pub(crate) async fn send_one(&self) -> &'static str {
        self.send(1..=1).await[0].class()
    }

    /// Ids of all that is stored, how often each.
    pub(crate) async fn stored(&self) -> BTreeMap<String, usize> {
        let mut ids = BTreeMap::new();
        for event in self.namespace.stored(HUB).await {
            *ids.entry(event.id).or_default() += 1;
        }
        ids
    }

    /// Waits until so many connections are open.
    pub(crate) async fn open_connections(&self, expected: u64) {
        let mut open = u64::MAX;
        for _ in 0..200 {
            open = self.namespace.stats().await.open;
            if open == expected {
                return;
            }
            tokio::time::sleep(Duration::from_millis(25)).await;
        }
        panic!("{open} connections are open, not {expected}");
    }
}

pub(crate) fn put(vault: &Vault, reference: &str, secret: &str) {
    vault
        .lock()
        .unwrap()
        .insert(reference.to_owned(), secret.to_owned());
}

/// The ids of exports.
pub(crate) fn ids(batch: &[Rendered]) -> BTreeSet<String> {
    batch.iter().map(|one| one.id.to_string()).collect()
}
