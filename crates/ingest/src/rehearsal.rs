//! Deciding without a store: what would have happened, of which nothing is to be kept.

use crate::close::transitions;
use crate::core::Core;
use crate::crew::Crew;
use crate::input::{Answer, Input, What};
use crate::worked::Trouble;
use evaluator::Rules;
use model::{Identity, ProfileId, Timestamp, Transition};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Decides batch after batch, as [`Core`] does, from nothing and in memory alone: the same resolve, evaluate and plan,
/// but no rows are made of what was decided. Everybody it hears of stays in memory.
pub struct Rehearsal {
    core: Core,
}

/// What came of a batch.
#[derive(Debug, Default)]
pub struct Rehearsed {
    /// Profiles made, each with the primary identity of its first message. Their numbers are dense and ascend.
    pub created: Vec<(ProfileId, Identity)>,
    /// In the order of decision.
    pub transitions: Vec<(ProfileId, Transition)>,
    /// Messages that were duplicates.
    pub duplicates: usize,
}

/// An input that cannot be evaluated. The rehearsal is over: there is nothing to decide the others anew from.
#[derive(Debug, thiserror::Error)]
#[error("evaluating input {at} of a batch failed inside Weir: {why}")]
pub struct RehearsalError {
    /// Its place in the batch.
    pub at: usize,
    /// How it panicked.
    pub why: String,
}

impl Rehearsal {
    /// Of these rules, by this crew, on which nothing that is decided depends.
    pub fn new(rules: Arc<Rules>, crew: Crew) -> Self {
        let core = Core::alone(rules, crew);
        Self { core }
    }

    /// The last decided evaluation time; [`Timestamp::MIN`] before the first.
    pub fn clock(&self) -> Timestamp {
        self.core.clock()
    }

    /// Decides a batch.
    pub fn decide(&mut self, inputs: Vec<Input>) -> Result<Rehearsed, RehearsalError> {
        let inputs = Arc::new(inputs);
        let mut worked = match self.core.work(&inputs, &BTreeMap::new()) {
            Ok(worked) => worked,
            Err(Trouble::Panics(mut culprits)) => {
                let (at, why) = culprits.pop_first().unwrap_or_default();
                return Err(RehearsalError { at, why });
            }
            Err(Trouble::Store(error)) => {
                let why = error.to_string();
                return Err(RehearsalError { at: 0, why });
            }
        };
        // They are large, and nobody needs them any more.
        self.core.crew.offer(move || drop(inputs));
        let duplicates = worked.answers.iter().flatten();
        Ok(Rehearsed {
            duplicates: duplicates.filter(|answer| **answer == Answer::Duplicate).count(),
            transitions: transitions(&mut worked),
            created: worked.created,
        })
    }

    /// What is due at or before `upto`, earliest first: the ticks that a store would give rise to.
    pub fn due(&self, upto: Timestamp) -> Vec<Input> {
        let due = self.core.cache.timers_due(upto).into_iter();
        due.map(|(due, id)| Input {
            now: upto,
            what: What::Tick(id, due),
        })
        .collect()
    }
}
