//! Definitions on a running server: what is in force, and putting others in force.

mod bulk;
mod destinations;
mod inlets;
mod outcome;
#[cfg(test)]
mod tests;
mod why;
mod worker;

pub use bulk::JobRefusal;
pub use destinations::{CheckView, DestinationView, PermissionView, TestView};
pub use inlets::{Denied, OpenInlet};
pub use outcome::{Outcome, Verdict};
pub use why::{Asked, Stored, Why, WhyError};
pub(crate) use worker::Next;
pub use worker::Worker;

use crate::change::{Change, Choices, Refusal, change};
use crate::check::{Checked, check};
use crate::desired::Desired;
use crate::jobs::{self, Progress, UpgradeState};
use crate::secrets::Secrets;
use dispatcher::{Dispatcher, Registry};
use inlets::Inlets;
use model::{Clock, Definitions, InletId};
use std::sync::Arc;
use store::Store;
use tokio::sync::{Notify, mpsc, oneshot, watch};
use worker::Request;

/// Why a request could not be answered. The definitions in force are those of before, or, after
/// [`Error::Redefine`], possibly the new ones.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The store cannot be read.
    #[error(transparent)]
    Store(#[from] store::Error),
    /// The definitions could not be put in force.
    #[error(transparent)]
    Redefine(#[from] ingest::RedefineError),
    /// The server stops.
    #[error("the server stopped before this was done")]
    Stopped,
}

/// What control needs of the rest of the server.
pub struct Parts {
    /// Takes rules over.
    pub ingest: ingest::Handle,
    /// Takes dataflows and destinations over.
    pub dispatcher: Dispatcher,
    /// Keeps them.
    pub store: Store,
    /// The kinds of destination there are.
    pub kinds: Registry,
    /// Looks tokens up.
    pub secrets: Secrets,
    /// Stamps what is made and edited.
    pub clock: Arc<dyn Clock>,
    /// What the way the server was started forbids definitions, one sentence each.
    pub forbidden: Forbidden,
}

/// Looks definitions through before they are put in force, and says what may not be.
pub type Forbidden = Box<dyn Fn(&Definitions) -> Vec<String> + Send + Sync>;

/// The handle to definitions on a running server. Cheap to clone.
#[derive(Clone)]
pub struct Control {
    requests: mpsc::Sender<Request>,
    inlets: watch::Receiver<Arc<Inlets>>,
    shared: Arc<Shared>,
}

struct Shared {
    ingest: ingest::Handle,
    dispatcher: Dispatcher,
    store: Store,
    kinds: Registry,
    secrets: Secrets,
    clock: Arc<dyn Clock>,
    forbidden: Forbidden,
    progress: Arc<Progress>,
    /// Tells the worker that there is something to do for jobs.
    jobs: Notify,
}

impl Shared {
    /// The change from what is in force to what is asked for, or why it may not be made, with how many profiles its
    /// offers concern.
    async fn change(
        &self,
        desired: &Desired,
        choices: Choices,
    ) -> Result<Result<Change, Vec<Refusal>>, Error> {
        let current = self.store.definitions()?;
        let change = change(&current, desired, choices, self.clock.now());
        let mut change = match self.allowed(change) {
            Ok(change) => change,
            Err(refusals) => return Ok(Err(refusals)),
        };
        if !jobs::state(&self.store, &self.ingest.rules())?.finished {
            change.look_at_everyone();
        }
        let mut counts = Vec::with_capacity(change.offers.len());
        for offer in &change.offers {
            let counted = self.ingest.count(offer.job.candidates.clone()).await;
            counts.push(counted.map_err(ingest::RedefineError::from)?);
        }
        change.count(&counts);
        Ok(Ok(change))
    }

    fn allowed(&self, change: Result<Change, Vec<Refusal>>) -> Result<Change, Vec<Refusal>> {
        change.and_then(|change| {
            let refusals: Vec<Refusal> = (self.forbidden)(&change.definitions)
                .into_iter()
                .map(Refusal::Server)
                .collect();
            if refusals.is_empty() {
                Ok(change)
            } else {
                Err(refusals)
            }
        })
    }
}

impl Control {
    /// Puts the store's definitions in force in dispatcher and inlets. The worker applies changes and runs the
    /// jobs: the server spawns [`Worker::run`].
    pub fn new(parts: Parts) -> Result<(Self, Worker), Error> {
        let Parts {
            ingest,
            dispatcher,
            store,
            kinds,
            secrets,
            clock,
            forbidden,
        } = parts;
        let shared = Arc::new(Shared {
            ingest,
            dispatcher,
            store,
            kinds,
            secrets,
            clock,
            forbidden,
            progress: Arc::default(),
            jobs: Notify::new(),
        });
        let (requests, received) = mpsc::channel(16);
        let (inlets, seen) = watch::channel(Arc::default());
        let worker = Worker::new(Arc::clone(&shared), received, inlets)?;
        Ok((
            Self {
                requests,
                inlets: seen,
                shared,
            },
            worker,
        ))
    }

    /// The definitions in force.
    pub fn definitions(&self) -> Result<Definitions, Error> {
        Ok(self.shared.store.definitions()?)
    }

    /// Where messages to `id` go, and what its token is; `None` if there is no such inlet.
    pub fn inlet(&self, id: &InletId) -> Option<Arc<OpenInlet>> {
        self.inlets.borrow().get(id)
    }

    /// How far profiles are brought to the rules in force.
    pub fn upgrade(&self) -> Result<UpgradeState, Error> {
        Ok(jobs::state(&self.shared.store, &self.shared.ingest.rules())?)
    }

    /// Says what applying a file would do, and changes nothing.
    pub async fn dry_run(&self, file: &str, bytes: Vec<u8>, choices: Choices) -> Result<Outcome, Error> {
        let Checked { desired, report } = self.check(file, bytes).await?;
        let Some(desired) = desired else {
            return Ok(Outcome {
                report,
                verdict: Verdict::Invalid,
            });
        };
        let verdict = self
            .shared
            .change(&desired, choices)
            .await?
            .map_or_else(Verdict::Refused, Verdict::Planned);
        Ok(Outcome { report, verdict })
    }

    /// Puts what a file asks for in force. Changes are made one after the other; one that has begun is made
    /// also if nobody waits for the answer any more. Resolves when it is durable and in force everywhere.
    pub async fn apply(&self, file: &str, bytes: Vec<u8>, choices: Choices) -> Result<Outcome, Error> {
        let Checked { desired, report } = self.check(file, bytes).await?;
        let Some(desired) = desired else {
            return Ok(Outcome {
                report,
                verdict: Verdict::Invalid,
            });
        };
        let (answer, answered) = oneshot::channel();
        let request = Request {
            desired,
            choices,
            answer,
        };
        self.requests.send(request).await.map_err(|_| Error::Stopped)?;
        let verdict = answered.await.map_err(|_| Error::Stopped)??;
        Ok(Outcome { report, verdict })
    }

    /// Checks a file as the server sees it: its secrets are there, too.
    async fn check(&self, file: &str, bytes: Vec<u8>) -> Result<Checked<Desired>, Error> {
        let (shared, file) = (Arc::clone(&self.shared), file.to_owned());
        let checked = tokio::task::spawn_blocking(move || {
            let mut checked = check(&file, &bytes, &shared.kinds);
            checked.report.resolve(&shared.secrets);
            checked.desired = checked.desired.filter(|_| !checked.report.failed());
            checked
        });
        checked.await.map_err(|_| Error::Stopped)
    }
}
