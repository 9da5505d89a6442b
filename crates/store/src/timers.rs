//! Who is due: asked before every batch, so it must not look at the timers that were due long ago again.
//!
//! Timers that have fired are deleted where the next one is looked for. Until an engine has cleared them away, each look would
//! walk over all of them. So the store remembers before which instant there is none.

use crate::error::Result;
use crate::keys::TIMERS;
use crate::shared::locked;
use crate::store::Store;
use model::{ProfileId, Timestamp};

/// Before this instant there is no timer.
pub(crate) struct Floor(Timestamp);

impl Default for Floor {
    fn default() -> Self {
        Self(Timestamp::MIN)
    }
}

impl Floor {
    /// A timer for `due` has been committed.
    pub(crate) fn lower(&mut self, due: Timestamp) {
        self.0 = self.0.min(due);
    }
}

impl Store {
    /// The first `limit` profiles with a next due at or before `upto`, earliest first, then by id.
    pub fn timers_due(&self, upto: Timestamp, limit: usize) -> Result<Vec<(Timestamp, ProfileId)>> {
        self.read(|rows| {
            // Until the end, so that what is committed meanwhile lowers what is noted here.
            let mut floor = locked(&self.shared.timers);
            let range = TIMERS.prefix(&floor.0).start..TIMERS.prefix(&upto).end;
            let timers = TIMERS.scan(rows, range, limit, false)?;
            let due: Vec<_> = timers.into_iter().map(|(key, ())| key).collect();
            match due.first() {
                Some((first, _)) => floor.0 = *first,
                None if limit > 0 => floor.0 = floor.0.max(upto),
                None => {}
            }
            Ok(due)
        })
    }
}
