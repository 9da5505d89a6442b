//! An engine that does not follow: who commits is slowed down, and never for long.

use super::Parts;
use super::catch_up::{AGAIN, wait};
use crate::error::Result;
use crate::shared::locked;
use std::time::Duration;

/// The longest pause between two batches.
const LONGEST_PAUSE: Duration = Duration::from_millis(100);
/// Bytes the engine may write for one byte of rows, and besides.
const AMPLIFICATION: u64 = 4;
const RESERVE: u64 = 32 << 20;

impl Parts {
    /// Refuses a batch if the engine is broken, and waits if twice as many rows as there should be are in memory. Pauses
    /// (`pause`) keep it from coming to that, unless the disk hangs.
    pub(super) fn wait_for_memory(&self) -> Result<()> {
        let mut state = locked(&self.behind.state);
        loop {
            if let Some(error) = &state.failed {
                return Err(error.clone());
            }
            let tables = self.tables();
            if tables.frozen.is_none() || tables.active.bytes() < 2 * self.options.table_bytes {
                return Ok(());
            }
            drop(tables);
            if let Some(error) = &state.stuck {
                return Err(error.clone());
            }
            state = wait(&self.behind.changed, state, AGAIN);
        }
    }

    /// How long to wait before the next batch. While the engine takes one table in, another may fill. When that is full too,
    /// what comes is slowed down, more and more, until it is as fast as the engine: at one and a half tables.
    pub(super) fn pause(&self) -> Duration {
        let tables = self.tables();
        let limit = self.options.table_bytes as f64;
        let over = (tables.active.bytes() as f64 - limit) / limit;
        if tables.frozen.is_none() || over <= 0.0 {
            return Duration::ZERO;
        }
        let latest = tables.active.latest() as f64;
        drop(tables);
        let rate = locked(&self.behind.state).rate.unwrap_or(f64::MAX);
        Duration::try_from_secs_f64(2.0 * over * latest / rate)
            .map_or(LONGEST_PAUSE, |pause| pause.min(LONGEST_PAUSE))
    }
}

/// Bytes of the disk that the engine may need to take in as many bytes of rows.
pub(super) fn reserve(rows: usize) -> u64 {
    AMPLIFICATION * rows as u64 + RESERVE
}
