//! What lies in the data folder beside the store: the admin token, and the address of the server that runs.

use anyhow::{Context, Result, bail};
use control::Secret;
use std::fs::{self, OpenOptions, Permissions};
use std::io::{ErrorKind, Read, Write};
use std::net::SocketAddr;
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

const TOKEN: &str = "admin-token";
const ADDRESS: &str = "address";
/// Bytes of a token, before they are written in hex.
const TOKEN_BYTES: usize = 32;

/// The path of the admin token.
pub(crate) fn token_path(data: &Path) -> PathBuf {
    data.join(TOKEN)
}

/// The admin token; made at the first start, for the owner's eyes only.
pub(crate) fn admin_token(data: &Path) -> Result<Secret> {
    let path = token_path(data);
    let made = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(&path);
    match made {
        Ok(mut file) => {
            let token = random_hex()?;
            // A half-written token would be taken for a whole one at the next start.
            let written = writeln!(file, "{token}").and_then(|()| file.sync_all());
            if let Err(error) = written {
                drop(fs::remove_file(&path));
                return Err(error).with_context(|| format!("cannot write {}", path.display()));
            }
            Ok(Secret::new(token))
        }
        Err(error) if error.kind() == ErrorKind::AlreadyExists => read_token(data),
        Err(error) => Err(error).with_context(|| format!("cannot make {}", path.display())),
    }
}

/// The admin token of a server that was started on `data` before.
pub(crate) fn read_token(data: &Path) -> Result<Secret> {
    let path = token_path(data);
    let text = fs::read_to_string(&path)
        .with_context(|| format!("cannot read the admin token in {}", path.display()))?;
    let mode = fs::metadata(&path).map_or(0, |file| file.permissions().mode());
    if mode & 0o077 != 0 {
        tracing::warn!(file = %path.display(), "others can read the admin token: chmod 600 it");
    }
    match text.trim() {
        "" => bail!(
            "{} is empty: remove it, and the next start makes a new token",
            path.display()
        ),
        token => Ok(Secret::new(token)),
    }
}

/// Says where the server listens, for as long as it runs.
#[derive(Debug)]
pub(crate) struct AddressFile(PathBuf);

impl AddressFile {
    /// Writes `address`, over one that a crash left.
    pub(crate) fn write(data: &Path, address: SocketAddr) -> Result<Self> {
        let (path, fresh) = (data.join(ADDRESS), data.join("address.new"));
        let written = fs::write(&fresh, format!("{address}\n")).and_then(|()| fs::rename(&fresh, &path));
        written.with_context(|| format!("cannot write {}", path.display()))?;
        Ok(Self(path))
    }
}

impl Drop for AddressFile {
    fn drop(&mut self) {
        if let Err(error) = fs::remove_file(&self.0) {
            tracing::warn!(file = %self.0.display(), %error, "the address of the server cannot be taken away");
        }
    }
}

/// Where the server on `data` listens.
pub(crate) fn read_address(data: &Path) -> Result<SocketAddr> {
    let path = data.join(ADDRESS);
    let text = fs::read_to_string(&path).with_context(|| {
        format!(
            "no server runs on {} (there is no {}): start it with `weir serve`, or name it with --server",
            data.display(),
            path.display()
        )
    })?;
    text.trim()
        .parse()
        .with_context(|| format!("{} holds no address", path.display()))
}

/// Makes the data folder, for the owner only.
pub(crate) fn make(data: &Path) -> Result<()> {
    if data.is_dir() {
        return Ok(());
    }
    fs::create_dir_all(data).with_context(|| format!("cannot make the data folder {}", data.display()))?;
    fs::set_permissions(data, Permissions::from_mode(0o700))
        .with_context(|| format!("cannot keep others out of {}", data.display()))
}

fn random_hex() -> Result<String> {
    let mut bytes = [0; TOKEN_BYTES];
    let source = Path::new("/dev/urandom");
    let read = fs::File::open(source).and_then(|mut file| file.read_exact(&mut bytes));
    read.with_context(|| format!("cannot read {}", source.display()))?;
    Ok(bytes
        .iter()
        .fold(String::new(), |hex, byte| format!("{hex}{byte:02x}")))
}

#[cfg(test)]
mod tests;
