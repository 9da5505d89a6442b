//! What is remembered of one dataflow for people who watch, over every redefinition.

use crate::latency::Latencies;
use crate::metrics::{EXPORT_SECONDS, EXPORTS_DEAD, EXPORTS_DELIVERED, EXPORTS_RETRIED};
use crate::policy::Tries;
use crate::{BreakerView, Percentiles};
use metrics::{counter, histogram};
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
#[derive(Debug)]
pub(crate) struct Flow {
    id: DataflowId,
    in_flight: AtomicUsize,
    latencies: Mutex<Latencies>,
}

impl Flow {
    pub(crate) fn new(id: DataflowId) -> Self {
        Self {
            id,
            in_flight: AtomicUsize::new(0),
            latencies: Mutex::default(),
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

    /// Counts what became of an export, once that is durable.
    pub(crate) fn settled(&self, outcome: &Outcome, tries: &Tries, now: Timestamp) {
        let dataflow = || self.id.to_string();
        match outcome {
            Outcome::Delivered => {
                let latency = now.since(tries.emitted_at).std();
                self.latencies
                    .lock()
                    .unwrap_or_else(PoisonError::into_inner)
                    .record(latency);
                histogram!(EXPORT_SECONDS, "dataflow" => dataflow()).record(latency.as_secs_f64());
                counter!(EXPORTS_DELIVERED, "dataflow" => dataflow()).increment(1);
            }
            Outcome::Again { .. } => counter!(EXPORTS_RETRIED, "dataflow" => dataflow()).increment(1),
            Outcome::Dead { reason, .. } => {
                counter!(EXPORTS_DEAD, "dataflow" => dataflow(), "reason" => word(*reason)).increment(1);
            }
            // The policy suppresses nothing.
            Outcome::Suppressed(_) => {}
        }
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
