//! A terminal of 80 by 24 that a program runs in.

use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use rustix::termios::{LocalModes, Winsize, tcgetattr, tcsetwinsize};
use std::fs::{File, OpenOptions};
use std::io::{Read, Write};
use std::os::fd::OwnedFd;
use std::process::{Child, Command};
use std::sync::{Arc, Condvar, Mutex};
use std::time::Duration;

/// How long anything may take on a busy machine.
const PATIENCE: Duration = Duration::from_secs(30);

/// What was written to a terminal, and a word when there is more.
#[derive(Default)]
struct Screen {
    shown: Mutex<Vec<u8>>,
    more: Condvar,
}

/// Both ends of a pseudo-terminal.
pub(super) struct Terminal {
    keyboard: File,
    program: File,
    screen: Arc<Screen>,
}

impl Terminal {
    pub(super) fn open() -> Self {
        let ours = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).expect("a pseudo-terminal");
        grantpt(&ours)
            .and_then(|()| unlockpt(&ours))
            .expect("its other end");
        let name = ptsname(&ours, Vec::new())
            .expect("its name")
            .into_string()
            .expect("text");
        let program = OpenOptions::new()
            .read(true)
            .write(true)
            .open(name)
            .expect("its other end");
        let size = Winsize {
            ws_row: 24,
            ws_col: 80,
            ws_xpixel: 0,
            ws_ypixel: 0,
        };
        tcsetwinsize(&ours, size).expect("a size");
        let keyboard = File::from(ours);
        let screen = Arc::new(Screen::default());
        let (mut wire, seen) = (keyboard.try_clone().expect("a handle"), Arc::clone(&screen));
        std::thread::spawn(move || read(&mut wire, &seen));
        Self {
            keyboard,
            program,
            screen,
        }
    }

    pub(super) fn spawn(&self, mut command: Command) -> Child {
        let end = || OwnedFd::from(self.program.try_clone().expect("a handle"));
        command
            .stdin(end())
            .stdout(end())
            .stderr(end())
            .spawn()
            .expect("the program starts")
    }

    pub(super) fn press(&mut self, key: &[u8]) {
        self.keyboard.write_all(key).expect("a key");
    }

    /// Everything that was written to it.
    pub(super) fn shown(&self) -> String {
        text(&self.screen.shown.lock().expect("no poison"))
    }

    pub(super) fn wait_for(&self, wanted: &str) {
        let shown = self.screen.shown.lock().expect("no poison");
        let missing = |shown: &mut Vec<u8>| !text(shown).contains(wanted);
        let (shown, _) = self
            .screen
            .more
            .wait_timeout_while(shown, PATIENCE, missing)
            .expect("no poison");
        assert!(
            text(&shown).contains(wanted),
            "{wanted:?} does not show: {}",
            text(&shown)
        );
    }

    /// Whether keys go to the program as they are.
    pub(super) fn is_raw(&self) -> bool {
        let modes = tcgetattr(&self.program).expect("the modes").local_modes;
        !modes.contains(LocalModes::ICANON) && !modes.contains(LocalModes::ECHO)
    }
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// Until both ends are closed.
fn read(wire: &mut File, screen: &Screen) {
    let mut buffer = [0; 4096];
    while let Ok(count @ 1..) = wire.read(&mut buffer) {
        screen
            .shown
            .lock()
            .expect("no poison")
            .extend_from_slice(&buffer[..count]);
        screen.more.notify_all();
    }
}
