//! Room in the queue: a request gets it for all its items, or nothing of it is accepted.

use std::sync::Arc;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Counts what waits, in items and in KiB.
#[derive(Clone, Debug)]
pub(crate) struct Room {
    items: Arc<Semaphore>,
    kib: Arc<Semaphore>,
    /// Of an empty queue: items and KiB.
    most: (usize, usize),
}

/// Room for one request, given back when the request has been answered.
#[derive(Debug)]
pub struct Permit {
    _items: OwnedSemaphorePermit,
    _kib: OwnedSemaphorePermit,
    pub(crate) granted: usize,
}

/// Why a request was not let in. Nothing of it was accepted; it can be sent again.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// Too much waits already.
    #[error("the ingestion queue is full; send the request again later")]
    Full,
    /// More than the queue takes at all.
    #[error(
        "the request has {items} messages and {bytes} bytes, more than the ingestion queue takes at all; send it in \
         smaller parts, or raise ingest.queue_messages and ingest.queue_bytes"
    )]
    TooLarge {
        /// Messages of the request.
        items: usize,
        /// Bytes of the request.
        bytes: usize,
    },
    /// The disk is below its mark.
    #[error(
        "{free} bytes are free on the disk of the store, fewer than the {min} it keeps back; free some space"
    )]
    LowSpace {
        /// Bytes free.
        free: u64,
        /// Bytes kept back (`store.min_free`).
        min: u64,
    },
    /// A queue of exports is full, and its policy keeps them all.
    #[error(
        "nothing is taken in while the exports of the dataflow {dataflow} wait: {why}; send the request again later"
    )]
    Queue {
        /// The dataflow, by id or else by number.
        dataflow: String,
        /// What is too much.
        why: String,
    },
    /// The last commit failed and the store has not recovered yet.
    #[error("the store cannot write at the moment: {0}")]
    Store(String),
    /// The server is stopping.
    #[error("the server is stopping")]
    Stopping,
}

impl Room {
    pub(crate) fn new(items: usize, bytes: usize) -> Self {
        Self {
            items: Arc::new(Semaphore::new(items)),
            kib: Arc::new(Semaphore::new(bytes.div_ceil(1024))),
            most: (items, bytes.div_ceil(1024)),
        }
    }

    pub(crate) fn reserve(&self, items: usize, bytes: usize) -> Result<Permit, Refusal> {
        if items > self.most.0 || bytes.div_ceil(1024) > self.most.1 {
            return Err(Refusal::TooLarge { items, bytes });
        }
        let take = |of: &Arc<Semaphore>, n: usize| {
            let n = u32::try_from(n).map_err(|_| Refusal::Full)?;
            Arc::clone(of)
                .try_acquire_many_owned(n)
                .map_err(|_| Refusal::Full)
        };
        Ok(Permit {
            _items: take(&self.items, items)?,
            _kib: take(&self.kib, bytes.div_ceil(1024))?,
            granted: items,
        })
    }
}
