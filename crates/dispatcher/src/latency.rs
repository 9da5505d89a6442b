//! How long exports took from decision to acceptance, for people who watch.

use std::collections::VecDeque;
use std::time::Duration;

/// Percentiles over this many exports delivered last.
const KEPT: usize = 2048;

/// The latencies of the exports delivered last, oldest first.
#[derive(Debug, Default)]
pub(crate) struct Latencies(VecDeque<Duration>);

/// From decision to acceptance, over the exports delivered last (2,048 at most).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Percentiles {
    /// Over how many exports.
    pub samples: usize,
    /// Half took no longer.
    pub p50: Duration,
    /// 95 of 100 took no longer.
    pub p95: Duration,
    /// 99 of 100 took no longer.
    pub p99: Duration,
}

impl Latencies {
    pub(crate) fn record(&mut self, latency: Duration) {
        if self.0.len() == KEPT {
            self.0.pop_front();
        }
        self.0.push_back(latency);
    }

    pub(crate) fn percentiles(&self) -> Percentiles {
        let mut sorted: Vec<Duration> = self.0.iter().copied().collect();
        sorted.sort_unstable();
        // Nearest rank: the smallest sample that at least this share of the samples does not exceed.
        let rank = |percent: usize| {
            let rank = (sorted.len() * percent).div_ceil(100).max(1);
            sorted.get(rank - 1).copied().unwrap_or_default()
        };
        Percentiles {
            samples: sorted.len(),
            p50: rank(50),
            p95: rank(95),
            p99: rank(99),
        }
    }
}

#[cfg(test)]
mod tests;
