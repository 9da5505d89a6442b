//! What the store needs of an ordered key-value engine, and the engines there are.
//!
//! The traits are small on purpose: one ordered map, atomic batches, no iterators that outlive a call, no
//! transactions, no merge operators. Keys and values are made in `keys` and nowhere else.

mod batch;
mod files;
mod fjall;
mod kind;
mod memory;
mod sled;

pub use batch::{Batch, Change};
pub use kind::EngineKind;
pub use memory::{Fault, Memory};

use files::unopenable;
use fjall::FjallFolder;
use sled::SledFolder;

use crate::error::Result;
use std::io;
use std::ops::Range;

/// One stored row: key and value.
pub type Row = (Vec<u8>, Vec<u8>);

/// Reads rows. An engine is one, and so is a batch being built over an engine.
pub trait Read {
    /// The value at `key`.
    fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>>;

    /// The values at `keys`, in the same order.
    fn multi_get(&self, keys: &[Vec<u8>]) -> Result<Vec<Option<Vec<u8>>>> {
        keys.iter().map(|key| self.get(key)).collect()
    }

    /// The first `limit` rows with a key in `range`, ascending; the last `limit`, descending, if `reverse`.
    fn scan(&self, range: Range<Vec<u8>>, limit: usize, reverse: bool) -> Result<Vec<Row>>;
}

/// An open engine. Dropping it closes it.
pub trait Engine: Read + Send + Sync {
    /// Applies the whole batch or nothing; durable when it returns. After [`Error::Full`] nothing was written and
    /// the engine can be used on. After any other error nothing is known: the batch may be readable without being
    /// durable, and the engine must be dropped and opened again.
    ///
    /// [`Error::Full`]: crate::Error::Full
    fn commit(&self, batch: &Batch) -> Result<()>;

    /// Bytes taken on disk.
    fn disk_bytes(&self) -> Result<u64>;

    /// Whether `commit` waits for a disk. If so the committer calls it on a thread of its own, else in line, so
    /// that a simulation stays deterministic.
    fn waits(&self) -> bool;
}

/// The place where an engine's data are: opens it at first, and again after a failed commit.
pub trait Reopen: Send + Sync {
    /// Opens the engine on what is durable. The one opened before has been dropped.
    fn open(&self) -> Result<Box<dyn Engine>>;

    /// Bytes left on the file system.
    fn free_bytes(&self) -> io::Result<u64>;
}
