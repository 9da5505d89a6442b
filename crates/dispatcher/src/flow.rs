//! What is remembered of one dataflow for people who watch, over every redefinition.

use crate::latency::Latencies;
use crate::metrics::{EXPORT_SECONDS, EXPORTS_DEAD, EXPORTS_DELIVERED, EXPORTS_RETRIED};
use crate::policy::Tries;
use crate::{BreakerView, Percentiles};
use metrics::{Counter, Histogram, counter, histogram};
use model::{DataflowId, DeadReason, DestinationId, Timestamp};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use store::Outcome;

/// What the dispatcher knows of one dataflow at an instant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DataflowView {
    /// Which.
    pub dataflow: DataflowId,
    /// Where its exports go.
    pub destination: DestinationId,
    /// Whether it sends at all: neither paused nor disabled, and its destination could be opened.
    pub sending: bool,
    /// Why its destination could not be opened, if so.
    pub unusable: Option<String>,
    /// The breaker of its destination.
    pub breaker: BreakerView,
    /// Exports being sent now.
    pub in_flight: usize,
    /// From decision to acceptance.
    pub latency: Percentiles,
}

/// Counts for one dataflow.
pub(crate) struct Flow {
    id: DataflowId,
    in_flight: AtomicUsize,
    latencies: Mutex<Latencies>,
    // What is counted with every export is looked up once.
    delivered: Counter,
    seconds: Histogram,
}

impl Flow {
    pub(crate) fn new(id: DataflowId) -> Self {
        Self {
            in_flight: AtomicUsize::new(0),
            latencies: Mutex::default(),
            delivered: counter!(EXPORTS_DELIVERED, "dataflow" => id.to_string()),
            seconds: histogram!(EXPORT_SECONDS, "dataflow" => id.to_string()),
            id,
        }
    }

    /// Counts exports as being sent, for as long as the guard lives.
    pub(crate) fn sending(&self, exports: usize) -> Sending<'_> {
        self.in_flight.fetch_add(exports, Ordering::Relaxed);
        Sending { flow: self, exports }
    }

    pub(crate) fn in_flight(&self) -> usize {
        self.in_flight.load(Ordering::Relaxed)
    }

    pub(crate) fn latency(&self) -> Percentiles {
        self.latencies
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .percentiles()
    }

    /// Counts what became of the exports of a call, once that is durable.
    pub(crate) fn settled(&self, outcomes: &[(Tries, Outcome)], now: Timestamp) {
        let dataflow = || self.id.to_string();
        let mut latencies = self.latencies.lock().unwrap_or_else(PoisonError::into_inner);
        let mut delivered = 0;
        for (tries, outcome) in outcomes {
            match outcome {
                Outcome::Delivered => {
                    let latency = now.since(tries.emitted_at).std();
                    latencies.record(latency);
                    self.seconds.record(latency.as_secs_f64());
                    delivered += 1;
                }
                Outcome::Again { .. } => counter!(EXPORTS_RETRIED, "dataflow" => dataflow()).increment(1),
                Outcome::Dead { reason, .. } => {
                    counter!(EXPORTS_DEAD, "dataflow" => dataflow(), "reason" => word(*reason)).increment(1);
                }
                // The policy suppresses nothing.
                Outcome::Suppressed(_) => {}
            }
        }
        self.delivered.increment(delivered);
    }
}

pub(crate) fn word(reason: DeadReason) -> &'static str {
    match reason {
        DeadReason::Refused => "refused",
        DeadReason::Exhausted => "exhausted",
        DeadReason::Expired => "expired",
        DeadReason::Overflow => "overflow",
        DeadReason::Unrenderable => "unrenderable",
    }
}

/// See [`Flow::sending`].
pub(crate) struct Sending<'a> {
    flow: &'a Flow,
    exports: usize,
}

impl Drop for Sending<'_> {
    fn drop(&mut self) {
        self.flow.in_flight.fetch_sub(self.exports, Ordering::Relaxed);
    }
}
