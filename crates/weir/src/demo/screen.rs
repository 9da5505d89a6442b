//! The live view in a terminal, on a thread of its own.

mod draw;
mod terminal;
pub(super) mod words;

pub(super) use draw::Scene;

use super::board::Board;
use super::wish::Wish;
use anyhow::{Context, Result, anyhow};
use draw::draw;
use ratatui::crossterm::event::{self, Event, KeyCode, KeyEventKind, KeyModifiers};
use std::sync::Arc;
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::thread::{self, JoinHandle};
use std::time::Duration;
use terminal::Terminal;
use tokio_util::sync::CancellationToken;

/// A new picture this often, and whenever the window changes.
const FRAME: Duration = Duration::from_millis(250);

/// How long the view has to end.
const PATIENCE: Duration = Duration::from_secs(2);

/// The running view. Dropping it gives the terminal back.
pub(super) struct Screen {
    done: CancellationToken,
    thread: Option<JoinHandle<Result<()>>>,
    /// Closed when the thread has ended.
    ended: Receiver<()>,
}

impl Screen {
    /// Takes the terminal. `wish` hears of the keys that end the demo, and of a view that cannot go on.
    pub(super) fn start(board: Arc<Board>, scene: Scene, wish: Wish) -> Result<Self> {
        let terminal = Terminal::take()?;
        let done = CancellationToken::new();
        let stop = done.clone();
        let (open, ended) = mpsc::channel();
        let work = move || {
            let _open: Sender<()> = open;
            let _ends_with_me = wish.softly.clone().drop_guard();
            show(terminal, &board, &scene, &wish, &stop)
        };
        let thread = thread::Builder::new()
            .name(terminal::SCREEN.to_owned())
            .spawn(work);
        let thread = thread.context("cannot start the thread of the screen")?;
        Ok(Self {
            done,
            thread: Some(thread),
            ended,
        })
    }

    /// Gives the terminal back; says why the view ended early, if it did.
    pub(super) fn end(mut self) -> Result<()> {
        self.finish()
    }

    fn finish(&mut self) -> Result<()> {
        self.done.cancel();
        // Of a terminal whose window was closed, crossterm reads the end for ever.
        if self.ended.recv_timeout(PATIENCE) == Err(RecvTimeoutError::Timeout) {
            terminal::give_back();
            self.thread = None;
        }
        match self.thread.take().map(JoinHandle::join) {
            None => Ok(()),
            Some(Ok(shown)) => shown,
            Some(Err(_)) => Err(anyhow!("drawing the screen panicked")),
        }
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        if let Err(error) = self.finish() {
            tracing::warn!(%error, "the screen ended early");
        }
    }
}

fn show(
    mut terminal: Terminal,
    board: &Board,
    scene: &Scene,
    wish: &Wish,
    done: &CancellationToken,
) -> Result<()> {
    while !done.is_cancelled() {
        let view = board.view();
        terminal.draw(|frame| draw(frame, &view, scene, wish.softly.is_cancelled()))?;
        if event::poll(FRAME).context("cannot read the keyboard")? {
            let event = event::read().context("cannot read the keyboard")?;
            if ends(&event) {
                wish.end();
            }
        }
    }
    Ok(())
}

fn ends(event: &Event) -> bool {
    let Event::Key(key) = event else { return false };
    let control = key.modifiers.contains(KeyModifiers::CONTROL);
    key.kind == KeyEventKind::Press
        && match key.code {
            KeyCode::Char('c') => control,
            KeyCode::Char('q') => !control,
            _ => false,
        }
}
