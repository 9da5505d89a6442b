//! The door to the loop, for everyone who hands it inputs.

use crate::admission::{Permit, Refusal, Room};
use crate::audit::Audited;
use crate::bulk::{JobAction, JobError, Page};
use crate::cost::Costs;
use crate::input::{Answer, Item};
use crate::options::ClockMode;
use crate::time::ClockState;
use evaluator::Rules;
use model::{Candidates, Definitions, Job, JobNo, NewJob, ProfileId, Timestamp};
use std::sync::Arc;
use store::{Blocked, Health, Store, UpgradeProgress};
use tokio::sync::{mpsc, oneshot, watch};

/// Hands inputs to the loop. Cheap to clone.
#[derive(Clone)]
pub struct Handle {
    pub(crate) queue: mpsc::Sender<Request>,
    /// Pages of jobs wait apart, so that live requests pass them.
    pub(crate) pages: mpsc::Sender<PageRequest>,
    pub(crate) room: Room,
    pub(crate) store: Store,
    pub(crate) rules: watch::Receiver<Arc<Rules>>,
    pub(crate) clock: watch::Receiver<ClockState>,
    pub(crate) audited: watch::Receiver<Audited>,
    pub(crate) mode: ClockMode,
}

/// What waits in the queue. Every request ends with an answer or, if the loop is gone, a closed channel.
pub(crate) enum Request {
    Items(
        Vec<Item>,
        Permit,
        oneshot::Sender<Result<Vec<Answer>, SubmitError>>,
    ),
    Redefine(
        Box<Definitions>,
        Vec<NewJob>,
        oneshot::Sender<Result<Vec<Job>, RedefineError>>,
    ),
    Begin(Box<NewJob>, oneshot::Sender<Result<Option<Job>, JobError>>),
    Act(JobNo, JobAction, oneshot::Sender<Result<Job, JobError>>),
    Count(Vec<Candidates>, oneshot::Sender<Result<u64, SubmitError>>),
    Visit(
        Vec<ProfileId>,
        UpgradeProgress,
        oneshot::Sender<Result<(), SubmitError>>,
    ),
    Costs(oneshot::Sender<Costs>),
    TrustClock(oneshot::Sender<()>),
}

impl Request {
    /// Whether it goes by what is durable, and so waits until nothing is on its way.
    pub(crate) fn rests_on_rows(&self) -> bool {
        match self {
            Self::Redefine(..) | Self::Begin(..) | Self::Act(..) | Self::Count(..) => true,
            Self::Items(..) | Self::Visit(..) | Self::Costs(_) | Self::TrustClock(_) => false,
        }
    }

    /// Answers without doing anything.
    pub(crate) fn refuse(self, why: &SubmitError) {
        // A requester that has gone away does not want its answer.
        match self {
            Self::Items(_, _, answer) => drop(answer.send(Err(why.clone()))),
            Self::Redefine(_, _, answer) => drop(answer.send(Err(why.clone().into()))),
            Self::Begin(_, answer) => drop(answer.send(Err(why.clone().into()))),
            Self::Act(_, _, answer) => drop(answer.send(Err(why.clone().into()))),
            Self::Count(_, answer) => drop(answer.send(Err(why.clone()))),
            Self::Visit(_, _, answer) => drop(answer.send(Err(why.clone()))),
            // It needs no store, and whoever asks can ask again.
            Self::TrustClock(answer) => drop(answer),
            Self::Costs(answer) => drop(answer),
        }
    }
}

/// A page of a job, and who waits for it to be durable.
pub(crate) struct PageRequest {
    pub(crate) page: Page,
    pub(crate) answer: oneshot::Sender<Result<(), SubmitError>>,
}

/// Why a submitted request has no answer: it may or may not be durable, and should be sent again.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SubmitError {
    /// The commit failed.
    #[error("the store could not make this durable: {0}")]
    Commit(String),
    /// The loop ended first.
    #[error("the server stopped before this was durable")]
    Stopped,
}

/// Why definitions were not put in force.
#[derive(Debug, thiserror::Error)]
pub enum RedefineError {
    /// They do not compile; all reasons.
    #[error("{}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "))]
    Rules(Vec<evaluator::RuleError>),
    /// They compile but could not be made durable.
    #[error(transparent)]
    Submit(#[from] SubmitError),
}

impl Handle {
    /// Reserves room for a whole request of `items` items and `bytes` bytes, or says why there is none.
    pub fn reserve(&self, items: usize, bytes: usize) -> Result<Permit, Refusal> {
        if self.queue.is_closed() {
            return Err(Refusal::Stopping);
        }
        match self.store.health() {
            Health::Ok => match self.store.blocked() {
                None => self.room.reserve(items, bytes),
                Some(blocked) => Err(self.refusal(&blocked)),
            },
            Health::LowSpace { free, min } => Err(Refusal::LowSpace { free, min }),
            Health::Failed { why } => Err(Refusal::Store(why)),
        }
    }

    /// Submits a request for which room was reserved. Resolves when its commit is durable, with one answer an item.
    pub async fn submit(&self, permit: Permit, items: Vec<Item>) -> Result<Vec<Answer>, SubmitError> {
        debug_assert!(items.len() <= permit.granted, "room was reserved for fewer items");
        let (answer, answered) = oneshot::channel();
        self.send(Request::Items(items, permit, answer)).await?;
        answered.await.unwrap_or(Err(SubmitError::Stopped))
    }

    /// Puts definitions in force and makes the jobs they ask for: a batch of its own between two others. Resolves
    /// when it is durable, with those jobs that have anybody to look at.
    pub async fn redefine(
        &self,
        definitions: Definitions,
        jobs: Vec<NewJob>,
    ) -> Result<Vec<Job>, RedefineError> {
        let (answer, answered) = oneshot::channel();
        self.send(Request::Redefine(Box::new(definitions), jobs, answer))
            .await?;
        answered
            .await
            .unwrap_or(Err(RedefineError::Submit(SubmitError::Stopped)))
    }

    /// Brings profiles to the current rules, and records how far the job is in the same commit.
    pub async fn visit(
        &self,
        profiles: Vec<ProfileId>,
        progress: UpgradeProgress,
    ) -> Result<(), SubmitError> {
        let (answer, answered) = oneshot::channel();
        self.send(Request::Visit(profiles, progress, answer)).await?;
        answered.await.unwrap_or(Err(SubmitError::Stopped))
    }

    /// Makes a job, whose candidates are those of the instant. Resolves when it is durable; `None` if there is
    /// nobody to look at.
    pub async fn begin(&self, job: NewJob) -> Result<Option<Job>, JobError> {
        let (answer, answered) = oneshot::channel();
        self.send(Request::Begin(Box::new(job), answer)).await?;
        answered.await.unwrap_or(Err(SubmitError::Stopped.into()))
    }

    /// Holds, lets go, ends or bounds a job. Resolves when it is durable: from then on it is so.
    pub async fn act(&self, job: JobNo, action: JobAction) -> Result<Job, JobError> {
        let (answer, answered) = oneshot::channel();
        self.send(Request::Act(job, action, answer)).await?;
        answered.await.unwrap_or(Err(SubmitError::Stopped.into()))
    }

    /// How many profiles these are at the moment.
    pub async fn count(&self, candidates: Vec<Candidates>) -> Result<u64, SubmitError> {
        let (answer, answered) = oneshot::channel();
        self.send(Request::Count(candidates, answer)).await?;
        answered.await.unwrap_or(Err(SubmitError::Stopped))
    }

    /// Has a page of a job looked at, as soon as no live request waits, or with the next of them. Resolves when
    /// what was decided is durable, and where the job stands with it. A page that no longer is the job's next is
    /// dropped.
    pub async fn page(&self, page: Page) -> Result<(), SubmitError> {
        let (answer, answered) = oneshot::channel();
        let request = PageRequest { page, answer };
        self.pages.send(request).await.map_err(|_| SubmitError::Stopped)?;
        answered.await.unwrap_or(Err(SubmitError::Stopped))
    }

    /// What evaluation has cost by segment, between the batch in work and the next.
    pub async fn costs(&self) -> Result<Costs, SubmitError> {
        let (answer, answered) = oneshot::channel();
        self.send(Request::Costs(answer)).await?;
        answered.await.map_err(|_| SubmitError::Stopped)
    }

    /// Tells the loop that the wall clock is right although it jumped.
    pub async fn trust_clock(&self) -> Result<(), SubmitError> {
        let (answer, answered) = oneshot::channel();
        self.send(Request::TrustClock(answer)).await?;
        answered.await.map_err(|_| SubmitError::Stopped)
    }

    /// The rules in force.
    pub fn rules(&self) -> Arc<Rules> {
        Arc::clone(&self.rules.borrow())
    }

    /// Whether the wall clock is trusted.
    pub fn clock(&self) -> ClockState {
        self.clock.borrow().clone()
    }

    /// What the audit has come to since the start.
    pub fn audited(&self) -> Audited {
        *self.audited.borrow()
    }

    /// The instant by which the loop would decide something at this moment, where the wall clock shows `wall`.
    pub fn evaluation_time(&self, wall: Timestamp) -> Timestamp {
        let last = self.store.meta().clock;
        match (self.mode, self.clock()) {
            (ClockMode::Input, _) => last,
            (ClockMode::Wall, ClockState::Trusted) => wall.max(last),
            (ClockMode::Wall, ClockState::Jumped { trusted, .. }) => trusted.max(last),
        }
    }

    fn refusal(&self, blocked: &Blocked) -> Refusal {
        let rules = self.rules.borrow();
        let flow = rules.flows().iter().find(|flow| flow.no() == blocked.dataflow);
        let dataflow = flow.map_or_else(
            || blocked.dataflow.to_string(),
            |flow| flow.dataflow.id.to_string(),
        );
        let why = blocked.to_string();
        Refusal::Queue { dataflow, why }
    }

    async fn send(&self, request: Request) -> Result<(), SubmitError> {
        self.queue.send(request).await.map_err(|_| SubmitError::Stopped)
    }
}
