//! Room on the disk, looked for before fjall writes.

use super::{Fjall, TABLE};
use crate::engine::files::free_bytes;
use crate::engine::{Change, Key};
use crate::error::{Error, Result};

/// What merging tables takes at a time, beside the tables it merges: those of the first level and of the one they go
/// to. Rarely more; then the merge fails, which is no harm.
const MERGED: u64 = 8 * TABLE;
/// Bytes of the journal a write takes beside key and value, and of a table for its index and filter.
const OVERHEAD: u64 = 64;
/// Lists of tables, folders, the head of a new journal.
const SLACK: u64 = 1 << 20;

impl Fjall {
    /// Makes sure that `rows` can be written to the journal, that all which is in memory can be flushed, and that
    /// tables can be merged. Blocks cannot be set aside for fjall as they are for sled: another program may take what
    /// is counted here. Then a write fails, and the engine is opened again on what is durable.
    pub(super) fn take_room(&self, rows: &[(&Key, &Change)]) -> Result<()> {
        let bytes: usize = rows.iter().map(|(key, change)| key.len() + change.bytes()).sum();
        let bytes = bytes as u64 + OVERHEAD * rows.len() as u64;
        let merged = self.rows.disk_space().min(MERGED);
        // They count twice: for the journal, and for the flush that follows.
        let needed = 2 * bytes + self.db.write_buffer_size() + merged + SLACK;
        let folder = &self.folder;
        let free = free_bytes(folder).map_err(Error::io("measure", folder))?;
        if free >= needed {
            return Ok(());
        }
        let folder = folder.to_owned();
        Err(Error::Full { folder, free, needed })
    }
}
