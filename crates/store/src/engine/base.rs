//! What the log needs of the key-value engine behind it.

use super::{Batch, Change, Key, Read};
use crate::error::Result;
use std::io;

/// An open engine that takes in, in the background, what the log has made durable long before. It need not keep writes
/// together: whatever it has of them after a crash, the log has them all, and they are written again.
pub(crate) trait Base: Read + Send + Sync {
    /// Writes rows, ascending by key. Others read meanwhile, and look elsewhere for the rows that are written. After
    /// [`Error::Full`] none was written, and the engine can be used on; after any other error it must be opened again.
    ///
    /// [`Error::Full`]: crate::Error::Full
    fn write(&self, rows: &[(&Key, &Change)]) -> Result<()>;

    /// Makes durable what was written.
    fn sync(&self) -> Result<()>;

    /// Both for a whole batch: for who fills a folder that is no store yet.
    fn fill(&self, batch: &Batch) -> Result<()> {
        let rows: Vec<_> = batch.writes().iter().collect();
        self.write(&rows)?;
        self.sync()
    }

    /// Bytes taken on disk.
    fn disk_bytes(&self) -> Result<u64>;
}

/// The place where such an engine's data are.
pub(crate) trait OpenBase: Send + Sync {
    /// Opens the engine on what is durable, or makes one. The one opened before has been dropped.
    fn open(&self) -> Result<Box<dyn Base>>;

    /// Bytes left on the file system.
    fn free_bytes(&self) -> io::Result<u64>;
}
