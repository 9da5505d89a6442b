//! The rates of one destination, shared by its dataflows.
//!
//! `governor` counts; the waiting is ours. Its own `until_ready` sleeps on a timer that paused tests do not
//! drive and asks for a clock that is close to real time.

use governor::clock::Clock;
use governor::middleware::NoOpMiddleware;
use governor::nanos::Nanos;
use governor::state::{InMemoryState, NotKeyed};
use governor::{Quota, RateLimiter};
use model::Limits;
use std::num::NonZeroU32;
use tokio::time::Instant;

use crate::BatchLimits;

/// Waits until calls conform to requests, records and bytes a second.
#[derive(Debug)]
pub(crate) struct Limiter {
    requests: Rate,
    records: Option<Rate>,
    bytes: Option<Rate>,
}

impl Limiter {
    /// The limiter of a destination with these limits.
    pub(crate) fn new(limits: &Limits, batch: BatchLimits) -> Self {
        Self {
            requests: Rate::new(limits.requests_per_second, 1),
            records: limits
                .records_per_second
                .map(|rate| Rate::new(rate, batch.records)),
            bytes: limits.bytes_per_second.map(|rate| Rate::new(rate, batch.bytes)),
        }
    }

    /// What one call may carry: the destination's own limits, and no more than a second's worth, so that no
    /// call can be larger than a burst and none makes others wait for longer than a second.
    pub(crate) fn largest(limits: &Limits, batch: BatchLimits) -> BatchLimits {
        let within =
            |most: usize, rate: Option<u32>| rate.map_or(most, |rate| most.min(rate.max(1) as usize));
        BatchLimits {
            records: within(batch.records.max(1), limits.records_per_second),
            bytes: within(batch.bytes, limits.bytes_per_second),
            record_bytes: batch.record_bytes,
        }
    }

    /// Waits until one call of this size conforms. Dropping the future takes nothing that was not waited for.
    pub(crate) async fn take(&self, records: usize, bytes: usize) {
        self.requests.take(1).await;
        if let Some(rate) = &self.records {
            rate.take(records).await;
        }
        if let Some(rate) = &self.bytes {
            rate.take(bytes).await;
        }
    }
}

#[derive(Debug)]
struct Rate {
    limiter: RateLimiter<NotKeyed, InMemoryState, TokioClock, NoOpMiddleware<Nanos>>,
    clock: TokioClock,
    burst: u32,
}

impl Rate {
    /// `per_second`, in bursts of a tenth of a second, or of the largest batch if that is more.
    fn new(per_second: u32, largest: usize) -> Self {
        let rate = NonZeroU32::new(per_second).unwrap_or(NonZeroU32::MIN);
        let largest = u32::try_from(largest).unwrap_or(u32::MAX).min(rate.get());
        let burst = NonZeroU32::new(largest.max(rate.get() / 10)).unwrap_or(NonZeroU32::MIN);
        let clock = TokioClock {
            start: Instant::now(),
        };
        Self {
            limiter: RateLimiter::direct_with_clock(
                Quota::per_second(rate).allow_burst(burst),
                clock.clone(),
            ),
            clock,
            burst: burst.get(),
        }
    }

    /// Waits for `cells`. A single export may be larger than a second's worth of bytes: it takes a whole burst.
    async fn take(&self, cells: usize) {
        let cells = u32::try_from(cells).unwrap_or(u32::MAX).min(self.burst);
        let Some(cells) = NonZeroU32::new(cells) else {
            return;
        };
        while let Ok(Err(until)) = self.limiter.check_n(cells) {
            tokio::time::sleep(until.wait_time_from(self.clock.now())).await;
        }
    }
}

/// tokio's time as governor wants it, so that paused tests drive it.
#[derive(Clone, Debug)]
struct TokioClock {
    start: Instant,
}

impl Clock for TokioClock {
    type Instant = Nanos;

    fn now(&self) -> Nanos {
        self.start.elapsed().into()
    }
}

#[cfg(test)]
mod tests;
