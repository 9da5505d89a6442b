//! How full the queues are: kept in memory beside the counters, so that anyone may ask at any time.

use crate::account::Stock;
use crate::engine::Engine;
use crate::error::Result;
use crate::keys::{COUNTERS, EXPORTS};
use crate::shared::locked;
use crate::store::Store;
use model::{DataflowNo, Timestamp};
use std::collections::BTreeMap;

/// What one dataflow keeps.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Queue {
    /// Exports that are pending.
    pub pending: Stock,
    /// Dead letters.
    pub letters: Stock,
}

/// The export that waits longest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Oldest {
    /// When it came into the queue, by the clock of the commits.
    pub since: Timestamp,
    /// The instant that decided it: long before `since` if that instant was in a downtime.
    pub emitted_at: Timestamp,
}

impl Store {
    /// What `dataflow` keeps at the moment. It reads memory and waits for no commit.
    pub fn queue(&self, dataflow: DataflowNo) -> Queue {
        locked(&self.shared.queues).of(dataflow)
    }

    /// The export of `dataflow` that waits longest. It reads one row.
    pub fn oldest(&self, dataflow: DataflowNo) -> Result<Option<Oldest>> {
        let first = self.read(|rows| EXPORTS.scan(rows, EXPORTS.prefix(&dataflow), 1, false))?;
        Ok(first.into_iter().next().map(|(_, queued)| Oldest {
            since: queued.since,
            emitted_at: queued.export.emitted_at,
        }))
    }
}

/// The queues as of the last commit.
#[derive(Default)]
pub(crate) struct Queues {
    flows: BTreeMap<DataflowNo, Queue>,
}

impl Queues {
    /// As the rows have it.
    pub(crate) fn load(engine: &dyn Engine) -> Result<Self> {
        let mut queues = Self::default();
        for (dataflow, counters) in COUNTERS.scan(engine, COUNTERS.prefix(&()), usize::MAX, false)? {
            queues.set(dataflow, counters.kept());
        }
        Ok(queues)
    }

    pub(crate) fn set(&mut self, dataflow: DataflowNo, queue: Queue) {
        self.flows.insert(dataflow, queue);
    }

    fn of(&self, dataflow: DataflowNo) -> Queue {
        self.flows.get(&dataflow).copied().unwrap_or_default()
    }
}
