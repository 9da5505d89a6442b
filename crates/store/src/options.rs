//! How a store is opened.

use crate::engine::EngineKind;
use std::fmt;
use std::fs::File;
use std::io;
use std::sync::Arc;
use std::time::Duration;

/// Makes what was written to a file durable.
pub type SyncFile = Arc<dyn Fn(&File) -> io::Result<()> + Send + Sync>;

/// How a store is opened.
#[derive(Clone)]
pub struct Options {
    /// What keeps the rows. A folder that holds a store of another engine is refused.
    pub engine: EngineKind,
    /// What the engine may keep in memory, counted in bytes on disk; the process takes somewhat more.
    pub cache_bytes: u64,
    /// How far the log may run ahead of the engine.
    pub log: LogOptions,
    /// Below this many free bytes on the file system `health` says `LowSpace`.
    pub min_free_bytes: u64,
    /// What may wait, over all dataflows.
    pub queues: QueueOptions,
    /// How data reach the disk: `File::sync_data`, unless a test puts a failing one here.
    pub sync: SyncFile,
}

/// How far the log may run ahead of the engine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LogOptions {
    /// Bytes a file of the log.
    pub segment_bytes: u64,
    /// Bytes of rows in memory, as the process has them, at which they are handed to the engine. While they are, as much again
    /// may come; what comes faster than the engine takes it is slowed down.
    pub table_bytes: usize,
    /// Bytes of full files that are kept although the engine has all of them, the newest: for `weir restore --log`.
    pub keep_bytes: u64,
    /// Rows are handed to the engine after this time at the latest.
    pub every: Duration,
}

impl Default for LogOptions {
    fn default() -> Self {
        Self {
            segment_bytes: 64 << 20,
            table_bytes: 128 << 20,
            keep_bytes: 0,
            every: Duration::from_secs(10),
        }
    }
}

/// What may wait, over all dataflows; the bounds of each are in its definition.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct QueueOptions {
    /// Pending exports of all dataflows, in bytes as stored. At this the policy of the largest queue applies.
    pub bytes: u64,
    /// Exports parked behind the first of one profile on one dataflow, at least 1. Beyond it the newest takes the
    /// place of the last. 32 are more than a person changes in the 45 s that an export's retries take, so only a
    /// profile that many share, or a destination that is down, comes to it; and no profile fills a queue.
    pub parked: usize,
    /// Dead letters kept of one dataflow: at this nothing more of it is sent, since what fails could not be kept.
    pub letters: u64,
    /// The same in bytes.
    pub letter_bytes: u64,
}

impl Default for QueueOptions {
    fn default() -> Self {
        Self {
            bytes: 50 << 30,
            parked: 32,
            letters: 1_000_000,
            letter_bytes: 5 << 30,
        }
    }
}

impl Default for Options {
    fn default() -> Self {
        Self {
            engine: EngineKind::default(),
            cache_bytes: 256 << 20,
            log: LogOptions::default(),
            min_free_bytes: 512 << 20,
            queues: QueueOptions::default(),
            sync: Arc::new(File::sync_data),
        }
    }
}

impl fmt::Debug for Options {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Options")
            .field("engine", &self.engine)
            .field("cache_bytes", &self.cache_bytes)
            .field("log", &self.log)
            .field("min_free_bytes", &self.min_free_bytes)
            .field("queues", &self.queues)
            .finish_non_exhaustive()
    }
}
