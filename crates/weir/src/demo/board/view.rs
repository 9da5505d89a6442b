//! A picture of the board, for those who show it.

use super::{Moment, Percentiles, State};
use model::Account;
use std::time::Duration;

/// Everything there is to show: counts as of the last second, the rest as of now.
#[derive(Clone, Debug)]
pub(in crate::demo) struct View {
    pub(in crate::demo) elapsed: Duration,
    /// Messages that the server answered as durable.
    pub(in crate::demo) accepted: Trend,
    /// Evaluation steps.
    pub(in crate::demo) evaluated: Trend,
    /// Exports read back from the files.
    pub(in crate::demo) exported: Trend,
    /// Messages that were refused and kept.
    pub(in crate::demo) bad: u64,
    /// Events that had come before, and changed nothing.
    pub(in crate::demo) duplicates: u64,
    /// Requests that found no room and were sent again.
    pub(in crate::demo) busy: u64,
    /// Profiles that turned out to be somebody else's too.
    pub(in crate::demo) merged: u64,
    pub(in crate::demo) latencies: Latencies,
    pub(in crate::demo) segments: Vec<Segment>,
    pub(in crate::demo) account: Account,
    /// Latest first.
    pub(in crate::demo) moments: Vec<Moment>,
}

/// A counter and how it grew.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::demo) struct Trend {
    pub(in crate::demo) total: u64,
    /// A second, of late.
    pub(in crate::demo) rate: f64,
    /// In each second of the last minute, oldest first.
    pub(in crate::demo) growth: Vec<u64>,
}

/// Each `None` until there is one.
#[derive(Clone, Copy, Debug)]
pub(in crate::demo) struct Latencies {
    /// From sending a request to its answer, which says that it is durable.
    pub(in crate::demo) answer: Option<Percentiles>,
    /// From the answer to the export read back from the file.
    pub(in crate::demo) delivery: Option<Percentiles>,
    /// From the instant at which time alone made a transition to the export read back from the file.
    pub(in crate::demo) clock: Option<Percentiles>,
}

/// A mapped segment.
#[derive(Clone, Debug)]
pub(in crate::demo) struct Segment {
    pub(in crate::demo) id: String,
    pub(in crate::demo) name: String,
    pub(in crate::demo) entered: Trend,
    pub(in crate::demo) exited: Trend,
}

impl View {
    pub(super) fn of(state: &State) -> Self {
        let trend = |index: usize| Trend {
            total: state.history.total(index),
            rate: state.history.rate(index),
            growth: state.history.growth(index),
        };
        let segments = state
            .segments
            .iter()
            .zip((3..).step_by(2))
            .map(|(segment, index)| Segment {
                id: segment.id.to_string(),
                name: segment.name.clone(),
                entered: trend(index),
                exited: trend(index + 1),
            });
        Self {
            elapsed: state.started.elapsed(),
            accepted: trend(0),
            evaluated: trend(1),
            exported: trend(2),
            bad: state.totals.bad,
            duplicates: state.said.duplicates,
            busy: state.totals.busy,
            merged: state.totals.merged,
            latencies: Latencies {
                answer: state.answers.percentiles(),
                delivery: state.deliveries.percentiles(),
                clock: state.exits.percentiles(),
            },
            segments: segments.collect(),
            account: state.said.account.clone(),
            moments: state.ticker.moments(),
        }
    }
}
