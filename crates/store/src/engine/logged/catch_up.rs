//! How the engine gets what the log has.

use super::table::Table;
use super::{LONGEST_PAUSE, OWN, Parts};
use crate::engine::{Base, Change, Key};
use crate::error::{Error, Result};
use crate::metrics;
use crate::shared::locked;
use ::metrics::counter;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;
use tokio::time::Instant;

/// The key of the engine's row that tells up to which record of the log it has all.
const POSITION: [u8; 9] = *b"\xe0position";
/// Rows handed to the engine at once.
const CHUNK: usize = 1_000;
/// Between two attempts when the disk has no room for the engine.
const AGAIN: Duration = Duration::from_secs(1);
/// Bytes the engine may write for one byte of rows, and besides.
const AMPLIFICATION: u64 = 4;
const RESERVE: u64 = 32 << 20;

/// How far the engine is, and who waits for it.
#[derive(Default)]
pub(super) struct Behind {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    /// The last record of which the engine has all.
    position: u64,
    /// Up to which record somebody wants it to have all at once.
    wanted: u64,
    /// Whether the table is full.
    full: bool,
    /// Bytes of rows, as they are in memory, that it took a second when it last took some.
    rate: Option<f64>,
    /// Why it cannot go on now: no room.
    stuck: Option<Error>,
    /// Why it cannot go on any more.
    failed: Option<Error>,
    stop: bool,
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

    /// Something was added to the table.
    pub(super) fn wake(&self, full: bool) {
        if full {
            locked(&self.state).full = true;
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

    /// Refuses a batch if the engine is broken, and waits if twice as many rows as there should be are in memory. Pauses
    /// (`pause`) keep it from coming to that, unless the disk hangs.
    pub(super) fn wait_for_memory(&self) -> Result<()> {
        let mut state = locked(&self.behind.state);
        loop {
            if let Some(error) = &state.failed {
                return Err(error.clone());
            }
            let tables = self.tables();
            if tables.frozen.is_none() || tables.active.bytes() < 2 * self.options.table_bytes {
                return Ok(());
            }
            drop(tables);
            if let Some(error) = &state.stuck {
                return Err(error.clone());
            }
            state = wait(&self.behind.changed, state, AGAIN);
        }
    }

    /// How long to wait before the next batch. While the engine takes one table in, another may fill. When that is full too,
    /// what comes is slowed down, more and more, until it is as fast as the engine: at one and a half tables.
    pub(super) fn pause(&self) -> Duration {
        let tables = self.tables();
        let limit = self.options.table_bytes as f64;
        let over = (tables.active.bytes() as f64 - limit) / limit;
        if tables.frozen.is_none() || over <= 0.0 {
            return Duration::ZERO;
        }
        let latest = tables.active.latest() as f64;
        drop(tables);
        let rate = locked(&self.behind.state).rate.unwrap_or(f64::MAX);
        Duration::try_from_secs_f64(2.0 * over * latest / rate)
            .map_or(LONGEST_PAUSE, |pause| pause.min(LONGEST_PAUSE))
    }

    /// Freezes what is in memory, if nothing is frozen, and hands it to the engine. `false` if there is nothing, or the
    /// engine is being closed.
    fn catch_up(&self) -> Result<bool> {
        let Some(table) = self.freeze() else {
            return Ok(false);
        };
        let begun = Instant::now();
        let mut rows = table.rows().peekable();
        let mut chunk = Vec::with_capacity(CHUNK);
        while rows.peek().is_some() {
            chunk.clear();
            chunk.extend(rows.by_ref().take(CHUNK));
            self.hand_over(&chunk)?;
            self.log.prepare();
            if locked(&self.behind.state).stop {
                return Ok(false);
            }
        }
        self.base.sync()?;
        note(&*self.base, table.upto)?;
        self.look_for_what_is_left(&table)?;
        self.tables.write().unwrap_or_else(PoisonError::into_inner).frozen = None;
        self.log.trim(table.upto)?;
        counter!(metrics::CATCH_UP_ROWS).increment(table.rows().len() as u64);
        self.tell();
        let mut state = locked(&self.behind.state);
        state.position = table.upto;
        state.rate = Some(table.bytes() as f64 / begun.elapsed().as_secs_f64());
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

    fn follow(&self) {
        loop {
            let mut state = locked(&self.behind.state);
            while let Some(left) = self.due(&state) {
                if state.stop {
                    return;
                }
                state = wait(&self.behind.changed, state, left);
            }
            if state.stop {
                return;
            }
            drop(state);
            // sled answers some errors with a panic.
            let done = catch_unwind(AssertUnwindSafe(|| self.catch_up())).unwrap_or_else(|_| {
                let why = "it panicked".to_owned();
                Err(Error::Engine {
                    doing: "catch up",
                    why,
                })
            });
            self.log.prepare();
            let mut state = locked(&self.behind.state);
            match done {
                Ok(_) => {
                    // What was wanted of a table that is empty is there.
                    let tables = self.tables();
                    if tables.frozen.is_none() && tables.active.since().is_none() {
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

/// Bytes of the disk that the engine may need to take in as many bytes of rows.
pub(super) fn reserve(rows: usize) -> u64 {
    AMPLIFICATION * rows as u64 + RESERVE
}

/// Up to which record the engine has all; `None` if it never had a log.
pub(super) fn position(base: &dyn Base) -> Result<Option<u64>> {
    let row = base.get(&POSITION)?;
    let number = |row: Vec<u8>| row.try_into().map(u64::from_be_bytes).unwrap_or_default();
    Ok(row.map(number))
}

/// Notes up to which record the engine has all.
pub(super) fn note(base: &dyn Base, position: u64) -> Result<()> {
    let (key, change) = (POSITION.into(), Change::Put(position.to_be_bytes().to_vec()));
    base.write(&[(&key, &change)])?;
    base.sync()
}

/// The thread that catches up. Ends when this is dropped, in the middle of a table if need be: the log has it all.
pub(super) struct Follower {
    parts: Arc<Parts>,
    thread: Option<JoinHandle<()>>,
}

impl Follower {
    pub(super) fn start(parts: &Arc<Parts>) -> Result<Self> {
        let following = Arc::clone(parts);
        let started = std::thread::Builder::new()
            .name("weir-catch-up".to_owned())
            .spawn(move || following.follow());
        let thread = started.map_err(Error::io("start a thread for", Path::new("the store")))?;
        Ok(Self {
            parts: Arc::clone(parts),
            thread: Some(thread),
        })
    }
}

impl Drop for Follower {
    fn drop(&mut self) {
        locked(&self.parts.behind.state).stop = true;
        self.parts.behind.changed.notify_all();
        if let Some(thread) = self.thread.take()
            && thread.join().is_err()
        {
            tracing::warn!("the thread that catches up panicked");
        }
    }
}

fn wait<'a, T>(
    changed: &Condvar,
    guard: std::sync::MutexGuard<'a, T>,
    most: Duration,
) -> std::sync::MutexGuard<'a, T> {
    let (guard, _) = changed
        .wait_timeout(guard, most)
        .unwrap_or_else(PoisonError::into_inner);
    guard
}
