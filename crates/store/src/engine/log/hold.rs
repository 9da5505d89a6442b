//! Records that a backup will ask for: their files are not given back meanwhile.

use super::record::{self, BLOCK};
use super::{Log, Mark, segment};
use crate::engine::{Change, Key};
use crate::error::{Error, Result};
use crate::shared::locked;
use std::collections::BTreeMap;
use std::fs::File;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

/// Which records somebody holds on to: those from a number on, and how many hold on to those.
#[derive(Default)]
pub(super) struct Holds(Mutex<BTreeMap<u64, usize>>);

impl Holds {
    /// Up to which record nobody needs the log.
    pub(super) fn free(&self) -> u64 {
        let first = locked(&self.0).keys().next().copied();
        first.map_or(u64::MAX, |first| first.saturating_sub(1))
    }
}

/// Holds on to every record of a log from one on, until it is dropped. It outlives the engine: when that is opened again, the
/// files may go, and then [`Hold::records`] says so.
pub struct Hold {
    log: Arc<Log>,
    after: u64,
}

impl Hold {
    pub(crate) fn new(log: Arc<Log>, after: u64) -> Self {
        *locked(&log.holds.0).entry(after).or_default() += 1;
        Self { log, after }
    }

    /// The last record that readers saw when this was made.
    pub(crate) fn after(&self) -> u64 {
        self.after
    }

    /// Hands `each` the writes of every record behind that, up to number `last`, which readers have seen. Commits go on.
    /// Returns which record `last` is; of number 0 if there is none to be found.
    pub(crate) fn records(
        &self,
        last: u64,
        each: &mut dyn FnMut(Vec<(Key, Change)>) -> Result<()>,
    ) -> Result<Mark> {
        let mut reading = Reading {
            next: self.after + 1,
            last,
            mark: Mark::default(),
        };
        for path in self.log.files_from(self.after) {
            reading.file(&path, each)?;
        }
        if reading.next > last {
            return Ok(reading.mark);
        }
        let next = reading.next;
        Err(unreadable(format!(
            "record {next} of {last} is not in its files any more"
        )))
    }
}

impl Drop for Hold {
    fn drop(&mut self) {
        let mut holds = locked(&self.log.holds.0);
        if let Some(count) = holds.get_mut(&self.after) {
            *count -= 1;
            if *count == 0 {
                holds.remove(&self.after);
            }
        }
    }
}

impl Log {
    /// The files with records from number `first` on, oldest first.
    pub(super) fn files_from(&self, first: u64) -> Vec<PathBuf> {
        // In the order in which `append` locks them: a file cannot become full in between.
        let writing = locked(&self.writing);
        let files = locked(&self.files);
        let full = files.full.iter().filter(|full| full.last >= first);
        let paths = full.map(|full| full.path.clone());
        paths.chain([writing.segment.path.clone()]).collect()
    }
}

struct Reading {
    /// The next record to be handed over.
    next: u64,
    /// The last one that is wanted.
    last: u64,
    /// Which that was.
    mark: Mark,
}

impl Reading {
    /// Whether nothing more is to be read.
    fn done(&self) -> bool {
        self.next > self.last && self.mark.number == self.last
    }

    /// Hands over the records of one file.
    fn file(&mut self, path: &Path, each: &mut dyn FnMut(Vec<(Key, Change)>) -> Result<()>) -> Result<()> {
        let failed = |error| Error::io("read", path)(error);
        let file = File::open(path).map_err(failed)?;
        let size = file.metadata().map_err(failed)?.len();
        let mut bytes = vec![0; BLOCK];
        file.read_exact_at(&mut bytes, 0).map_err(failed)?;
        let Some(salt) = segment::number(path).and_then(|number| segment::salt(number, &bytes)) else {
            return Err(unreadable(format!("{} is another file now", path.display())));
        };
        let mut at = BLOCK as u64;
        while !self.done() && at < size {
            let room = size - at;
            bytes.resize(room.min(BLOCK as u64) as usize, 0);
            file.read_exact_at(&mut bytes, at).map_err(failed)?;
            let Some(length) = record::length(&bytes) else {
                break;
            };
            bytes.resize(length.min(room) as usize, 0);
            file.read_exact_at(&mut bytes, at).map_err(failed)?;
            let wanted = self.next.min(self.last);
            let Some(found) = record::find(&bytes, salt).filter(|found| found.number <= wanted) else {
                break;
            };
            let (number, sum) = (found.number, found.sum);
            if number == self.last {
                self.mark = Mark { number, sum };
            }
            if number == self.next {
                let writes: Option<Vec<_>> = record::writes(found.body).collect();
                each(writes.ok_or_else(|| unreadable(format!("record {number} is none of this program")))?)?;
                self.next += 1;
            }
            at += found.blocks as u64;
        }
        Ok(())
    }
}

fn unreadable(why: String) -> Error {
    let doing = "read its log back";
    Error::Engine { doing, why }
}
