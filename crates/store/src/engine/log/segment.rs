//! One file of the log.

use super::record::BLOCK;
use crate::engine::files::{free_bytes, sync_path};
use crate::error::{Error, Result};
use crate::options::SyncFile;
use rustix::fs::FallocateFlags;
use rustix::io::Errno;
use std::fs::{self, File};
use std::hash::{BuildHasher, Hasher, RandomState};
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

const MARK: &[u8; 8] = b"weir log";
/// The size of the first file of a log. Each has twice the size of the one before, so that a small store stays small.
pub(super) const LEAST: u64 = 1 << 20;

/// Bytes written at once to a new file.
const ZEROS: usize = 1 << 20;

/// A file that can be written to.
pub(super) struct Segment {
    pub(super) path: PathBuf,
    file: File,
    /// What its records are sealed with.
    salt: u64,
    /// Where the next record goes.
    at: u64,
    size: u64,
}

impl Segment {
    /// Makes file `number`, of `size` bytes, if the disk has that much and `reserve` besides.
    pub(super) fn make(folder: &Path, number: u64, size: u64, reserve: u64) -> Result<Self> {
        let free = free_bytes(folder).map_err(Error::io("measure", folder))?;
        let full = |needed| {
            let folder = folder.to_owned();
            Err(Error::Full { folder, free, needed })
        };
        if free < size + reserve {
            return full(size + reserve);
        }
        let path = path(folder, number);
        let file = File::options()
            .read(true)
            .write(true)
            .create(true)
            .truncate(true)
            .open(&path)
            .map_err(Error::io("make", &path))?;
        match rustix::fs::fallocate(&file, FallocateFlags::empty(), 0, size) {
            Ok(()) => {}
            // A file system that cannot: the file grows as it is written.
            Err(Errno::OPNOTSUPP) => file.set_len(size).map_err(Error::io("make", &path))?,
            // A quota, or somebody was faster: what is free says nothing.
            Err(Errno::NOSPC | Errno::DQUOT) => {
                drop(fs::remove_file(&path));
                return full(free + 1);
            }
            Err(error) => return Err(Error::io("allocate room in", &path)(error.into())),
        }
        // Written once, so that a sync of a record waits for its own blocks and not for the file system's journal, which
        // would have to note that they hold something now.
        let zeros = vec![0; ZEROS];
        for at in (0..size).step_by(ZEROS) {
            let length = (size - at).min(ZEROS as u64) as usize;
            file.write_all_at(&zeros[..length], at)
                .map_err(Error::io("write", &path))?;
        }
        Self::head(folder, number, path, file)
    }

    /// Makes file `number` of one that is not needed any more.
    pub(super) fn reuse(folder: &Path, number: u64, spare: &Path) -> Result<Self> {
        let path = path(folder, number);
        fs::rename(spare, &path).map_err(Error::io("use again", spare))?;
        let file = File::options()
            .read(true)
            .write(true)
            .open(&path)
            .map_err(Error::io("open", &path))?;
        Self::head(folder, number, path, file)
    }

    /// Writes which file it is, with a new salt, and makes file and name durable.
    fn head(folder: &Path, number: u64, path: PathBuf, file: File) -> Result<Self> {
        let mut head = [0; BLOCK];
        head[..8].copy_from_slice(MARK);
        head[8..16].copy_from_slice(&number.to_be_bytes());
        // The one source of numbers in the standard library that nobody can foresee.
        let salt = RandomState::new().build_hasher().finish();
        head[16..24].copy_from_slice(&salt.to_be_bytes());
        file.write_all_at(&head, 0).map_err(Error::io("write", &path))?;
        file.sync_all().map_err(Error::io("sync", &path))?;
        sync_path(folder).map_err(Error::io("sync", folder))?;
        Self::at(path, file, salt, BLOCK as u64)
    }

    /// Goes on in a file with this salt at `at`.
    pub(super) fn open(path: PathBuf, salt: u64, at: u64) -> Result<Self> {
        let file = File::options().read(true).write(true).open(&path);
        let file = file.map_err(Error::io("open", &path))?;
        Self::at(path, file, salt, at)
    }

    fn at(path: PathBuf, file: File, salt: u64, at: u64) -> Result<Self> {
        let size = file.metadata().map_err(Error::io("measure", &path))?.len();
        Ok(Self {
            path,
            file,
            salt,
            at,
            size,
        })
    }

    /// What its records are sealed with.
    pub(super) fn salt(&self) -> u64 {
        self.salt
    }

    /// Bytes that still go in.
    pub(super) fn room(&self) -> u64 {
        self.size.saturating_sub(self.at)
    }

    pub(super) fn size(&self) -> u64 {
        self.size
    }

    /// Writes a record and makes it durable.
    pub(super) fn write(&mut self, record: &[u8], sync: &SyncFile) -> Result<()> {
        let failed = |doing: &'static str| {
            move |error: std::io::Error| Error::Engine {
                doing,
                why: format!("{error} (in the log)"),
            }
        };
        self.file
            .write_all_at(record, self.at)
            .map_err(failed("commit"))?;
        sync(&self.file).map_err(failed("sync"))?;
        self.at += record.len() as u64;
        Ok(())
    }

    /// Makes what can be read of it durable.
    pub(super) fn sync(&self, sync: &SyncFile) -> Result<()> {
        sync(&self.file).map_err(Error::io("sync", &self.path))
    }
}

/// The salt of file `number`, if the first block of a file says that it is this one.
pub(super) fn salt(number: u64, bytes: &[u8]) -> Option<u64> {
    let rest = bytes.strip_prefix(MARK)?;
    let rest = rest.strip_prefix(&number.to_be_bytes())?;
    rest.first_chunk().map(|salt| u64::from_be_bytes(*salt))
}

fn path(folder: &Path, number: u64) -> PathBuf {
    folder.join(format!("{number:016x}.log"))
}

/// The number in the name of a file of the log.
pub(super) fn number(path: &Path) -> Option<u64> {
    let stem = path.file_name()?.to_str()?.strip_suffix(".log")?;
    u64::from_str_radix(stem, 16).ok()
}
