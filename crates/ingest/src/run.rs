//! The loop: gather what waits, decide it, commit it, answer.

use crate::admission::Room;
use crate::handle::{Handle, RedefineError, Request, SubmitError};
use crate::input::{Answer, Input, Item, What};
use crate::tally::Tally;
use crate::time::{ClockState, TrustedClock};
use crate::{Batch, Core, Permit, metrics as names};
use evaluator::Rules;
use metrics::{gauge, histogram};
use model::{Clock, Definitions, Duration, Timestamp};
use std::sync::Arc;
use store::{Decisions, Health, Store, UpgradeProgress};
use tokio::sync::{mpsc, oneshot, watch};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

/// What gives the evaluation time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClockMode {
    /// The wall clock.
    Wall,
    /// The messages' own times, for replays and tests: `now` is the latest of them.
    Input,
}

/// How the loop works.
#[derive(Clone, Debug)]
pub struct Options {
    /// What gives the evaluation time.
    pub clock: ClockMode,
    /// At most this many items in a batch, and as many ticks beside them.
    pub batch: usize,
    /// At most this many items wait.
    pub queue_items: usize,
    /// At most this many bytes wait.
    pub queue_bytes: usize,
    /// Memory for decoded profiles, counted in events and attribute leaves.
    pub cache: usize,
    /// A longer gap since the last commit is not taken for downtime.
    pub max_downtime: Duration,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            clock: ClockMode::Wall,
            batch: 250,
            queue_items: 50_000,
            queue_bytes: 256 << 20,
            cache: 4_000_000,
            max_downtime: Duration::days(7),
        }
    }
}

/// The loop, before it runs.
pub struct Ingest {
    core: Core,
    store: Store,
    queue: mpsc::Receiver<Request>,
    time: Time,
    options: Options,
    rules: watch::Sender<Arc<Rules>>,
    clock: watch::Sender<ClockState>,
    /// A request that was taken from the queue but begins the next batch.
    held: Option<Request>,
}

enum Time {
    Wall(TrustedClock),
    Input,
}

/// The longest the loop sleeps when nothing is due: a clock that is set is noticed by then.
const LONGEST_SLEEP: std::time::Duration = std::time::Duration::from_secs(1);
/// How long the loop waits before it looks again at a store that cannot write.
const RECOVERY_POLL: std::time::Duration = std::time::Duration::from_millis(100);

impl Ingest {
    /// Goes on from what `store` has, under the definitions it has. Fails if they do not compile.
    pub fn new(store: Store, clock: Arc<dyn Clock>, options: Options) -> Result<(Self, Handle), StartError> {
        let rules = Arc::new(Rules::compile(&store.definitions()?).map_err(StartError::Rules)?);
        let core = Core::new(store.clone(), Arc::clone(&rules), options.cache);
        let time = match options.clock {
            ClockMode::Wall => Time::Wall(TrustedClock::new(clock, core.clock(), options.max_downtime)),
            ClockMode::Input => Time::Input,
        };
        // Room is counted by permits; the channel only needs to be deep enough for small requests.
        let (sender, queue) = mpsc::channel(4096);
        let (rules, rules_seen) = watch::channel(rules);
        let (clock, clock_seen) = watch::channel(ClockState::Trusted);
        let handle = Handle {
            queue: sender,
            room: Room::new(options.queue_items, options.queue_bytes),
            store: store.clone(),
            rules: rules_seen,
            clock: clock_seen,
        };
        Ok((
            Self {
                core,
                store,
                queue,
                time,
                options,
                rules,
                clock,
                held: None,
            },
            handle,
        ))
    }

    /// Runs until `soft` is cancelled and everything that was let in has been answered.
    pub async fn run(mut self, soft: CancellationToken) {
        loop {
            let first = match self.next(&soft).await {
                Wake::Request(request) => Some(request),
                Wake::Time => None,
                Wake::Stop => break,
            };
            self.publish_clock();
            match first {
                Some(Request::Redefine(definitions, answer)) => {
                    let outcome = self.redefine(*definitions).await;
                    send(answer, outcome);
                }
                Some(Request::Visit(profiles, progress, answer)) => {
                    let inputs = profiles.into_iter().map(What::Visit).collect();
                    let outcome = self.batch(inputs, Some(progress)).await.map(drop);
                    send(answer, outcome);
                }
                Some(Request::TrustClock(answer)) => {
                    self.trust_clock();
                    send(answer, ());
                }
                Some(Request::Items(items, permit, answer)) => self.items(items, permit, answer).await,
                None => drop(self.batch(Vec::new(), None).await),
            }
        }
    }

    /// Waits for a request or for the next due timer, whichever comes first.
    async fn next(&mut self, soft: &CancellationToken) -> Wake {
        if let Some(request) = self.held.take() {
            return Wake::Request(request);
        }
        let sleep = self.until_due();
        tokio::select! {
            biased;
            () = soft.cancelled(), if !self.queue.is_closed() => {
                self.queue.close();
                Wake::Time
            }
            request = self.queue.recv() => request.map_or(Wake::Stop, Wake::Request),
            () = tokio::time::sleep(sleep) => Wake::Time,
        }
    }

    /// How long until the earliest timer is due.
    fn until_due(&mut self) -> std::time::Duration {
        let now = self.now();
        match self.store.timers_due(Timestamp::MAX, 1) {
            Ok(timers) => {
                let next = timers.first().map_or(Timestamp::MAX, |(due, _)| *due);
                gauge!(names::TIMER_LAG).set(now.since(next).millis() as f64 / 1000.0);
                match &self.time {
                    // Where input drives the clock, nothing becomes due by waiting.
                    Time::Input if next > now => LONGEST_SLEEP,
                    _ if self.store.blocked().is_some() => RECOVERY_POLL,
                    _ => next.since(now).std().min(LONGEST_SLEEP),
                }
            }
            Err(error) => {
                tracing::warn!(%error, "the timers cannot be read");
                RECOVERY_POLL
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
        match self.batch(inputs, None).await {
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

    /// Decides and commits one batch: `whats` at their times, then the ticks that are due.
    async fn batch(
        &mut self,
        whats: Vec<What>,
        progress: Option<UpgradeProgress>,
    ) -> Result<Vec<Answer>, SubmitError> {
        let mut inputs = self.dated(whats);
        if let Err(error) = self.add_ticks(&mut inputs) {
            return Err(self.recover(&error).await);
        }
        if inputs.is_empty() && progress.is_none() {
            return Ok(Vec::new());
        }
        let started = Instant::now();
        let decided = self.core.decide(&inputs);
        histogram!(names::EVALUATE_SECONDS).record(started.elapsed());
        let Batch {
            mut decisions,
            answers,
            steps,
            ..
        } = match decided {
            Ok(batch) => batch,
            Err(error) => return Err(self.recover(&error).await),
        };
        decisions.upgrade = progress;
        let tally = Tally::of(&decisions, &answers, steps, inputs.len());
        self.commit(decisions).await?;
        tally.count();
        Ok(answers)
    }

    /// Gives each input its instant.
    fn dated(&mut self, whats: Vec<What>) -> Vec<Input> {
        let mut now = self.now();
        let by_input = matches!(self.time, Time::Input);
        let date = |what| {
            if let (true, What::Item(Item::Posted(posted))) = (by_input, &what) {
                now = now.max(posted.message.own_time.unwrap_or(Timestamp::MIN));
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

    /// A publish is a batch of its own: the definitions become durable, then they are in force.
    async fn redefine(&mut self, mut definitions: Definitions) -> Result<(), RedefineError> {
        let now = self.now();
        if definitions.version > self.core.rules().version {
            definitions.published_at = now;
        }
        let rules = Arc::new(Rules::compile(&definitions).map_err(RedefineError::Rules)?);
        self.core.advance_clock(now);
        let mut batch = self
            .core
            .decide(&[])
            .map_err(|error| SubmitError::Commit(error.to_string()))?;
        batch.decisions.definitions = Some(definitions);
        self.commit(batch.decisions).await?;
        self.core.set_rules(Arc::clone(&rules));
        self.rules.send_replace(rules);
        Ok(())
    }

    async fn commit(&mut self, decisions: Decisions) -> Result<(), SubmitError> {
        let started = Instant::now();
        let committed = self.store.commit(decisions).await;
        histogram!(names::COMMIT_SECONDS).record(started.elapsed());
        match committed {
            Ok(()) => Ok(()),
            Err(error) => Err(self.recover(&error).await),
        }
    }

    /// After a failure nothing in memory is trusted: waits until the store can be read again, then starts from it.
    async fn recover(&mut self, error: &store::Error) -> SubmitError {
        tracing::error!(%error, "a batch could not be committed; its requests are refused and the caches dropped");
        while let Health::Failed { .. } = self.store.health() {
            tokio::time::sleep(RECOVERY_POLL).await;
        }
        self.core.reset();
        SubmitError::Commit(error.to_string())
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

enum Wake {
    Request(Request),
    Time,
    Stop,
}

/// A requester that has gone away does not want its answer.
fn send<T>(to: oneshot::Sender<T>, answer: T) {
    if to.send(answer).is_err() {
        tracing::debug!("nobody waits for an answer any more");
    }
}
