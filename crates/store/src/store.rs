//! The handle that everybody holds.

use crate::committer::{Request, Work};
use crate::decisions::Decisions;
use crate::desk::DESK;
use crate::engine::Engine;
use crate::error::{Error, Result};
use crate::health::Health;
use crate::inbox::Slots;
use crate::meta::Meta;
use crate::settlement::{Outcome, Settlement};
use crate::shared::{Missing, Shared, locked};
use model::{Class, DataflowNo, ExportSeq, Lane};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use tokio::sync::{oneshot, watch};

/// Exports of a bulk lane settled in one request at most: a live commit waits for few of them.
const PIECE: usize = 128;

/// The store. Cheap to clone; all clones are the same store.
///
/// Reads are synchronous, see committed data only, and wait while a commit is on its way to the disk.
/// Writes are handed to the one committer and resolve when they are durable.
#[derive(Clone)]
pub struct Store {
    pub(crate) shared: Arc<Shared>,
    pub(crate) slots: Slots,
}

impl Store {
    /// Commits the decisions of one batch whole. Resolves when they are durable; several are committed in the
    /// order in which the calls were first polled. After an error the caller's caches are worth nothing: ask
    /// `meta` and decide again.
    pub async fn commit(&self, decisions: Decisions) -> Result<()> {
        self.begin(Arc::new(decisions)).await?.durable().await
    }

    /// Hands in the decisions of one batch, for a caller that has something to do until they are durable. They are
    /// committed whether it waits for that or not.
    pub async fn begin(&self, decisions: Arc<Decisions>) -> Result<Committing> {
        self.hand_in(Class::Live, Work::Commit(decisions)).await
    }

    /// Records what became of exports. Resolves when it is durable. Settling one again, or one that is gone, changes
    /// nothing. After an error exports may still be claimed: settle them all again, or release them.
    ///
    /// What was sent in bulk is recorded in small pieces that give way to live commits.
    pub async fn settle(&self, mut settlements: Vec<Settlement>) -> Result<()> {
        let Some(first) = settlements.first() else {
            return Ok(());
        };
        let class = locked(&self.shared.claims).class(first.seq);
        let class = class.unwrap_or(Class::Live);
        let places = u32::try_from(settlements.len().min(DESK)).unwrap_or(u32::MAX);
        let _places = self.shared.desks.of(class).acquire_many(places).await;
        if class == Class::Live {
            return self.ask(Work::Settle(settlements)).await;
        }
        let mut answers = Vec::new();
        while !settlements.is_empty() {
            let rest = settlements.split_off(settlements.len().min(PIECE));
            let piece = Work::Settle(std::mem::replace(&mut settlements, rest));
            answers.push(self.hand_in(Class::Bulk, piece).await?);
        }
        for mut answer in answers {
            answer.durable().await?;
        }
        Ok(())
    }

    /// Ends exports of one dataflow that nobody has claimed: suppressed, or dead as `Expired` or `Overflow` (other
    /// outcomes are a lane's to give, and change nothing here). Those in flight, and those that are gone, are
    /// passed over; so are all, once the dataflow keeps the dead letters it may. Resolves when it is durable.
    pub async fn give_up(
        &self,
        dataflow: DataflowNo,
        exports: Vec<ExportSeq>,
        outcome: Outcome,
    ) -> Result<()> {
        if exports.is_empty() {
            return Ok(());
        }
        self.ask(Work::GiveUp(dataflow, exports, outcome)).await
    }

    /// The committed numbers.
    pub fn meta(&self) -> Meta {
        *locked(&self.shared.meta)
    }

    /// Grows each time the engine was reopened after a failed commit: whoever caches drops the cache then.
    pub fn generation(&self) -> u64 {
        self.shared.generation.load(Ordering::SeqCst)
    }

    /// Whether the store can take more. Cheap; does not wait for commits.
    pub fn health(&self) -> Health {
        if let Some(why) = locked(&self.shared.failure).clone() {
            return Health::Failed { why };
        }
        let missing = locked(&self.shared.missing).filter(Missing::counts);
        let min = self.shared.min_free_bytes;
        let min = missing.map_or(min, |missing| missing.bytes.max(min));
        match self.shared.place.free_bytes() {
            Ok(free) if free < min => Health::LowSpace { free, min },
            Ok(_) => Health::Ok,
            Err(error) => Health::Failed {
                why: format!("cannot tell the free space: {error}"),
            },
        }
    }

    /// `changed()` of the receiver resolves after a commit that gave the lane something to claim, or moved a
    /// due time of it. It carries no data, and a subscriber never misses one.
    pub fn wake(&self, lane: Lane) -> watch::Receiver<()> {
        self.shared.wakes.of(lane)
    }

    pub(crate) fn read<T>(&self, reading: impl FnOnce(&dyn Engine) -> Result<T>) -> Result<T> {
        self.shared.read(reading)
    }

    pub(crate) async fn ask(&self, work: Work) -> Result<()> {
        self.hand_in(Class::Live, work).await?.durable().await
    }

    async fn hand_in(&self, class: Class, work: Work) -> Result<Committing> {
        let (answer, answered) = oneshot::channel();
        self.slots.put(class, Request { work, answer }).await?;
        Ok(Committing {
            store: self.clone(),
            answered,
        })
    }
}

/// Something on its way to the disk.
pub struct Committing {
    store: Store,
    answered: oneshot::Receiver<Result<()>>,
}

impl Committing {
    /// Resolves when it is durable, or will never be; only once. A call that is dropped before can be made again.
    pub async fn durable(&mut self) -> Result<()> {
        let answered = (&mut self.answered).await;
        answered.unwrap_or_else(|_| {
            // A panic of the committer takes the answers of its group with it; it goes on with the next.
            if self.store.slots.closed() {
                Err(Error::Stopped)
            } else {
                Err(self.store.shared.unavailable())
            }
        })
    }
}
