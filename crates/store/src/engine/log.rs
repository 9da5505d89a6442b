//! The log: every committed batch, in order, durable before anybody is told.
//!
//! Files of a folder, named by number, each a block that tells the number and then records (`record`). A file is there at
//! its full size before it is needed (`segment`), so that a commit pays for one write and one sync and not for the growth of
//! a file; when the engine has all that a file holds, the file is used again. What a crash leaves is read back by `recover`.

mod follow;
mod hold;
mod record;
mod recover;
mod segment;

pub(crate) use follow::follow;
pub use hold::Hold;
pub(crate) use recover::Recovered;

use super::Batch;
use super::files::{free_bytes, sync_path};
use crate::error::{Error, Result};
use crate::options::{LogOptions, SyncFile};
use crate::shared::locked;
use hold::Holds;
use segment::Segment;
use std::collections::VecDeque;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

/// Files that the engine has no more need of, kept to be used again by a log that rests. Under load as many are kept as were
/// filled since the engine had caught up before: to make one costs as much as to fill it.
const SPARES: usize = 2;
/// The largest buffer that is kept from one record to the next.
const BUFFER: usize = 8 << 20;

/// An open log. One thread appends; another makes files ready and gives them back.
pub(crate) struct Log {
    folder: PathBuf,
    options: LogOptions,
    sync: SyncFile,
    writing: Mutex<Writing>,
    /// The file that comes after the one being written to, if it is ready.
    next: Mutex<Option<Segment>>,
    files: Mutex<Files>,
    /// Records that somebody holds on to, beside the engine.
    holds: Holds,
    /// Bytes that the engine may need to take in all that is in the log: never given to a new file.
    reserve: AtomicU64,
    /// Bytes of all files.
    bytes: AtomicU64,
}

struct Writing {
    segment: Segment,
    /// The number of the last record.
    last: u64,
    buffer: Vec<u8>,
}

/// A record of some log: its number, and the checksum of what it holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Mark {
    pub(crate) number: u64,
    pub(crate) sum: u64,
}

/// Files that are not written to.
struct Files {
    /// Up to which record the engine has all.
    done: u64,
    /// The number of the next file to be made.
    number: u64,
    /// Those that are full, oldest first.
    full: VecDeque<Full>,
    /// Oldest first, and older than those.
    spares: VecDeque<Spare>,
    /// How many were filled since the engine had caught up last.
    filled: usize,
}

struct Full {
    path: PathBuf,
    /// The number of its last record.
    last: u64,
    bytes: u64,
}

struct Spare {
    path: PathBuf,
    bytes: u64,
}

impl Log {
    /// Makes `batch` durable and returns the number of its record. After [`Error::Full`] nothing was written; after any
    /// other error it may be there or not, and the log must be opened again.
    pub(crate) fn append(&self, batch: &Batch) -> Result<u64> {
        let mut writing = locked(&self.writing);
        let Writing {
            segment,
            last,
            buffer,
        } = &mut *writing;
        let number = *last + 1;
        buffer.clear();
        record::encode(number, batch, buffer);
        if segment.room() < buffer.len() as u64 {
            self.rotate(segment, *last, buffer.len() as u64)?;
        }
        record::seal(buffer, segment.salt());
        segment.write(buffer, &self.sync)?;
        *last = number;
        if buffer.capacity() > BUFFER {
            *buffer = Vec::new();
        }
        Ok(number)
    }

    /// The number of the last record.
    pub(crate) fn last(&self) -> u64 {
        locked(&self.writing).last
    }

    /// Keeps this many bytes of the disk for the engine.
    pub(crate) fn reserve(&self, bytes: u64) {
        self.reserve.store(bytes, Ordering::Relaxed);
    }

    /// Goes on in the next file, which has room for `bytes`.
    fn rotate(&self, segment: &mut Segment, last: u64, bytes: u64) -> Result<()> {
        // Held while one is made: files are made in the order of their use.
        let mut ready = locked(&self.next);
        let next = match ready.take().filter(|next| next.room() >= bytes) {
            Some(next) => next,
            None => self.make(segment.size(), bytes)?,
        };
        drop(ready);
        let full = std::mem::replace(segment, next);
        let mut files = locked(&self.files);
        files.filled += 1;
        files.full.push_back(Full {
            bytes: full.size(),
            path: full.path,
            last,
        });
        Ok(())
    }

    /// Whether no file is ready to come next, nor is being made.
    pub(crate) fn wants_file(&self) -> bool {
        self.next.try_lock().is_ok_and(|next| next.is_none())
    }

    /// Has a file ready before it is needed. What fails here is tried again when it is.
    pub(crate) fn prepare(&self) {
        if locked(&self.next).is_some() {
            return;
        }
        let size = locked(&self.writing).segment.size();
        let mut next = locked(&self.next);
        if next.is_some() {
            return;
        }
        match self.make(size, 0) {
            Ok(made) => *next = Some(made),
            Err(error) => tracing::debug!(%error, "no file of the log could be made ready"),
        }
    }

    /// A file of at least `bytes`, twice as large as the one before, up to the size that all have in the end. On a disk that is
    /// nearly full it takes half of what is left.
    fn make(&self, before: u64, bytes: u64) -> Result<Segment> {
        let wanted = bytes + record::BLOCK as u64;
        let mut files = locked(&self.files);
        let number = files.number;
        files.number += 1;
        let spare = files.spares.pop_front_if(|spare| spare.bytes >= wanted);
        // Not while it is made: who appends tells of full files.
        drop(files);
        if let Some(spare) = spare {
            return Segment::reuse(&self.folder, number, &spare.path);
        }
        let reserve = self.reserve.load(Ordering::Relaxed);
        let free = free_bytes(&self.folder).map_err(Error::io("measure", &self.folder))?;
        let half = free.saturating_sub(reserve) / 2;
        let size = wanted.max(self.options.segment_bytes.min(2 * before).min(half));
        let made = match Segment::make(&self.folder, number, size, reserve) {
            // What is only kept for later goes before anything new is refused.
            Err(full @ Error::Full { .. }) => {
                let kept = self.oldest_kept(wanted).ok_or(full)?;
                return Segment::reuse(&self.folder, number, &kept.path);
            }
            made => made?,
        };
        self.bytes.fetch_add(made.size(), Ordering::Relaxed);
        Ok(made)
    }

    /// Takes the oldest file that nobody needs any more, if it has room for `bytes`.
    fn oldest_kept(&self, bytes: u64) -> Option<Full> {
        let mut files = locked(&self.files);
        let free = files.done.min(self.holds.free());
        files
            .full
            .pop_front_if(|full| full.last <= free && full.bytes >= bytes)
    }

    /// Gives back the files of which the engine has every record, up to number `position`, but for those
    /// that somebody holds on to, and the newest, as many as are to be kept.
    pub(crate) fn trim(&self, position: u64) -> Result<()> {
        let mut files = locked(&self.files);
        files.done = position;
        let free = position.min(self.holds.free());
        let done = files.full.iter().filter(|full| full.last <= position);
        let mut kept: u64 = done.map(|full| full.bytes).sum();
        while kept > self.options.keep_bytes
            && let Some(Full { path, bytes, .. }) = files.full.pop_front_if(|full| full.last <= free)
        {
            kept -= bytes;
            files.spares.push_back(Spare { path, bytes });
        }
        let most = SPARES.max(std::mem::take(&mut files.filled));
        self.remove_spares(&mut files, most)
    }

    /// Gives back the disk that only a log under load needs.
    pub(crate) fn rest(&self) -> Result<()> {
        self.remove_spares(&mut locked(&self.files), SPARES)
    }

    /// Removes spare files until there are no more than `most`.
    fn remove_spares(&self, files: &mut Files, most: usize) -> Result<()> {
        while files.spares.len() > most
            && let Some(Spare { path, bytes }) = files.spares.pop_front()
        {
            fs::remove_file(&path).map_err(Error::io("remove", &path))?;
            self.bytes.fetch_sub(bytes, Ordering::Relaxed);
        }
        Ok(())
    }

    /// Bytes of all its files, and of those whose records the engine does not have.
    pub(crate) fn bytes(&self) -> (u64, u64) {
        let writing = locked(&self.writing).segment.size();
        let files = locked(&self.files);
        let behind = files.full.iter().filter(|full| full.last > files.done);
        let behind: u64 = behind.map(|full| full.bytes).sum();
        (self.bytes.load(Ordering::Relaxed), writing + behind)
    }

    /// Begins a log where there is none. The folder appears when it is whole.
    pub(crate) fn begin(folder: &Path, options: LogOptions, sync: &SyncFile) -> Result<Self> {
        let aside = folder.with_extension("new");
        if aside.exists() {
            fs::remove_dir_all(&aside).map_err(Error::io("remove", &aside))?;
        }
        fs::create_dir_all(&aside).map_err(Error::io("make", &aside))?;
        drop(Segment::make(
            &aside,
            1,
            options.segment_bytes.min(segment::LEAST),
            0,
        )?);
        fs::rename(&aside, folder).map_err(Error::io("make", folder))?;
        let parent = folder.parent().unwrap_or(Path::new("."));
        sync_path(parent).map_err(Error::io("sync", parent))?;
        let recovered = recover::open(folder, options, sync, 0, &mut |_, _| Ok(()))?;
        Ok(recovered.log)
    }
}

/// Opens the log in `folder`, hands `each` every record behind `position` (its number and its writes), and cuts a torn end.
pub(crate) fn recover(
    folder: &Path,
    options: LogOptions,
    sync: &SyncFile,
    position: u64,
    each: recover::Each<'_>,
) -> Result<Recovered> {
    recover::open(folder, options, sync, position, each)
}

#[cfg(test)]
mod tests;
