//! The loop: gather what waits, decide it, commit it, answer. One batch is decided while the one before is on its way to
//! the disk; who asked for a batch is answered when that has arrived.

mod asked;
mod batch;
mod flight;
mod jobs;
mod recover;
mod wake;

use crate::admission::Room;
use crate::audit::Auditor;
use crate::bulk::with_leaving;
use crate::cost::Ledger;
use crate::handle::{Handle, PageRequest, Request};
use crate::input::{Answer, What};
use crate::members::Members;
use crate::options::{ClockMode, Options};
use crate::time::{ClockState, TrustedClock};
use crate::{Core, metrics as names};
use asked::Asked;
use evaluator::Rules;
use flight::Flight;
use metrics::gauge;
use model::{Clock, JobNo, Timestamp};
use std::sync::Arc;
use store::Store;
use tokio::sync::{mpsc, oneshot, watch};
use tokio_util::sync::CancellationToken;
use wake::Wake;

/// The loop, before it runs.
pub struct Ingest {
    core: Core,
    store: Store,
    queue: mpsc::Receiver<Request>,
    pages: mpsc::Receiver<PageRequest>,
    members: Members,
    time: Time,
    options: Options,
    auditor: Auditor,
    ledger: Ledger,
    rules: watch::Sender<Arc<Rules>>,
    clock: watch::Sender<ClockState>,
    /// The batch that was decided last, until it is durable.
    flight: Option<Flight>,
    /// The answers to those who wait for more than one batch, as far as they are durable.
    answers: Vec<Answer>,
    /// A request that was taken from the queue but begins the next batch.
    held: Option<Request>,
    /// Batches in a row that could not be committed. After the last nothing in memory is worth anything.
    failures: u32,
    /// Whether memory has not been made anew since.
    broken: bool,
}

enum Time {
    Wall(TrustedClock),
    Input,
}

/// The longest the loop sleeps when nothing is due: a clock that is set is noticed by then.
const LONGEST_SLEEP: std::time::Duration = std::time::Duration::from_secs(1);
impl Ingest {
    /// Goes on from what `store` has, under the definitions it has. Fails if they do not compile.
    pub fn new(store: Store, clock: Arc<dyn Clock>, options: Options) -> Result<(Self, Handle), StartError> {
        let rules = Rules::compile(&store.definitions()?).map_err(StartError::Rules)?;
        let rules = Arc::new(with_leaving(rules, &store.jobs(JobNo(0), usize::MAX)?));
        let members = Members::of(&store)?;
        let core = Core::new(
            store.clone(),
            Arc::clone(&rules),
            options.cache,
            options.crew.clone(),
        );
        let now = core.clock().max(clock.now());
        let ledger = Ledger::new(&rules, now);
        let time = match options.clock {
            ClockMode::Wall => Time::Wall(TrustedClock::new(clock, core.clock(), options.max_downtime)),
            ClockMode::Input => Time::Input,
        };
        // Room is counted by permits; the channel only needs to be deep enough for small requests.
        let (sender, queue) = mpsc::channel(4096);
        let (page_sender, pages) = mpsc::channel(1);
        let (rules, rules_seen) = watch::channel(rules);
        let (clock, clock_seen) = watch::channel(ClockState::Trusted);
        let (auditor, audited) = Auditor::new(store.clone(), options.audit);
        let handle = Handle {
            queue: sender,
            pages: page_sender,
            room: Room::new(options.queue_items, options.queue_bytes),
            store: store.clone(),
            rules: rules_seen,
            clock: clock_seen,
            audited,
            mode: options.clock,
        };
        Ok((
            Self {
                core,
                store,
                queue,
                pages,
                members,
                time,
                options,
                auditor,
                ledger,
                rules,
                clock,
                flight: None,
                answers: Vec::new(),
                held: None,
                failures: 0,
                broken: false,
            },
            handle,
        ))
    }

    /// Runs until `soft` is cancelled and everything that was let in has been answered.
    pub async fn run(mut self, soft: CancellationToken) {
        loop {
            if self.broken {
                self.recover(&soft).await;
            }
            match self.next(&soft).await {
                Wake::Landed(durable) => drop(self.landed(durable)),
                Wake::Request(request) => {
                    self.publish_clock();
                    self.request(request).await;
                }
                Wake::Page(page) => drop(self.batch(Vec::new(), None, Asked::page(page)).await),
                Wake::Time => {
                    self.publish_clock();
                    drop(self.batch(Vec::new(), None, Asked::default()).await);
                }
                Wake::Audit => {
                    let now = self.now();
                    self.auditor.turn(&self.core, now);
                }
                Wake::Stop => return drop(self.land().await),
            }
        }
    }

    async fn request(&mut self, request: Request) {
        if request.rests_on_rows() && self.land().await.is_err() {
            self.held = Some(request);
            return;
        }
        match request {
            Request::Items(items, permit, answer) => self.items((items, permit, answer)).await,
            Request::Visit(profiles, progress, answer) => {
                let inputs = profiles.into_iter().map(What::Visit).collect();
                drop(self.batch(inputs, Some(progress), Asked::visit(answer)).await);
            }
            Request::Costs(answer) => {
                let costs = self.ledger.costs(self.core.rules(), &self.core.cache);
                send(answer, costs);
            }
            Request::TrustClock(answer) => {
                self.trust_clock();
                send(answer, ());
            }
            Request::Redefine(definitions, jobs, answer) => {
                let outcome = self.redefine(*definitions, jobs).await;
                send(answer, outcome);
            }
            Request::Begin(job, answer) => {
                let outcome = self.begin(&job).await;
                send(answer, outcome);
            }
            Request::Act(job, action, answer) => {
                let outcome = self.act(job, action).await;
                send(answer, outcome);
            }
            Request::Count(candidates, answer) => {
                let outcome = self.count(&candidates);
                send(answer, outcome);
            }
        }
    }

    fn now(&mut self) -> Timestamp {
        let now = match &mut self.time {
            Time::Wall(clock) => clock.now(),
            Time::Input => Timestamp::MIN,
        };
        now.max(self.core.clock())
    }

    fn trust_clock(&mut self) {
        if let Time::Wall(clock) = &mut self.time {
            clock.trust();
        }
        self.publish_clock();
    }

    fn publish_clock(&mut self) {
        let Time::Wall(clock) = &self.time else { return };
        let state = clock.state().clone();
        gauge!(names::CLOCK_JUMPED).set(if state == ClockState::Trusted { 0.0 } else { 1.0 });
        self.clock.send_if_modified(|seen| {
            let differs = *seen != state;
            *seen = state;
            differs
        });
    }
}

/// Why the loop cannot start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The store cannot be read.
    #[error(transparent)]
    Store(#[from] store::Error),
    /// The definitions in the store do not compile.
    #[error("the definitions in the store do not compile: {}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "))]
    Rules(Vec<evaluator::RuleError>),
}

/// A requester that has gone away does not want its answer.
fn send<T>(to: oneshot::Sender<T>, answer: T) {
    if to.send(answer).is_err() {
        tracing::debug!("nobody waits for an answer any more");
    }
}

#[cfg(test)]
mod tests;
