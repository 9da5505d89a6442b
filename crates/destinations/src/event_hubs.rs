//! The `event_hubs` kind: Azure Event Hubs, over AMQP.
//!
//! An export is an event whose body is the message and whose application properties are what the envelope says, under
//! the same names (`id`, `dataflow`, `profile`, `revision` and so on, all texts, lists as JSON); the message id is the
//! export's id. It goes to the partition that [`partition`](self) describes: all exports of a profile to the same.
//!
//! The events of a call are sorted by partition; what goes to one partition is sent batch after batch, the partitions
//! side by side. Nothing counts as delivered before the service accepted it, and a client that behaved in any other way
//! than that, or than rejecting cleanly, is thrown away.

mod client;
mod credential;
mod event;
mod failure;
mod partition;
mod properties;
mod send;
mod settings;

use async_trait::async_trait;
use azure_core::http::Transport;
use client::Client;
use credential::Credential;
use dispatcher::{
    Allowed, BatchLimits, CheckError, Destination, Kind, Permission, Rendered, SettingsError, Site, Verdict,
};
use failure::Failure;
use model::DestinationId;
use properties::Layout;
use serde_json::{Value, json};
use settings::Settings;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{Mutex, RwLock, Semaphore};
use tokio::time::Instant;

/// The most that any tier of Event Hubs takes in one message. What a hub takes, its links say.
const MESSAGE_BYTES: usize = 20 << 20;

/// Partitions sent to at once.
const AT_ONCE: usize = 32;

/// The `event_hubs` kind.
#[derive(Default)]
pub struct EventHubsKind {
    /// How Entra is reached, if not over HTTPS as usual.
    sign_in: Option<Transport>,
}

impl EventHubsKind {
    /// The kind with another way to reach Entra.
    pub fn signing_in(sign_in: Option<Transport>) -> Self {
        Self { sign_in }
    }
}

impl Kind for EventHubsKind {
    fn name(&self) -> &'static str {
        "event_hubs"
    }

    fn example(&self) -> Value {
        json!({
            "namespace": "contoso.servicebus.windows.net",
            "hub": "profiles",
            "sharedAccessKeyName": "weir-send",
            "sharedAccessKey": "env:WEIR_SECRET_EVENT_HUBS_KEY",
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
        Ok(Arc::new(EventHubs {
            settings,
            site: site.clone(),
            sign_in: self.sign_in.clone(),
            client: Mutex::default(),
            layout: RwLock::default(),
            asking: Mutex::default(),
            at_once: Arc::new(Semaphore::new(AT_ONCE)),
        }))
    }
}

struct EventHubs {
    settings: Settings,
    site: Site,
    sign_in: Option<Transport>,
    /// The client in use, if there is one; locked while it connects.
    client: Mutex<Option<Arc<Client>>>,
    /// The partitions; whoever sends holds it for reading, so that it changes only when nothing is in flight.
    layout: RwLock<Option<Layout>>,
    /// Locked by whoever asks for the partitions.
    asking: Mutex<()>,
    at_once: Arc<Semaphore>,
}

impl fmt::Debug for EventHubs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EventHubs")
            .field("settings", &self.settings)
            .finish_non_exhaustive()
    }
}

#[async_trait]
impl Destination for EventHubs {
    fn limits(&self) -> BatchLimits {
        BatchLimits {
            records: 500,
            bytes: 4 << 20,
            record_bytes: MESSAGE_BYTES,
        }
    }

    /// Longer than what the call itself allows: it knows better which of its exports had no answer.
    fn timeout(&self) -> Duration {
        Duration::from_secs(self.settings.timeout_seconds + 2)
    }

    async fn send(&self, batch: &[Rendered]) -> Vec<Verdict> {
        if batch.is_empty() {
            return Vec::new();
        }
        match self.try_send(batch, self.deadline()).await {
            Ok(verdicts) => verdicts,
            Err(failure) => vec![failure.verdict(); batch.len()],
        }
    }

    async fn check(&self) -> Result<(), CheckError> {
        let checked = self.try_check(self.deadline()).await;
        checked.map_err(|failure| CheckError { why: failure.answer })
    }

    /// Sending is one right, which opening a link asks for.
    async fn permissions(&self) -> Vec<Permission> {
        let allowed = match self.try_check(self.deadline()).await {
            Ok(()) => Allowed::Yes,
            Err(failure) if failure.is_about_access() => Allowed::No(failure.answer),
            Err(failure) => Allowed::NotChecked(failure.answer),
        };
        vec![Permission {
            name: "Send",
            allowed,
        }]
    }
}

impl EventHubs {
    fn deadline(&self) -> Instant {
        Instant::now() + Duration::from_secs(self.settings.timeout_seconds)
    }

    /// Where to go and as whom, the secrets as they are now.
    fn credential(&self) -> Result<Credential, Failure> {
        Credential::new(&self.settings, &*self.site.secrets, self.sign_in.clone())
    }

    /// A new client.
    async fn connect(&self, deadline: Instant) -> Result<Client, Failure> {
        let endpoint = self.settings.endpoint.as_deref();
        Client::connect(
            self.credential()?,
            endpoint,
            Arc::clone(&self.site.clock),
            deadline,
        )
        .await
    }

    /// The client in use, or a new one.
    async fn client(&self, deadline: Instant) -> Result<Arc<Client>, Failure> {
        let mut slot = self.client.lock().await;
        if let Some(client) = slot.as_ref().filter(|client| client.is_fresh()) {
            return Ok(Arc::clone(client));
        }
        // Whoever still sends with the old one keeps it for as long.
        *slot = None;
        let client = Arc::new(self.connect(deadline).await?);
        *slot = Some(Arc::clone(&client));
        Ok(client)
    }

    /// The rights to read the properties of the hub and to open a link, tried out. Nothing is sent.
    async fn try_check(&self, deadline: Instant) -> Result<(), Failure> {
        let partitions = self.read_partitions(deadline).await?;
        let client = self.connect(deadline).await?;
        client.link(partitions.first(), deadline).await?;
        Ok(())
    }
}
