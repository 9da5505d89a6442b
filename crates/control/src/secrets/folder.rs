//! Reads a file below a folder, following no symbolic link on the way: each step of the path is opened from
//! the one before, so that nothing can be put in its place in between.

use super::{Secret, SecretError};
use rustix::fs::{FileType, Mode, OFlags, fstat, open, openat};
use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

/// Far above any key or certificate.
const LARGEST: u64 = 64 * 1024;

/// What the file at `path` (checked names, separated by `/`) says, without the line break at its end.
pub(super) fn read(folder: &Path, path: &str) -> Result<Secret, SecretError> {
    let bytes = bytes(folder, path).map_err(|source| SecretError::Unreadable {
        path: path.to_owned(),
        source,
    })?;
    let text = String::from_utf8(bytes).map_err(|_| SecretError::NotText(format!("file:{path}")))?;
    let text = text
        .strip_suffix('\n')
        .map_or(text.as_str(), |text| text.strip_suffix('\r').unwrap_or(text));
    if text.is_empty() {
        return Err(SecretError::Empty(format!("file:{path}")));
    }
    Ok(Secret::new(text))
}

fn bytes(folder: &Path, path: &str) -> io::Result<Vec<u8>> {
    let way = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    // Not blocking: a pipe in the place of a file must not hold the server.
    let end = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
    // The folder itself is the owner's word, and may be a link.
    let mut at = open(
        folder,
        OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC,
        Mode::empty(),
    )?;
    let (folders, name) = path
        .rsplit_once('/')
        .map_or(("", path), |(folders, name)| (folders, name));
    for folder in folders.split('/').filter(|folder| !folder.is_empty()) {
        at = openat(&at, folder, way, Mode::empty())?;
    }
    let file = openat(&at, name, end, Mode::empty())?;
    if FileType::from_raw_mode(fstat(&file)?.st_mode) != FileType::RegularFile {
        return Err(io::Error::other("it is not a regular file"));
    }
    let mut bytes = Vec::new();
    File::from(file).take(LARGEST + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > LARGEST {
        return Err(io::Error::other("it is larger than 64 KiB"));
    }
    Ok(bytes)
}
