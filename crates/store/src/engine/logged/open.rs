//! Opens the engine of a folder: the base, then the log from where the base has come.

use super::catch_up::Behind;
use super::follower::Follower;
use super::position::{note, position};
use super::pressure::reserve;
use super::table::Table;
use super::{Logged, OWN, Parts, Tables};
use crate::engine::log::{self, Log};
use crate::engine::{Base, Change, Engine, Key, OpenBase, Reopen, unopenable};
use crate::error::Result;
use crate::options::{LogOptions, Options, SyncFile};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, RwLock};
use tokio::time::Instant;

/// The folder of the log in the store's.
const NAME: &str = "log";
/// Rows handed to the base at once while the log is read.
const CHUNK: usize = 1_000;

/// The folder of a store, with a base in it and a log in `<folder>/log`.
pub(in crate::engine) struct LoggedFolder {
    folder: PathBuf,
    base: Box<dyn OpenBase>,
    options: LogOptions,
    sync: SyncFile,
}

impl LoggedFolder {
    /// The engine of the store in `folder`, which exists, with this base.
    pub(in crate::engine) fn new(folder: &Path, base: Box<dyn OpenBase>, options: &Options) -> Self {
        Self {
            folder: folder.to_owned(),
            base,
            options: options.log,
            sync: options.sync.clone(),
        }
    }

    fn open_parts(&self) -> Result<Parts> {
        let base = self.base.open()?;
        let folder = self.folder.join(NAME);
        let found = position(&*base)?;
        let from = found.unwrap_or(0);
        let mut table = Table::default();
        let (log, from) = if folder.exists() {
            self.redo(&folder, &*base, from, &mut table)?
        } else if found.is_some() {
            let why = format!("its log is missing: {} is not there", folder.display());
            return Err(unopenable(&self.folder, why));
        } else {
            (Log::begin(&folder, self.options, &self.sync)?, from)
        };
        if found.is_none() {
            // From now on the engine is not taken for a whole store without its log.
            note(&*base, 0)?;
        }
        log.reserve(reserve(table.bytes()));
        Ok(Parts {
            present: present(&*base)?,
            base,
            tables: RwLock::new(Tables {
                active: table,
                frozen: None,
                seen: log.last(),
            }),
            log: Arc::new(log),
            options: self.options,
            behind: Behind::at(from),
        })
    }

    /// Reads the log from record `from` on into `table`; what memory has no room for goes to the base at once.
    /// Returns up to which record that has all then.
    fn redo(&self, folder: &Path, base: &dyn Base, from: u64, table: &mut Table) -> Result<(Log, u64)> {
        let begun = Instant::now();
        let mut position = from;
        let recovered = log::recover(folder, self.options, &self.sync, from, &mut |number, writes| {
            // The base may have been taking this in when it ended: whether nothing is there now is not known.
            let writes = writes
                .into_iter()
                .map(|(key, change)| (key, change.over_anything()));
            table.add(number, writes, Instant::now());
            if table.bytes() >= self.options.table_bytes {
                position = number;
                write(base, &std::mem::take(table))?;
            }
            Ok(())
        })?;
        if recovered.records > 0 {
            tracing::info!(
                records = recovered.records,
                from = from + 1,
                seconds = begun.elapsed().as_secs_f64(),
                "what the engine did not have was read from the log"
            );
        }
        Ok((recovered.log, position))
    }
}

/// Hands a table to the base.
fn write(base: &dyn Base, table: &Table) -> Result<()> {
    let rows: Vec<(&Key, &Change)> = table.rows().collect();
    for chunk in rows.chunks(CHUNK) {
        base.write(chunk)?;
    }
    base.sync()?;
    note(base, table.upto)
}

/// By first byte, whether the base has rows.
fn present(base: &dyn Base) -> Result<[AtomicBool; OWN as usize]> {
    let present = [const { AtomicBool::new(false) }; OWN as usize];
    let mut next = vec![0];
    while let Some((key, _)) = base.scan(next..vec![OWN], 1, false)?.into_iter().next()
        && let Some(first) = key.first()
    {
        if let Some(found) = present.get(usize::from(*first)) {
            found.store(true, std::sync::atomic::Ordering::Release);
        }
        next = vec![first + 1];
    }
    Ok(present)
}

impl Reopen for LoggedFolder {
    fn open(&self) -> Result<Box<dyn Engine>> {
        let parts = Arc::new(self.open_parts()?);
        let follower = Follower::start(&parts)?;
        Ok(Box::new(Logged {
            parts,
            _follower: follower,
        }))
    }

    fn free_bytes(&self) -> io::Result<u64> {
        self.base.free_bytes()
    }
}
