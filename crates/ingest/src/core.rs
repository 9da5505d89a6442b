//! One batch, from inputs to decisions: the left half of Weir without queues and clocks.

use crate::cache::Cache;
use crate::input::{Answer, Input};
use crate::work::Work;
use evaluator::Rules;
use model::{Identity, JobCounts, ProfileId, Seq, Timestamp};
use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use store::{Decisions, Store};

/// Decides batch after batch. What it holds in memory is what the last decided batch will commit: after a
/// failed commit it must be [`Core::reset`].
pub struct Core {
    pub(crate) store: Store,
    pub(crate) rules: Arc<Rules>,
    pub(crate) cache: Cache,
    pub(crate) count: Count,
    #[cfg(test)]
    pub(crate) trap: Option<ProfileId>,
}

/// What the next batch counts on from.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Count {
    pub(crate) clock: Timestamp,
    pub(crate) batch: u64,
    pub(crate) seq: Seq,
    pub(crate) profile: u64,
    pub(crate) incarnation: u16,
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
    /// What became of the profiles that a job looked at.
    pub told: JobCounts,
}

impl Core {
    /// Goes on from what `store` has. `capacity` bounds the memory of decoded profiles, counted in events and
    /// attribute leaves.
    pub fn new(store: Store, rules: Arc<Rules>, capacity: usize) -> Self {
        let count = Count::of(&store);
        let cache = Cache::new(capacity);
        #[cfg(test)]
        return Self {
            store,
            rules,
            cache,
            count,
            trap: None,
        };
        #[cfg(not(test))]
        Self {
            store,
            rules,
            cache,
            count,
        }
    }

    /// Forgets everything in memory and goes on from what the store has.
    pub fn reset(&mut self) {
        self.cache.clear();
        self.count = Count::of(&self.store);
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

    /// Decides a batch. A panic in `evaluate` or `plan`, or a profile that cannot be read, costs only the input that
    /// caused it: the batch is decided anew without it, from what is committed.
    pub fn decide(&mut self, inputs: &[Input]) -> Result<Batch, store::Error> {
        let mut poisoned = BTreeMap::new();
        loop {
            let mut work = Work::new(self, inputs, &poisoned);
            let attempt = catch_unwind(AssertUnwindSafe(|| work.run()));
            let Work { at, batch, .. } = work;
            let (error, culprit) = match attempt {
                Ok(Ok(count)) => {
                    self.count = count;
                    self.cache.shrink();
                    return Ok(batch);
                }
                Ok(Err(error)) => (error, None),
                Err(panic) => {
                    let why = panic_text(panic.as_ref());
                    let doing = "decide a batch";
                    (
                        store::Error::Engine {
                            doing,
                            why: why.clone(),
                        },
                        at.map(|at| (at, why)),
                    )
                }
            };
            self.reset();
            let culprits = match culprit {
                // Setting it aside fails as well: then it is more than this input.
                Some((at, _)) if poisoned.contains_key(&at) => return Err(error),
                Some(one) => BTreeMap::from([one]),
                None => self.unreadable(inputs, &poisoned),
            };
            if culprits.is_empty() {
                return Err(error);
            }
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
            let nothing = BTreeMap::new();
            let mut work = Work::new(self, std::slice::from_ref(input), &nothing);
            match catch_unwind(AssertUnwindSafe(|| work.load())) {
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

impl Count {
    fn of(store: &Store) -> Self {
        let meta = store.meta();
        Self {
            clock: meta.clock,
            batch: meta.batch,
            seq: meta.next_seq,
            profile: meta.next_profile,
            incarnation: meta.incarnation,
        }
    }
}

fn panic_text(panic: &(dyn std::any::Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().map(|s| (*s).to_owned());
    text.or_else(|| panic.downcast_ref::<String>().cloned())
        .unwrap_or_else(|| "unknown panic".to_owned())
}

#[cfg(test)]
mod tests;
