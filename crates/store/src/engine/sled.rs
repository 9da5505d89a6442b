//! sled 0.34.7 with the durability it lacks.
//!
//! Read before changing anything here:
//! - `flush()` never calls fsync on Linux, so we sync its file `db` ourselves: without that, 50 of 50 simulated
//!   power cuts lost acknowledged batches. The version is pinned exactly because the file is an internal of it.
//! - The flusher (`flush_every_ms`) stays on: it is the only caller of the garbage collector.
//! - A page over a quarter of a segment goes to a file of its own in `blobs/`, which sled never syncs. A leaf
//!   holds 16 rows, so with the default segments of 512 KiB rows of 8 KiB would do. Ours are larger, which
//!   keeps leaves with rows up to 64 KiB in the log, and we sync the blobs there are. What is left: a blob that
//!   the garbage collector rewrites between two commits is synced only by the second.

use super::{Batch, Engine, Read, Reopen, Row};
use crate::error::{Error, Result};
use crate::options::{Options, SyncFile};
use std::collections::BTreeSet;
use std::ffi::OsString;
use std::fs::{self, File};
use std::io;
use std::ops::Range;
use std::os::unix::fs::MetadataExt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

/// Bytes a segment: a quarter of it is the largest page that stays in the log.
const SEGMENT: usize = 8 << 20;
/// The one tree that holds all rows. It is made with the database, so a database without it is a ruin.
const TREE: &[u8] = b"weir";
/// How often sled writes back, syncs and collects garbage by itself, in milliseconds.
const FLUSH_EVERY_MS: u64 = 500;

/// The folder of a store whose engine is sled, in `<folder>/sled`.
pub struct SledFolder {
    folder: PathBuf,
    cache_bytes: u64,
    sync: SyncFile,
}

impl SledFolder {
    /// The engine of the store in `folder`, which exists.
    pub fn new(folder: &Path, options: &Options) -> Self {
        Self {
            folder: folder.to_owned(),
            cache_bytes: options.cache_bytes,
            sync: options.sync.clone(),
        }
    }

    /// Makes an empty database aside and moves it in place when all of it is durable, so that a cut in the
    /// middle leaves nothing that could be mistaken for a store.
    fn create(&self, live: &Path) -> Result<()> {
        let aside = self.folder.join("sled.new");
        if aside.exists() {
            fs::remove_dir_all(&aside).map_err(Error::io("remove", &aside))?;
        }
        let db = self.open_db(&aside)?;
        db.open_tree(TREE).map_err(failed("make"))?;
        drop(db);
        sync_tree(&aside).map_err(Error::io("sync", &aside))?;
        fs::rename(&aside, live).map_err(Error::io("make", live))?;
        sync_path(&self.folder).map_err(Error::io("sync", &self.folder))?;
        let parent = self
            .folder
            .canonicalize()
            .map_err(Error::io("find", &self.folder))?;
        match parent.parent() {
            Some(parent) => sync_path(parent).map_err(Error::io("sync", parent)),
            None => Ok(()),
        }
    }

    /// sled answers some damage with a panic, so opening is guarded.
    fn open_db(&self, path: &Path) -> Result<::sled::Db> {
        let config = ::sled::Config::new()
            .path(path)
            .cache_capacity(self.cache_bytes)
            .segment_size(SEGMENT)
            .flush_every_ms(Some(FLUSH_EVERY_MS));
        match catch_unwind(AssertUnwindSafe(|| config.open())) {
            Ok(Ok(db)) => Ok(db),
            Ok(Err(error)) => Err(self.unopenable(error.to_string())),
            Err(panic) => {
                let text = panic.downcast_ref::<String>().map(String::as_str);
                let text = text
                    .or_else(|| panic.downcast_ref::<&str>().copied())
                    .unwrap_or("no reason given");
                Err(self.unopenable(format!("sled panicked: {text}")))
            }
        }
    }

    fn unopenable(&self, why: String) -> Error {
        Error::Unopenable {
            folder: self.folder.clone(),
            why,
        }
    }
}

impl Reopen for SledFolder {
    fn open(&self) -> Result<Box<dyn Engine>> {
        let live = self.folder.join("sled");
        if !live.exists() {
            self.create(&live)?;
        }
        let data = live.join("db");
        // sled would make an empty one and call it a database.
        if !data.is_file() {
            return Err(self.unopenable(format!("its data file {} is missing", data.display())));
        }
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
        Ok(Box::new(Sled {
            tree,
            file,
            blobs: live.join("blobs"),
            synced_blobs: Mutex::default(),
            sync: self.sync.clone(),
            folder: live,
        }))
    }

    fn free_bytes(&self) -> io::Result<u64> {
        let stat = rustix::fs::statvfs(&self.folder)?;
        Ok(stat.f_bavail * stat.f_frsize)
    }
}

struct Sled {
    tree: ::sled::Tree,
    /// Its data file, opened a second time for the sync.
    file: File,
    blobs: PathBuf,
    /// The blob files that are known to be durable.
    synced_blobs: Mutex<BTreeSet<OsString>>,
    sync: SyncFile,
    folder: PathBuf,
}

impl Sled {
    fn sync(&self) -> io::Result<()> {
        self.sync_blobs()?;
        (self.sync)(&self.file)
    }

    /// The folder is empty but for stores with very large rows, so reading it each time costs little.
    fn sync_blobs(&self) -> io::Result<()> {
        let mut synced = self.synced_blobs.lock().unwrap_or_else(PoisonError::into_inner);
        let mut present = BTreeSet::new();
        let mut new = false;
        for entry in fs::read_dir(&self.blobs)? {
            let name = entry?.file_name();
            if !synced.contains(&name) {
                new = true;
                match File::open(self.blobs.join(&name)) {
                    Ok(file) => (self.sync)(&file)?,
                    // The garbage collector was faster.
                    Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
                    Err(error) => return Err(error),
                }
            }
            present.insert(name);
        }
        if new {
            sync_path(&self.blobs)?;
        }
        *synced = present;
        Ok(())
    }
}

impl Read for Sled {
    fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>> {
        let value = self.tree.get(key).map_err(failed("read"))?;
        Ok(value.map(|value| value.to_vec()))
    }

    fn scan(&self, range: Range<Vec<u8>>, limit: usize, reverse: bool) -> Result<Vec<Row>> {
        if range.is_empty() {
            return Ok(Vec::new());
        }
        let owned = |row: ::sled::Result<(::sled::IVec, ::sled::IVec)>| {
            let (key, value) = row.map_err(failed("scan"))?;
            Ok((key.to_vec(), value.to_vec()))
        };
        let rows = self.tree.range(range);
        if reverse {
            rows.rev().take(limit).map(owned).collect()
        } else {
            rows.take(limit).map(owned).collect()
        }
    }
}

impl Engine for Sled {
    fn commit(&self, batch: &Batch) -> Result<()> {
        let mut writes = ::sled::Batch::default();
        for (key, write) in batch.writes() {
            match write {
                Some(value) => writes.insert(key.as_slice(), value.as_slice()),
                None => writes.remove(key.as_slice()),
            }
        }
        self.tree.apply_batch(writes).map_err(failed("commit"))?;
        self.tree.flush().map_err(failed("flush"))?;
        self.sync().map_err(|error| Error::Engine {
            doing: "sync",
            why: error.to_string(),
        })
    }

    fn disk_bytes(&self) -> Result<u64> {
        tree_bytes(&self.folder).map_err(Error::io("measure", &self.folder))
    }

    fn waits(&self) -> bool {
        true
    }
}

fn failed(doing: &'static str) -> impl FnOnce(::sled::Error) -> Error {
    move |error| {
        let why = error.to_string();
        Error::Engine { doing, why }
    }
}

fn sync_path(path: &Path) -> io::Result<()> {
    File::open(path)?.sync_all()
}

/// Syncs a folder and all that is in it.
fn sync_tree(folder: &Path) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            sync_tree(&entry.path())?;
        } else {
            sync_path(&entry.path())?;
        }
    }
    sync_path(folder)
}

/// Bytes allocated to the files in a folder.
fn tree_bytes(folder: &Path) -> io::Result<u64> {
    let mut bytes = 0;
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        match entry.metadata() {
            Ok(found) if found.is_dir() => bytes += tree_bytes(&entry.path())?,
            Ok(found) => bytes += found.blocks() * 512,
            // sled removes files as it goes.
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(error),
        }
    }
    Ok(bytes)
}
