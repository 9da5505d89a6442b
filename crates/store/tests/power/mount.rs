//! File systems that a test may fill and cut.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use tempfile::TempDir;

/// What to do where the tools or the rights are missing.
const MEND: &str = "run it as root on Linux with `apt-get install e2fsprogs mount perl`; in a container, with \
                    `docker run --privileged`";

/// A mounted file system in a temporary file. Unmounted when dropped.
pub(crate) struct Mount {
    folder: TempDir,
}

impl Mount {
    /// An ext4 of `mib` MiB (sparse) on a loop device.
    pub(crate) fn ext4(mib: u32) -> Self {
        let mount = Self {
            folder: tempfile::tempdir().unwrap(),
        };
        let image = mount.image();
        run(Command::new("truncate")
            .arg("-s")
            .arg(format!("{mib}M"))
            .arg(&image));
        run(Command::new("mkfs.ext4").args(["-q", "-F"]).arg(&image));
        std::fs::create_dir(mount.path()).unwrap();
        mount.mount();
        mount
    }

    /// Where it is mounted.
    pub(crate) fn path(&self) -> PathBuf {
        self.folder.path().join("mounted")
    }

    /// Unmounts and mounts it again: the log is replayed, as after a cut.
    pub(crate) fn remount(&self) {
        self.unmount();
        self.mount();
    }

    /// Gets ready to cut the power within microseconds.
    pub(crate) fn plug(&self) -> Plug {
        // EXT4_IOC_SHUTDOWN with EXT4_GOING_FLAGS_NOLOGFLUSH. Perl, because an ioctl is not safe Rust.
        let script = r#"open(my $root, "<", $ARGV[0]) or die "open: $!"; $| = 1; print "ready\n"; <STDIN>;
                        my $flag = pack("L", 2); ioctl($root, 0x8004587d, $flag) or die "shutdown: $!";"#;
        let mut command = Command::new("perl");
        command
            .args(["-e", script])
            .arg(self.path())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped());
        let mut child = command
            .spawn()
            .unwrap_or_else(|error| panic!("perl: {error}; {MEND}"));
        let mut ready = [0; 6];
        std::io::Read::read_exact(child.stdout.as_mut().unwrap(), &mut ready).unwrap();
        Plug { child }
    }

    fn image(&self) -> PathBuf {
        self.folder.path().join("image")
    }

    fn mount(&self) {
        run(Command::new("mount")
            .args(["-o", "loop"])
            .arg(self.image())
            .arg(self.path()));
    }

    fn unmount(&self) {
        run(Command::new("umount").arg(self.path()));
    }
}

impl Drop for Mount {
    fn drop(&mut self) {
        // Lazily: after a failure somebody may still be in there, and it must not fail a second time over this.
        let unmounted = Command::new("umount").arg("-l").arg(self.path()).status();
        if !unmounted.is_ok_and(|status| status.success()) {
            eprintln!("{} stays mounted", self.path().display());
        }
    }
}

/// A process with its hand on the plug.
pub(crate) struct Plug {
    child: Child,
}

impl Plug {
    pub(crate) fn pull(mut self) {
        self.child.stdin.take().unwrap().write_all(b"\n").unwrap();
        assert!(
            self.child.wait().unwrap().success(),
            "the file system would not shut down; {MEND}"
        );
    }
}

fn run(command: &mut Command) {
    let program = Path::new(command.get_program()).display().to_string();
    let output = command
        .output()
        .unwrap_or_else(|error| panic!("{program}: {error}; {MEND}"));
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{program}: {}; {MEND}", said.trim());
}
