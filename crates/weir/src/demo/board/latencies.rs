//! How long things took.

use serde::Serialize;
use std::collections::VecDeque;
use std::time::Duration;

/// Percentiles are over this many of the last samples.
const KEPT: usize = 2000;

/// The last samples.
#[derive(Debug, Default)]
pub(super) struct Samples(VecDeque<Duration>);

/// In milliseconds, over the last samples.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub(in crate::demo) struct Percentiles {
    /// Half took no longer.
    pub(in crate::demo) p50: u64,
    /// 95 of 100 took no longer.
    pub(in crate::demo) p95: u64,
    /// 99 of 100 took no longer.
    pub(in crate::demo) p99: u64,
}

impl Samples {
    pub(super) fn add(&mut self, sample: Duration) {
        if self.0.len() == KEPT {
            self.0.pop_front();
        }
        self.0.push_back(sample);
    }

    /// By nearest rank; `None` without samples.
    pub(super) fn percentiles(&self) -> Option<Percentiles> {
        let mut sorted: Vec<_> = self
            .0
            .iter()
            .map(|sample| sample.as_micros().div_ceil(1000) as u64)
            .collect();
        sorted.sort_unstable();
        let rank = |percent: usize| {
            sorted
                .get((sorted.len() * percent).div_ceil(100).max(1) - 1)
                .copied()
        };
        Some(Percentiles {
            p50: rank(50)?,
            p95: rank(95)?,
            p99: rank(99)?,
        })
    }
}
