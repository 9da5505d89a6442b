//! How full the queues are: kept in memory beside the counters, so that anyone may ask at any time.

use crate::account::Stock;
use crate::bounds::Bounds;
use crate::engine::Engine;
use crate::error::Result;
use crate::keys::{COUNTERS, EXPORTS, Queued};
use crate::options::QueueOptions;
use crate::shared::locked;
use crate::store::Store;
use model::{DataflowNo, ExportSeq, QueueBounds, Timestamp, WhenFull};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::Arc;

/// What one dataflow keeps.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Queue {
    /// Exports that are pending.
    pub pending: Stock,
    /// Dead letters.
    pub letters: Stock,
}

/// Whether more may be decided for a dataflow.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Room {
    /// All may.
    Ok,
    /// The queue is at 80 % of a bound, its own or that of all: live only, jobs wait.
    NoBulk,
    /// The queue is at a bound: the dataflow's policy decides what becomes of more.
    Full,
}

/// The export that waits longest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Oldest {
    /// When it came into the queue, by the clock of the commits.
    pub since: Timestamp,
    /// The instant that decided it: long before `since` if that instant was in a downtime.
    pub emitted_at: Timestamp,
}

/// Why nothing more may be taken in: a queue is full, and its policy keeps every export.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Blocked {
    /// Whose queue.
    pub dataflow: DataflowNo,
    /// What it keeps.
    pub bytes: u64,
    /// Its bound.
    pub bound: u64,
    /// Set if it is within its own bound, but the largest of queues that are too much together: their bound.
    pub all: Option<u64>,
}

impl fmt::Display for Blocked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { bytes, bound, .. } = self;
        match self.all {
            None => write!(f, "its queue holds {bytes} bytes, and may hold {bound}"),
            Some(all) => write!(
                f,
                "all queues together hold more than {all} bytes, and its own is the largest ({bytes})"
            ),
        }
    }
}

impl Store {
    /// What `dataflow` keeps at the moment. It reads memory and waits for no commit.
    pub fn queue(&self, dataflow: DataflowNo) -> Queue {
        locked(&self.shared.queues).of(dataflow)
    }

    /// The bounds of `dataflow`, as defined.
    pub fn bounds(&self, dataflow: DataflowNo) -> QueueBounds {
        locked(&self.shared.queues).bounds.of(dataflow)
    }

    /// Whether more may be decided for `dataflow`. It reads memory and waits for no commit. A job asks before
    /// each page and waits unless it is [`Room::Ok`].
    pub fn room(&self, dataflow: DataflowNo) -> Room {
        locked(&self.shared.queues).room(dataflow)
    }

    /// Whether `dataflow` keeps so many dead letters that nothing more of it is sent.
    pub fn letters_full(&self, dataflow: DataflowNo) -> bool {
        locked(&self.shared.queues).letters_full(dataflow)
    }

    /// Why intake, timers and jobs must wait, if they must. It reads memory and waits for no commit.
    pub fn blocked(&self) -> Option<Blocked> {
        locked(&self.shared.queues).blocked()
    }

    /// The export of `dataflow` that waits longest. It reads one row.
    pub fn oldest(&self, dataflow: DataflowNo) -> Result<Option<Oldest>> {
        if self.queue(dataflow).pending.rows == 0 {
            return Ok(None);
        }
        let first = self.waiting(dataflow, ExportSeq(0), 1)?;
        Ok(first.into_iter().next().map(|(_, queued)| Oldest {
            since: queued.since,
            emitted_at: queued.export.emitted_at,
        }))
    }

    /// The first `limit` exports of `dataflow` that are pending, none before `from`, in the order in which they came.
    ///
    /// What has left was deleted where the queue begins. Until the engine has cleared it away, each look would walk over
    /// all of it; so the store remembers before which export there is none.
    pub(crate) fn waiting(
        &self,
        dataflow: DataflowNo,
        from: ExportSeq,
        limit: usize,
    ) -> Result<Vec<(ExportSeq, Queued)>> {
        let begin = locked(&self.shared.queues).begin(dataflow);
        let range = EXPORTS.key(&(dataflow, from.max(begin))).to_vec()..EXPORTS.prefix(&dataflow).end;
        let rows = self.read(|rows| EXPORTS.scan(rows, range, limit, false))?;
        if let Some(((_, first), _)) = rows.first()
            && from <= begin
        {
            locked(&self.shared.queues).begins.insert(dataflow, *first);
        }
        Ok(rows.into_iter().map(|((_, seq), queued)| (seq, queued)).collect())
    }
}

/// The queues as of the last commit.
pub(crate) struct Queues {
    pub(crate) bounds: Arc<Bounds>,
    flows: BTreeMap<DataflowNo, Queue>,
    /// Before these exports none is pending: numbers are given in ascending order, and none comes back.
    begins: BTreeMap<DataflowNo, ExportSeq>,
    /// Bytes pending in all.
    bytes: u64,
    /// At their own bounds.
    full: BTreeSet<DataflowNo>,
    /// Full ones for which an export was decided that could take nobody's place.
    stuck: BTreeSet<DataflowNo>,
}

/// How all queues together stand.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Together {
    /// At 80 % of their bound.
    pub(crate) high: bool,
    /// The largest, if they are at their bound.
    pub(crate) overfull: Option<DataflowNo>,
}

impl Queues {
    /// As the rows have it.
    pub(crate) fn load(engine: &dyn Engine, all: QueueOptions) -> Result<Self> {
        let mut queues = Self {
            bounds: Arc::new(Bounds::load(engine, all)?),
            flows: BTreeMap::new(),
            begins: BTreeMap::new(),
            bytes: 0,
            full: BTreeSet::new(),
            stuck: BTreeSet::new(),
        };
        for (dataflow, counters) in COUNTERS.scan(engine, COUNTERS.prefix(&()), usize::MAX, false)? {
            queues.set(dataflow, counters.kept());
        }
        Ok(queues)
    }

    pub(crate) fn set(&mut self, dataflow: DataflowNo, queue: Queue) {
        let before = self.flows.insert(dataflow, queue).unwrap_or_default();
        self.bytes = self.bytes - before.pending.bytes + queue.pending.bytes;
        if queue.pending.bytes >= self.bounds.of(dataflow).bytes {
            self.full.insert(dataflow);
        } else {
            self.full.remove(&dataflow);
        }
        self.let_go();
    }

    /// Puts other bounds in force.
    pub(crate) fn bind(&mut self, bounds: &Arc<Bounds>) {
        if Arc::ptr_eq(&self.bounds, bounds) {
            return;
        }
        self.bounds = Arc::clone(bounds);
        let bytes_of = |(no, queue): (&DataflowNo, &Queue)| (*no, queue.pending.bytes);
        let flows = self.flows.iter().map(bytes_of);
        let full = flows.filter(|(no, bytes)| *bytes >= bounds.of(*no).bytes);
        self.full = full.map(|(no, _)| no).collect();
        self.let_go();
    }

    /// An export was decided for a full queue and could take nobody's place.
    pub(crate) fn stick(&mut self, dataflow: DataflowNo) {
        self.stuck.insert(dataflow);
        self.let_go();
    }

    fn let_go(&mut self) {
        if !self.stuck.is_empty() {
            let largest = self.overfull();
            self.stuck
                .retain(|no| self.full.contains(no) || largest == Some(*no));
        }
    }

    fn begin(&self, dataflow: DataflowNo) -> ExportSeq {
        self.begins.get(&dataflow).copied().unwrap_or_default()
    }

    fn of(&self, dataflow: DataflowNo) -> Queue {
        self.flows.get(&dataflow).copied().unwrap_or_default()
    }

    /// The largest queue, if all together are at their bound.
    fn overfull(&self) -> Option<DataflowNo> {
        if self.bytes < self.bounds.all.bytes {
            return None;
        }
        let largest = self.flows.iter().max_by_key(|(_, queue)| queue.pending.bytes);
        largest.map(|(no, _)| *no)
    }

    pub(crate) fn together(&self) -> Together {
        Together {
            high: high(self.bytes, self.bounds.all.bytes),
            overfull: self.overfull(),
        }
    }

    fn room(&self, dataflow: DataflowNo) -> Room {
        if self.full.contains(&dataflow) || self.overfull() == Some(dataflow) {
            return Room::Full;
        }
        let bytes = self.of(dataflow).pending.bytes;
        if high(bytes, self.bounds.of(dataflow).bytes) || high(self.bytes, self.bounds.all.bytes) {
            return Room::NoBulk;
        }
        Room::Ok
    }

    pub(crate) fn letters_full(&self, dataflow: DataflowNo) -> bool {
        let (letters, all) = (self.of(dataflow).letters, &self.bounds.all);
        letters.rows >= all.letters || letters.bytes >= all.letter_bytes
    }

    fn blocked(&self) -> Option<Blocked> {
        let overfull = self.overfull();
        let keeps_all =
            |no: &&DataflowNo| self.stuck.contains(no) || self.bounds.of(**no).full == WhenFull::Block;
        let dataflow = *self.full.iter().chain(&overfull).find(keeps_all)?;
        Some(Blocked {
            dataflow,
            bytes: self.of(dataflow).pending.bytes,
            bound: self.bounds.of(dataflow).bytes,
            all: (!self.full.contains(&dataflow)).then_some(self.bounds.all.bytes),
        })
    }
}

/// Whether `bytes` are at 80 % of `bound`.
pub(crate) fn high(bytes: u64, bound: u64) -> bool {
    u128::from(bytes) * 10 >= u128::from(bound) * 8
}
