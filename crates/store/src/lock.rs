//! One writer a folder.

use crate::error::{Error, Result};
use rustix::fs::{FlockOperation, flock};
use rustix::io::Errno;
use std::fs::{File, OpenOptions};
use std::io::{Read as _, Seek as _, Write as _};
use std::path::Path;
use std::time::Duration;

/// The lock on a store folder; the operating system drops it with the process, however that ends.
pub(crate) struct FolderLock {
    _file: File,
}

impl FolderLock {
    /// Takes the lock of `folder`, or says who has it. Waits a little: a process that just ended, or was just
    /// started by this one, may still have the file open.
    pub(crate) fn take(folder: &Path) -> Result<Self> {
        retry(
            Duration::from_millis(500),
            || Self::try_take(folder),
            |error| matches!(error, Error::Locked { .. }),
        )
    }

    fn try_take(folder: &Path) -> Result<Self> {
        let path = folder.join("lock");
        let open = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(&path);
        let mut file = open.map_err(Error::io("open", &path))?;
        match flock(&file, FlockOperation::NonBlockingLockExclusive) {
            Ok(()) => {}
            Err(Errno::WOULDBLOCK) => {
                let mut text = String::new();
                let read = file.read_to_string(&mut text).is_ok();
                return Err(Error::Locked {
                    folder: folder.to_owned(),
                    pid: text.trim().parse().ok().filter(|_| read),
                });
            }
            Err(errno) => return Err(Error::io("lock", &path)(errno.into())),
        }
        // For the message above only: a full disk is no reason not to open.
        let note = format!("{}\n", std::process::id());
        let noted = file
            .set_len(0)
            .and_then(|()| file.rewind())
            .and_then(|()| file.write_all(note.as_bytes()));
        if let Err(error) = noted {
            tracing::debug!(%error, "the lock file cannot name its holder");
        }
        Ok(Self { _file: file })
    }
}

/// Tries until it works, fails for good, or `limit` has passed.
pub(crate) fn retry<T>(
    limit: Duration,
    mut attempt: impl FnMut() -> Result<T>,
    passing: impl Fn(&Error) -> bool,
) -> Result<T> {
    const PAUSE: Duration = Duration::from_millis(20);
    let mut waited = Duration::ZERO;
    loop {
        match attempt() {
            Err(error) if passing(&error) && waited < limit => pause(PAUSE),
            done => return done,
        }
        waited += PAUSE;
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "opening files is synchronous, and what it waits for happens in real time"
)]
fn pause(span: Duration) {
    std::thread::sleep(span);
}
