//! How a store is opened.

use std::fmt;
use std::fs::File;
use std::io;
use std::sync::Arc;

/// Makes what was written to a file durable.
pub type SyncFile = Arc<dyn Fn(&File) -> io::Result<()> + Send + Sync>;

/// How a store is opened.
#[derive(Clone)]
pub struct Options {
    /// What the engine may keep in memory, counted in bytes on disk; the process takes somewhat more.
    pub cache_bytes: u64,
    /// Below this many free bytes on the file system `health` says `LowSpace`.
    pub min_free_bytes: u64,
    /// How data reach the disk: `File::sync_data`, unless a test puts a failing one here.
    pub sync: SyncFile,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            cache_bytes: 256 << 20,
            min_free_bytes: 512 << 20,
            sync: Arc::new(File::sync_data),
        }
    }
}

impl fmt::Debug for Options {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Options")
            .field("cache_bytes", &self.cache_bytes)
            .field("min_free_bytes", &self.min_free_bytes)
            .finish_non_exhaustive()
    }
}
