//! An ext4 file system in a file.

use std::path::{Path, PathBuf};
use std::process::Command;

/// A mounted file system; dropping it unmounts it.
pub(crate) struct Disk {
    image: PathBuf,
    /// Where it is mounted.
    pub(crate) folder: PathBuf,
}

impl Disk {
    /// Makes and mounts a file system of `mib` MiB in `folder`.
    pub(crate) fn new(folder: &Path, mib: u64) -> Self {
        let image = folder.join("disk.img");
        let file = std::fs::File::create(&image).expect("the image can be made");
        file.set_len(mib << 20).expect("the image can be sized");
        run(
            Command::new("mkfs.ext4").args(["-q", "-F"]).arg(&image),
            "apt-get install e2fsprogs",
        );
        let disk = Self {
            image,
            folder: folder.join("disk"),
        };
        std::fs::create_dir_all(&disk.folder).expect("a folder");
        disk.mount();
        disk
    }

    pub(crate) fn mount(&self) {
        run(
            Command::new("mount")
                .args(["-o", "loop"])
                .arg(&self.image)
                .arg(&self.folder),
            "run as root, on a machine with loop devices: modprobe loop",
        );
    }

    pub(crate) fn unmount(&self) {
        run(Command::new("umount").arg(&self.folder), "run as root");
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        // Not mounted any more if the test ended well or between two mounts.
        drop(Command::new("umount").arg(&self.folder).output());
    }
}

fn run(command: &mut Command, mend: &str) {
    let done = command
        .output()
        .unwrap_or_else(|e| panic!("{command:?}: {e}; to mend: {mend}"));
    assert!(
        done.status.success(),
        "{command:?}: {}; to mend: {mend}",
        String::from_utf8_lossy(&done.stderr)
    );
}
