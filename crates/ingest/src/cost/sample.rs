//! Which changes are watched.

use super::SAMPLED;
use evaluator::Ticks;
use model::{ProfileId, Seq, Timestamp};
use std::sync::Arc;
use tokio::time::Instant;

/// Chooses by what a change is, so that it does not matter which thread works on it, nor where batches end.
#[derive(Clone)]
pub(crate) struct Sample {
    /// Nanoseconds.
    pub(crate) ticks: Ticks,
    one_in: u64,
}

impl Sample {
    /// By the clock of this machine.
    pub(crate) fn new() -> Self {
        let start = Instant::now();
        let ticks = move || start.elapsed().as_nanos() as u64;
        Self::of(SAMPLED, Arc::new(ticks))
    }

    /// One in so many, by some clock.
    pub(crate) fn of(one_in: u64, ticks: Ticks) -> Self {
        Self { ticks, one_in }
    }

    /// Whether a message is watched.
    pub(crate) fn has_message(&self, seq: Seq) -> bool {
        self.has(seq.0)
    }

    /// Whether a look at a profile is watched, that is had at this instant.
    pub(crate) fn has_look(&self, id: ProfileId, now: Timestamp) -> bool {
        self.has(id.to_bits().rotate_left(32) ^ now.millis().cast_unsigned())
    }

    /// Spread evenly whatever the rhythm of the numbers is.
    fn has(&self, number: u64) -> bool {
        let spread = number.wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        (spread ^ spread >> 32).wrapping_mul(0xd6e8_feb8_6659_fd93) >> 40 < (1 << 24) / self.one_in
    }
}
