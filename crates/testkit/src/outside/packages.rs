//! The Node packages of the peers, installed once for every lock file.

use sha2::{Digest, Sha256};
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Command;

/// Where the peers are.
pub(super) fn scripts() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/peers")
}

/// The folder with `node_modules` for the lock file in `of`; installs them if nobody has. Others who want the same wait on
/// a lock of the file system. Blocks for as long as that takes.
pub(super) fn folder(of: &Path) -> PathBuf {
    let read = |name: &str| {
        let path = of.join(name);
        fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
    };
    let files = ["package.json", "package-lock.json"].map(|name| (name, read(name)));
    let target = target();
    let folder = target.join(format!("test-peers-{}", hash(files.iter().map(|(_, text)| text))));
    let lock = File::create(target.join("test-peers.lock")).expect("the target folder can be written to");
    lock.lock().expect("a file can be locked");
    if !folder.exists() {
        let unfinished = target.join("test-peers.new");
        if unfinished.exists() {
            fs::remove_dir_all(&unfinished).expect("an unfinished installation can be removed");
        }
        fs::create_dir(&unfinished).expect("the target folder can be written to");
        for (name, text) in files {
            fs::write(unfinished.join(name), text).expect("the target folder can be written to");
        }
        install(&unfinished);
        fs::rename(&unfinished, &folder).expect("a folder can be renamed");
    }
    folder
}

/// The target folder that the running program was built into.
fn target() -> PathBuf {
    let program = std::env::current_exe().expect("a program knows where it is");
    let target = program
        .ancestors()
        .find(|folder| folder.join("CACHEDIR.TAG").exists());
    target
        .unwrap_or_else(|| panic!("{} is in no target folder of cargo", program.display()))
        .to_owned()
}

fn hash<'a>(texts: impl Iterator<Item = &'a Vec<u8>>) -> String {
    let mut hash = Sha256::new();
    texts.for_each(|text| hash.update(text));
    format!("{:x}", hash.finalize())[..12].to_owned()
}

fn install(folder: &Path) {
    let arguments = ["ci", "--ignore-scripts", "--no-audit", "--no-fund"];
    let by_hand = format!(
        "to see for yourself: npm {} --prefix {}",
        arguments.join(" "),
        folder.display()
    );
    match Command::new("npm").args(arguments).current_dir(folder).output() {
        Ok(done) if done.status.success() => {}
        Ok(done) => panic!(
            "the packages of the test peers cannot be installed; {by_hand}\n{}",
            String::from_utf8_lossy(&done.stderr)
        ),
        Err(error) => panic!("the test peers need npm ({error}): apt-get install nodejs npm; {by_hand}"),
    }
}
