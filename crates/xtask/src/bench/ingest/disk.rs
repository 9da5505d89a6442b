//! What a folder takes on the disk.

use anyhow::{Context, Result};
use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

/// Bytes allocated to the files in a folder that nobody writes to.
pub(super) fn bytes(folder: &Path) -> Result<u64> {
    let entries = fs::read_dir(folder).with_context(|| format!("cannot read {}", folder.display()))?;
    let mut bytes = 0;
    for entry in entries {
        let entry = entry?;
        let found = entry.metadata()?;
        bytes += if found.is_dir() {
            self::bytes(&entry.path())?
        } else {
            found.blocks() * 512
        };
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests;
