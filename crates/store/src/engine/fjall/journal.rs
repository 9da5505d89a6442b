//! The journals of fjall, looked over before it reads them and synced after it wrote to them.
//!
//! A journal `<number>.jnl` is a row of batches: a head (byte 1, number of items as u32, sequence number as u64), the
//! items (byte 2, kind, compression, keyspace as u64, length of the key as u16, of the value as u32, of the stored
//! value as u32, key, stored value), and an end (byte 3, XXH3 of the items as u64, `FJL` and byte 3); numbers are
//! little-endian. A journal that fjall began has 64 MiB from the start, zeros behind the last batch.
//!
//! A power cut leaves any part of the batch that was not acknowledged, the end without the middle too. fjall does not
//! open such a journal. So the last one is cut here behind its last whole batch, unless a whole batch follows the bad
//! one: only one at a time is under way, so that is damage, and a journal with damage is left alone.
//!
//! Each opening begins a new journal. A write that failed may leave bytes in the memory of the instance that tried, and
//! a thread of it that is on its way out may still write them, into the journal it had and nobody writes to any more.
//!
//! A journal without a whole batch is a new one, or a ruin. Which it is, tells the file `begun`: the number of the last
//! journal that a batch was committed to.

mod batches;

use super::super::files::{drop_unsynced, sync_path};
use crate::error::{Error, Result};
use crate::options::SyncFile;
use batches::Journal;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

/// The file that names the last journal with a batch.
const BEGUN: &str = "begun";

/// The journal that fjall writes to.
pub(super) struct Active {
    folder: PathBuf,
    number: u64,
    file: File,
    /// Whether `begun` names it.
    noted: bool,
}

impl Active {
    /// Makes durable what fjall has written since the last call: one batch.
    pub(super) fn sync(&mut self, sync: &SyncFile) -> io::Result<()> {
        sync(&self.file)?;
        // fjall goes on to a new one now and then, and the batch may be in either.
        let mut moved = false;
        while let Some(file) = existing(&path(&self.folder, self.number + 1))? {
            sync(&file)?;
            sync_path(&self.folder)?;
            self.number += 1;
            self.file = file;
            self.noted = false;
            moved = true;
        }
        if !self.noted && !moved {
            self.note()?;
        }
        Ok(())
    }

    /// Says durably that there is a batch in this journal.
    fn note(&mut self) -> io::Result<()> {
        let (new, begun) = (self.folder.join("begun.new"), self.folder.join(BEGUN));
        fs::write(&new, format!("{}\n", self.number))?;
        sync_path(&new)?;
        fs::rename(&new, &begun)?;
        sync_path(&self.folder)?;
        self.noted = true;
        Ok(())
    }
}

/// Mends the last journal in `folder`, makes durable what is left in it, and begins the next. The inner error says
/// what is wrong with the journals, and leaves them as they are.
pub(super) fn begin(folder: &Path, sync: &SyncFile) -> Result<std::result::Result<Active, String>> {
    let numbers = numbers(folder).map_err(Error::io("read", folder))?;
    for &number in &numbers {
        let path = path(folder, number);
        drop_unsynced(&path).map_err(Error::io("forget what is not on the disk of", &path))?;
    }
    let begun = begun(folder).map_err(Error::io("read", folder))?;
    let last = numbers.last().copied();
    let Some(last) = last.filter(|&last| last >= begun.unwrap_or(0)) else {
        let file = path(folder, begun.unwrap_or(0));
        return Ok(Err(format!("its journal {} is missing", file.display())));
    };
    let read = path(folder, last);
    let damaged = |why: String| Ok(Err(format!("its journal {} is damaged: {why}", read.display())));
    let mut journal = Journal::open(&read).map_err(Error::io("open", &read))?;
    let whole = journal.whole().map_err(Error::io("read", &read))?;
    if whole == 0 && begun == Some(last) {
        return damaged("nothing can be read from it".to_owned());
    }
    if journal.goes_on_after(whole).map_err(Error::io("read", &read))? {
        return damaged(format!(
            "it can be read to byte {whole}, and there is more behind"
        ));
    }
    cut(&read, whole, sync).map_err(Error::io("mend", &read))?;

    let (number, next) = (last + 1, path(folder, last + 1));
    let file = File::create_new(&next).map_err(Error::io("make", &next))?;
    file.sync_all().map_err(Error::io("sync", &next))?;
    sync_path(folder).map_err(Error::io("sync", folder))?;
    if whole == 0 {
        // Else each opening that writes nothing would leave one. Should it come back after a cut, it is empty.
        fs::remove_file(&read).map_err(Error::io("remove", &read))?;
    }
    let folder = folder.to_owned();
    Ok(Ok(Active {
        folder,
        number,
        file,
        noted: false,
    }))
}

/// Cuts a journal behind its last whole batch, and makes it durable: what is read must be on the disk before anything
/// is decided on it.
fn cut(path: &Path, whole: u64, sync: &SyncFile) -> io::Result<()> {
    let file = File::options().write(true).open(path)?;
    file.set_len(whole)?;
    sync(&file)
}

/// The number of the last journal that a batch was committed to; `None` if there is none.
fn begun(folder: &Path) -> io::Result<Option<u64>> {
    let text = match fs::read_to_string(folder.join(BEGUN)) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error),
    };
    let number = text.trim().parse();
    number
        .map(Some)
        .map_err(|_| io::Error::other("`begun` holds no number"))
}

fn existing(path: &Path) -> io::Result<Option<File>> {
    match File::open(path) {
        Ok(file) => Ok(Some(file)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

/// The numbers of the journals, ascending.
fn numbers(folder: &Path) -> io::Result<Vec<u64>> {
    let mut numbers = Vec::new();
    for entry in fs::read_dir(folder)? {
        let name = entry?.file_name();
        let number = name.to_str().and_then(|name| name.strip_suffix(".jnl"));
        numbers.extend(number.and_then(|number| number.parse::<u64>().ok()));
    }
    numbers.sort_unstable();
    Ok(numbers)
}

fn path(folder: &Path, number: u64) -> PathBuf {
    folder.join(format!("{number}.jnl"))
}

#[cfg(test)]
mod tests;
