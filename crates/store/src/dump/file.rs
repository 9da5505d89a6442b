//! The file of a backup.
//!
//! `weirdump`, the version of this layout and the stored format (u32 each), then one entry a row: length of the
//! key and of the value (u32 each), the key, the value, and the running checksum (u64, XXH3 of every byte of the
//! file before it, other checksums left out). At the end a key of length 0 and a value of length 0, the number of
//! rows (u64) and the running checksum. All numbers are big-endian.
//!
//! That is layout 1. In layout 2 the same follows once more, for the changes that were committed while the rows were read,
//! in their order: a value length of 2^32 - 1 with no value says that the row goes. Before the last checksum stand the number of the
//! last record of the log that is in them and the checksum of its body (u64 each, 0 if they are not known).

use super::Dumped;
use crate::engine::Mark;
use crate::error::{Error, Result};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use xxhash_rust::xxh3::Xxh3;

const MAGIC: &[u8; 8] = b"weirdump";
/// Rows alone, and rows with changes.
const LAYOUTS: [u32; 2] = [1, 2];
/// In place of the length of a value: there is none.
const NONE: u32 = u32::MAX;
/// Memory that a length asks for before its bytes are seen.
const TRUST: u32 = 1 << 16;

/// Writes the bytes of a file.
pub(super) struct Writer<W> {
    out: W,
    name: PathBuf,
    hash: Xxh3,
    dumped: Dumped,
    changes: bool,
}

impl<W: Write> Writer<W> {
    /// Begins a file, of rows alone or `with_changes`.
    pub(super) fn begin(out: W, name: &Path, format: u32, with_changes: bool) -> Result<Self> {
        let mut writer = Self {
            out,
            name: name.to_owned(),
            hash: Xxh3::new(),
            dumped: Dumped {
                format,
                ..Dumped::default()
            },
            changes: false,
        };
        writer.hashed(MAGIC)?;
        writer.hashed(&LAYOUTS[usize::from(with_changes)].to_be_bytes())?;
        writer.hashed(&format.to_be_bytes())?;
        Ok(writer)
    }

    /// What was written so far.
    pub(super) fn dumped(&self) -> Dumped {
        self.dumped
    }

    /// A row, or a change of one.
    pub(super) fn write(&mut self, key: &[u8], value: Option<&[u8]>) -> Result<()> {
        let length = value.map_or(NONE, |value| value.len() as u32);
        self.hashed(&(key.len() as u32).to_be_bytes())?;
        self.hashed(&length.to_be_bytes())?;
        self.hashed(key)?;
        self.hashed(value.unwrap_or_default())?;
        self.checksum()?;
        if self.changes {
            self.dumped.changes += 1;
        } else {
            self.dumped.rows += 1;
        }
        Ok(())
    }

    /// All rows are written.
    pub(super) fn changes_follow(&mut self) -> Result<()> {
        self.end(self.dumped.rows)?;
        self.changes = true;
        Ok(())
    }

    /// The end; of a file with changes, with the record of the log that is the last in them.
    pub(super) fn finish(mut self, mark: Option<Mark>) -> Result<Dumped> {
        let Some(Mark { number, sum }) = mark else {
            self.end(self.dumped.rows)?;
            return self.flushed();
        };
        self.hashed(&[0; 8])?;
        self.hashed(&self.dumped.changes.to_be_bytes())?;
        self.hashed(&number.to_be_bytes())?;
        self.hashed(&sum.to_be_bytes())?;
        self.checksum()?;
        self.flushed()
    }

    fn flushed(mut self) -> Result<Dumped> {
        self.out.flush().map_err(Error::io("write", &self.name))?;
        Ok(self.dumped)
    }

    fn end(&mut self, count: u64) -> Result<()> {
        self.hashed(&[0; 8])?;
        self.hashed(&count.to_be_bytes())?;
        self.checksum()
    }

    fn checksum(&mut self) -> Result<()> {
        self.raw(&self.hash.digest().to_be_bytes())
    }

    fn hashed(&mut self, bytes: &[u8]) -> Result<()> {
        self.hash.update(bytes);
        self.raw(bytes)
    }

    fn raw(&mut self, bytes: &[u8]) -> Result<()> {
        self.dumped.bytes += bytes.len() as u64;
        self.out.write_all(bytes).map_err(Error::io("write", &self.name))
    }
}

/// A key, and the value it gets; `None` if it goes.
pub(super) type Written = (Vec<u8>, Option<Vec<u8>>);

/// Reads a file and believes nothing of it.
pub(super) struct Reader<R> {
    input: R,
    path: PathBuf,
    hash: Xxh3,
    dumped: Dumped,
    /// Which part is being read.
    part: Part,
    with_changes: bool,
    mark: Mark,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Part {
    Rows,
    Changes,
    End,
}

impl<R: Read> Reader<R> {
    pub(super) fn begin(input: R, path: &Path) -> Result<Self> {
        let mut reader = Self {
            input,
            path: path.to_owned(),
            hash: Xxh3::new(),
            dumped: Dumped::default(),
            part: Part::Rows,
            with_changes: false,
            mark: Mark::default(),
        };
        if reader.hashed::<8>()? != *MAGIC {
            return Err(reader.torn(0, "it does not begin as one"));
        }
        let layout = reader.number()?;
        if !LAYOUTS.contains(&layout) {
            return Err(reader.torn(8, "its layout is of another version"));
        }
        reader.with_changes = layout == LAYOUTS[1];
        reader.dumped.format = reader.number()?;
        Ok(reader)
    }

    /// What was read so far; once `next` has returned `None`, what the file holds.
    pub(super) fn dumped(&self) -> Dumped {
        self.dumped
    }

    /// The last record of the log that is in a file that was read; of number 0 if that is not known.
    pub(super) fn mark(&self) -> Mark {
        self.mark
    }

    pub(super) fn into_inner(self) -> R {
        self.input
    }

    /// The next write, checked: first all rows, then what was changed in them; `None` at a whole and proper end.
    pub(super) fn next(&mut self) -> Result<Option<Written>> {
        while self.part != Part::End {
            let start = self.dumped.bytes;
            let key = self.number()?;
            let value = self.number()?;
            if key == 0 {
                self.end(start, value)?;
                continue;
            }
            if value == NONE && self.part == Part::Rows {
                return Err(self.torn(start, "its bytes are altered"));
            }
            let key = self.bytes(key)?;
            let value = (value != NONE).then(|| self.bytes(value)).transpose()?;
            self.checksum(start)?;
            *self.count() += 1;
            return Ok(Some((key, value)));
        }
        Ok(None)
    }

    /// Entries of this part.
    fn count(&mut self) -> &mut u64 {
        match self.part {
            Part::Rows => &mut self.dumped.rows,
            Part::Changes | Part::End => &mut self.dumped.changes,
        }
    }

    /// The end of a part.
    fn end(&mut self, start: u64, zero: u32) -> Result<()> {
        let count = u64::from_be_bytes(self.hashed()?);
        if self.part == Part::Changes {
            let [number, sum] = [self.hashed()?, self.hashed()?].map(u64::from_be_bytes);
            self.mark = Mark { number, sum };
        }
        self.checksum(start)?;
        if zero != 0 || count != *self.count() {
            return Err(self.torn(start, "rows are missing"));
        }
        self.part = match self.part {
            Part::Rows if self.with_changes => Part::Changes,
            _ => Part::End,
        };
        if self.part == Part::End && self.some(&mut [0])? > 0 {
            return Err(self.torn(self.dumped.bytes, "something follows its end"));
        }
        Ok(())
    }

    fn checksum(&mut self, start: u64) -> Result<()> {
        let wanted = self.hash.digest();
        let mut found = [0; 8];
        self.read(&mut found)?;
        if u64::from_be_bytes(found) == wanted {
            return Ok(());
        }
        Err(self.torn(start, "its bytes are altered"))
    }

    fn number(&mut self) -> Result<u32> {
        Ok(u32::from_be_bytes(self.hashed()?))
    }

    fn hashed<const N: usize>(&mut self) -> Result<[u8; N]> {
        let mut bytes = [0; N];
        self.read(&mut bytes)?;
        self.hash.update(&bytes);
        Ok(bytes)
    }

    fn bytes(&mut self, length: u32) -> Result<Vec<u8>> {
        // An altered length must not make us ask for memory.
        let mut bytes = Vec::with_capacity(length.min(TRUST) as usize);
        while bytes.len() < length as usize {
            let begun = bytes.len();
            bytes.resize(usize::min(length as usize, 2 * begun + TRUST as usize), 0);
            self.read(&mut bytes[begun..])?;
        }
        self.hash.update(&bytes);
        Ok(bytes)
    }

    fn read(&mut self, mut bytes: &mut [u8]) -> Result<()> {
        while !bytes.is_empty() {
            let read = self.some(bytes)?;
            if read == 0 {
                return Err(self.torn(self.dumped.bytes, "it ends too early"));
            }
            self.dumped.bytes += read as u64;
            bytes = &mut bytes[read..];
        }
        Ok(())
    }

    fn some(&mut self, bytes: &mut [u8]) -> Result<usize> {
        loop {
            match self.input.read(bytes) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                read => return read.map_err(Error::io("read", &self.path)),
            }
        }
    }

    fn torn(&self, at: u64, why: &'static str) -> Error {
        Error::Torn {
            path: self.path.clone(),
            at,
            why,
        }
    }
}
