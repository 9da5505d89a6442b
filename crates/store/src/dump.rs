//! The whole store in one file, and back: backup, restore, and the only compaction there is.
//!
//! A backup is made while commits go on: the rows are read page by page, each as it is when its turn comes, and behind them
//! stand all changes that were committed meanwhile, read back from the log, in order. Whoever does them again has the rows as
//! of one instant: a change that a page had seen already changes nothing when it is done a second time, and none that came
//! later than its page is left out.

mod aside;
mod file;

use crate::engine::{Base, Batch, Engine, Hold, Row};
use crate::error::{Error, Result};
use crate::format;
use crate::health::Health;
use crate::incarnation;
use crate::keys::{FORMAT, after};
use crate::lock::FolderLock;
use crate::open;
use crate::options::Options;
use crate::store::Store;
use crate::unfinished::Unfinished;
use aside::Aside;
use file::{Reader, Writer};
use model::Timestamp;
use std::fs::File;
use std::io::{self, BufReader, BufWriter, Read, Write};
use std::path::Path;

/// Rows read or committed at once.
const PAGE: usize = 1000;
/// Bytes committed at once, about.
const CHUNK: usize = 8 << 20;
/// Bytes read or written at once.
const BUFFER: usize = 1 << 20;

/// What was written to a file or read from it; while it is being written or read, so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Dumped {
    /// The stored format of the rows.
    pub format: u32,
    /// How many rows.
    pub rows: u64,
    /// How many writes that were committed while the rows were read.
    pub changes: u64,
    /// The size of the file.
    pub bytes: u64,
}

impl Store {
    /// Writes every row to the new file `to`, as of the instant at which this ends, while commits go on. The file appears
    /// under its name when it is whole, durable, and was read back. `told` is called now and then.
    pub fn backup(&self, to: &Path, told: impl FnMut(Dumped)) -> Result<Dumped> {
        let aside = Aside::create(to)?;
        let dumped = self.backup_into(aside.file(), to, told)?;
        aside.finish(dumped)
    }

    /// Writes the same to `out`, which errors call `name`.
    ///
    /// It gives up when the disk of the store gets short of space meanwhile, since the log that it needs cannot be given
    /// back, or when the engine had to be opened again.
    pub fn backup_into(&self, out: impl Write, name: &Path, told: impl FnMut(Dumped)) -> Result<Dumped> {
        self.dump(out, name, PAGE, told)
    }

    fn dump(&self, out: impl Write, name: &Path, page: usize, told: impl FnMut(Dumped)) -> Result<Dumped> {
        let (format, hold, generation) = self.read(|rows| {
            let format = format::read(rows)?.ok_or(Error::Unfinished)?;
            Ok((format, rows.hold(), self.generation()))
        })?;
        let mut dump = Dump {
            out: Writer::begin(
                BufWriter::with_capacity(BUFFER, out),
                name,
                format,
                hold.is_some(),
            )?,
            page,
            told,
        };
        match hold {
            // Commits wait.
            None => self.read(|rows| dump.rows(|start| rows.scan(start..vec![0xff], page, false)))?,
            Some(hold) => {
                let running = Running {
                    store: self,
                    generation,
                    roomy: matches!(self.health(), Health::Ok),
                };
                dump.rows(|start| running.read(|rows| rows.scan(start..vec![0xff], page, false)))?;
                dump.out.changes_follow()?;
                let now = running.read(|rows| Ok(rows.hold()))?;
                dump.changes(&hold, now.map_or(0, |now| now.after()), || running.check())?;
            }
        }
        dump.out.finish()
    }
}

/// A store whose rows and log are being read while commits go on.
struct Running<'a> {
    store: &'a Store,
    /// The generation of the engine whose log is held.
    generation: u64,
    /// Whether there was enough space at the beginning.
    roomy: bool,
}

impl Running<'_> {
    fn read<T>(&self, reading: impl FnOnce(&dyn Engine) -> Result<T>) -> Result<T> {
        self.store.read(|rows| {
            self.check()?;
            reading(rows)
        })
    }

    /// Whether it may go on.
    fn check(&self) -> Result<()> {
        if self.store.generation() != self.generation {
            let why = "the engine was opened again after a failure, and its log may be another";
            return Err(Error::GaveWay { why });
        }
        if self.roomy && matches!(self.store.health(), Health::LowSpace { .. }) {
            let why = "the disk of the store got short of space, and the log that a backup needs takes some";
            return Err(Error::GaveWay { why });
        }
        Ok(())
    }
}

/// A backup that is being written.
struct Dump<W, T> {
    out: Writer<W>,
    page: usize,
    told: T,
}

impl<W: Write, T: FnMut(Dumped)> Dump<W, T> {
    /// Writes all rows but the format row; `scan` gives a page of them from a key on.
    fn rows(&mut self, mut scan: impl FnMut(Vec<u8>) -> Result<Vec<Row>>) -> Result<()> {
        let mut start = vec![0];
        loop {
            let page = scan(start)?;
            for (key, value) in &page {
                if key != FORMAT {
                    self.out.write(key, Some(value))?;
                }
            }
            (self.told)(self.out.dumped());
            match page.last() {
                Some((last, _)) if page.len() == self.page => start = after(last),
                _ => return Ok(()),
            }
        }
    }

    /// Writes all that was committed behind `hold`, up to record `last` of the log.
    fn changes(&mut self, hold: &Hold, last: u64, check: impl Fn() -> Result<()>) -> Result<()> {
        hold.records(last, &mut |writes| {
            for (key, change) in &writes {
                if **key != *FORMAT {
                    self.out.write(key, change.value())?;
                }
            }
            (self.told)(self.out.dumped());
            check()
        })
    }
}

/// Writes a backup that comes from elsewhere to the new file `to`, and checks it as it comes. The file appears under its
/// name when it is whole, durable, and was read back. `told` is called now and then.
pub fn receive(from: impl Read, to: &Path, mut told: impl FnMut(Dumped)) -> Result<Dumped> {
    let aside = Aside::create(to)?;
    let copied = Copied {
        from,
        to: BufWriter::with_capacity(BUFFER, aside.file()),
    };
    let mut reader = Reader::begin(BufReader::with_capacity(BUFFER, copied), to)?;
    while reader.next()?.is_some() {
        let so_far = reader.dumped();
        if (so_far.rows + so_far.changes).is_multiple_of(PAGE as u64) {
            told(so_far);
        }
    }
    let dumped = reader.dumped();
    let flushed = reader.into_inner().into_inner().to.flush();
    flushed.map_err(Error::io("write", to))?;
    aside.finish(dumped)
}

/// Writes down what is read.
struct Copied<R, W> {
    from: R,
    to: W,
}

impl<R: Read, W: Write> Read for Copied<R, W> {
    fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        let read = self.from.read(bytes)?;
        self.to.write_all(&bytes[..read])?;
        Ok(read)
    }
}

/// Makes a store in the empty or missing `folder` from a file written by [`Store::backup`]. The whole file is
/// checked before anything is written. An older format is brought up to date. The store begins a new
/// incarnation, so that it repeats no revision that the saved one may have given out since: one more than the
/// saved one's, plus the hours between its last commit and `now` (at most a year's), so that two restores of
/// one file differ as well unless they fall in the same hour. `told` is called now and then with what is restored.
pub fn restore(
    from: &Path,
    folder: &Path,
    options: &Options,
    now: Timestamp,
    told: impl FnMut(Dumped),
) -> Result<Dumped> {
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
    fill(&*engine, from, now, told)?;
    mark.finish()?;
    drop((engine, lock));
    // Opening it once brings the format up to date and begins the incarnation.
    drop(open(folder, options)?);
    Ok(checked)
}

/// Reads the whole file and compares every checksum.
fn check(from: &Path) -> Result<Dumped> {
    let mut reader = reader(from)?;
    while reader.next()?.is_some() {}
    Ok(reader.dumped())
}

fn reader(path: &Path) -> Result<Reader<BufReader<File>>> {
    let file = File::open(path).map_err(Error::io("open", path))?;
    Reader::begin(BufReader::with_capacity(BUFFER, file), path)
}

fn fill(engine: &dyn Base, from: &Path, now: Timestamp, mut told: impl FnMut(Dumped)) -> Result<()> {
    let mut reader = reader(from)?;
    let mut batch = Batch::default();
    let mut bytes = 0;
    while let Some((key, value)) = reader.next()? {
        bytes += key.len() + value.as_ref().map_or(0, Vec::len);
        match value {
            Some(value) => batch.put(key, value),
            None => batch.delete(key),
        }
        if bytes >= CHUNK || batch.writes().len() >= PAGE {
            engine.fill(&std::mem::take(&mut batch))?;
            bytes = 0;
            told(reader.dumped());
        }
    }
    // Without the format row nobody opens it, so a restore that is cut is noticed.
    format::write(&mut batch, reader.dumped().format);
    incarnation::mark(&mut batch, now);
    engine.fill(&batch)
}

#[cfg(test)]
mod tests;
