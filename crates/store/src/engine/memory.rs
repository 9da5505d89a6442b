//! An engine in memory, for simulations and backtests. It can fail and crash like a real one.

use super::{Base, Batch, Change, Engine, Key, OpenBase, Read, Reopen, Row, Weight};
use crate::error::{Error, Result};
use std::collections::{BTreeMap, VecDeque};
use std::io;
use std::ops::Range;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Rows in memory. Clones share them, so that what is durable survives the store that wrote it.
#[derive(Clone, Default)]
pub struct Memory {
    disk: Arc<Mutex<Disk>>,
}

/// How a coming commit fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// Nothing is applied, and the engine goes on (no space left, found out before writing).
    Full,
    /// Nothing is applied.
    Refused,
    /// The batch is applied and readable, but not durable (the sync failed): lost when the engine is reopened.
    Unsynced,
    /// The batch is durable, and the caller is told that it failed.
    Unanswered,
    /// As `Refused`, and opening the engine again fails once.
    RefusedAndClosed,
}

#[derive(Default)]
struct Disk {
    /// The volatile image: what reads see.
    rows: BTreeMap<Vec<u8>, Vec<u8>>,
    /// How to get from the volatile image to the durable one: keys written since the last good sync.
    unsynced: BTreeMap<Vec<u8>, Option<Vec<u8>>>,
    /// What happens to the coming commits.
    faults: VecDeque<Option<Fault>>,
    closed: u32,
    unreadable: bool,
    free: Option<u64>,
    commits: u64,
}

impl Memory {
    /// An empty one.
    pub fn new() -> Self {
        Self::default()
    }

    /// Makes the next commit fail in this way; called again, the one after it, and so on.
    pub fn fail_next(&self, fault: Fault) {
        self.lock().faults.push_back(Some(fault));
    }

    /// Lets `commits` more commits pass (after those that have a fault already), then one fail in this way.
    pub fn fail_after(&self, commits: usize, fault: Fault) {
        let mut disk = self.lock();
        disk.faults.extend(std::iter::repeat_n(None, commits));
        disk.faults.push_back(Some(fault));
    }

    /// Makes all reads fail until the engine is opened again.
    pub fn fail_reads(&self) {
        self.lock().unreadable = true;
    }

    /// Takes back all faults that have not happened.
    pub fn heal(&self) {
        let mut disk = self.lock();
        disk.faults.clear();
        disk.closed = 0;
        disk.unreadable = false;
    }

    /// Loses what is not durable, as a power cut does.
    pub fn crash(&self) {
        self.lock().crash();
    }

    /// What `free_bytes` says from now on.
    pub fn set_free_bytes(&self, free: u64) {
        self.lock().free = Some(free);
    }

    /// Commits that were durable, over its whole life.
    pub fn commits(&self) -> u64 {
        self.lock().commits
    }

    /// The durable rows.
    pub fn durable(&self) -> BTreeMap<Vec<u8>, Vec<u8>> {
        let disk = self.lock();
        let mut copy = Disk {
            rows: disk.rows.clone(),
            unsynced: disk.unsynced.clone(),
            ..Disk::default()
        };
        copy.crash();
        copy.rows
    }

    fn lock(&self) -> MutexGuard<'_, Disk> {
        self.disk.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Disk {
    fn readable(&self) -> Result<&BTreeMap<Vec<u8>, Vec<u8>>> {
        if self.unreadable {
            let why = "input/output error (injected)".to_owned();
            return Err(Error::Engine { doing: "read", why });
        }
        Ok(&self.rows)
    }

    fn bytes(&self) -> u64 {
        let bytes = self.rows.iter().map(|(key, value)| key.len() + value.len());
        bytes.sum::<usize>() as u64
    }

    fn crash(&mut self) {
        for (key, before) in std::mem::take(&mut self.unsynced) {
            match before {
                Some(value) => self.rows.insert(key, value),
                None => self.rows.remove(&key),
            };
        }
    }

    fn write(&mut self, key: &[u8], change: &Change, remember: bool) {
        let before = match change.value() {
            Some(value) => self.rows.insert(key.to_vec(), value.to_vec()),
            None => self.rows.remove(key),
        };
        if remember {
            self.unsynced.entry(key.to_vec()).or_insert(before);
        }
    }

    fn apply(&mut self, batch: &Batch, remember: bool) {
        for (key, change) in batch.writes() {
            self.write(key, change, remember);
        }
    }
}

impl Reopen for Memory {
    fn open(&self) -> Result<Box<dyn Engine>> {
        let mut disk = self.lock();
        disk.crash();
        disk.unreadable = false;
        if disk.closed > 0 {
            disk.closed -= 1;
            let why = "injected".to_owned();
            return Err(Error::Engine { doing: "open", why });
        }
        Ok(Box::new(self.clone()))
    }

    fn free_bytes(&self) -> io::Result<u64> {
        Ok(self.lock().free.unwrap_or(u64::MAX))
    }
}

impl Read for Memory {
    fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>> {
        Ok(self.lock().readable()?.get(key).cloned())
    }

    fn scan(&self, range: Range<Vec<u8>>, limit: usize, reverse: bool) -> Result<Vec<Row>> {
        if range.is_empty() {
            return Ok(Vec::new());
        }
        let disk = self.lock();
        let rows = disk
            .readable()?
            .range(range)
            .map(|(key, value)| (key.clone(), value.clone()));
        Ok(if reverse {
            rows.rev().take(limit).collect()
        } else {
            rows.take(limit).collect()
        })
    }
}

impl Engine for Memory {
    fn apply(&self, batch: Batch) -> Result<()> {
        let mut disk = self.lock();
        let fault = disk.faults.pop_front().flatten();
        let failed = |why: &str| {
            let why = format!("{why} (injected)");
            Err(Error::Engine { doing: "commit", why })
        };
        match fault {
            Some(Fault::Full) => return Err(full()),
            Some(Fault::Refused) => return failed("input/output error"),
            Some(Fault::RefusedAndClosed) => {
                disk.closed += 1;
                return failed("input/output error");
            }
            Some(Fault::Unsynced) => {
                disk.apply(&batch, true);
                return failed("sync: input/output error");
            }
            None | Some(Fault::Unanswered) => {}
        }
        disk.apply(&batch, false);
        disk.commits += 1;
        if fault.is_some() {
            return failed("the answer was lost");
        }
        Ok(())
    }

    fn weight(&self) -> Result<Weight> {
        Ok(Weight {
            disk_bytes: self.lock().bytes(),
            ..Weight::default()
        })
    }

    fn waits(&self) -> bool {
        false
    }
}

/// As the engine behind a log: what is written is lost in a crash until the next sync.
impl Base for Memory {
    fn write(&self, rows: &[(&Key, &Change)]) -> Result<()> {
        let mut disk = self.lock();
        match disk.faults.pop_front().flatten() {
            None => {}
            Some(Fault::Full) => return Err(full()),
            Some(_) => {
                let why = "input/output error (injected)".to_owned();
                return Err(Error::Engine { doing: "write", why });
            }
        }
        for (key, change) in rows {
            disk.write(key, change, true);
        }
        Ok(())
    }

    fn sync(&self) -> Result<()> {
        let mut disk = self.lock();
        disk.unsynced.clear();
        disk.commits += 1;
        Ok(())
    }

    fn disk_bytes(&self) -> Result<u64> {
        Ok(self.lock().bytes())
    }
}

impl OpenBase for Memory {
    fn open(&self) -> Result<Box<dyn Base>> {
        self.lock().crash();
        Ok(Box::new(self.clone()))
    }

    fn free_bytes(&self) -> io::Result<u64> {
        Reopen::free_bytes(self)
    }
}

fn full() -> Error {
    let folder = PathBuf::from("memory (injected)");
    let (free, needed) = (0, 1);
    Error::Full { folder, free, needed }
}
