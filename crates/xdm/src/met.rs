//! What the readers of a door have learnt, for those that come.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// What some reader has learnt, the last of it first. All clones are the same.
#[derive(Debug)]
pub(crate) struct Met<T>(Arc<Mutex<VecDeque<Arc<T>>>>);

/// No more than this is remembered.
pub(crate) const MOST: usize = 16;

/// Learning takes as long as reading, so one message unlike the others is no reason to.
pub(crate) const PATIENCE: u32 = 8;

impl<T: PartialEq> Met<T> {
    /// What was learnt last.
    pub(crate) fn last(&self, most: usize) -> Vec<Arc<T>> {
        self.locked().iter().take(most).cloned().collect()
    }

    /// Remembers something; gives what is like it, if that was met before.
    pub(crate) fn remember(&self, learnt: T) -> Arc<T> {
        let mut met = self.locked();
        let before = met.iter().position(|known| **known == learnt);
        let learnt = before
            .and_then(|at| met.remove(at))
            .unwrap_or_else(|| Arc::new(learnt));
        met.push_front(Arc::clone(&learnt));
        met.truncate(MOST);
        learnt
    }

    fn locked(&self) -> MutexGuard<'_, VecDeque<Arc<T>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<T> Clone for Met<T> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<T> Default for Met<T> {
    fn default() -> Self {
        Self(Arc::default())
    }
}
