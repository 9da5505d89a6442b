//! Appends lines to the files of a destination, so that what was acknowledged is on the disk and whole.

use super::FILES_MENDED;
use super::folder::Folder;
use dispatcher::SyncFile;
use metrics::counter;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Seek, SeekFrom, Write};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

/// Why lines could not be made durable.
#[derive(Debug, thiserror::Error)]
pub(super) enum Error {
    /// The system refused.
    #[error("cannot {doing} {}: {source}", path.display())]
    Io {
        doing: &'static str,
        path: PathBuf,
        source: io::Error,
    },
    /// Something below the exports folder is a symbolic link.
    #[error("{} is a symbolic link, which is not followed", path.display())]
    Link { path: PathBuf },
    /// Another process holds the file.
    #[error("{} is in use by another process; give each server an exports folder of its own", path.display())]
    InUse { path: PathBuf },
    /// Somebody deleted the file while it was written.
    #[error("{} was deleted while it was written; take files away only after a newer one is there", path.display())]
    Deleted { path: PathBuf },
    /// A defect.
    #[error("writing panicked")]
    Panicked,
}

impl Error {
    pub(super) fn at<E: Into<io::Error>>(doing: &'static str, path: &Path) -> impl FnOnce(E) -> Self {
        let path = path.to_owned();
        move |source| Self::Io {
            doing,
            path,
            source: source.into(),
        }
    }
}

/// Writes the files of one destination.
pub(super) struct Writer {
    root: PathBuf,
    below: PathBuf,
    id: String,
    sync: SyncFile,
    open: Option<Open>,
    /// Where the last file that was open ended when it was last known to be good. What lies behind was never
    /// acknowledged.
    good: Option<End>,
}

/// The newest file.
struct Open {
    folder: Folder,
    file: File,
    end: End,
}

/// The end of the good part of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct End {
    /// Which file.
    number: u32,
    /// How many bytes of it are good.
    bytes: u64,
}

impl Writer {
    /// Opens nothing yet.
    pub(super) fn new(root: &Path, below: &Path, id: &str, sync: SyncFile) -> Self {
        Self {
            root: root.to_owned(),
            below: below.to_owned(),
            id: id.to_owned(),
            sync,
            open: None,
            good: None,
        }
    }

    /// Appends whole lines; `Ok` means that they are durable. After an error none of them counts, and the file
    /// is opened and cut back before anything else is written: after a failed sync the system may have dropped
    /// what it could not write while saying that all is well.
    pub(super) fn append(&mut self, lines: &[u8], roll_bytes: u64) -> Result<(), Error> {
        if lines.is_empty() {
            return Ok(());
        }
        let mut open = match self.open.take() {
            Some(open) => open,
            None => self.reopen()?,
        };
        if open.end.bytes >= roll_bytes {
            open = self.next(open)?;
        }
        let path = open.folder.path_of(&self.name(open.end.number));
        open.file.write_all(lines).map_err(Error::at("write to", &path))?;
        (self.sync)(&open.file).map_err(Error::at("sync", &path))?;
        if open.file.metadata().map_err(Error::at("look at", &path))?.nlink() == 0 {
            return Err(Error::Deleted { path });
        }
        open.end.bytes += lines.len() as u64;
        self.good = Some(open.end);
        self.open = Some(open);
        Ok(())
    }

    /// Whether the folder is there and can be written to. Writes nothing but the folder itself.
    pub(super) fn check(&mut self) -> Result<(), Error> {
        Folder::open(&self.root, &self.below)?.writable()
    }

    /// Trusts nothing in memory any more.
    pub(super) fn forget(&mut self) {
        self.open = None;
    }

    /// Opens the file to go on with, and cuts off what was never acknowledged.
    ///
    /// A file from before the start is mended and left: its last lines may be known to the system only, and
    /// what a later sync says of them cannot be trusted if an earlier one failed.
    fn reopen(&mut self) -> Result<Open, Error> {
        let folder = Folder::open(&self.root, &self.below)?;
        let newest = folder.names()?.iter().filter_map(|name| self.number(name)).max();
        let number = match (newest, self.good) {
            // Somebody took the newest file away: those before it are finished, and its name is taken.
            (newest, Some(good)) if newest < Some(good.number) => good.number + 1,
            (newest, _) => newest.unwrap_or(1),
        };
        let before_start = self.good.is_none_or(|good| good.number < number);
        let open = self.open_mended(folder, number)?;
        if before_start && open.end.bytes > 0 {
            return self.next(open);
        }
        self.good = Some(open.end);
        Ok(open)
    }

    /// Begins the file that follows.
    fn next(&mut self, open: Open) -> Result<Open, Error> {
        let open = self.open_mended(open.folder, open.end.number + 1)?;
        self.good = Some(open.end);
        Ok(open)
    }

    fn open_mended(&self, folder: Folder, number: u32) -> Result<Open, Error> {
        let file = self.file(&folder, number)?;
        let path = folder.path_of(&self.name(number));
        let (bytes, cut) = self.mend(&file, number).map_err(Error::at("mend", &path))?;
        if cut > 0 {
            counter!(FILES_MENDED).increment(1);
            tracing::warn!(file = %path.display(), cut_bytes = cut, "cut off what was never acknowledged");
        }
        let end = End { number, bytes };
        Ok(Open { folder, file, end })
    }

    /// Cuts the file back to its good part; the bytes of that part and of what was cut off.
    fn mend(&self, file: &File, number: u32) -> io::Result<(u64, u64)> {
        let length = file.metadata()?.len();
        let known = self
            .good
            .filter(|good| good.number == number && good.bytes <= length);
        let good = known.map_or_else(|| whole_lines(file), |good| Ok(good.bytes))?;
        if good < length {
            file.set_len(good)?;
        }
        // Also when nothing was cut: later lines are built on what is there now.
        (self.sync)(file)?;
        Ok((good, length - good))
    }

    /// Opens a file for this process alone, its name durable.
    fn file(&self, folder: &Folder, number: u32) -> Result<File, Error> {
        let name = self.name(number);
        let file = folder.file(&name)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(std::fs::TryLockError::WouldBlock) => {
                return Err(Error::InUse {
                    path: folder.path_of(&name),
                });
            }
            Err(std::fs::TryLockError::Error(error)) => {
                return Err(Error::at("lock", &folder.path_of(&name))(error));
            }
        }
        folder.sync()?;
        Ok(file)
    }

    fn name(&self, number: u32) -> String {
        format!("{}-{number:06}.ndjson", self.id)
    }

    /// The number in a name that this writer gave.
    fn number(&self, name: &str) -> Option<u32> {
        let digits = name
            .strip_prefix(&self.id)?
            .strip_prefix('-')?
            .strip_suffix(".ndjson")?;
        let number = digits.parse().ok()?;
        (self.name(number) == name).then_some(number)
    }
}

/// How many bytes at the start of a file are whole lines. A torn write ends without a newline, or, where the
/// system had the length on the disk before the data, holds zero bytes, which no line does.
fn whole_lines(mut file: &File) -> io::Result<u64> {
    file.seek(SeekFrom::Start(0))?;
    let mut reader = BufReader::with_capacity(64 << 10, file);
    let (mut whole, mut line) = (0, Vec::new());
    loop {
        line.clear();
        let read = reader.read_until(b'\n', &mut line)?;
        if line.last() != Some(&b'\n') || line.contains(&0) {
            return Ok(whole);
        }
        whole += read as u64;
    }
}
