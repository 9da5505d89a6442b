//! What a log holds after a crash.
//!
//! A record that is not whole ends the log if nothing comes after it: it was being written when the power went, and nobody was
//! told that it was there. If a later record does come, this one was acknowledged, and the log is damaged: it is refused.

use super::record::{self, BLOCK};
use super::segment::{self, Segment};
use super::{Files, Full, Holds, Log, Mark, Writing};
use crate::engine::files::drop_unsynced;
use crate::engine::{Change, Key};
use crate::error::{Error, Result};
use crate::options::{LogOptions, SyncFile};
use std::collections::VecDeque;
use std::fs::{self, File};
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::AtomicU64;

/// Takes the number of a record and its writes.
pub(crate) type Each<'a> = &'a mut dyn FnMut(u64, Vec<(Key, Change)>) -> Result<()>;

/// A log that was opened.
pub(crate) struct Recovered {
    pub(crate) log: Log,
    /// Records that the engine did not have.
    pub(crate) records: u64,
}

/// See [`super::recover()`].
pub(super) fn open(
    folder: &Path,
    options: LogOptions,
    sync: &SyncFile,
    position: u64,
    each: Each<'_>,
) -> Result<Recovered> {
    let mut reading = Reading::behind(folder, position);
    let mut files = Vec::new();
    let found = list(folder)?;
    for (_, path) in &found {
        drop_unsynced(path).map_err(Error::io("forget what is not on the disk of", path))?;
    }
    let firsts: Vec<u64> = found.iter().map(|(_, path)| first(path)).collect::<Result<_>>()?;
    for (at, (number, path)) in found.into_iter().enumerate() {
        if let Some(next) = firsts
            .get(at + 1)
            .filter(|next| firsts[at] < **next && **next <= position + 1)
        {
            // The engine has all of it, and it is only kept.
            reading.last = Some(next - 1);
            files.push(Read {
                end: size(&path)?,
                bytes: size(&path)?,
                path,
                last: reading.last,
                // It has no room, so nothing will be sealed with it.
                salt: Some(0),
            });
            continue;
        }
        let bytes = fs::read(&path).map_err(Error::io("read", &path))?;
        let salt = segment::salt(number, &bytes);
        let end = match salt {
            Some(salt) => reading.file(&path, salt, &bytes, each)?,
            None => BLOCK,
        };
        files.push(Read {
            path,
            end: end as u64,
            bytes: bytes.len() as u64,
            last: reading.last,
            salt,
        });
    }
    let last = reading.last.unwrap_or(position);
    if last < position {
        return Err(reading.refused(&format!(
            "it ends at record {last}, but the engine has records up to {position}"
        )));
    }
    // The last one with a record is written to; those after it were made ready, or hold nothing but a torn record.
    let at = files
        .iter()
        .rposition(|file| file.end > BLOCK as u64 && file.salt.is_some());
    let after = files.split_off(at.unwrap_or(0));
    let mut after = after.into_iter();
    let Some(current) = after.next() else {
        return Err(reading.refused("its files are gone"));
    };
    let number = segment::number(&current.path).unwrap_or_default();
    for unused in after {
        fs::remove_file(&unused.path).map_err(Error::io("remove", &unused.path))?;
    }
    let segment = Segment::open(current.path, current.salt.unwrap_or_default(), current.end)?;
    // What was read must be on the disk before anything is decided on it.
    segment.sync(sync)?;
    let bytes = segment.size() + files.iter().map(|file| file.bytes).sum::<u64>();
    let full = files.into_iter().map(Read::full).collect();
    let log = Log {
        folder: folder.to_owned(),
        options,
        sync: sync.clone(),
        writing: Mutex::new(Writing {
            segment,
            last,
            buffer: Vec::new(),
        }),
        next: Mutex::new(None),
        files: Mutex::new(Files {
            done: position,
            number: number + 1,
            full,
            spares: VecDeque::new(),
            filled: 0,
        }),
        holds: Holds::default(),
        reserve: AtomicU64::new(0),
        bytes: AtomicU64::new(bytes),
    };
    log.trim(position)?;
    Ok(Recovered {
        log,
        records: reading.handed,
    })
}

/// A file that was read.
struct Read {
    path: PathBuf,
    /// Where its records end.
    end: u64,
    bytes: u64,
    /// The last record in it or before it.
    last: Option<u64>,
    /// What its records are sealed with; `None` if it was only made ready.
    salt: Option<u64>,
}

impl Read {
    fn full(self) -> Full {
        Full {
            path: self.path,
            last: self.last.unwrap_or(0),
            bytes: self.bytes,
        }
    }
}

pub(super) struct Reading<'a> {
    folder: &'a Path,
    /// What the engine has.
    position: u64,
    /// The last record that is whole.
    pub(super) last: Option<u64>,
    handed: u64,
    /// Record `position`, if it is there.
    pub(super) mark: Option<Mark>,
}

impl<'a> Reading<'a> {
    /// Hands over what comes behind record `position`.
    pub(super) fn behind(folder: &'a Path, position: u64) -> Self {
        Self {
            folder,
            position,
            last: None,
            handed: 0,
            mark: None,
        }
    }

    /// Hands over the records of a file, and returns where they end.
    pub(super) fn file(&mut self, path: &Path, salt: u64, bytes: &[u8], each: Each<'_>) -> Result<usize> {
        let mut end = BLOCK;
        let expected = |last: Option<u64>| last.map_or(0, |last| last + 1);
        while let Some((at, found)) = next(bytes, salt, end, expected(self.last)) {
            let number = found.number;
            // What the engine has need not be whole.
            if number != expected(self.last) && number > self.position + 1 {
                return Err(self.gap(path, end, number));
            }
            if number == self.position {
                let sum = found.sum;
                self.mark = Some(Mark { number, sum });
            }
            if number > self.position {
                each(number, self.writes(path, at, found.body)?)?;
                self.handed += 1;
            }
            self.last = Some(number);
            end = at + found.blocks;
        }
        Ok(end)
    }

    /// Records are missing before number `found`.
    fn gap(&self, path: &Path, at: usize, found: u64) -> Error {
        let Some(kept) = self.last.filter(|last| *last >= self.position) else {
            return self.refused(&format!(
                "it begins at record {found}, but the engine has records up to {} only",
                self.position
            ));
        };
        Error::DamagedLog {
            path: path.to_owned(),
            at: at as u64,
            kept,
            found,
        }
    }

    fn writes(&self, path: &Path, at: usize, body: &[u8]) -> Result<Vec<(Key, Change)>> {
        let writes: Option<Vec<_>> = record::writes(body).collect();
        writes.ok_or_else(|| {
            self.refused(&format!(
                "the record at byte {at} of {} is none that this program has written",
                path.display()
            ))
        })
    }

    fn refused(&self, why: &str) -> Error {
        Error::Unopenable {
            folder: self.folder.to_owned(),
            why: format!("its log does not belong to its engine: {why}"),
        }
    }
}

/// The next whole record from `at` on with a number of at least `least`, and where it begins. Others were left by an
/// earlier use of the file.
fn next(bytes: &[u8], salt: u64, at: usize, least: u64) -> Option<(usize, record::Found<'_>)> {
    (at..bytes.len())
        .step_by(BLOCK)
        .filter_map(|at| Some((at, record::find(&bytes[at..], salt)?)))
        .find(|(_, found)| found.number >= least)
}

/// The number of the first record of a file, as it says itself; 0 if there is none. A file that is used again and has none of its
/// own yet has older ones than all files before it.
pub(super) fn first(path: &Path) -> Result<u64> {
    let mut head = [0; 2 * BLOCK];
    let read = File::open(path).and_then(|file| file.read_at(&mut head, 0));
    read.map_err(Error::io("read", path))?;
    Ok(record::number(&head[BLOCK..]).unwrap_or(0))
}

fn size(path: &Path) -> Result<u64> {
    Ok(fs::metadata(path).map_err(Error::io("measure", path))?.len())
}

/// The files of a log, oldest first.
pub(super) fn list(folder: &Path) -> Result<VecDeque<(u64, PathBuf)>> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).map_err(Error::io("read", folder))? {
        let path = entry.map_err(Error::io("read", folder))?.path();
        if let Some(number) = segment::number(&path) {
            files.push((number, path));
        }
    }
    files.sort_unstable();
    Ok(files.into())
}
