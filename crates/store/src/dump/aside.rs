//! A file that gets its name when it is whole.

use super::{Dumped, check};
use crate::error::{Error, Result};
use std::fs::{self, File};
use std::io;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

/// A file beside the place where it will be. What is not finished is removed.
pub(super) struct Aside {
    file: File,
    part: PathBuf,
    path: PathBuf,
}

impl Aside {
    /// A file for `path`, where nothing may be.
    pub(super) fn create(path: &Path) -> Result<Self> {
        if path.exists() {
            return Err(Error::io("make", path)(io::ErrorKind::AlreadyExists.into()));
        }
        let mut name = path.as_os_str().to_owned();
        name.push(".part");
        let part = PathBuf::from(name);
        // All that is known of people is in it.
        let file = File::options()
            .write(true)
            .create(true)
            .truncate(true)
            .mode(0o600)
            .open(&part)
            .map_err(Error::io("make", &part))?;
        let path = path.to_owned();
        Ok(Self { file, part, path })
    }

    /// Where its bytes go.
    pub(super) fn file(&self) -> &File {
        &self.file
    }

    /// Makes it durable, reads it back, which must find what was `written`, and gives it its name.
    pub(super) fn finish(self, written: Dumped) -> Result<Dumped> {
        let Self { file, part, path } = &self;
        file.sync_all().map_err(Error::io("sync", part))?;
        // What is read back comes from the disk, not from memory.
        rustix::fs::fadvise(file, 0, None, rustix::fs::Advice::DontNeed)
            .map_err(|error| Error::io("read back", part)(error.into()))?;
        if check(part)? != written {
            let why = "what is read back is not what was written";
            let path = path.clone();
            return Err(Error::Torn { path, at: 0, why });
        }
        fs::rename(part, path).map_err(Error::io("make", path))?;
        let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty());
        let folder = parent.unwrap_or(Path::new("."));
        let synced = File::open(folder).and_then(|folder| folder.sync_all());
        synced.map_err(Error::io("sync", folder))?;
        Ok(written)
    }
}

impl Drop for Aside {
    fn drop(&mut self) {
        // A finished one is not there any more under this name.
        if let Err(error) = fs::remove_file(&self.part)
            && error.kind() != io::ErrorKind::NotFound
        {
            tracing::warn!(file = %self.part.display(), %error, "an unfinished backup cannot be removed");
        }
    }
}
