//! A batch on its way to the disk, and what is done when it has arrived.

use super::Ingest;
use super::asked::Asked;
use crate::handle::SubmitError;
use crate::input::Answer;
use crate::metrics as names;
use crate::tally::Tally;
use metrics::histogram;
use model::{JobNo, SegmentNo};
use std::sync::Arc;
use store::{Committing, Decisions};
use tokio::time::Instant;

/// What was decided of a batch, and what follows once that is durable.
#[derive(Default)]
pub(super) struct Ready {
    pub(super) decisions: Decisions,
    pub(super) answers: Vec<Answer>,
    pub(super) tally: Option<Tally>,
    pub(super) flips: Vec<SegmentNo>,
    /// How many inputs it has.
    pub(super) inputs: usize,
    /// The job whose row it moves.
    pub(super) job: Option<JobNo>,
    /// Whether a job that made segments leave is at its end with it.
    pub(super) ends_leaving: bool,
}

/// A batch on its way.
pub(super) struct Flight {
    committing: Committing,
    since: Instant,
    asked: Asked,
    /// What follows. Its decisions have departed.
    ready: Ready,
}

impl Flight {
    /// How many inputs it has.
    pub(super) fn inputs(&self) -> usize {
        self.ready.inputs
    }

    /// Whether it moves the row of this job.
    pub(super) fn moves(&self, job: JobNo) -> bool {
        self.ready.job == Some(job)
    }

    /// Resolves when it has arrived, or never will. What follows is [`Ingest::landed`].
    pub(super) async fn lands(&mut self) -> Result<(), store::Error> {
        self.committing.durable().await
    }
}

impl Ingest {
    /// Sends a batch on its way, when the one before has arrived.
    pub(super) async fn launch(&mut self, mut ready: Ready, asked: Asked) -> Result<(), SubmitError> {
        let decisions = Arc::new(std::mem::take(&mut ready.decisions));
        // Ahead of the commit: after a failed one they are derived anew.
        self.members.follow(&decisions);
        self.core.depart(Arc::clone(&decisions));
        let since = Instant::now();
        match self.store.begin(decisions).await {
            Ok(committing) => {
                self.flight = Some(Flight {
                    committing,
                    since,
                    asked,
                    ready,
                });
                Ok(())
            }
            Err(error) => {
                let error = self.give_up(&error);
                asked.refuse(&error);
                Err(error)
            }
        }
    }

    /// Waits until nothing is on its way any more.
    pub(super) async fn land(&mut self) -> Result<(), SubmitError> {
        match &mut self.flight {
            None => Ok(()),
            Some(flight) => {
                let durable = flight.lands().await;
                self.landed(durable)
            }
        }
    }

    /// What was on its way has arrived, or never will: whoever asked for it is told.
    pub(super) fn landed(&mut self, durable: Result<(), store::Error>) -> Result<(), SubmitError> {
        let Some(Flight {
            since, asked, ready, ..
        }) = self.flight.take()
        else {
            return Ok(());
        };
        histogram!(names::COMMIT_SECONDS).record(since.elapsed());
        if let Err(error) = durable {
            let error = self.give_up(&error);
            asked.refuse(&error);
            return Err(error);
        }
        self.failures = 0;
        self.core.arrive();
        if let Some(tally) = ready.tally {
            tally.count();
        }
        self.ledger.flipped(ready.flips.into_iter());
        if ready.ends_leaving {
            self.renew_rules();
        }
        self.answers.extend(ready.answers);
        asked.tell(&mut self.answers);
        Ok(())
    }
}
