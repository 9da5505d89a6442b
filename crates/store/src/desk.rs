//! Where settlements wait for the committer: as many as a few commits take.

use model::Class;
use tokio::sync::Semaphore;

/// Settlements of a class at most that are on their way to the disk. Others wait in order, and so does who wants to
/// claim: else a thousand destinations would all be claimed for, in memory, before the first of them is settled.
pub(crate) const DESK: usize = 4_000;

/// One desk a class, so that no live settlement waits for one of bulk.
pub(crate) struct Desks {
    live: Semaphore,
    bulk: Semaphore,
}

impl Desks {
    pub(crate) fn of(&self, class: Class) -> &Semaphore {
        match class {
            Class::Live => &self.live,
            Class::Bulk => &self.bulk,
        }
    }
}

impl Default for Desks {
    fn default() -> Self {
        Self {
            live: Semaphore::new(DESK),
            bulk: Semaphore::new(DESK),
        }
    }
}
