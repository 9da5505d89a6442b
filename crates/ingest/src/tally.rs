//! What a batch adds to the metrics.

use crate::input::Answer;
use crate::metrics as names;
use evaluator::Effort;
use metrics::{counter, histogram};
use model::Status;
use store::{Decisions, OutboxOp};

/// What to count of a batch once it is durable.
pub(crate) struct Tally {
    outcomes: [(&'static str, usize); 4],
    entered: usize,
    exited: usize,
    exports: usize,
    steps: usize,
    effort: Effort,
    inputs: usize,
}

impl Tally {
    pub(crate) fn of(
        decisions: &Decisions,
        answers: &[Answer],
        (steps, effort): (usize, Effort),
        inputs: usize,
    ) -> Self {
        let count = |is: fn(&Answer) -> bool| answers.iter().filter(|a| is(a)).count();
        let transitions = || {
            decisions
                .transitions
                .iter()
                .flat_map(|(_, transitions)| transitions)
        };
        Self {
            outcomes: [
                ("accepted", count(|a| matches!(a, Answer::Accepted))),
                ("duplicate", count(|a| matches!(a, Answer::Duplicate))),
                ("bad", count(|a| matches!(a, Answer::Bad(_)))),
                ("failed", count(|a| matches!(a, Answer::Failed(_)))),
            ],
            entered: transitions().filter(|t| t.status == Status::Realized).count(),
            exited: transitions().filter(|t| t.status == Status::Exited).count(),
            exports: decisions
                .outbox
                .iter()
                .filter(|op| matches!(op, OutboxOp::Export(_)))
                .count(),
            steps,
            effort,
            inputs,
        }
    }

    pub(crate) fn count(&self) {
        for (outcome, n) in self.outcomes {
            counter!(names::MESSAGES, "outcome" => outcome).increment(n as u64);
        }
        counter!(names::TRANSITIONS, "status" => Status::Realized.as_str()).increment(self.entered as u64);
        counter!(names::TRANSITIONS, "status" => Status::Exited.as_str()).increment(self.exited as u64);
        counter!(names::EXPORTS).increment(self.exports as u64);
        counter!(names::STEPS).increment(self.steps as u64);
        counter!(names::EVALUATED_SEGMENTS).increment(self.effort.segments);
        counter!(names::FALLBACKS).increment(self.effort.asked);
        counter!(names::BUILT).increment(self.effort.built);
        histogram!(names::BATCH).record(self.inputs as f64);
    }
}
