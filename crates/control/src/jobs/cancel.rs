//! Cancels what removed dataflows had to send: each export ends as suppressed(cancelled), so that the account
//! stays balanced. Calls in flight when the dataflow went end as what happens to them.

use super::Error;
use crate::server::Next;
use model::{Class, DataflowNo, Definitions, ExportSeq, Lane, SuppressedReason, Timestamp};
use std::collections::BTreeSet;
use store::{Outcome, Settlement, Store};

/// Exports settled in one commit.
const PAGE: usize = 256;
/// The largest page in stored bytes.
const BYTES: usize = 16 << 20;

/// The job.
pub(crate) struct Cancelling {
    store: Store,
    /// Removed dataflows that may still have something to send.
    left: BTreeSet<DataflowNo>,
}

impl Cancelling {
    pub(crate) fn new(store: Store) -> Self {
        Self {
            store,
            left: BTreeSet::new(),
        }
    }

    /// Looks after the dataflows that these definitions have retired, and after no other.
    pub(crate) fn redefine(&mut self, definitions: &Definitions) {
        self.left = definitions.retired.iter().map(|(_, no)| *no).collect();
    }

    /// Cancels up to a page of each lane.
    pub(crate) async fn step(&mut self) -> Result<Next, Error> {
        let mut next = Next::Idle;
        for dataflow in self.left.clone() {
            let live = self
                .cancel(Lane {
                    dataflow,
                    class: Class::Live,
                })
                .await?;
            let bulk = self
                .cancel(Lane {
                    dataflow,
                    class: Class::Bulk,
                })
                .await?;
            if live || bulk {
                next = Next::More;
            } else if self.store.account(dataflow)?.pending > 0 {
                // In flight: what they free when they end is cancelled then.
                next = next.min(Next::Later);
            } else {
                self.left.remove(&dataflow);
            }
        }
        Ok(next)
    }

    /// Whether there was something to cancel.
    async fn cancel(&self, lane: Lane) -> Result<bool, Error> {
        // Claimed to be seen, released because what is in flight cannot be cancelled. Nobody else claims of a
        // lane that is gone.
        let claimed = self.store.claim(lane, Timestamp::MAX, PAGE, BYTES)?;
        let seqs: Vec<ExportSeq> = claimed.iter().map(|claimed| claimed.seq).collect();
        self.store.release(&seqs);
        let cancelled = |&seq: &ExportSeq| Settlement {
            seq,
            outcome: Outcome::Suppressed(SuppressedReason::Cancelled),
        };
        self.store.settle(seqs.iter().map(cancelled).collect()).await?;
        Ok(!seqs.is_empty())
    }
}
