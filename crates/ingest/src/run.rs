//! The loop: gather what waits, decide it, commit it, answer.

mod jobs;
mod recover;
mod wake;

use crate::admission::Room;
use crate::audit::Auditor;
use crate::bulk::with_leaving;
use crate::cost::{Ledger, segments};
use crate::handle::{Handle, PageRequest, Request, SubmitError};
use crate::input::{Answer, Input, Item, Posted, What};
use crate::members::Members;
use crate::options::{ClockMode, Options};
use crate::tally::Tally;
use crate::time::{ClockState, TrustedClock};
use crate::{Batch, Core, Page, Permit, metrics as names};
use evaluator::Rules;
use jobs::ends_leaving;
use metrics::{gauge, histogram};
use model::{Clock, Job, JobNo, Timestamp};
use std::sync::Arc;
use store::{DeadMessage, Decisions, RawInput, Store, UpgradeProgress};
use tokio::sync::{mpsc, oneshot, watch};
use tokio::time::Instant;
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
            let first = match self.next(&soft).await {
                Wake::Request(request) => Some(request),
                Wake::Page(page) => {
                    drop(self.batch(Vec::new(), None, Some(page)).await);
                    continue;
                }
                Wake::Audit => {
                    let now = self.now();
                    self.auditor.turn(&self.core, now);
                    continue;
                }
                Wake::Time => None,
                Wake::Stop => break,
            };
            self.publish_clock();
            match first {
                Some(Request::Redefine(definitions, jobs, answer)) => {
                    let outcome = self.redefine(*definitions, jobs).await;
                    send(answer, outcome);
                }
                Some(Request::Begin(job, answer)) => {
                    let outcome = self.begin(&job).await;
                    send(answer, outcome);
                }
                Some(Request::Act(job, action, answer)) => {
                    let outcome = self.act(job, action).await;
                    send(answer, outcome);
                }
                Some(Request::Count(candidates, answer)) => {
                    let outcome = self.count(&candidates);
                    send(answer, outcome);
                }
                Some(Request::Visit(profiles, progress, answer)) => {
                    let inputs = profiles.into_iter().map(What::Visit).collect();
                    let outcome = self.batch(inputs, Some(progress), None).await.map(drop);
                    send(answer, outcome);
                }
                Some(Request::Costs(answer)) => {
                    let costs = self.ledger.costs(self.core.rules(), &self.core.cache);
                    send(answer, costs);
                }
                Some(Request::TrustClock(answer)) => {
                    self.trust_clock();
                    send(answer, ());
                }
                Some(Request::Items(items, permit, answer)) => self.items(items, permit, answer).await,
                None => drop(self.batch(Vec::new(), None, None).await),
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

    /// Gathers the items that wait, as one batch, and answers each request.
    async fn items(
        &mut self,
        items: Vec<Item>,
        permit: Permit,
        answer: oneshot::Sender<Result<Vec<Answer>, SubmitError>>,
    ) {
        let mut requests = vec![(items.len(), permit, answer)];
        let mut inputs: Vec<What> = items.into_iter().map(What::Item).collect();
        while inputs.len() < self.options.batch {
            match self.queue.try_recv() {
                Ok(Request::Items(items, permit, answer)) => {
                    requests.push((items.len(), permit, answer));
                    inputs.extend(items.into_iter().map(What::Item));
                }
                Ok(other) => {
                    self.held = Some(other);
                    break;
                }
                Err(_) => break,
            }
        }
        match self.slices(inputs).await {
            Ok(answers) => {
                let mut answers = answers.into_iter();
                for (count, _permit, answer) in requests {
                    send(answer, Ok(answers.by_ref().take(count).collect()));
                }
            }
            Err(error) => requests
                .into_iter()
                .for_each(|(_, _permit, answer)| send(answer, Err(error.clone()))),
        }
    }

    /// Decides and commits what was gathered in batches of the agreed size: a large request must not hold up timers.
    async fn slices(&mut self, mut whats: Vec<What>) -> Result<Vec<Answer>, SubmitError> {
        let mut answers = Vec::with_capacity(whats.len());
        let most = self.options.batch.max(1);
        while whats.len() > most {
            let rest = whats.split_off(most);
            answers.extend(
                self.batch(std::mem::replace(&mut whats, rest), None, None)
                    .await?,
            );
            // The tasks of this thread have waited for as long as the batch took.
            tokio::task::yield_now().await;
        }
        // A page of a job shares the last commit, unless its batch is full as it is.
        let page = (whats.len() < most).then(|| self.pages.try_recv().ok()).flatten();
        answers.extend(self.batch(whats, None, page).await?);
        Ok(answers)
    }

    /// Decides and commits one batch: `whats` at their times, then the page, then the ticks that are due.
    async fn batch(
        &mut self,
        mut whats: Vec<What>,
        progress: Option<UpgradeProgress>,
        page: Option<PageRequest>,
    ) -> Result<Vec<Answer>, SubmitError> {
        let Some(PageRequest { page, answer }) = page else {
            return self.decide(whats, progress, None).await;
        };
        let opened = match page.open(&self.store, self.core.rules()) {
            Ok(opened) => opened,
            Err(error) => {
                let error = self.give_up(&error);
                send(answer, Err(error.clone()));
                return Err(error);
            }
        };
        let paged = opened.map(|(job, visits)| {
            whats.extend(visits);
            (page, job)
        });
        let decided = self.decide(whats, progress, paged).await;
        send(answer, decided.as_ref().map(|_| ()).map_err(Clone::clone));
        decided
    }

    async fn decide(
        &mut self,
        whats: Vec<What>,
        progress: Option<UpgradeProgress>,
        paged: Option<(Page, Job)>,
    ) -> Result<Vec<Answer>, SubmitError> {
        let mut inputs = self.dated(whats);
        if let Err(error) = self.add_ticks(&mut inputs) {
            return Err(self.give_up(&error));
        }
        if inputs.is_empty() && progress.is_none() && paged.is_none() {
            return Ok(Vec::new());
        }
        let (started, count) = (Instant::now(), inputs.len());
        let raw: Vec<RawInput> = inputs.iter().filter_map(|input| input.what.raw()).collect();
        let decided = self.core.decide(inputs);
        histogram!(names::EVALUATE_SECONDS).record(started.elapsed());
        let Batch {
            mut decisions,
            answers,
            steps,
            effort,
            told,
            costs,
            ..
        } = match decided {
            Ok(batch) => batch,
            Err(error) => return Err(self.give_up(&error)),
        };
        decisions.upgrade = progress;
        decisions.inputs = raw;
        let mut ended = false;
        if let Some((page, job)) = paged {
            let dead = match self.store.dead(job.dataflow) {
                Ok(dead) => dead,
                Err(error) => return Err(self.give_up(&error)),
            };
            decisions.jobs = page.close(job, told, dead, decisions.clock);
            ended = decisions.jobs.iter().any(ends_leaving);
        }
        let tally = Tally::of(&decisions, &answers, (steps, effort), count);
        let flips = segments(&decisions.transitions);
        self.commit(decisions).await?;
        tally.count();
        self.ledger.add(self.core.rules(), &costs);
        self.ledger.flipped(flips.into_iter());
        if ended {
            self.renew_rules();
        }
        Ok(answers)
    }

    /// Gives each input its instant.
    fn dated(&mut self, whats: Vec<What>) -> Vec<Input> {
        let mut now = self.now();
        let by_input = matches!(self.time, Time::Input);
        let date = |what| {
            if let (true, What::Item(Item::Posted(posted))) = (by_input, &what) {
                now = now.max(posted.message.own_time.unwrap_or(Timestamp::MIN));
                if now == Timestamp::MIN {
                    let what = What::Item(Item::Bad(timeless(posted)));
                    return Input { now, what };
                }
            }
            Input { now, what }
        };
        whats.into_iter().map(date).collect()
    }

    /// Adds the timers that are due, behind the live traffic.
    fn add_ticks(&mut self, inputs: &mut Vec<Input>) -> Result<(), store::Error> {
        // They stay due, and are stepped in their order when there is room.
        if self.store.blocked().is_some() {
            return Ok(());
        }
        let now = inputs.last().map_or_else(|| self.now(), |input| input.now);
        let due = self.store.timers_due(now, self.options.batch)?;
        inputs.extend(due.into_iter().map(|(due, id)| Input {
            now,
            what: What::Tick(id, due),
        }));
        Ok(())
    }

    async fn commit(&mut self, decisions: Decisions) -> Result<(), SubmitError> {
        // Ahead of the commit: after a failed one they are derived anew.
        self.members.follow(&decisions);
        let started = Instant::now();
        let committed = self.store.commit(decisions).await;
        histogram!(names::COMMIT_SECONDS).record(started.elapsed());
        match committed {
            Ok(()) => {
                self.failures = 0;
                Ok(())
            }
            Err(error) => Err(self.give_up(&error)),
        }
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

/// A message by which the clock would begin nowhere.
fn timeless(posted: &Posted) -> DeadMessage {
    DeadMessage {
        at: Timestamp::MIN,
        inlet: Some(posted.inlet.clone()),
        dataset: posted.message.dataset.clone(),
        code: "no_time".to_owned(),
        reason: "the server takes its clock from messages, and the first one needs a time of its own"
            .to_owned(),
        body: posted.raw.to_vec(),
    }
}

/// A requester that has gone away does not want its answer.
fn send<T>(to: oneshot::Sender<T>, answer: T) {
    if to.send(answer).is_err() {
        tracing::debug!("nobody waits for an answer any more");
    }
}
