//! How the loop works.

use crate::{Crew, Share};
use model::Duration;

/// What gives the evaluation time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClockMode {
    /// The wall clock.
    Wall,
    /// The messages' own times, for replays and tests: `now` is the latest of them.
    Input,
}

/// How the loop works.
#[derive(Clone, Debug)]
pub struct Options {
    /// What gives the evaluation time.
    pub clock: ClockMode,
    /// At most this many items in a batch, and as many ticks beside them.
    pub batch: usize,
    /// At most this many items wait.
    pub queue_items: usize,
    /// At most this many bytes wait.
    pub queue_bytes: usize,
    /// Memory for decoded profiles, in bytes, roughly.
    pub cache: usize,
    /// Who evaluates a batch.
    pub crew: Crew,
    /// A longer gap since the last commit is not taken for downtime.
    pub max_downtime: Duration,
    /// How much of one core's time is spent on holding profiles to the oracle, while nothing waits.
    pub audit: Share,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            clock: ClockMode::Wall,
            batch: 1_000,
            queue_items: 50_000,
            queue_bytes: 256 << 20,
            cache: 1 << 30,
            crew: Crew::alone(),
            max_downtime: Duration::days(7),
            audit: Share::ONE_PERCENT,
        }
    }
}
