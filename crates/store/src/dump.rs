//! The whole store in one file, and back: backup, restore, and the only compaction there is.
//!
//! A backup is made while commits go on: the rows are read page by page, each as it is when its turn comes, and behind them
//! stand all changes that were committed meanwhile, read back from the log, in order. Whoever does them again has the rows as
//! of one instant: a change that a page had seen already changes nothing when it is done a second time, and none that came
//! later than its page is left out.

mod aside;
mod file;

use crate::engine::{Base, Batch, Change, Engine, Hold, Key, Mark, Row, follow};
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
        let mark = match hold {
            // Commits wait.
            None => {
                self.read(|rows| dump.rows(|start| rows.scan(start..vec![0xff], page, false)))?;
                None
            }
            Some(hold) => {
                let running = Running {
                    store: self,
                    generation,
                    roomy: matches!(self.health(), Health::Ok),
                };
                dump.rows(|start| running.read(|rows| rows.scan(start..vec![0xff], page, false)))?;
                dump.out.changes_follow()?;
                let now = running.read(|rows| Ok(rows.hold()))?;
                let last = now.map_or(0, |now| now.after());
                Some(dump.changes(&hold, last, || running.check())?)
            }
        };
        dump.out.finish(mark)
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
    fn changes(&mut self, hold: &Hold, last: u64, check: impl Fn() -> Result<()>) -> Result<Mark> {
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

/// Makes a store in the empty or missing `folder` from a file written by [`Store::backup`], and does again what the `log` of
/// the saved store has behind it, if one is given: the folder of its log, which must have the record with which the backup ends,
/// and all that follow. Both are checked whole before anything is written.
///
/// An older format is brought up to date. The store begins a new
/// incarnation, so that it repeats no revision that the saved one may have given out since: one more than the
/// saved one's, plus the hours between its last commit and `now` (at most a year's), so that two restores of
/// one file differ as well unless they fall in the same hour. `told` is called now and then with what is restored.
pub fn restore(
    from: &Path,
    log: Option<&Path>,
    folder: &Path,
    options: &Options,
    now: Timestamp,
    told: impl FnMut(Dumped),
) -> Result<Restored> {
    let (dumped, mark) = check_whole(from)?;
    let mut format = dumped.format;
    let mut records = 0;
    if let Some(log) = log {
        records = follow(log, mark, &mut |_, writes| {
            format = writes
                .iter()
                .fold(format, |format, write| told_format(write).unwrap_or(format));
            Ok(())
        })?;
    }
    if format > migrations::FORMAT {
        return Err(Error::FormatTooNew {
            found: format,
            known: migrations::FORMAT,
        });
    }
    let unfinished = Unfinished::begin(folder)?;
    let lock = FolderLock::take(folder)?;
    let engine = options.engine.base(folder, options).open()?;
    let mut filling = Filling::of(&*engine);
    fill(&mut filling, from, told)?;
    if let Some(log) = log {
        follow(log, mark, &mut |_, writes| {
            let rows = writes.into_iter().filter(|(key, _)| **key != *FORMAT);
            rows.into_iter()
                .try_for_each(|(key, change)| filling.write(key, change))
        })?;
    }
    filling.finish(format, now)?;
    unfinished.finish()?;
    drop((engine, lock));
    // Opening it once brings the format up to date and begins the incarnation.
    drop(open(folder, options)?);
    Ok(Restored { dumped, records })
}

/// What was restored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Restored {
    /// What the file holds.
    pub dumped: Dumped,
    /// Records of the log that were done again after it.
    pub records: u64,
}

/// The format that a write says the rows have from then on.
fn told_format((key, change): &(Key, Change)) -> Option<u32> {
    let number = change.value().filter(|_| **key == *FORMAT)?;
    number.try_into().map(u32::from_be_bytes).ok()
}

/// Reads the whole file and compares every checksum.
fn check(from: &Path) -> Result<Dumped> {
    Ok(check_whole(from)?.0)
}

fn check_whole(from: &Path) -> Result<(Dumped, Mark)> {
    let mut reader = reader(from)?;
    while reader.next()?.is_some() {}
    Ok((reader.dumped(), reader.mark()))
}

fn reader(path: &Path) -> Result<Reader<BufReader<File>>> {
    let file = File::open(path).map_err(Error::io("open", path))?;
    Reader::begin(BufReader::with_capacity(BUFFER, file), path)
}

fn fill(filling: &mut Filling<'_>, from: &Path, mut told: impl FnMut(Dumped)) -> Result<()> {
    let mut reader = reader(from)?;
    while let Some((key, value)) = reader.next()? {
        filling.write(key.into(), value.map_or(Change::Delete, Change::Put))?;
        let so_far = reader.dumped();
        if (so_far.rows + so_far.changes).is_multiple_of(PAGE as u64) {
            told(so_far);
        }
    }
    Ok(())
}

/// An engine that is being filled.
struct Filling<'a> {
    engine: &'a dyn Base,
    batch: Batch,
    bytes: usize,
}

impl<'a> Filling<'a> {
    fn of(engine: &'a dyn Base) -> Self {
        Self {
            engine,
            batch: Batch::default(),
            bytes: 0,
        }
    }

    fn write(&mut self, key: Key, change: Change) -> Result<()> {
        self.bytes += key.len() + change.value().map_or(0, <[u8]>::len);
        match change {
            Change::Delete => self.batch.delete(key),
            // What is new in the log need not be in what is restored.
            Change::New(value) | Change::Put(value) => self.batch.put(key, value),
        }
        if self.bytes >= CHUNK || self.batch.writes().len() >= PAGE {
            self.engine.fill(&std::mem::take(&mut self.batch))?;
            self.bytes = 0;
        }
        Ok(())
    }

    /// Without the format row nobody opens it, so a restore that is cut is noticed.
    fn finish(mut self, format: u32, now: Timestamp) -> Result<()> {
        format::write(&mut self.batch, format);
        incarnation::mark(&mut self.batch, now);
        self.engine.fill(&self.batch)
    }
}

#[cfg(test)]
mod tests;
