//! Records that a backup will ask for: their files are not given back meanwhile.

use super::record::{self, BLOCK};
use super::{Log, segment};
use crate::engine::{Change, Key};
use crate::error::{Error, Result};
use crate::shared::locked;
use std::collections::BTreeMap;
use std::fs::File;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

/// Which records somebody holds on to: those behind a number, and how many hold on to those.
#[derive(Default)]
pub(super) struct Holds(Mutex<BTreeMap<u64, usize>>);

impl Holds {
    /// Up to which record nobody needs the log.
    pub(super) fn free(&self) -> u64 {
        locked(&self.0).keys().next().copied().unwrap_or(u64::MAX)
    }
}

/// Holds on to every record of a log behind one, until it is dropped. It outlives the engine: when that is opened again, the
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
    pub(crate) fn records(
        &self,
        last: u64,
        each: &mut dyn FnMut(Vec<(Key, Change)>) -> Result<()>,
    ) -> Result<()> {
        let mut next = self.after + 1;
        for path in self.log.files_behind(self.after) {
            if next > last {
                break;
            }
            read(&path, &mut next, last, each)?;
        }
        if next > last {
            return Ok(());
        }
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
    /// The files with records behind number `after`, oldest first.
    fn files_behind(&self, after: u64) -> Vec<PathBuf> {
        // In the order in which `append` locks them: a file cannot become full in between.
        let writing = locked(&self.writing);
        let files = locked(&self.files);
        let full = files.full.iter().filter(|full| full.last > after);
        let paths = full.map(|full| full.path.clone());
        paths.chain([writing.segment.path.clone()]).collect()
    }
}

/// Hands over the records of one file from number `next` on, up to number `last`.
fn read(
    path: &Path,
    next: &mut u64,
    last: u64,
    each: &mut dyn FnMut(Vec<(Key, Change)>) -> Result<()>,
) -> Result<()> {
    let failed = |error| Error::io("read", path)(error);
    let file = File::open(path).map_err(failed)?;
    let size = file.metadata().map_err(failed)?.len();
    let mut bytes = vec![0; BLOCK];
    file.read_exact_at(&mut bytes, 0).map_err(failed)?;
    if !segment::number(path).is_some_and(|number| segment::is(number, &bytes)) {
        return Err(unreadable(format!("{} is another file now", path.display())));
    }
    let mut at = BLOCK as u64;
    while *next <= last && at < size {
        let room = size - at;
        bytes.resize(room.min(BLOCK as u64) as usize, 0);
        file.read_exact_at(&mut bytes, at).map_err(failed)?;
        let Some(length) = record::length(&bytes) else {
            break;
        };
        bytes.resize(length.min(room) as usize, 0);
        file.read_exact_at(&mut bytes, at).map_err(failed)?;
        let Some(found) = record::find(&bytes).filter(|found| found.number <= *next) else {
            break;
        };
        if found.number == *next {
            let writes: Option<Vec<_>> = record::writes(found.body).collect();
            each(writes.ok_or_else(|| unreadable(format!("record {next} is none of this program")))?)?;
            *next += 1;
        }
        at += found.blocks as u64;
    }
    Ok(())
}

fn unreadable(why: String) -> Error {
    let doing = "read its log back";
    Error::Engine { doing, why }
}
