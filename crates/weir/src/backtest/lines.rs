//! Reads input files in blocks of whole lines, in bounded memory.

use anyhow::{Context, Result};
use std::fs::{self, File};
use std::io::{BufRead, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// A file of lines.
pub(super) struct Lines {
    reader: Box<dyn Read>,
    path: Arc<Path>,
    /// What was read of the first line of the next block.
    begun: Vec<u8>,
}

/// Whole lines of a file, but for the end of one that is too long.
pub(super) struct Block {
    pub(super) path: Arc<Path>,
    pub(super) bytes: Vec<u8>,
}

/// Read at a time: some thousand lines. Whoever is in several of them is worked on once; more would be far away again by then.
const BLOCK: usize = 1 << 20;
/// A longer line is kept no further than this and what was read with it; the parser refuses it by its size.
const LONGEST: usize = xdm::MAX_MESSAGE_BYTES + 2;

impl Lines {
    /// Opens a file; `-` is stdin.
    pub(super) fn open(path: &Path) -> Result<Self> {
        let reader: Box<dyn Read> = if path == Path::new("-") {
            Box::new(std::io::stdin())
        } else {
            let file = File::open(path);
            Box::new(file.with_context(|| format!("cannot read the input {}", path.display()))?)
        };
        Ok(Self::of(reader, path))
    }

    fn of(reader: Box<dyn Read>, path: &Path) -> Self {
        Self {
            reader,
            path: path.into(),
            begun: Vec::new(),
        }
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

    /// The next lines, in `room`, whatever was there; `None` at the end of the file.
    pub(super) fn next(&mut self, room: Vec<u8>) -> Result<Option<Block>> {
        let mut bytes = room;
        bytes.clear();
        bytes.reserve(self.begun.len() + BLOCK);
        bytes.append(&mut self.begun);
        loop {
            let known = bytes.len();
            let read = (&mut self.reader).take(BLOCK as u64).read_to_end(&mut bytes);
            let read = read.with_context(|| format!("cannot read {}", self.path.display()))?;
            let end = bytes[known..].iter().rposition(|byte| *byte == b'\n');
            if let Some(end) = end.filter(|_| read > 0) {
                self.begun = bytes.split_off(known + end + 1);
                break;
            }
            if read == 0 {
                break;
            }
            // All of it is one line.
            bytes.truncate(LONGEST);
        }
        let path = Arc::clone(&self.path);
        Ok((!bytes.is_empty()).then_some(Block { path, bytes }))
    }
}

impl Block {
    /// The lines that are not blank, without their ends, each with its number in the block from 1 on; and how many
    /// lines it has in all.
    pub(super) fn lines(&self) -> (Vec<(u64, &[u8])>, u64) {
        let (mut lines, mut number) = (Vec::new(), 0);
        let mut rest = self.bytes.as_slice();
        while !rest.is_empty() {
            let from = rest;
            // Within memory this cannot fail, and it is the fastest search that std has.
            let length = rest.skip_until(b'\n').unwrap_or(from.len());
            number += 1;
            let line = from[..length].trim_ascii_end();
            if !line.is_empty() {
                lines.push((number, line));
            }
        }
        (lines, number)
    }
}

#[cfg(test)]
mod tests;
