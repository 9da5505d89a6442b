//! Counters over the last minute.

use std::collections::VecDeque;
use tokio::time::Instant;

/// A sample a second, for a minute.
const SECONDS: usize = 60;
/// The rate of the moment is over this many seconds: one alone jumps about.
const MOMENT: usize = 3;

/// What the counters were at the end of each of the last seconds.
#[derive(Debug)]
pub(super) struct History {
    samples: VecDeque<(Instant, Vec<u64>)>,
}

impl History {
    /// Three counters, and two for each of so many segments, begin at 0 now.
    pub(super) fn new(segments: usize) -> Self {
        Self {
            samples: VecDeque::from([(Instant::now(), vec![0; 3 + 2 * segments])]),
        }
    }

    pub(super) fn tick(&mut self, counts: Vec<u64>, now: Instant) {
        if self.samples.len() > SECONDS {
            self.samples.pop_front();
        }
        self.samples.push_back((now, counts));
    }

    /// The counter at `index` at the end of the last second.
    pub(super) fn total(&self, index: usize) -> u64 {
        self.samples.back().map_or(0, |(_, counts)| counts[index])
    }

    /// Of the counter at `index`: how much it grew a second, of late.
    pub(super) fn rate(&self, index: usize) -> f64 {
        let (Some((end, last)), Some((start, first))) = (
            self.samples.back(),
            self.samples.iter().rev().take(MOMENT + 1).next_back(),
        ) else {
            return 0.0;
        };
        let seconds = end.duration_since(*start).as_secs_f64();
        if seconds > 0.0 {
            (last[index] - first[index]) as f64 / seconds
        } else {
            0.0
        }
    }

    /// Of the counter at `index`: how much it grew in each of the last seconds, oldest first.
    pub(super) fn growth(&self, index: usize) -> Vec<u64> {
        let pairs = self.samples.iter().zip(self.samples.iter().skip(1));
        pairs
            .map(|((_, before), (_, after))| after[index] - before[index])
            .collect()
    }
}
