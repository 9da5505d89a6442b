//! What the routes need of the rest of the server.

use crate::catalogue::Catalogue;
use crate::dataflows::Sending;
use crate::{Hosts, collection};
use control::{Control, Secret};
use metrics_exporter_prometheus::PrometheusHandle;
use model::{Clock, Export};
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use store::Store;
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;

/// Makes the body of an export, or says why it cannot be made.
pub type Render = Box<dyn Fn(&Export) -> Result<String, String> + Send + Sync>;

/// What the routes need of the rest of the server.
pub struct Api {
    /// Takes messages.
    pub ingest: ingest::Handle,
    /// Takes definitions, and knows who may post.
    pub control: Control,
    /// Answers look-ups.
    pub store: Store,
    /// The time of receipt, for answers.
    pub clock: Arc<dyn Clock>,
    /// The token of every route but `/collection`, `/livez` and `/readyz`.
    pub admin: Secret,
    /// The names under which the server may be called.
    pub hosts: Hosts,
    /// The one sandbox that `x-sandbox-name` may name.
    pub sandbox: String,
    /// What the URLs of inlets begin with, without a slash at the end.
    pub url: String,
    /// The version of the program.
    pub version: &'static str,
    /// What the sending half does at the moment, one entry a dataflow.
    pub sending: Box<dyn Fn() -> Vec<Sending> + Send + Sync>,
    /// The body of an export as it would be sent, or why it cannot be rendered.
    pub render: Render,
    /// Renders what was counted and measured.
    pub metrics: PrometheusHandle,
    /// Cancelled when the server begins to stop.
    pub stopping: CancellationToken,
}

/// [`Api`], and what the routes keep for themselves.
pub(crate) struct State {
    pub(crate) api: Api,
    pub(crate) catalogue: Catalogue,
    /// Bodies that are being read, in KiB: what many senders can make the server hold at once.
    pub(crate) bodies: Arc<Semaphore>,
    /// Counts requests, for the ids in answers.
    pub(crate) requests: AtomicU64,
    /// Backups that may be made at a time.
    pub(crate) backups: Arc<Semaphore>,
}

impl State {
    pub(crate) fn new(api: Api) -> Self {
        Self {
            catalogue: Catalogue::new(api.store.clone()),
            bodies: Arc::new(Semaphore::new(collection::BODIES_KIB)),
            requests: AtomicU64::new(0),
            backups: Arc::new(Semaphore::new(1)),
            api,
        }
    }
}

/// Without secrets.
impl fmt::Debug for Api {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Api")
            .field("url", &self.url)
            .field("hosts", &self.hosts)
            .finish_non_exhaustive()
    }
}
