//! Reads what the file destination delivers, as any consumer would: line by line, file after file.

mod line;

pub(super) use line::{Line, Transition};

use anyhow::{Context, Result};
use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

/// Follows the files of one destination.
#[derive(Debug)]
pub(super) struct Tail {
    folder: PathBuf,
    destination: String,
    number: u32,
    file: Option<File>,
    /// The beginning of a line whose end is not there yet.
    begun: Vec<u8>,
}

impl Tail {
    /// Begins behind what is there already.
    pub(super) fn begin(folder: &Path, destination: &str) -> Result<Self> {
        let mut tail = Self {
            folder: folder.to_owned(),
            destination: destination.to_owned(),
            number: 1,
            file: None,
            begun: Vec::new(),
        };
        while tail.path(tail.number + 1).exists() {
            tail.number += 1;
        }
        if let Some(length) = fs::metadata(tail.path(tail.number)).ok().map(|file| file.len()) {
            let path = tail.path(tail.number);
            let mut file = File::open(&path).with_context(|| format!("cannot read {}", path.display()))?;
            io::Seek::seek(&mut file, io::SeekFrom::Start(length))
                .with_context(|| format!("cannot read {}", path.display()))?;
            tail.file = Some(file);
        }
        Ok(tail)
    }

    /// All its files, as a shell names them.
    pub(super) fn all(&self) -> PathBuf {
        self.folder.join("*.ndjson")
    }

    /// The file that is being followed.
    pub(super) fn newest(&self) -> PathBuf {
        self.path(self.number)
    }

    /// All whole lines that came since the last call, each with its end.
    pub(super) fn read(&mut self) -> io::Result<Vec<u8>> {
        let mut bytes = std::mem::take(&mut self.begun);
        self.append(&mut bytes)?;
        // The next file begins when this one is finished, which may have been since it was read.
        while self.path(self.number + 1).exists() {
            self.append(&mut bytes)?;
            self.number += 1;
            self.file = None;
            self.append(&mut bytes)?;
        }
        let whole = bytes
            .iter()
            .rposition(|&byte| byte == b'\n')
            .map_or(0, |end| end + 1);
        self.begun = bytes.split_off(whole);
        Ok(bytes)
    }

    fn append(&mut self, bytes: &mut Vec<u8>) -> io::Result<()> {
        if self.file.is_none() {
            match File::open(self.path(self.number)) {
                Ok(file) => self.file = Some(file),
                Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
                Err(error) => return Err(error),
            }
        }
        if let Some(file) = &mut self.file {
            file.read_to_end(bytes)?;
        }
        Ok(())
    }

    fn path(&self, number: u32) -> PathBuf {
        self.folder
            .join(format!("{}-{number:06}.ndjson", self.destination))
    }
}

#[cfg(test)]
mod tests;
