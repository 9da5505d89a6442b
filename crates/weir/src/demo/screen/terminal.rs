//! Takes the terminal and gives it back, whatever happens in between.

use anyhow::{Context, Result};
use ratatui::Frame;
use ratatui::backend::CrosstermBackend;
use ratatui::crossterm::cursor::Show;
use ratatui::crossterm::execute;
use ratatui::crossterm::terminal::{
    BeginSynchronizedUpdate, EndSynchronizedUpdate, EnterAlternateScreen, LeaveAlternateScreen,
    disable_raw_mode, enable_raw_mode,
};
use std::io::{self, BufWriter, Stdout};
use std::panic;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

/// The name of the thread that draws.
pub(super) const SCREEN: &str = "screen";
/// The name of the thread that a program begins with.
const MAIN: &str = "main";

/// Whether the terminal is ours. There is one terminal in a process, and a panic finds it only here.
static TAKEN: AtomicBool = AtomicBool::new(false);

/// The terminal, while it is ours.
pub(super) struct Terminal(ratatui::Terminal<CrosstermBackend<BufWriter<Stdout>>>);

impl Terminal {
    /// Takes the terminal that stdout is.
    pub(super) fn take() -> Result<Self> {
        let why = "this terminal cannot show a live view; `weir demo | cat` prints lines instead";
        restore_in_panics();
        enable_raw_mode().context(why)?;
        TAKEN.store(true, Ordering::SeqCst);
        let taken = execute!(io::stdout(), EnterAlternateScreen).and_then(|()| {
            // A picture is written at once, not in pieces.
            let out = BufWriter::with_capacity(1 << 16, io::stdout());
            ratatui::Terminal::new(CrosstermBackend::new(out))
        });
        taken.map(Self).inspect_err(|_| give_back()).context(why)
    }

    /// Draws one picture; terminals that can show it all at once do.
    pub(super) fn draw(&mut self, picture: impl FnOnce(&mut Frame<'_>)) -> Result<()> {
        if !TAKEN.load(Ordering::SeqCst) {
            return Ok(());
        }
        let shown = execute!(self.0.backend_mut(), BeginSynchronizedUpdate)
            .and_then(|()| self.0.draw(picture).map(drop))
            .and_then(|()| execute!(self.0.backend_mut(), EndSynchronizedUpdate));
        shown.context("cannot draw")
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        give_back();
    }
}

/// Once is enough: whoever comes first does it.
pub(super) fn give_back() {
    if TAKEN.swap(false, Ordering::SeqCst) {
        // If the terminal is gone there is nothing to give back.
        drop(execute!(
            io::stdout(),
            EndSynchronizedUpdate,
            LeaveAlternateScreen,
            Show
        ));
        drop(disable_raw_mode());
    }
}

/// A panic of the thread that draws, or of the one that waits for it, ends the demo: its text belongs on a terminal
/// that works. Any other is a part of the server's own affair, and would only spoil the picture.
fn restore_in_panics() {
    let before = panic::take_hook();
    panic::set_hook(Box::new(move |panic| {
        if matches!(thread::current().name(), Some(SCREEN | MAIN)) {
            give_back();
        }
        if TAKEN.load(Ordering::SeqCst) {
            tracing::error!(%panic, "a task panicked");
        } else {
            before(panic);
        }
    }));
}
