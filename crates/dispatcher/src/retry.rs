//! How long to wait before something is tried again: the one place that knows delays.
//!
//! The `backoff` crate is the source of the doubling and of nothing else: it is held to randomisation 0 (it
//! would draw from the global generator) and to no end (it counts no attempts; the outbox rows do).

use backoff::ExponentialBackoffBuilder;
use backoff::backoff::Backoff;
use fastrand::Rng;
use std::time::Duration;

/// The delays of the retry policy.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Retry {
    /// Before the second attempt; the third waits twice as long.
    pub first: Duration,
    /// Up to this share of a delay is added to it at random, so that exports which failed together do not come
    /// back together.
    pub jitter: f64,
}

impl Default for Retry {
    /// 15 s, then 30 s, each up to a fifth longer.
    fn default() -> Self {
        Self {
            first: Duration::from_secs(15),
            jitter: 0.2,
        }
    }
}

const THROTTLE_LEAST: Duration = Duration::from_millis(100);
const THROTTLE_MOST: Duration = Duration::from_secs(5);
const RETRY_AFTER_MOST: Duration = Duration::from_mins(5);
const PROBE_LEAST: Duration = Duration::from_secs(5);
const PROBE_MOST: Duration = Duration::from_mins(1);

impl Retry {
    /// The wait after the `failures`th counted attempt failed (1 or 2).
    pub(crate) fn after_failure(&self, failures: u8, rng: &mut Rng) -> Duration {
        let failures = u32::from(failures.max(1));
        self.jittered(nth(self.first, Duration::MAX, failures - 1), rng)
    }

    /// The wait of an export that the destination throttles, at the `level`th call in a row that it throttles:
    /// what the destination asks for, else 0.1 s doubling to 5 s.
    pub(crate) fn after_throttle(&self, asked: Option<Duration>, level: u32, rng: &mut Rng) -> Duration {
        match asked {
            Some(asked) => asked.clamp(THROTTLE_LEAST, RETRY_AFTER_MOST),
            None => self
                .jittered(nth(THROTTLE_LEAST, THROTTLE_MOST, level), rng)
                .min(THROTTLE_MOST),
        }
    }

    fn jittered(&self, delay: Duration, rng: &mut Rng) -> Duration {
        delay + delay.mul_f64(self.jitter * rng.f64())
    }
}

/// The wait before the probe that follows `failed` failed ones: 5 s doubling to 60 s.
pub(crate) fn before_probe(failed: u32) -> Duration {
    nth(PROBE_LEAST, PROBE_MOST, failed)
}

/// `first`, doubled `doublings` times, at most `most`, in whole milliseconds.
fn nth(first: Duration, most: Duration, doublings: u32) -> Duration {
    let mut delays = ExponentialBackoffBuilder::new()
        .with_initial_interval(first)
        .with_multiplier(2.0)
        .with_max_interval(most)
        .with_randomization_factor(0.0)
        .with_max_elapsed_time(None)
        .build();
    // After some twenty doublings every delay is at its most, or longer than anybody waits.
    let delay = (0..=doublings.min(20))
        .filter_map(|_| delays.next_backoff())
        .last();
    let millis = delay.unwrap_or(first).as_millis();
    Duration::from_millis(u64::try_from(millis).unwrap_or(u64::MAX)).min(most)
}

#[cfg(test)]
mod tests;
