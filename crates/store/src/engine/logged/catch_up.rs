//! How the engine gets what the log has.

use super::position::note;
use super::table::Table;
use super::{OWN, Parts};
use crate::engine::{Change, Key};
use crate::error::{Error, Result};
use crate::metrics;
use crate::shared::locked;
use ::metrics::counter;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::Ordering;
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::Duration;
use tokio::time::Instant;

/// Rows handed to the engine at once.
const CHUNK: usize = 1_000;
/// Between two attempts when the disk has no room for the engine.
pub(super) const AGAIN: Duration = Duration::from_secs(1);

/// How far the engine is, and who waits for it.
#[derive(Default)]
pub(super) struct Behind {
    pub(super) state: Mutex<State>,
    pub(super) changed: Condvar,
}

#[derive(Default)]
pub(super) struct State {
    /// The last record of which the engine has all.
    position: u64,
    /// Up to which record somebody wants it to have all at once.
    wanted: u64,
    /// Whether the table is full.
    full: bool,
    /// Bytes of rows, as they are in memory, that it takes a second, or took when it last took some.
    pub(super) rate: Option<f64>,
    /// Why it cannot go on now: no room.
    pub(super) stuck: Option<Error>,
    /// Why it cannot go on any more.
    pub(super) failed: Option<Error>,
    pub(super) stop: bool,
}

impl Behind {
    pub(super) fn at(position: u64) -> Self {
        let state = State {
            position,
            ..State::default()
        };
        Self {
            state: Mutex::new(state),
            changed: Condvar::new(),
        }
    }

    /// Something was added to the table, which is full now or not, or the log has to be given its next file.
    pub(super) fn wake(&self, full: bool, wants_file: bool) {
        if full {
            locked(&self.state).full = true;
        }
        if full || wants_file {
            self.changed.notify_all();
        }
    }
}

impl Parts {
    /// Waits until the engine has every record up to `number`.
    pub(super) fn wait_until(&self, number: u64) -> Result<()> {
        let mut state = locked(&self.behind.state);
        state.wanted = number.max(state.wanted);
        // It may try again at once.
        state.stuck = None;
        self.behind.changed.notify_all();
        while state.position < number {
            if let Some(error) = state.failed.as_ref().or(state.stuck.as_ref()) {
                return Err(error.clone());
            }
            state = wait(&self.behind.changed, state, AGAIN);
        }
        Ok(())
    }

    /// Freezes what is in memory, if nothing is frozen, and hands it to the engine. `false` if there is nothing, or the
    /// engine is being closed.
    fn catch_up(&self) -> Result<bool> {
        let Some(table) = self.freeze() else {
            return Ok(false);
        };
        let (begun, all) = (Instant::now(), table.len());
        let mut done = 0;
        let mut rows = table.rows().peekable();
        let mut chunk = Vec::with_capacity(CHUNK);
        while rows.peek().is_some() {
            chunk.clear();
            chunk.extend(rows.by_ref().take(CHUNK));
            self.hand_over(&chunk)?;
            self.log.prepare();
            done += chunk.len();
            let share = done as f64 / all as f64;
            let mut state = locked(&self.behind.state);
            state.rate = Some(share * table.bytes() as f64 / begun.elapsed().as_secs_f64());
            if state.stop {
                return Ok(false);
            }
        }
        self.base.sync()?;
        note(&*self.base, table.upto)?;
        self.look_for_what_is_left(&table)?;
        self.tables.write().unwrap_or_else(PoisonError::into_inner).frozen = None;
        self.log.trim(table.upto)?;
        counter!(metrics::CATCH_UP_ROWS).increment(table.len() as u64);
        self.tell();
        let mut state = locked(&self.behind.state);
        state.position = table.upto;
        state.stuck = None;
        drop(state);
        self.behind.changed.notify_all();
        Ok(true)
    }

    fn freeze(&self) -> Option<Arc<Table>> {
        // Not while the tables are locked: others lock them second.
        locked(&self.behind.state).full = false;
        let mut tables = self.tables.write().unwrap_or_else(PoisonError::into_inner);
        if tables.frozen.is_none() && tables.active.since().is_some() {
            tables.frozen = Some(Arc::new(std::mem::take(&mut tables.active)));
        }
        tables.frozen.clone()
    }

    fn hand_over(&self, rows: &[(&Key, &Change)]) -> Result<()> {
        for (key, change) in rows {
            if change.value().is_some()
                && let Some(present) = key
                    .first()
                    .and_then(|first| self.present.get(usize::from(*first)))
            {
                present.store(true, Ordering::Release);
            }
        }
        self.base.write(rows)
    }

    /// Notes which kinds of rows the engine has none of any more.
    fn look_for_what_is_left(&self, table: &Table) -> Result<()> {
        let mut gone = [false; OWN as usize];
        for (key, change) in table.rows() {
            if let (Some(first), Change::Delete) = (key.first(), change)
                && let Some(gone) = gone.get_mut(usize::from(*first))
            {
                *gone = true;
            }
        }
        for first in (0..OWN).filter(|first| gone[usize::from(*first)]) {
            let any = !self.base.scan(vec![first]..vec![first + 1], 1, false)?.is_empty();
            self.present[usize::from(first)].store(any, Ordering::Release);
        }
        Ok(())
    }

    /// Whether the table is to be handed over now, or else how long to wait.
    fn due(&self, state: &State) -> Option<Duration> {
        let tables = self.tables();
        if tables.frozen.is_some() || state.full || state.wanted > state.position {
            return None;
        }
        let Some(since) = tables.active.since() else {
            return Some(self.options.every);
        };
        let left = self.options.every.saturating_sub(since.elapsed());
        (!left.is_zero()).then_some(left)
    }

    /// Waits until the table is to be handed over, and sees to the files of the log meanwhile. `false` if the engine is being
    /// closed.
    fn wait_until_due(&self) -> bool {
        loop {
            // Before it is looked whether there is anything to do, so that nothing is missed that is told meanwhile. A log
            // that nothing is written to needs no file.
            if !self.tables().is_empty() {
                self.log.prepare();
            }
            let state = locked(&self.behind.state);
            if state.stop {
                return false;
            }
            let Some(left) = self.due(&state) else { return true };
            drop(wait(&self.behind.changed, state, left));
            if self.tables().is_empty()
                && let Err(error) = self.log.rest()
            {
                tracing::warn!(%error, "a file of the log that is not needed could not be removed");
            }
        }
    }

    pub(super) fn follow(&self) {
        while self.wait_until_due() {
            // sled answers some errors with a panic.
            let done = catch_unwind(AssertUnwindSafe(|| self.catch_up())).unwrap_or_else(|_| {
                let why = "it panicked".to_owned();
                Err(Error::Engine {
                    doing: "catch up",
                    why,
                })
            });
            let mut state = locked(&self.behind.state);
            match done {
                Ok(_) => {
                    // What was wanted of a table that is empty is there.
                    if self.tables().is_empty() {
                        state.position = state.position.max(state.wanted);
                    }
                }
                Err(error @ Error::Full { .. }) => {
                    state.stuck = Some(error);
                    self.behind.changed.notify_all();
                    drop(wait(&self.behind.changed, state, AGAIN));
                }
                Err(error) => {
                    tracing::error!(%error, "the engine cannot take in what is in the log");
                    state.failed = Some(error);
                    drop(state);
                    return self.behind.changed.notify_all();
                }
            }
        }
    }
}

pub(super) fn wait<'a, T>(
    changed: &Condvar,
    guard: std::sync::MutexGuard<'a, T>,
    most: Duration,
) -> std::sync::MutexGuard<'a, T> {
    let (guard, _) = changed
        .wait_timeout(guard, most)
        .unwrap_or_else(PoisonError::into_inner);
    guard
}
