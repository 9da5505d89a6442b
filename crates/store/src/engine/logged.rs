//! A log, the rows it has and the engine has not, and the engine.
//!
//! A batch is durable once the log has it (`prepare`), and then everybody sees it in the table (`apply`). A thread hands the
//! table to the engine, in the order of keys, each key once however often it was written, and notes in the engine up to
//! which record it has come (`catch_up`). What is put and taken away before that, as most exports are, the engine never
//! hears of. After a crash the log is read from that record on (`open`).

mod catch_up;
mod follower;
mod merge;
mod open;
mod position;
mod pressure;
mod rows;
mod table;

pub(super) use open::LoggedFolder;

use super::log::Log;
use super::{Base, Batch, Engine, Hold, Read, Row, Weight};
use crate::error::{Error, Result};
use crate::metrics;
use crate::options::LogOptions;
use ::metrics::{gauge, histogram};
use catch_up::Behind;
use follower::Follower;
use std::ops::Range;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard};
use std::time::Duration;
use table::Table;
use tokio::time::Instant;

/// Where rows of the engine's own begin: here and behind. The keys of the store lie before it.
const OWN: u8 = 0xe0;

/// The engine of a folder.
struct Logged {
    parts: Arc<Parts>,
    /// Ends when this is dropped.
    _follower: Follower,
}

/// What the engine and the thread that catches up share.
struct Parts {
    log: Arc<Log>,
    tables: RwLock<Tables>,
    base: Box<dyn Base>,
    /// By first byte of a key, whether the base may have such rows. It has none of what comes and goes quickly, and then it
    /// need not be asked.
    present: [AtomicBool; OWN as usize],
    options: LogOptions,
    behind: Behind,
}

/// What the base does not have.
#[derive(Default)]
struct Tables {
    /// Takes what is committed.
    active: Table,
    /// Is being handed to the base.
    frozen: Option<Arc<Table>>,
    /// The number of the last record that readers see.
    seen: u64,
}

impl Tables {
    /// Whether the base has all.
    fn is_empty(&self) -> bool {
        self.frozen.is_none() && self.active.since().is_none()
    }

    /// The latest first.
    fn each(&self) -> impl Iterator<Item = &Table> {
        std::iter::once(&self.active).chain(self.frozen.as_deref())
    }
}

impl Parts {
    fn tables(&self) -> RwLockReadGuard<'_, Tables> {
        self.tables.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn weight(&self) -> Weight {
        let (log_bytes, behind_bytes) = self.log.bytes();
        let tables = self.tables();
        let oldest = tables.each().filter_map(Table::since).min();
        Weight {
            disk_bytes: log_bytes,
            log_bytes,
            behind_bytes,
            table_bytes: tables.each().map(|table| table.bytes() as u64).sum(),
            lag: oldest.map_or(Duration::ZERO, |since| since.elapsed()),
        }
    }

    /// Tells the recorder how far the engine is behind.
    fn tell(&self) {
        let weight = self.weight();
        gauge!(metrics::LOG_BYTES).set(weight.log_bytes as f64);
        gauge!(metrics::LOG_BEHIND_BYTES).set(weight.behind_bytes as f64);
        gauge!(metrics::TABLE_BYTES).set(weight.table_bytes as f64);
        gauge!(metrics::CATCH_UP_LAG).set(weight.lag.as_secs_f64());
    }

    fn has(&self, first: u8) -> bool {
        let present = self.present.get(usize::from(first));
        present.is_some_and(|present| present.load(Ordering::Acquire))
    }
}

impl Read for Logged {
    fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>> {
        let tables = self.parts.tables();
        if let Some(change) = tables.each().find_map(|table| table.get(key)) {
            return Ok(change.value().map(<[u8]>::to_vec));
        }
        if key.first().is_some_and(|first| self.parts.has(*first)) {
            self.parts.base.get(key)
        } else {
            Ok(None)
        }
    }

    fn scan(&self, mut range: Range<Vec<u8>>, limit: usize, reverse: bool) -> Result<Vec<Row>> {
        range.end = range.end.min(vec![OWN]);
        if range.is_empty() {
            return Ok(Vec::new());
        }
        let first = range.start.first().copied().unwrap_or(0);
        let last = range.end.first().copied().unwrap_or(0);
        let tables = self.parts.tables();
        let layers: Vec<&Table> = tables.each().collect();
        let base: &dyn Read = if (first..=last).any(|first| self.parts.has(first)) {
            &*self.parts.base
        } else {
            &Nothing
        };
        merge::scan(&layers, base, range, limit, reverse)
    }
}

/// A base without the rows in question.
struct Nothing;

impl Read for Nothing {
    fn get(&self, _: &[u8]) -> Result<Option<Vec<u8>>> {
        Ok(None)
    }

    fn scan(&self, _: Range<Vec<u8>>, _: usize, _: bool) -> Result<Vec<Row>> {
        Ok(Vec::new())
    }
}

impl Engine for Logged {
    fn prepare(&self, batch: &Batch) -> Result<()> {
        self.parts.wait_for_memory()?;
        let begun = Instant::now();
        if let Err(error) = self.parts.log.append(batch) {
            if !matches!(error, Error::Full { .. }) {
                return Err(error);
            }
            // Once the engine has what is in memory, the log's files can be used again, and nothing need be left for it.
            self.catch_up()?;
            self.parts.log.reserve(pressure::reserve(0));
            self.parts.log.append(batch)?;
        }
        histogram!(metrics::COMMIT_SECONDS).record(begun.elapsed());
        Ok(())
    }

    fn apply(&self, batch: Batch) -> Result<()> {
        let number = self.parts.log.last();
        let mut tables = self.parts.tables.write().unwrap_or_else(PoisonError::into_inner);
        tables.active.apply(number, batch, Instant::now());
        tables.seen = number;
        let full = tables.active.bytes() >= self.parts.options.table_bytes;
        let bytes = tables.each().map(Table::bytes).sum();
        drop(tables);
        self.parts.log.reserve(pressure::reserve(bytes));
        self.parts.behind.wake(full, self.parts.log.wants_file());
        self.parts.tell();
        Ok(())
    }

    fn hold(&self) -> Option<Hold> {
        // While no batch becomes visible: one that is in the log but that nobody sees yet comes behind the hold.
        let tables = self.parts.tables();
        Some(Hold::new(Arc::clone(&self.parts.log), tables.seen))
    }

    fn catch_up(&self) -> Result<()> {
        self.parts.wait_until(self.parts.log.last())
    }

    fn pause(&self) -> Duration {
        self.parts.pause()
    }

    fn weight(&self) -> Result<Weight> {
        let mut weight = self.parts.weight();
        weight.disk_bytes += self.parts.base.disk_bytes()?;
        Ok(weight)
    }

    fn waits(&self) -> bool {
        true
    }
}

#[cfg(test)]
mod tests;
