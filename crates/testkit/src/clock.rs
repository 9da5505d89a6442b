//! A wall clock that runs on tokio's time, so that a test which pauses that drives this too.

use model::{Clock, Duration, Timestamp};
use tokio::time::Instant;

/// Shows its base plus the tokio time elapsed since it was made, in whole milliseconds.
#[derive(Clone, Copy, Debug)]
pub struct TestClock {
    base: Timestamp,
    since: Instant,
}

impl TestClock {
    /// A clock that shows `base` now. Must be made inside a tokio runtime with a timer.
    pub fn starting_at(base: Timestamp) -> Self {
        Self {
            base,
            since: Instant::now(),
        }
    }
}

impl Clock for TestClock {
    fn now(&self) -> Timestamp {
        let elapsed = self.since.elapsed().as_millis();
        self.base + Duration::from_millis(i64::try_from(elapsed).unwrap_or(i64::MAX))
    }
}

#[cfg(test)]
mod tests;
