//! The one task that changes definitions, and between two changes runs the jobs they leave behind.
//!
//! Changes are inputs of this loop rather than guarded by a lock, so that a client who goes away cannot leave
//! one half made: ingest on the new definitions and the dispatcher on the old.

use super::inlets::Inlets;
use super::outcome::Verdict;
use super::{Error, Shared};
use crate::change::Choices;
use crate::desired::Desired;
use crate::jobs::{Cancelling, Ending, Upgrading, Working};
use model::Definitions;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{mpsc, oneshot, watch};
use tokio_util::sync::CancellationToken;

/// After a failure, and while exports of a removed dataflow are still in flight.
const PAUSE: Duration = Duration::from_secs(1);
/// While a job waits for its rate, or until some of what it decided has been sent.
const BREATH: Duration = Duration::from_millis(10);

pub(super) struct Request {
    pub(super) desired: Desired,
    pub(super) choices: Choices,
    pub(super) answer: oneshot::Sender<Result<Verdict, Error>>,
}

/// The task behind a [`super::Control`], before it runs.
pub struct Worker {
    shared: Arc<Shared>,
    requests: mpsc::Receiver<Request>,
    inlets: watch::Sender<Arc<Inlets>>,
    upgrading: Upgrading,
    cancelling: Cancelling,
    working: Working,
    ending: Ending,
}

/// What a job has to do next, the most urgent first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Next {
    /// More, at once.
    More,
    /// More, after a breath.
    Soon,
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
        let working = Working::new(
            shared.store.clone(),
            shared.ingest.clone(),
            Arc::clone(&shared.progress),
        );
        let ending = Ending::new(shared.store.clone());
        let mut worker = Self {
            shared,
            requests,
            inlets,
            upgrading,
            cancelling,
            working,
            ending,
        };
        worker.enforce(&definitions);
        Ok(worker)
    }

    /// Runs until `soft` is cancelled. A change that has begun is finished; jobs go on where they were after
    /// the next start.
    pub async fn run(mut self, soft: CancellationToken) {
        let mut next = Next::More;
        loop {
            let wait = match next {
                Next::Later => PAUSE,
                Next::Soon => BREATH,
                Next::More | Next::Idle => Duration::ZERO,
            };
            tokio::select! {
                biased;
                () = soft.cancelled() => break,
                request = self.requests.recv() => {
                    let Some(Request { desired, choices, answer }) = request else { break };
                    let verdict = self.apply(&desired, choices).await;
                    if answer.send(verdict).is_err() {
                        tracing::info!("definitions were applied for a client that had gone away");
                    }
                    next = Next::More;
                }
                () = self.shared.jobs.notified() => next = Next::More,
                () = tokio::time::sleep(wait), if next != Next::Idle => next = self.work().await,
            }
        }
    }

    async fn apply(&mut self, desired: &Desired, choices: Choices) -> Result<Verdict, Error> {
        let change = match self.shared.change(desired, choices).await? {
            Ok(change) => change,
            Err(refusals) => return Ok(Verdict::Refused(refusals)),
        };
        if !change.is_empty() {
            let definitions = change.definitions.clone();
            let made = self.shared.ingest.redefine(definitions, change.jobs()).await?;
            tracing::info!(rules.version = %change.definitions.version, changes = change.items.len(), jobs = made.len(), "definitions changed");
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
            tracing::error!(inlet.id = %inlet.id, why, "an inlet lets nobody in");
        }
        self.inlets.send_replace(Arc::new(inlets));
        self.cancelling.redefine(definitions);
        self.ending.redefine(definitions);
    }

    /// Removes a dataflow that has sent its last exit.
    async fn end(&mut self) -> Result<Next, crate::jobs::Error> {
        let (next, ended) = self.ending.step()?;
        if let Some(definitions) = ended {
            self.shared
                .ingest
                .redefine(definitions.clone(), Vec::new())
                .await?;
            self.enforce(&definitions);
            return Ok(Next::More);
        }
        Ok(next)
    }

    /// One piece of work of each job.
    async fn work(&mut self) -> Next {
        let cancelled = self.cancelling.step().await;
        let upgraded = self.upgrading.step().await;
        let worked = self.working.step().await;
        let ended = self.end().await;
        settle(cancelled, "cancelling exports")
            .min(settle(upgraded, "bringing profiles to the rules"))
            .min(settle(worked, "bulk jobs"))
            .min(settle(ended, "ending dataflows"))
    }
}

fn settle(step: Result<Next, crate::jobs::Error>, job: &'static str) -> Next {
    step.unwrap_or_else(|error| {
        tracing::warn!(%error, job, "a job could not go on, and tries again");
        Next::Later
    })
}
