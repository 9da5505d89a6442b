//! fjall 3: a log-structured engine, smaller on disk than sled and steady in size.
//!
//! Read before changing anything here:
//! - A commit is one record in the active journal, whole or not at all, and then a sync of that journal, which we do
//!   ourselves so that it can fail in tests like any other. All else that fjall writes, it syncs itself.
//! - It takes a journal with a hole for a ruin, although a power cut leaves one, and a ruined journal for an empty
//!   one. So the last journal is looked over before fjall sees it, and every opening begins a new one: see `journal`.
//! - Work in the background that fails (flushing memtables, merging tables) poisons the database: every later commit
//!   fails, and the engine is opened again. A commit that waits for such work inside fjall would wait for ever, so it
//!   waits here, before.
//! - A full disk does it no harm: what did not fit is cut off when it is opened again. Room is looked for before each
//!   batch all the same, so that nothing has to be opened again: see `room`.

mod journal;
mod room;
#[cfg(test)]
mod tests;

use super::files::{free_bytes, guarded, make_aside, tree_bytes, unopenable};
use super::{Base, Change, Key, OpenBase, Read, Row};
use crate::error::{Error, Result};
use crate::lock::retry;
use crate::options::{Options, SyncFile};
use ::fjall::compaction::Leveled;
use ::fjall::{CompressionType, Database, Keyspace, KeyspaceCreateOptions, PersistMode};
use journal::Active;
use std::io;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// The folder of the database in the store's.
const NAME: &str = "fjall";
/// The one keyspace that holds all rows. It is fjall's first, so its folder is `keyspaces/1`.
const KEYSPACE: &str = "weir";
/// What is kept in memory of the latest writes, three times over at most: one that grows, one that waits and one that
/// is being flushed. Half of fjall's default: 100 MiB beside a cache of 256 MiB.
const MEMTABLE: u64 = 32 << 20;
/// Bytes a table on disk. As large as a memtable, so that a flush makes one.
const TABLE: u64 = 32 << 20;
/// Above this fjall flushes a memtable before it is full, to be rid of the oldest journal. A journal is sealed at
/// 64 MB, so there is one to write to and one or two that wait for the next flush; reading three again at a start
/// takes about a second.
const JOURNALS: u64 = 128 << 20;
/// One thread flushes and one merges: with more than two cores there is still only one committer to keep up with.
const WORKERS: usize = 2;
/// Tables kept open. Below the usual limit of 1,024 files a process, with room for connections.
const OPEN_FILES: usize = 256;
/// fjall lets a commit wait at four memtables that are not flushed, and at thirty runs of tables that are not merged;
/// we do so well before, at these.
const SEALED: usize = 2;
const RUNS: usize = 20;
/// How long a commit waits for work in the background.
const PATIENCE: Duration = Duration::from_mins(1);

/// The folder of a store whose engine is fjall, in `<folder>/fjall`.
pub(super) struct FjallFolder {
    folder: PathBuf,
    cache_bytes: u64,
    sync: SyncFile,
}

impl FjallFolder {
    /// The engine of the store in `folder`, which exists.
    pub(super) fn new(folder: &Path, options: &Options) -> Self {
        Self {
            folder: folder.to_owned(),
            cache_bytes: options.cache_bytes,
            sync: options.sync.clone(),
        }
    }

    fn create(&self) -> Result<()> {
        make_aside(&self.folder, NAME, |aside| {
            let db = self.open_db(aside)?;
            db.keyspace(KEYSPACE, keyspace).map_err(failed("make"))?;
            Ok(())
        })
    }

    /// fjall makes anew what it does not find, so all parts must be there.
    fn look_over(&self, live: &Path) -> Result<()> {
        for part in ["version", "keyspaces/0/current", "keyspaces/1/current"] {
            if !live.join(part).is_file() {
                return Err(self.unopenable(format!("its file {part} is missing in {}", live.display())));
            }
        }
        Ok(())
    }

    /// Opens fjall as soon as an instance of this process that was just dropped has let go of its files. The lock on
    /// the store folder keeps all others away.
    fn open_db(&self, path: &Path) -> Result<Database> {
        let open = || {
            Database::builder(path)
                .cache_size(self.cache_bytes)
                .worker_threads(WORKERS)
                .max_cached_files(Some(OPEN_FILES))
                .max_journaling_size(JOURNALS)
                // It would cost more than it saves: the journals are short-lived.
                .journal_compression(CompressionType::None)
                .open()
        };
        retry(
            Duration::from_secs(5),
            || guarded(&self.folder, NAME, open),
            |error| matches!(error, Error::Unopenable { why, .. } if why.ends_with("Locked")),
        )
    }

    fn unopenable(&self, why: String) -> Error {
        unopenable(&self.folder, why)
    }
}

/// Tables are compressed with LZ4 from the third level on, where nearly all of the data are.
fn keyspace() -> KeyspaceCreateOptions {
    KeyspaceCreateOptions::default()
        .max_memtable_size(MEMTABLE)
        .compaction_strategy(Arc::new(Leveled::default().with_table_target_size(TABLE)))
}

impl OpenBase for FjallFolder {
    fn open(&self) -> Result<Box<dyn Base>> {
        let live = self.folder.join(NAME);
        if !live.exists() {
            self.create()?;
        }
        self.look_over(&live)?;
        let journal = journal::begin(&live, &self.sync)?.map_err(|why| self.unopenable(why))?;
        let db = self.open_db(&live)?;
        let rows = db.keyspace(KEYSPACE, keyspace).map_err(failed("open"))?;
        Ok(Box::new(Fjall {
            rows,
            db,
            journal: Mutex::new(journal),
            sync: self.sync.clone(),
            folder: live,
        }))
    }

    fn free_bytes(&self) -> io::Result<u64> {
        free_bytes(&self.folder)
    }
}

struct Fjall {
    rows: Keyspace,
    db: Database,
    /// The journal that fjall writes to, opened a second time for the sync.
    journal: Mutex<Active>,
    sync: SyncFile,
    folder: PathBuf,
}

impl Fjall {
    /// Waits until the background has caught up.
    fn keep_up(&self) -> Result<()> {
        const BEHIND: &str = "keep up";
        retry(
            PATIENCE,
            || {
                if self.rows.sealed_memtable_count() < SEALED && self.rows.l0_table_count() < RUNS {
                    return Ok(());
                }
                // Writes nothing, but fails if the background has.
                self.db.persist(PersistMode::Buffer).map_err(failed("commit"))?;
                let why = "nothing was flushed or merged for a minute".to_owned();
                Err(Error::Engine { doing: BEHIND, why })
            },
            |error| matches!(error, Error::Engine { doing: BEHIND, .. }),
        )
    }
}

impl Read for Fjall {
    fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>> {
        let found = self.rows.get(key).map_err(failed("read"))?;
        Ok(found.map(|value| value.to_vec()))
    }

    fn scan(&self, range: Range<Vec<u8>>, limit: usize, reverse: bool) -> Result<Vec<Row>> {
        if range.is_empty() {
            return Ok(Vec::new());
        }
        let owned = |row: ::fjall::Guard| {
            let (key, value) = row.into_inner().map_err(failed("scan"))?;
            Ok((key.to_vec(), value.to_vec()))
        };
        let rows = self.rows.range(range);
        if reverse {
            rows.rev().take(limit).map(owned).collect()
        } else {
            rows.take(limit).map(owned).collect()
        }
    }
}

impl Base for Fjall {
    fn write(&self, rows: &[(&Key, &Change)]) -> Result<()> {
        self.take_room(rows)?;
        self.keep_up()?;
        let mut writes = self.db.batch().durability(Some(PersistMode::Buffer));
        for (key, change) in rows {
            match change.value() {
                Some(value) => writes.insert(&self.rows, &key[..], value),
                None => writes.remove(&self.rows, &key[..]),
            }
        }
        writes.commit().map_err(failed("write"))
    }

    fn sync(&self) -> Result<()> {
        let mut journal = self.journal.lock().unwrap_or_else(PoisonError::into_inner);
        journal.sync(&self.sync).map_err(|error| Error::Engine {
            doing: "sync",
            why: error.to_string(),
        })
    }

    fn disk_bytes(&self) -> Result<u64> {
        tree_bytes(&self.folder).map_err(Error::io("measure", &self.folder))
    }
}

fn failed(doing: &'static str) -> impl FnOnce(::fjall::Error) -> Error {
    move |error| {
        let why = error.to_string();
        Error::Engine { doing, why }
    }
}
