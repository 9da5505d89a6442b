//! Reads input files line by line, in bounded memory.

use anyhow::{Context, Result};
use std::fs::{self, File};
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};

/// A file of lines.
pub(super) struct Lines {
    reader: Box<dyn BufRead>,
    path: PathBuf,
    buffer: Vec<u8>,
    number: u64,
}

/// One line, without its end.
pub(super) struct Line<'a> {
    pub(super) number: u64,
    pub(super) bytes: &'a [u8],
}

/// Longer lines are read no further than this; the parser refuses them by their size.
const LONGEST: u64 = xdm::MAX_MESSAGE_BYTES as u64 + 2;

impl Lines {
    /// Opens a file; `-` is stdin.
    pub(super) fn open(path: &Path) -> Result<Self> {
        let reader: Box<dyn BufRead> = if path == Path::new("-") {
            Box::new(BufReader::with_capacity(1 << 20, std::io::stdin()))
        } else {
            let file =
                File::open(path).with_context(|| format!("cannot read the input {}", path.display()))?;
            Box::new(BufReader::with_capacity(1 << 20, file))
        };
        Ok(Self {
            reader,
            path: path.to_owned(),
            buffer: Vec::new(),
            number: 0,
        })
    }

    /// The size of all inputs, or 0 if it cannot be known.
    pub(super) fn total_bytes(paths: &[PathBuf]) -> u64 {
        let sizes = paths.iter().map(|path| {
            fs::metadata(path)
                .ok()
                .filter(fs::Metadata::is_file)
                .map(|m| m.len())
        });
        sizes.sum::<Option<u64>>().unwrap_or(0)
    }

    /// The next line that is not blank.
    pub(super) fn next(&mut self) -> Result<Option<Line<'_>>> {
        loop {
            self.buffer.clear();
            let read = (&mut self.reader)
                .take(LONGEST)
                .read_until(b'\n', &mut self.buffer);
            let read = read
                .with_context(|| format!("cannot read {} after line {}", self.path.display(), self.number))?;
            if read == 0 {
                return Ok(None);
            }
            self.number += 1;
            if self.buffer.last() != Some(&b'\n') && read as u64 == LONGEST {
                self.reader
                    .skip_until(b'\n')
                    .with_context(|| format!("cannot read {}", self.path.display()))?;
            }
            if !self.buffer.trim_ascii().is_empty() {
                break;
            }
        }
        Ok(Some(Line {
            number: self.number,
            bytes: self.buffer.trim_ascii_end(),
        }))
    }
}
