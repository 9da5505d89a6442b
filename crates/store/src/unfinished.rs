//! Folders that are being filled.

use crate::error::{Error, Result};
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

/// The mark on a folder that is being filled. Who finds it, finds no store, however much is there.
pub(crate) struct Unfinished {
    folder: PathBuf,
}

impl Unfinished {
    /// Marks `folder`, which must hold nothing; it is made if it is not there.
    pub(crate) fn begin(folder: &Path) -> Result<Self> {
        fs::create_dir_all(folder).map_err(Error::io("make", folder))?;
        let mut entries = fs::read_dir(folder).map_err(Error::io("read", folder))?;
        if entries.next().is_some() {
            let folder = folder.to_owned();
            return Err(Error::NotEmpty { folder });
        }
        let mark = mark(folder);
        File::create_new(&mark).map_err(Error::io("make", &mark))?;
        sync(folder)?;
        let folder = folder.to_owned();
        Ok(Self { folder })
    }

    /// Takes the mark away: all is there and durable.
    pub(crate) fn finish(self) -> Result<()> {
        let mark = mark(&self.folder);
        fs::remove_file(&mark).map_err(Error::io("remove", &mark))?;
        sync(&self.folder)
    }

    /// Refuses a folder with the mark.
    pub(crate) fn check(folder: &Path) -> Result<()> {
        let mark = mark(folder);
        match mark.try_exists() {
            Ok(false) => Ok(()),
            Ok(true) => Err(Error::Unfinished),
            Err(error) => Err(Error::io("look for", &mark)(error)),
        }
    }
}

fn mark(folder: &Path) -> PathBuf {
    folder.join("unfinished")
}

fn sync(folder: &Path) -> Result<()> {
    let synced: io::Result<()> = File::open(folder).and_then(|folder| folder.sync_all());
    synced.map_err(Error::io("sync", folder))
}
