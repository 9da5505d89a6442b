//! The one task that changes definitions, and between two changes runs the jobs they leave behind.
//!
//! Changes are inputs of this loop rather than guarded by a lock, so that a client who goes away cannot leave
//! one half made: ingest on the new definitions and the dispatcher on the old.

use super::inlets::Inlets;
use super::outcome::Verdict;
use super::{Error, Shared};
use crate::desired::Desired;
use crate::jobs::{Cancelling, Upgrading};
use model::Definitions;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{mpsc, oneshot, watch};
use tokio_util::sync::CancellationToken;

/// After a failure, and while exports of a removed dataflow are still in flight.
const PAUSE: Duration = Duration::from_secs(1);

pub(super) struct Request {
    pub(super) desired: Desired,
    pub(super) answer: oneshot::Sender<Result<Verdict, Error>>,
}

/// The task behind a [`super::Control`], before it runs.
pub struct Worker {
    shared: Arc<Shared>,
    requests: mpsc::Receiver<Request>,
    inlets: watch::Sender<Arc<Inlets>>,
    upgrading: Upgrading,
    cancelling: Cancelling,
}

/// What a job has to do next, the most urgent first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Next {
    /// More, at once.
    More,
    /// More, after a pause.
    Later,
    /// Nothing until definitions change.
    Idle,
}

impl Worker {
    pub(super) fn new(
        shared: Arc<Shared>,
        requests: mpsc::Receiver<Request>,
        inlets: watch::Sender<Arc<Inlets>>,
    ) -> Result<Self, Error> {
        let definitions = shared.store.definitions()?;
        let upgrading = Upgrading::new(shared.store.clone(), shared.ingest.clone());
        let cancelling = Cancelling::new(shared.store.clone());
        let mut worker = Self {
            shared,
            requests,
            inlets,
            upgrading,
            cancelling,
        };
        worker.enforce(&definitions);
        Ok(worker)
    }

    /// Runs until `soft` is cancelled. A change that has begun is finished; jobs go on where they were after
    /// the next start.
    pub async fn run(mut self, soft: CancellationToken) {
        let mut next = Next::More;
        loop {
            let wait = if next == Next::Later {
                PAUSE
            } else {
                Duration::ZERO
            };
            tokio::select! {
                biased;
                () = soft.cancelled() => break,
                request = self.requests.recv() => {
                    let Some(Request { desired, answer }) = request else { break };
                    let verdict = self.apply(&desired).await;
                    if answer.send(verdict).is_err() {
                        tracing::info!("definitions were applied for a client that had gone away");
                    }
                    next = Next::More;
                }
                () = tokio::time::sleep(wait), if next != Next::Idle => next = self.work().await,
            }
        }
    }

    async fn apply(&mut self, desired: &Desired) -> Result<Verdict, Error> {
        let change = match self.shared.change(desired)? {
            Ok(change) => change,
            Err(refusals) => return Ok(Verdict::Refused(refusals)),
        };
        if !change.is_empty() {
            self.shared.ingest.redefine(change.definitions.clone()).await?;
            tracing::info!(rules.version = %change.definitions.version, changes = change.items.len(), "definitions changed");
        }
        // Also when nothing changed: a token may have been put where there was none.
        self.enforce(&change.definitions);
        Ok(Verdict::Applied(change))
    }

    /// Hands definitions that are in force to everybody but ingest, which has them.
    fn enforce(&mut self, definitions: &Definitions) {
        self.shared.dispatcher.redefine(definitions);
        let inlets = Inlets::open(definitions, &self.shared.secrets);
        for (inlet, why) in inlets
            .all()
            .filter_map(|open| Some((&open.inlet, open.problem()?)))
        {
            tracing::error!(inlet.id = %inlet.id, why, "an inlet lets nobody in: its token cannot be looked up");
        }
        self.inlets.send_replace(Arc::new(inlets));
        self.cancelling.redefine(definitions);
    }

    /// One piece of work of each job.
    async fn work(&mut self) -> Next {
        let cancelled = self.cancelling.step().await;
        let upgraded = self.upgrading.step().await;
        settle(cancelled, "cancelling exports").min(settle(upgraded, "bringing profiles to the rules"))
    }
}

fn settle(step: Result<Next, crate::jobs::Error>, job: &'static str) -> Next {
    step.unwrap_or_else(|error| {
        tracing::warn!(%error, job, "a job could not go on, and tries again");
        Next::Later
    })
}
