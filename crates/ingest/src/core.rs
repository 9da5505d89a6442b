//! One batch, from inputs to decisions: the left half of Weir without queues and clocks.

use crate::cache::Cache;
use crate::close::close;
use crate::cost::Sample;
use crate::crew::Crew;
use crate::input::{Answer, Input};
#[cfg(test)]
use crate::unit::Trap;
use crate::unit::{Terms, panic_text};
use crate::work::{Work, load};
use crate::worked::{Count, Trouble, Worked};
use evaluator::{Cost, Effort, Origin, Rules};
use model::{Identity, JobCounts, ProfileId, Timestamp};
use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use store::{Decisions, Store};

/// Decides batch after batch. What it holds in memory is what the last decided batch will commit: after a
/// failed commit it must be [`Core::reset`]. A batch may be decided while the one before is on its way to the disk
/// (`depart`), but not while two are.
pub struct Core {
    pub(crate) rules: Arc<Rules>,
    pub(crate) cache: Cache,
    count: Count,
    pub(crate) crew: Crew,
    /// Which changes are watched for what they cost; none if nobody wants to know.
    pub(crate) sample: Option<Sample>,
    #[cfg(test)]
    pub(crate) trap: Option<Trap>,
}

/// What was decided of a batch.
#[derive(Debug)]
pub struct Batch {
    /// What to commit.
    pub decisions: Decisions,
    /// One for each message and bad message, in order.
    pub answers: Vec<Answer>,
    /// Profiles made, each with the primary identity of its first message.
    pub created: Vec<(ProfileId, Identity)>,
    /// Evaluation steps made.
    pub steps: usize,
    /// What they took.
    pub effort: Effort,
    /// What became of the profiles that a job looked at.
    pub told: JobCounts,
    /// What those changes took that were watched.
    pub costs: Vec<Cost>,
}

impl Core {
    /// Goes on from what `store` has. `capacity` bounds the memory of decoded profiles, in bytes. What is decided does
    /// not depend on how many threads the crew has.
    pub fn new(store: Store, rules: Arc<Rules>, capacity: usize, crew: Crew) -> Self {
        let count = Count::of(&store);
        let core = Self::over(Cache::over(store, capacity), count, rules, crew);
        Self {
            sample: Some(Sample::new()),
            ..core
        }
    }

    /// Goes on from nothing, and has nowhere to read from.
    pub(crate) fn alone(rules: Arc<Rules>, crew: Crew) -> Self {
        Self::over(Cache::alone(), Count::FIRST, rules, crew)
    }

    fn over(cache: Cache, count: Count, rules: Arc<Rules>, crew: Crew) -> Self {
        Self {
            rules,
            cache,
            count,
            crew,
            sample: None,
            #[cfg(test)]
            trap: None,
        }
    }

    /// Forgets everything in memory and goes on from what the store has.
    pub fn reset(&mut self) {
        self.cache.clear();
        self.count = self.cache.store().map_or(Count::FIRST, Count::of);
    }

    /// Puts other rules in force, from the next batch on.
    pub fn set_rules(&mut self, rules: Arc<Rules>) {
        self.rules = rules;
    }

    /// The rules in force.
    pub fn rules(&self) -> &Arc<Rules> {
        &self.rules
    }

    /// Moves the evaluation time on, so that the next batch is dated `now` even if it holds no input.
    pub fn advance_clock(&mut self, now: Timestamp) {
        self.count.clock = self.count.clock.max(now);
    }

    /// The last decided evaluation time.
    pub fn clock(&self) -> Timestamp {
        self.count.clock
    }

    /// What was decided last is on its way to the disk.
    pub(crate) fn depart(&mut self, decisions: Arc<Decisions>) {
        self.cache.depart(decisions);
    }

    /// What was on its way is durable.
    pub(crate) fn arrive(&mut self) {
        self.cache.arrive();
    }

    /// Whether a timer row that the store has stays there when what is on its way arrives.
    pub(crate) fn is_due(&self, id: ProfileId, due: Timestamp) -> bool {
        self.cache.is_due(id, due)
    }

    /// Decides a batch, if nothing is the matter with any of it. Otherwise gives it back: it is to be decided anew when all
    /// that was decided before is durable.
    pub(crate) fn attempt(&mut self, inputs: Arc<Vec<Input>>) -> Result<Batch, Arc<Vec<Input>>> {
        match self.work(&inputs, &BTreeMap::new()) {
            Ok(worked) => Ok(self.close(worked, inputs)),
            Err(_) => Err(inputs),
        }
    }

    /// Decides a batch when all that was decided before is durable. A panic in `evaluate` or `plan`, or a profile that cannot
    /// be read, costs only the input that caused it: the batch is decided anew without it, from what is committed.
    pub fn decide(&mut self, inputs: Vec<Input>) -> Result<Batch, store::Error> {
        self.carefully(Arc::new(inputs))
    }

    /// The same for a batch that was given back.
    pub(crate) fn decide_anew(&mut self, inputs: Arc<Vec<Input>>) -> Result<Batch, store::Error> {
        self.reset();
        self.carefully(inputs)
    }

    fn carefully(&mut self, inputs: Arc<Vec<Input>>) -> Result<Batch, store::Error> {
        let mut poisoned = BTreeMap::new();
        loop {
            let culprits = match self.work(&inputs, &poisoned) {
                Ok(worked) => return Ok(self.close(worked, inputs)),
                Err(Trouble::Panics(culprits)) => {
                    self.reset();
                    // Setting it aside fails as well: then it is more than this input.
                    if let Some((_, why)) = culprits.iter().find(|(at, _)| poisoned.contains_key(*at)) {
                        return Err(broken(why.clone()));
                    }
                    culprits
                }
                Err(Trouble::Store(error)) => {
                    self.reset();
                    let culprits = self.unreadable(&inputs, &poisoned);
                    if culprits.is_empty() {
                        return Err(error);
                    }
                    culprits
                }
            };
            for (at, reason) in culprits {
                tracing::error!(
                    input = at,
                    reason,
                    "an input cannot be evaluated; it is set aside"
                );
                poisoned.insert(at, reason);
            }
        }
    }

    fn close(&self, worked: Worked, inputs: Arc<Vec<Input>>) -> Batch {
        let batch = close(worked, &inputs);
        // They are large, and nobody needs them any more.
        self.crew.offer(move || drop(inputs));
        batch
    }

    /// Resolves, evaluates and plans. In trouble the core must be [`Core::reset`].
    pub(crate) fn work(
        &mut self,
        inputs: &Arc<Vec<Input>>,
        poisoned: &BTreeMap<usize, String>,
    ) -> Result<Worked, Trouble> {
        self.cache.begin();
        let mut count = self.count;
        count.batch += 1;
        let terms = Terms {
            rules: Arc::clone(&self.rules),
            inputs: Arc::clone(inputs),
            origin: Origin {
                batch: count.batch,
                incarnation: count.incarnation,
            },
            rows: self.cache.store().is_some(),
            sample: self.sample.clone(),
            #[cfg(test)]
            trap: self.trap.clone(),
        };
        let mut work = Work::new(count, &mut self.cache, &self.crew, &terms, poisoned);
        let attempt = catch_unwind(AssertUnwindSafe(|| work.run()));
        let Work { at, done, .. } = work;
        match attempt {
            Ok(Ok(())) => {
                self.count = done.count;
                self.cache.shrink();
                Ok(done)
            }
            Ok(Err(trouble)) => Err(trouble),
            Err(panic) => {
                let why = panic_text(panic.as_ref());
                Err(match at {
                    Some(at) => Trouble::Panics(BTreeMap::from([(at, why)])),
                    None => Trouble::Store(broken(why)),
                })
            }
        }
    }

    /// The inputs whose profiles are damaged in the store, and how; none if that is not what is the matter.
    fn unreadable(
        &mut self,
        inputs: &[Input],
        poisoned: &BTreeMap<usize, String>,
    ) -> BTreeMap<usize, String> {
        let mut found = BTreeMap::new();
        for (at, input) in inputs
            .iter()
            .enumerate()
            .filter(|(at, _)| !poisoned.contains_key(at))
        {
            let loading = || load(&mut self.cache, std::iter::once(input));
            match catch_unwind(AssertUnwindSafe(loading)) {
                Ok(Ok(())) => {}
                Ok(Err(error @ store::Error::Corrupt { .. })) => drop(found.insert(at, error.to_string())),
                // The store as a whole: no input is to blame.
                Ok(Err(_)) => return BTreeMap::new(),
                Err(panic) => drop(found.insert(at, panic_text(panic.as_ref()))),
            }
        }
        self.reset();
        found
    }
}

/// A panic that no input is to blame for.
fn broken(why: String) -> store::Error {
    let doing = "decide a batch";
    store::Error::Engine { doing, why }
}

#[cfg(test)]
mod tests;
