//! A disk that fails below chosen folders; see `tests/native/disk.c`.

use crate::common::exports::{self, Line};
use crate::common::native;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

/// The folders of file destinations, and what goes wrong there.
pub(crate) struct Disk {
    library: PathBuf,
    faults: PathBuf,
    exports: PathBuf,
    /// Where folders are that are away.
    away: PathBuf,
}

impl Disk {
    pub(crate) fn new(root: &Path, exports: PathBuf) -> Self {
        let library = native::compile("disk", root, true);
        let (faults, away) = (root.join("faults"), root.join("away"));
        for folder in [&faults, &away] {
            fs::create_dir(folder).expect("a folder");
        }
        Self {
            library,
            faults,
            exports,
            away,
        }
    }

    /// What the server has to be started with.
    pub(crate) fn environment(&self) -> Vec<(&'static str, &str)> {
        vec![
            ("LD_PRELOAD", self.library.to_str().expect("text")),
            ("DISK_FAULTS", self.faults.to_str().expect("text")),
        ]
    }

    pub(crate) fn arm(&self, name: &str, line: &str) {
        self.forget(name);
        // At once there with all of its line.
        let written = self.faults.join(format!("{name}.new"));
        fs::write(&written, format!("{line}\n")).expect("written");
        fs::rename(written, self.faults.join(name)).expect("renamed");
    }

    /// Whether what was armed has happened.
    pub(crate) fn happened(&self, name: &str) -> bool {
        !self.faults.join(name).exists() || self.seen(name).exists()
    }

    /// Ends what does not end by itself.
    pub(crate) fn forget(&self, name: &str) {
        for path in [self.faults.join(name), self.seen(name)] {
            if path.exists() {
                fs::remove_file(path).expect("removed");
            }
        }
    }

    /// A file is where the folder was.
    pub(crate) fn take_away(&self, name: &str) {
        let folder = self.exports.join(name);
        if folder.exists() {
            fs::rename(&folder, self.away.join(name)).expect("moved");
        }
        fs::write(folder, "not a folder").expect("written");
    }

    pub(crate) fn bring_back(&self, name: &str) {
        let folder = self.exports.join(name);
        fs::remove_file(&folder).expect("removed");
        let away = self.away.join(name);
        if away.exists() {
            fs::rename(away, folder).expect("moved");
        }
    }

    /// Leaves half a line at the end of the newest file; it is the first if none was begun.
    pub(crate) fn tear(&self, name: &str) {
        let folder = self.exports.join(name);
        fs::create_dir_all(&folder).expect("a folder");
        let files = fs::read_dir(&folder).expect("a folder");
        let newest = files.map(|file| file.expect("an entry").path()).max();
        let newest = newest.unwrap_or_else(|| folder.join(format!("{name}-000001.ndjson")));
        let mut file = fs::OpenOptions::new()
            .append(true)
            .create(true)
            .open(newest)
            .expect("opened");
        file.write_all(br#"{"_weir":{"id":"half of a li"#)
            .expect("written");
    }

    /// All lines, in the order in which they were written.
    pub(crate) fn lines(&self, name: &str) -> Vec<Line> {
        exports::read(&self.exports.join(name))
    }

    fn seen(&self, name: &str) -> PathBuf {
        self.faults.join(format!("{name}.seen"))
    }
}
