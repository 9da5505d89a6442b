//! sled 0.34.7 with the durability it lacks.
//!
//! Read before changing anything here:
//! - `flush()` never calls fsync on Linux, so we sync its file `db` ourselves: without that, 50 of 50 simulated
//!   power cuts lost acknowledged batches. The version is pinned exactly because the file is an internal of it.
//! - The flusher (`flush_every_ms`) stays on: it is the only caller of the garbage collector.
//! - It takes what it has written for durable, so its file is written through where that can be had: see `through`.
//! - A page over a quarter of a segment goes to a file of its own in `blobs/`, which sled never syncs. Large values
//!   are cut in pieces so that pages stay smaller: see `large`. Should there be such a file all the same, we sync it.
//! - A full disk ruins it, so it never meets one: see `room`.
//! - Segments have sled's default size. Larger ones were measured: 1 MiB already takes four times the memory under
//!   load.

mod large;
mod room;
#[cfg(test)]
mod tests;
mod through;

use super::files::{drop_unsynced, free_bytes, guarded, make_aside, sync_path, tree_bytes, unopenable};
use super::{Base, Change, Key, OpenBase, Read, Row};
use crate::error::{Error, Result};
use crate::lock::retry;
use crate::options::{Options, SyncFile};
use large::{Large, OWN, PIECE};
use std::fs::{self, File};
use std::io;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::{PoisonError, RwLock, RwLockReadGuard};
use std::time::Duration;

/// Bytes a segment. A leaf has up to 17 rows, and some more for a moment when it takes over a neighbour's: thirty
/// of the largest must stay below a quarter of a segment.
const SEGMENT: usize = 512 << 10;
const _: () = assert!(30 * PIECE < SEGMENT / 4);
/// The folder of the database in the store's.
const NAME: &str = "sled";
/// The one tree that holds all rows. It is made with the database, so a database without it is a ruin.
const TREE: &[u8] = b"weir";
/// How often sled writes back, syncs and collects garbage by itself, in milliseconds.
const FLUSH_EVERY_MS: u64 = 500;

/// The folder of a store whose engine is sled, in `<folder>/sled`.
pub(super) struct SledFolder {
    folder: PathBuf,
    cache_bytes: u64,
    sync: SyncFile,
}

impl SledFolder {
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
            db.open_tree(TREE).map_err(failed("make"))?;
            Ok(())
        })
    }

    /// Opens sled as soon as an instance of this process that was just dropped has let go of its file. The lock on
    /// the store folder keeps all others away.
    fn open_db(&self, path: &Path) -> Result<::sled::Db> {
        retry(
            Duration::from_secs(5),
            || self.try_open_db(path),
            |error| matches!(error, Error::Unopenable { why, .. } if why.contains("could not acquire lock")),
        )
    }

    fn try_open_db(&self, path: &Path) -> Result<::sled::Db> {
        let config = ::sled::Config::new()
            .path(path)
            .cache_capacity(self.cache_bytes)
            .segment_size(SEGMENT)
            .flush_every_ms(Some(FLUSH_EVERY_MS));
        guarded(&self.folder, NAME, || config.open())
    }

    fn unopenable(&self, why: String) -> Error {
        unopenable(&self.folder, why)
    }
}

impl OpenBase for SledFolder {
    fn open(&self) -> Result<Box<dyn Base>> {
        let live = self.folder.join(NAME);
        if !live.exists() {
            self.create()?;
        }
        let data = live.join("db");
        // sled would make an empty one and call it a database.
        if !data.is_file() {
            return Err(self.unopenable(format!("its data file {} is missing", data.display())));
        }
        drop_unsynced(&data).map_err(Error::io("forget what is not on the disk of", &data))?;
        let db = self.open_db(&live)?;
        // sled takes a ruined file for an empty one.
        if !db.tree_names().iter().any(|name| name == TREE) {
            return Err(self.unopenable(format!(
                "nothing can be read from its data file {}",
                data.display()
            )));
        }
        let tree = db.open_tree(TREE).map_err(failed("open"))?;
        let file = File::options()
            .read(true)
            .write(true)
            .open(&data)
            .map_err(Error::io("open", &data))?;
        let through = through::ask(&file).inspect_err(|why| {
            tracing::info!(file = %data.display(), %why, "sled's file cannot be written through, and is written in batches");
        });
        // What opening mended, and what was read, must be on the disk before anything is decided on it.
        (self.sync)(&file).map_err(Error::io("sync", &data))?;
        Ok(Box::new(Sled {
            large: RwLock::new(Large::load(&tree).map_err(failed("read"))?),
            tree,
            through: through.is_ok(),
            file,
            sync: self.sync.clone(),
            folder: live,
        }))
    }

    fn free_bytes(&self) -> io::Result<u64> {
        free_bytes(&self.folder)
    }
}

struct Sled {
    tree: ::sled::Tree,
    /// Whether what sled has written is durable. Then rows can be written one by one; else only in batches, see `through`.
    through: bool,
    /// Which values are in pieces.
    large: RwLock<Large>,
    /// Its data file, opened a second time for the sync.
    file: File,
    sync: SyncFile,
    folder: PathBuf,
}

impl Sled {
    fn large(&self) -> RwLockReadGuard<'_, Large> {
        self.large.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// Tells of every row of sled's that changes.
    fn each(
        &self,
        rows: &[(&Key, &Change)],
        mut write: impl FnMut(&[u8], Option<&[u8]>) -> ::sled::Result<()>,
    ) -> ::sled::Result<()> {
        for (key, change) in rows {
            let value = change.value();
            if value.is_some_and(|value| value.len() > PIECE) || self.large().has(key) {
                // Who reads this row meanwhile looks elsewhere.
                let mut large = self.large.write().unwrap_or_else(PoisonError::into_inner);
                large.write(key, value, &mut write)?;
            } else {
                write(key, value)?;
            }
        }
        Ok(())
    }

    fn sync_files(&self) -> io::Result<()> {
        // Empty, unless a page has grown beyond all expectation.
        let blobs = self.folder.join("blobs");
        let mut any = false;
        for blob in fs::read_dir(&blobs)? {
            any = true;
            match File::open(blob?.path()) {
                Ok(file) => (self.sync)(&file)?,
                // sled removes them as it goes.
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                Err(error) => return Err(error),
            }
        }
        if any {
            sync_path(&blobs)?;
        }
        (self.sync)(&self.file)
    }
}

impl Read for Sled {
    fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>> {
        let large = self.large();
        let Some(row) = self.tree.get(key).map_err(failed("read"))? else {
            return Ok(None);
        };
        large
            .whole(&self.tree, key, &row)
            .map(Some)
            .map_err(failed("read"))
    }

    fn scan(&self, mut range: Range<Vec<u8>>, limit: usize, reverse: bool) -> Result<Vec<Row>> {
        range.end = range.end.min(vec![OWN]);
        if range.is_empty() {
            return Ok(Vec::new());
        }
        let large = self.large();
        let owned = |row: ::sled::Result<(::sled::IVec, ::sled::IVec)>| {
            let (key, value) = row.map_err(failed("scan"))?;
            let value = large.whole(&self.tree, &key, &value).map_err(failed("scan"))?;
            Ok((key.to_vec(), value))
        };
        let rows = self.tree.range(range);
        if reverse {
            rows.rev().take(limit).map(owned).collect()
        } else {
            rows.take(limit).map(owned).collect()
        }
    }
}

impl Base for Sled {
    fn write(&self, rows: &[(&Key, &Change)]) -> Result<()> {
        room::take(&self.file, &self.folder, rows)?;
        let written = if self.through {
            self.each(rows, |key, value| {
                match value {
                    Some(value) => self.tree.insert(key, value)?,
                    None => self.tree.remove(key)?,
                };
                Ok(())
            })
        } else {
            let mut batch = ::sled::Batch::default();
            let all = self.each(rows, |key, value| {
                match value {
                    Some(value) => batch.insert(key, value),
                    None => batch.remove(key),
                }
                Ok(())
            });
            all.and_then(|()| self.tree.apply_batch(batch))
        };
        written.map_err(failed("write"))?;
        self.sync()
    }

    fn sync(&self) -> Result<()> {
        self.tree.flush().map_err(failed("flush"))?;
        self.sync_files().map_err(|error| Error::Engine {
            doing: "sync",
            why: error.to_string(),
        })
    }

    fn disk_bytes(&self) -> Result<u64> {
        tree_bytes(&self.folder).map_err(Error::io("measure", &self.folder))
    }
}

fn failed(doing: &'static str) -> impl FnOnce(::sled::Error) -> Error {
    move |error| {
        let why = error.to_string();
        Error::Engine { doing, why }
    }
}
