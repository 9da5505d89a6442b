//! The whole store in one file, and back: backup, restore, and the only compaction there is.

mod file;

use crate::engine::{Base, Batch};
use crate::error::{Error, Result};
use crate::format;
use crate::keys::{FORMAT, after};
use crate::lock::FolderLock;
use crate::open;
use crate::options::Options;
use crate::restore;
use crate::store::Store;
use crate::unfinished::Unfinished;
use file::{Reader, Writer};
use model::Timestamp;
use std::path::Path;

/// Rows read or committed at once.
const PAGE: usize = 1000;
/// Bytes committed at once, about.
const CHUNK: usize = 8 << 20;

/// What was written to a file or read from it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Dumped {
    /// The stored format of the rows.
    pub format: u32,
    /// How many rows.
    pub rows: u64,
    /// The size of the file.
    pub bytes: u64,
}

impl Store {
    /// Writes every row to the new file `to`, as of one instant: commits wait until it is done. The file appears
    /// under its name only when it is whole and durable.
    pub fn export(&self, to: &Path) -> Result<Dumped> {
        self.read(|rows| {
            let Some(format) = format::read(rows)? else {
                return Err(Error::Unfinished);
            };
            let mut writer = Writer::create(to, format)?;
            let mut start = vec![0];
            loop {
                let page = rows.scan(start..vec![0xff], PAGE, false)?;
                for (key, value) in &page {
                    if key != FORMAT {
                        writer.row(key, value)?;
                    }
                }
                match page.last() {
                    Some((last, _)) => start = after(last),
                    None => return writer.finish(),
                }
            }
        })
    }
}

/// Makes a store in the empty or missing `folder` from a file written by [`Store::export`]. The whole file is
/// checked before anything is written. An older format is brought up to date. The store begins a new
/// incarnation, so that it repeats no revision that the exported one may have given out since: one more than the
/// exported one's, plus the hours between its last commit and `now` (at most a year's), so that two restores of
/// one file differ as well unless they fall in the same hour.
pub fn import(from: &Path, folder: &Path, options: &Options, now: Timestamp) -> Result<Dumped> {
    let checked = check(from)?;
    if checked.format > migrations::FORMAT {
        return Err(Error::FormatTooNew {
            found: checked.format,
            known: migrations::FORMAT,
        });
    }
    let mark = Unfinished::begin(folder)?;
    let lock = FolderLock::take(folder)?;
    let engine = options.engine.base(folder, options).open()?;
    fill(&*engine, from, now)?;
    mark.finish()?;
    drop((engine, lock));
    // Opening it once brings the format up to date and begins the incarnation.
    drop(open(folder, options)?);
    Ok(checked)
}

/// Reads the whole file and compares every checksum.
fn check(from: &Path) -> Result<Dumped> {
    let mut reader = Reader::open(from)?;
    while reader.row()?.is_some() {}
    Ok(reader.dumped())
}

fn fill(engine: &dyn Base, from: &Path, now: Timestamp) -> Result<()> {
    let mut reader = Reader::open(from)?;
    let mut batch = Batch::default();
    let mut bytes = 0;
    while let Some((key, value)) = reader.row()? {
        bytes += key.len() + value.len();
        batch.put(key, value);
        if bytes >= CHUNK || batch.writes().len() >= PAGE {
            engine.fill(&std::mem::take(&mut batch))?;
            bytes = 0;
        }
    }
    // Without the format row nobody opens it, so an import that is cut is noticed.
    format::write(&mut batch, reader.dumped().format);
    restore::mark(&mut batch, now);
    engine.fill(&batch)
}
