//! The folder of a demo: one that goes away with it, or one that the user named.

use crate::folder;
use anyhow::{Context, Result, bail};
use std::fs;
use std::path::{Path, PathBuf};
use tempfile::TempDir;

/// Marks a folder as that of a demo. A server that runs on data it does not know would send what waits there.
const MARK: &str = "demo.txt";
const MARK_TEXT: &str = "\
This folder was made by `weir demo`: store/ is what the server keeps, exports/ is what it delivered.
`weir demo --data` on this folder goes on where the last demo ended, and so does `weir serve --data`.
Nothing else needs the folder: delete it when you have seen enough.
";

/// Where a demo keeps everything.
#[derive(Debug)]
pub(super) enum Place {
    /// Removed at the end.
    Temporary(TempDir),
    /// Left as it is.
    Kept(PathBuf),
}

impl Place {
    /// A fresh temporary folder, or `data`, which must be new, empty, or of a demo before this one.
    pub(super) fn take(data: Option<&Path>) -> Result<Self> {
        let Some(data) = data else {
            let parent = std::env::temp_dir();
            let made = tempfile::Builder::new().prefix("weir-demo-").tempdir_in(&parent);
            let made = made.with_context(|| {
                format!(
                    "cannot make a folder in {}; --data DIR puts it elsewhere",
                    parent.display()
                )
            })?;
            return Ok(Self::Temporary(made));
        };
        let mark = data.join(MARK);
        if !mark.is_file() {
            if data.exists() && !is_empty(data)? {
                bail!(
                    "{} holds something that no demo made; name a folder that is new or empty",
                    data.display()
                );
            }
            folder::make(data)?;
        }
        // Written each time: so it also tells whether the folder can be written to.
        fs::write(&mark, MARK_TEXT).with_context(|| format!("cannot write {}", mark.display()))?;
        let whole = data
            .canonicalize()
            .with_context(|| format!("cannot look at {}", data.display()))?;
        Ok(Self::Kept(whole))
    }

    pub(super) fn path(&self) -> &Path {
        match self {
            Self::Temporary(folder) => folder.path(),
            Self::Kept(folder) => folder,
        }
    }

    /// Whether it stays when the demo ends.
    pub(super) fn stays(&self) -> bool {
        matches!(self, Self::Kept(_))
    }

    /// Removes a temporary folder. Without this, dropping does, and tells nobody if it cannot.
    pub(super) fn leave(self) -> Result<()> {
        match self {
            Self::Temporary(folder) => {
                let path = folder.path().to_owned();
                folder
                    .close()
                    .with_context(|| format!("cannot remove {}", path.display()))
            }
            Self::Kept(_) => Ok(()),
        }
    }
}

fn is_empty(folder: &Path) -> Result<bool> {
    let mut entries =
        fs::read_dir(folder).with_context(|| format!("cannot look into {}", folder.display()))?;
    Ok(entries.next().is_none())
}

#[cfg(test)]
mod tests;
