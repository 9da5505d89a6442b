//! What keeps the rows: one ordered map with atomic, durable batches.
//!
//! In a folder that is a log in front of an ordered key-value engine (`logged`): a batch is durable once it is in the log
//! (`log`), is read from memory until the engine has taken it in, and gets there in the background, in the order of keys. So
//! what an engine has to do is little (`Base`). In simulations and backtests it is `Memory`.
//!
//! The traits are small on purpose: no iterators that outlive a call, no transactions, no merge operators. Keys and
//! values are made in `keys` and nowhere else.

mod base;
mod batch;
mod files;
mod fjall;
mod key;
mod kind;
mod log;
mod logged;
mod memory;
mod sled;

pub(crate) use base::{Base, OpenBase};
pub use batch::{Batch, Change};
pub use key::Key;
pub use kind::EngineKind;
pub use log::Hold;
pub(crate) use log::{Mark, follow};
pub use memory::{Fault, Memory};

use files::unopenable;
use fjall::FjallFolder;
use sled::SledFolder;

use crate::error::Result;
use std::io;
use std::ops::Range;
use std::time::Duration;

/// One stored row: key and value.
pub type Row = (Vec<u8>, Vec<u8>);

/// Reads rows. An engine is one, and so is a batch being built over an engine.
pub trait Read {
    /// The value at `key`.
    fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>>;

    /// The values at `keys`, in the same order.
    fn multi_get(&self, keys: &[Key]) -> Result<Vec<Option<Vec<u8>>>> {
        keys.iter().map(|key| self.get(key)).collect()
    }

    /// The first `limit` rows with a key in `range`, ascending; the last `limit`, descending, if `reverse`.
    fn scan(&self, range: Range<Vec<u8>>, limit: usize, reverse: bool) -> Result<Vec<Row>>;
}

/// An open engine. Dropping it closes it.
///
/// A batch is committed in two steps, so that others read while it is on its way to the disk and nobody reads what could
/// still be lost: [`Engine::prepare`], then [`Engine::apply`], while nobody reads. After [`Error::Full`] from either nothing
/// was written and the engine can be used on. After any other error nothing is known: the batch may be durable or not, and
/// the engine must be dropped and opened again.
///
/// [`Error::Full`]: crate::Error::Full
pub trait Engine: Read + Send + Sync {
    /// Makes the whole batch durable, if this engine can do so without anybody seeing it.
    fn prepare(&self, _batch: &Batch) -> Result<()> {
        Ok(())
    }

    /// Has everybody see the whole batch, which was prepared last and is durable when this returns.
    fn apply(&self, batch: Batch) -> Result<()>;

    /// Both, for who is alone.
    fn commit(&self, batch: Batch) -> Result<()> {
        self.prepare(&batch)?;
        self.apply(batch)
    }

    /// Holds on to the records of its log from here on, if it has a log: they can be read back until the hold is dropped.
    fn hold(&self) -> Option<Hold> {
        None
    }

    /// Waits until all that was committed is where no log is needed to read it.
    fn catch_up(&self) -> Result<()> {
        Ok(())
    }

    /// How long to wait before the next batch, so that what works in the background can follow.
    fn pause(&self) -> Duration {
        Duration::ZERO
    }

    /// What it takes in memory and on the disk.
    fn weight(&self) -> Result<Weight>;

    /// Whether it waits for a disk. If so the committer calls it on a thread of its own, else in line, so that a simulation
    /// stays deterministic.
    fn waits(&self) -> bool;
}

/// What an engine takes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Weight {
    /// Bytes on disk, all in all.
    pub disk_bytes: u64,
    /// Of these, files of the log.
    pub log_bytes: u64,
    /// Of these, files whose records the engine does not have yet.
    pub behind_bytes: u64,
    /// Memory of rows that the engine does not have yet.
    pub table_bytes: u64,
    /// For how long the oldest of them has been waiting.
    pub lag: Duration,
}

/// The place where an engine's data are: opens it at first, and again after a failed commit.
pub trait Reopen: Send + Sync {
    /// Opens the engine on what is durable. The one opened before has been dropped.
    fn open(&self) -> Result<Box<dyn Engine>>;

    /// Bytes left on the file system.
    fn free_bytes(&self) -> io::Result<u64>;
}
