//! The threads that share the work of a batch: whoever is free takes the next piece.

use rayon::{ThreadPool, ThreadPoolBuilder};
use std::any::Any;
use std::collections::VecDeque;
use std::fmt;
use std::num::NonZero;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

/// Threads that work together: the caller's own, and helpers. All clones are the same crew.
///
/// Helpers only ever do what the caller would do otherwise, and nobody waits for a helper that has not begun: what
/// comes of the work does not depend on how many there are, only how soon it comes.
#[derive(Clone)]
pub struct Crew {
    helpers: Option<Arc<ThreadPool>>,
    least: usize,
}

/// Why there is no crew.
#[derive(Debug, thiserror::Error)]
#[error("cannot start {threads} threads")]
pub struct CrewError {
    threads: usize,
    source: rayon::ThreadPoolBuildError,
}

/// Less than this many changes of profiles are done before a helper has woken up.
const LEAST: usize = 32;
/// Items taken at a time at most: a lock for each would be most of the work.
const PIECE: usize = 16;
/// A crew takes at least so many pieces each, so that its members end at about the same time.
const PIECES_EACH: usize = 8;

impl Crew {
    /// A crew of `threads` (0 counts as 1), the caller's own among them.
    pub fn new(threads: usize) -> Result<Self, CrewError> {
        Self::sharing(threads, LEAST)
    }

    /// A crew that shares whatever has at least so many items; for tests, whose batches are small.
    pub fn sharing(threads: usize, least: usize) -> Result<Self, CrewError> {
        if threads < 2 {
            return Ok(Self::alone());
        }
        let pool = ThreadPoolBuilder::new()
            .num_threads(threads - 1)
            .thread_name(|no| format!("helper-{no}"))
            .build();
        let pool = pool.map_err(|source| CrewError { threads, source })?;
        let helpers = Some(Arc::new(pool));
        Ok(Self { helpers, least })
    }

    /// How many threads run at once on this machine.
    pub fn cores() -> usize {
        std::thread::available_parallelism().map_or(1, NonZero::get)
    }

    /// The caller alone.
    pub fn alone() -> Self {
        let least = LEAST;
        Self { helpers: None, least }
    }

    /// How many threads these are, the caller's own among them.
    pub fn threads(&self) -> usize {
        1 + self.helpers.as_ref().map_or(0, |pool| pool.current_num_threads())
    }

    /// Has a helper do this as soon as one is free; a panic of it ends the process. Without helpers it is dropped undone: a job must be one that
    /// whoever needs its outcome can do as well.
    pub fn offer(&self, job: impl FnOnce() + Send + 'static) {
        if let Some(pool) = &self.helpers {
            pool.spawn(job);
        }
    }

    /// Does the work on every item, a few at a time, and gives them back in any order. A panic of the work is the caller's.
    pub(crate) fn share<T, F>(&self, mut items: Vec<T>, work: F) -> Vec<T>
    where
        T: Send + 'static,
        F: Fn(&mut [T]) + Send + Sync + 'static,
    {
        let piece = (items.len() / (self.threads() * PIECES_EACH)).clamp(1, PIECE);
        let helpers = (items.len().div_ceil(piece).saturating_sub(1)).min(self.threads() - 1);
        if helpers == 0 || items.len() < self.least {
            items.chunks_mut(piece).for_each(work);
            return items;
        }
        let shared = Arc::new(Shared {
            work,
            piece,
            pieces: Mutex::new(Pieces {
                done: Vec::with_capacity(items.len()),
                todo: items.into(),
                taken: 0,
                panic: None,
            }),
            ended: Condvar::new(),
        });
        for _ in 0..helpers {
            let shared = Arc::clone(&shared);
            self.offer(move || shared.toil());
        }
        shared.toil();
        shared.wait()
    }
}

impl fmt::Debug for Crew {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Crew of {}", self.threads())
    }
}

/// Items on their way from `todo` to `done`.
struct Shared<T, F> {
    work: F,
    piece: usize,
    pieces: Mutex<Pieces<T>>,
    ended: Condvar,
}

struct Pieces<T> {
    todo: VecDeque<T>,
    done: Vec<T>,
    /// How many pieces are neither there nor there.
    taken: usize,
    panic: Option<Box<dyn Any + Send>>,
}

impl<T, F: Fn(&mut [T])> Shared<T, F> {
    /// Takes piece after piece until there is none.
    fn toil(&self) {
        while let Some(mut piece) = self.take() {
            let outcome = catch_unwind(AssertUnwindSafe(|| (self.work)(&mut piece)));
            let mut pieces = self.lock();
            pieces.done.append(&mut piece);
            pieces.panic = outcome.err().or(pieces.panic.take());
            pieces.taken -= 1;
            if pieces.taken == 0 {
                self.ended.notify_one();
            }
        }
    }

    fn take(&self) -> Option<Vec<T>> {
        let mut pieces = self.lock();
        let most = self.piece.min(pieces.todo.len());
        if most == 0 {
            return None;
        }
        pieces.taken += 1;
        Some(pieces.todo.drain(..most).collect())
    }

    /// What came of all items, once no piece is at work any more. Called when there is nothing left to take.
    fn wait(&self) -> Vec<T> {
        let pieces = self.lock();
        let waited = self.ended.wait_while(pieces, |pieces| pieces.taken > 0);
        let mut pieces = waited.unwrap_or_else(PoisonError::into_inner);
        if let Some(panic) = pieces.panic.take() {
            drop(pieces);
            resume_unwind(panic);
        }
        std::mem::take(&mut pieces.done)
    }

    fn lock(&self) -> MutexGuard<'_, Pieces<T>> {
        // Nothing panics while it holds the lock.
        self.pieces.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests;
