//! What the loop waits for: the most urgent first, and an audit when there is nothing else.

use super::flight::Flight;
use super::recover::RECOVERY_POLL;
use super::{Ingest, LONGEST_SLEEP, Time};
use crate::handle::{PageRequest, Request};
use crate::metrics as names;
use metrics::gauge;
use model::Timestamp;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

impl Ingest {
    /// Waits for the batch on its way to arrive, for a request, for the next due timer or for an audit, whichever comes
    /// first. While a batch is on its way timers and jobs wait for company: they come with requests, or when it has arrived.
    pub(super) async fn next(&mut self, soft: &CancellationToken) -> Wake {
        if let Some(request) = self.held.take() {
            return Wake::Request(request);
        }
        let is_quiet = self.flight.is_none();
        let sleep = self.until_due();
        let audit = self.auditor.due();
        tokio::select! {
            biased;
            () = soft.cancelled(), if !self.queue.is_closed() => {
                self.queue.close();
                Wake::Time
            }
            durable = lands(&mut self.flight) => Wake::Landed(durable),
            request = self.queue.recv() => request.map_or(Wake::Stop, Wake::Request),
            Some(page) = self.pages.recv(), if is_quiet => Wake::Page(page),
            () = tokio::time::sleep(sleep), if is_quiet => Wake::Time,
            // Last: whatever waits comes first, and what is in memory has to be what is committed.
            () = until(audit), if is_quiet => Wake::Audit,
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
}

/// Sleeps until an instant; without one for ever.
async fn until(due: Option<Instant>) {
    match due {
        Some(due) => tokio::time::sleep_until(due).await,
        None => std::future::pending().await,
    }
}

/// Waits for the batch on its way; without one for ever.
async fn lands(flight: &mut Option<Flight>) -> Result<(), store::Error> {
    match flight {
        Some(flight) => flight.lands().await,
        None => std::future::pending().await,
    }
}

/// What there is to do.
pub(super) enum Wake {
    Landed(Result<(), store::Error>),
    Request(Request),
    Page(PageRequest),
    Time,
    Audit,
    Stop,
}
