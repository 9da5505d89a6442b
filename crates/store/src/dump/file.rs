//! The file of an export.
//!
//! `weirdump`, the version of this layout and the stored format (u32 each), then one entry a row: length of the
//! key and of the value (u32 each), the key, the value, and the running checksum (u64, XXH3 of every byte of the
//! file before it, other checksums left out). At the end a key of length 0 and a value of length 0, the number of
//! rows (u64) and the running checksum. All numbers are big-endian.

use super::Dumped;
use crate::engine::Row;
use crate::error::{Error, Result};
use std::fs::{self, File};
use std::io::{self, BufReader, BufWriter, Read as _, Write as _};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use xxhash_rust::xxh3::Xxh3;

const MAGIC: &[u8; 8] = b"weirdump";
const LAYOUT: u32 = 1;

/// Writes a file aside and gives it its name when it is durable.
pub(super) struct Writer {
    out: BufWriter<File>,
    aside: PathBuf,
    path: PathBuf,
    hash: Xxh3,
    dumped: Dumped,
}

impl Writer {
    pub(super) fn create(path: &Path, format: u32) -> Result<Self> {
        if path.exists() {
            return Err(Error::io("make", path)(io::ErrorKind::AlreadyExists.into()));
        }
        let mut name = path.as_os_str().to_owned();
        name.push(".part");
        let aside = PathBuf::from(name);
        // All that is known of people is in it.
        let file = File::options()
            .write(true)
            .create(true)
            .truncate(true)
            .mode(0o600)
            .open(&aside)
            .map_err(Error::io("make", &aside))?;
        let mut writer = Self {
            out: BufWriter::with_capacity(1 << 20, file),
            aside,
            path: path.to_owned(),
            hash: Xxh3::new(),
            dumped: Dumped {
                format,
                rows: 0,
                bytes: 0,
            },
        };
        writer.hashed(MAGIC)?;
        writer.hashed(&LAYOUT.to_be_bytes())?;
        writer.hashed(&format.to_be_bytes())?;
        Ok(writer)
    }

    pub(super) fn row(&mut self, key: &[u8], value: &[u8]) -> Result<()> {
        self.hashed(&(key.len() as u32).to_be_bytes())?;
        self.hashed(&(value.len() as u32).to_be_bytes())?;
        self.hashed(key)?;
        self.hashed(value)?;
        self.checksum()?;
        self.dumped.rows += 1;
        Ok(())
    }

    pub(super) fn finish(mut self) -> Result<Dumped> {
        self.hashed(&[0; 8])?;
        self.hashed(&self.dumped.rows.to_be_bytes())?;
        self.checksum()?;
        let Self {
            out,
            aside,
            path,
            dumped,
            ..
        } = self;
        let file = out
            .into_inner()
            .map_err(|error| Error::io("write", &aside)(error.into_error()))?;
        file.sync_all().map_err(Error::io("sync", &aside))?;
        fs::rename(&aside, &path).map_err(Error::io("make", &path))?;
        let folder = path
            .parent()
            .filter(|parent| !parent.as_os_str().is_empty())
            .unwrap_or(Path::new("."));
        File::open(folder)
            .and_then(|folder| folder.sync_all())
            .map_err(Error::io("sync", folder))?;
        Ok(dumped)
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
        self.out.write_all(bytes).map_err(Error::io("write", &self.aside))
    }
}

/// Reads a file and believes nothing of it.
pub(super) struct Reader {
    input: BufReader<File>,
    path: PathBuf,
    hash: Xxh3,
    /// The size of the file.
    size: u64,
    /// Bytes read so far.
    at: u64,
    dumped: Dumped,
}

impl Reader {
    pub(super) fn open(path: &Path) -> Result<Self> {
        let file = File::open(path).map_err(Error::io("open", path))?;
        let size = file.metadata().map_err(Error::io("read", path))?.len();
        let mut reader = Self {
            input: BufReader::with_capacity(1 << 20, file),
            path: path.to_owned(),
            hash: Xxh3::new(),
            size,
            at: 0,
            dumped: Dumped {
                format: 0,
                rows: 0,
                bytes: size,
            },
        };
        if reader.hashed::<8>()? != *MAGIC {
            return Err(reader.torn(0, "it does not begin as one"));
        }
        if reader.number()? != LAYOUT {
            return Err(reader.torn(8, "its layout is of another version"));
        }
        reader.dumped.format = reader.number()?;
        Ok(reader)
    }

    /// What the file holds; complete once `row` has returned `None`.
    pub(super) fn dumped(&self) -> Dumped {
        self.dumped
    }

    /// The next row, checked; `None` at a whole and proper end.
    pub(super) fn row(&mut self) -> Result<Option<Row>> {
        let start = self.at;
        let key = self.number()?;
        let value = self.number()?;
        if key == 0 {
            return self.end(start, value).map(|()| None);
        }
        let key = self.bytes(key)?;
        let value = self.bytes(value)?;
        self.checksum(start)?;
        self.dumped.rows += 1;
        Ok(Some((key, value)))
    }

    fn end(&mut self, start: u64, zero: u32) -> Result<()> {
        let rows = u64::from_be_bytes(self.hashed()?);
        self.checksum(start)?;
        if zero != 0 || rows != self.dumped.rows {
            return Err(self.torn(start, "rows are missing"));
        }
        if self.at != self.size {
            return Err(self.torn(self.at, "something follows its end"));
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
        if u64::from(length) > self.size - self.at {
            return Err(self.torn(self.at, "it ends too early"));
        }
        let mut bytes = vec![0; length as usize];
        self.read(&mut bytes)?;
        self.hash.update(&bytes);
        Ok(bytes)
    }

    fn read(&mut self, bytes: &mut [u8]) -> Result<()> {
        match self.input.read_exact(bytes) {
            Ok(()) => {
                self.at += bytes.len() as u64;
                Ok(())
            }
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => {
                Err(self.torn(self.at, "it ends too early"))
            }
            Err(error) => Err(Error::io("read", &self.path)(error)),
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
