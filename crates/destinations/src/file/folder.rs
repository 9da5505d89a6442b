//! The folder a file destination writes to, opened name by name from the exports folder, so that no link
//! planted below it leads anywhere else.

use super::writer::Error;
use rustix::fs::{Access, AtFlags, Dir, FileType, Mode, OFlags, accessat, mkdirat, openat, statat};
use rustix::io::Errno;
use std::fs::File;
use std::path::{Path, PathBuf};

/// An open folder.
#[derive(Debug)]
pub(super) struct Folder {
    fd: File,
    path: PathBuf,
}

const FOLDER: OFlags = OFlags::RDONLY.union(OFlags::DIRECTORY).union(OFlags::CLOEXEC);

impl Folder {
    /// Opens `below` under `root`, makes what is missing below `root`, follows no link below `root`.
    pub(super) fn open(root: &Path, below: &Path) -> Result<Self, Error> {
        let opened = rustix::fs::open(root, FOLDER, Mode::empty());
        let fd = opened.map_err(Error::at("open the exports folder", root))?;
        let mut folder = Self {
            fd: fd.into(),
            path: root.to_owned(),
        };
        for name in below {
            folder = folder.enter(Path::new(name))?;
        }
        Ok(folder)
    }

    fn enter(&self, name: &Path) -> Result<Self, Error> {
        let path = self.path.join(name);
        let open = || openat(&self.fd, name, FOLDER | OFlags::NOFOLLOW, Mode::empty());
        let fd = match open() {
            Err(Errno::NOENT) => {
                match mkdirat(&self.fd, name, Mode::from_raw_mode(0o750)) {
                    Ok(()) | Err(Errno::EXIST) => {}
                    Err(error) => return Err(Error::at("make the folder", &path)(error)),
                }
                open()
            }
            other => other,
        };
        match fd {
            Ok(fd) => {
                // Also where it was there: whoever made it may not have come to this.
                self.sync()?;
                Ok(Self { fd: fd.into(), path })
            }
            Err(_) if self.is_link(name) => Err(Error::Link { path }),
            Err(error) => Err(Error::at("open the folder", &path)(error)),
        }
    }

    /// Opens a file of the folder to append to and read; makes it if it is not there.
    pub(super) fn file(&self, name: &str) -> Result<File, Error> {
        let flags = OFlags::RDWR | OFlags::APPEND | OFlags::CREATE | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        match openat(&self.fd, name, flags, Mode::from_raw_mode(0o640)) {
            Ok(fd) => Ok(File::from(fd)),
            Err(Errno::LOOP) => Err(Error::Link {
                path: self.path_of(name),
            }),
            Err(error) => Err(Error::at("open", &self.path_of(name))(error)),
        }
    }

    /// The names in the folder that are UTF-8, in no order.
    pub(super) fn names(&self) -> Result<Vec<String>, Error> {
        let list = || -> Result<Vec<String>, Errno> {
            let entries = Dir::read_from(&self.fd)?;
            let names = entries.map(|entry| Ok(entry?.file_name().to_str().map(str::to_owned).ok()));
            Ok(names
                .collect::<Result<Vec<_>, Errno>>()?
                .into_iter()
                .flatten()
                .collect())
        };
        list().map_err(Error::at("list", &self.path))
    }

    /// Makes names that were added durable.
    pub(super) fn sync(&self) -> Result<(), Error> {
        self.fd
            .sync_all()
            .map_err(Error::at("sync the folder", &self.path))
    }

    /// Whether files can be added.
    pub(super) fn writable(&self) -> Result<(), Error> {
        let access = Access::WRITE_OK | Access::EXEC_OK;
        accessat(&self.fd, ".", access, AtFlags::empty())
            .map_err(Error::at("write to the folder", &self.path))
    }

    pub(super) fn path_of(&self, name: &str) -> PathBuf {
        self.path.join(name)
    }

    fn is_link(&self, name: &Path) -> bool {
        let found = statat(&self.fd, name, AtFlags::SYMLINK_NOFOLLOW);
        found.is_ok_and(|stat| FileType::from_raw_mode(stat.st_mode) == FileType::Symlink)
    }
}
