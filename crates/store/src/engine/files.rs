//! What engines that keep files have in common.

use crate::error::{Error, Result};
use std::any::Any;
use std::fs::{self, File};
use std::io;
use std::os::unix::fs::MetadataExt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

/// Makes an empty database aside and moves it in place as `folder/name` when all of it is durable, so that a cut in
/// the middle leaves nothing that could be mistaken for a store.
pub(super) fn make_aside(folder: &Path, name: &str, make: impl FnOnce(&Path) -> Result<()>) -> Result<()> {
    let (aside, live) = (folder.join(format!("{name}.new")), folder.join(name));
    if aside.exists() {
        fs::remove_dir_all(&aside).map_err(Error::io("remove", &aside))?;
    }
    make(&aside)?;
    sync_tree(&aside).map_err(Error::io("sync", &aside))?;
    fs::rename(&aside, &live).map_err(Error::io("make", &live))?;
    sync_path(folder).map_err(Error::io("sync", folder))?;
    let parent = folder.canonicalize().map_err(Error::io("find", folder))?;
    match parent.parent() {
        Some(parent) => sync_path(parent).map_err(Error::io("sync", parent)),
        None => Ok(()),
    }
}

/// Engines answer some damage with a panic: it becomes an error that says so.
pub(super) fn guarded<T, E: ToString>(
    folder: &Path,
    engine: &str,
    open: impl FnOnce() -> std::result::Result<T, E>,
) -> Result<T> {
    let why = match catch_unwind(AssertUnwindSafe(open)) {
        Ok(Ok(opened)) => return Ok(opened),
        Ok(Err(error)) => error.to_string(),
        Err(panic) => format!("{engine} panicked: {}", said(&*panic)),
    };
    Err(unopenable(folder, why))
}

fn said(panic: &(dyn Any + Send)) -> &str {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    text.or_else(|| panic.downcast_ref::<&str>().copied())
        .unwrap_or("no reason given")
}

pub(super) fn unopenable(folder: &Path, why: String) -> Error {
    Error::Unopenable {
        folder: folder.to_owned(),
        why,
    }
}

/// Makes the next read of a file come from the disk. After a failed sync Linux marks the pages clean and keeps them:
/// what was never written would be read as if it had been, and what is committed after it would have a hole before it.
pub(super) fn drop_unsynced(path: &Path) -> io::Result<()> {
    rustix::fs::fadvise(File::open(path)?, 0, None, rustix::fs::Advice::DontNeed)?;
    Ok(())
}

pub(super) fn sync_path(path: &Path) -> io::Result<()> {
    File::open(path)?.sync_all()
}

/// Syncs a folder and all that is in it.
fn sync_tree(folder: &Path) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            sync_tree(&entry.path())?;
        } else {
            sync_path(&entry.path())?;
        }
    }
    sync_path(folder)
}

/// Bytes allocated to the files in a folder.
pub(super) fn tree_bytes(folder: &Path) -> io::Result<u64> {
    let mut bytes = 0;
    // Engines remove files and folders as they go.
    let unless_gone = |error: io::Error| match error.kind() {
        io::ErrorKind::NotFound => Ok(0),
        _ => Err(error),
    };
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        bytes += match entry.metadata() {
            Ok(found) if found.is_dir() => tree_bytes(&entry.path()).or_else(unless_gone)?,
            Ok(found) => found.blocks() * 512,
            Err(error) => unless_gone(error)?,
        };
    }
    Ok(bytes)
}

/// Bytes left on the file system of `folder` for who is not root.
pub(super) fn free_bytes(folder: &Path) -> io::Result<u64> {
    let stat = rustix::fs::statvfs(folder)?;
    Ok(stat.f_bavail * stat.f_frsize)
}
