//! What the handle and the committer share.

use crate::claims::Claims;
use crate::desk::Desks;
use crate::engine::{Engine, Reopen};
use crate::error::{Error, Result};
use crate::keys::META;
use crate::lock::FolderLock;
use crate::meta::Meta;
use crate::queue::Queues;
use crate::timers::Floor;
use crate::wake::Wakes;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError, RwLock, RwLockReadGuard, TryLockError};
use std::time::Duration;
use tokio::runtime::{Handle, RuntimeFlavor};
use tokio::time::Instant;

/// A batch for which there was no room.
#[derive(Clone, Copy)]
pub(crate) struct Missing {
    /// Bytes that have to be free for it.
    pub(crate) bytes: u64,
    /// When it was refused.
    at: Instant,
}

impl Missing {
    /// Free space does not tell of a quota, so after a while another batch may try.
    pub(crate) fn counts(&self) -> bool {
        self.at.elapsed() < Duration::from_mins(1)
    }
}

pub(crate) struct Shared {
    /// Where the engine is opened.
    pub(crate) place: Box<dyn Reopen>,
    /// The open engine; `None` after a failed commit until it is open again. A batch that is durable is applied to it
    /// exclusively, so nobody reads half of one.
    pub(crate) engine: RwLock<Option<Box<dyn Engine>>>,
    /// Grows at each reopen after a failed commit.
    pub(crate) generation: AtomicU64,
    /// The committed numbers.
    pub(crate) meta: Mutex<Meta>,
    /// Why the engine is closed.
    pub(crate) failure: Mutex<Option<String>>,
    /// Exports in flight.
    pub(crate) claims: Mutex<Claims>,
    /// What the dataflows keep, as of the last commit.
    pub(crate) queues: Mutex<Queues>,
    /// Where settlements wait.
    pub(crate) desks: Desks,
    /// Where to look for who is due.
    pub(crate) timers: Mutex<Floor>,
    /// Who waits for exports.
    pub(crate) wakes: Wakes,
    pub(crate) min_free_bytes: u64,
    /// Whether the last batch was refused for want of room.
    pub(crate) missing: Mutex<Option<Missing>>,
    /// Held as long as the store is open, also while the engine is not.
    pub(crate) _lock: Option<FolderLock>,
}

impl Shared {
    /// Reads committed rows. It waits for a commit that is on its way to the disk.
    pub(crate) fn read<T>(&self, reading: impl FnOnce(&dyn Engine) -> Result<T>) -> Result<T> {
        let engine = self.reading();
        match &*engine {
            Some(engine) => reading(&**engine),
            None => Err(self.unavailable()),
        }
    }

    /// The engine to read from. Who has to wait for a commit leaves its worker thread to other tasks.
    fn reading(&self) -> RwLockReadGuard<'_, Option<Box<dyn Engine>>> {
        match self.engine.try_read() {
            Ok(engine) => engine,
            Err(TryLockError::Poisoned(poisoned)) => poisoned.into_inner(),
            Err(TryLockError::WouldBlock) => {
                let wait = || self.engine.read().unwrap_or_else(PoisonError::into_inner);
                match Handle::try_current().map(|runtime| runtime.runtime_flavor()) {
                    Ok(RuntimeFlavor::MultiThread) => tokio::task::block_in_place(wait),
                    _ => wait(),
                }
            }
        }
    }

    /// Opens the engine again on what is durable.
    pub(crate) fn reopen(&self) -> Result<()> {
        let engine = self.place.open()?;
        let meta = load_meta(&*engine)?;
        let all = locked(&self.queues).bounds.all;
        let queues = Queues::load(&*engine, all)?;
        *locked(&self.queues) = queues;
        *locked(&self.meta) = meta;
        locked(&self.claims).commit_failed();
        *locked(&self.timers) = Floor::default();
        // Before anyone can read: a cache filled from here on must carry the new number.
        self.generation.fetch_add(1, Ordering::SeqCst);
        *self.engine.write().unwrap_or_else(PoisonError::into_inner) = Some(engine);
        *locked(&self.failure) = None;
        self.wakes.wake_all();
        Ok(())
    }

    /// Notes whether the last batch was refused for want of room, and says so once.
    pub(crate) fn tell_of_room(&self, missing: Option<u64>) {
        let now = missing.map(|bytes| Missing {
            bytes,
            at: Instant::now(),
        });
        let before = std::mem::replace(&mut *locked(&self.missing), now);
        match (before, missing) {
            (None, Some(needed)) => tracing::error!(needed, "the disk is full: nothing is written"),
            (Some(_), None) => tracing::warn!("there is room on the disk again"),
            _ => {}
        }
    }

    pub(crate) fn unavailable(&self) -> Error {
        let why = locked(&self.failure).clone();
        Error::Unavailable {
            why: why.unwrap_or_else(|| "it is being opened again".to_owned()),
        }
    }
}

/// The committed numbers of an open engine.
pub(crate) fn load_meta(engine: &dyn Engine) -> Result<Meta> {
    META.get(engine, &())?.ok_or(Error::Unfinished)
}

/// Locks; a panic of another holder changes nothing that a lock here protects half way.
pub(crate) fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
