//! Room on the disk, taken before sled writes.
//!
//! sled does not survive a full disk: it writes several segments at a time, one of them fails in the middle of its
//! log, and what was acknowledged before can no longer be read (seen in every run of a full 96 MiB disk). So blocks
//! behind the end of its file are allocated before rows are handed to it, and rows for which there are none are
//! refused with nothing written.

use crate::engine::files::free_bytes;
use crate::engine::{Change, Key};
use crate::error::{Error, Result};
use rustix::fs::FallocateFlags;
use rustix::io::Errno;
use std::fs::File;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

/// What sled may write of itself between two batches: it moves what is left of emptying segments together.
const RESERVE: u64 = 16 << 20;
/// What is allocated at once, if there is that much, so that few batches have to ask.
const AHEAD: u64 = 16 << 20;
/// Bytes written per byte of a batch at most: a row is written as it is, and once more with the page it is in
/// after some ten writes, which has up to seventeen rows.
const AMPLIFICATION: u64 = 4;

/// Makes sure that `rows` can be written to the data file in `folder`.
pub(super) fn take(file: &File, folder: &Path, rows: &[(&Key, &Change)]) -> Result<()> {
    let bytes: usize = rows.iter().map(|(key, change)| key.len() + change.bytes()).sum();
    let found = file.metadata().map_err(Error::io("measure", folder))?;
    // In the units of POSIX, whatever the block size of the file system.
    let allocated = found.blocks() * 512;
    let wanted = found.len() + RESERVE + AMPLIFICATION * bytes as u64;
    if allocated >= wanted {
        return Ok(());
    }
    let free = free_bytes(folder).map_err(Error::io("measure", folder))?;
    let needed = wanted - allocated;
    let full = |needed| {
        let folder = folder.to_owned();
        Err(Error::Full { folder, free, needed })
    };
    if free < needed {
        return full(needed);
    }
    let ahead = if free < needed + AHEAD { 0 } else { AHEAD };
    match rustix::fs::fallocate(file, FallocateFlags::KEEP_SIZE, 0, wanted + ahead) {
        // A file system that cannot allocate ahead had the room a moment ago.
        Ok(()) | Err(Errno::OPNOTSUPP) => Ok(()),
        // A quota, or somebody was faster: what is free says nothing.
        Err(Errno::NOSPC | Errno::DQUOT) => full(free + 1),
        Err(error) => Err(Error::io("allocate room in", folder)(error.into())),
    }
}
