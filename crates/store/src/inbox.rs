//! What waits for the committer: what live traffic waits for, and what bulk work does, which gives way to it.

use crate::committer::Request;
use crate::error::{Error, Result};
use model::Class;
use std::time::Duration;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

/// Requests of a class that wait at most; more callers wait at the queue.
const QUEUE: usize = 1024;
/// What a commit is to weigh at most (`Work::weight`): more than that makes none of it cheaper, a batch of many
/// thousands of rows does not stay in the processor's caches, and all who read wait for it to end. Of bulk one
/// request goes with live ones, and two where none waits.
const WEIGHT: usize = 2_000;
/// How long bulk waits for a live request to go with. A job's page, or other live traffic, comes sooner as a rule: then
/// there is one commit in place of two, and the live one does not wait for the other to end.
const COMPANY: Duration = Duration::from_millis(2);

/// Where callers hand in. Cheap to clone.
#[derive(Clone, Debug)]
pub(crate) struct Slots {
    live: mpsc::Sender<Request>,
    bulk: mpsc::Sender<Request>,
}

/// Where the committer takes from. Each class stays in order.
pub(crate) struct Inbox {
    live: mpsc::Receiver<Request>,
    bulk: mpsc::Receiver<Request>,
}

/// The two ends.
pub(crate) fn inbox() -> (Slots, Inbox) {
    let (to_live, live) = mpsc::channel(QUEUE);
    let (to_bulk, bulk) = mpsc::channel(QUEUE);
    let slots = Slots {
        live: to_live,
        bulk: to_bulk,
    };
    (slots, Inbox { live, bulk })
}

impl Slots {
    pub(crate) async fn put(&self, class: Class, request: Request) -> Result<()> {
        let slot = match class {
            Class::Live => &self.live,
            Class::Bulk => &self.bulk,
        };
        slot.send(request).await.map_err(|_| Error::Stopped)
    }

    pub(crate) fn closed(&self) -> bool {
        self.live.is_closed()
    }
}

impl Inbox {
    /// What is to be committed next; nothing if nothing will come. After `stop` no more is taken in, and what waits
    /// comes first.
    pub(crate) async fn gather(&mut self, stop: &CancellationToken) -> Vec<Request> {
        let mut group = Vec::new();
        // Both are closed at once: by the committer, or when the last handle goes.
        if !self.live.is_closed() {
            tokio::select! {
                biased;
                () = stop.cancelled() => self.close(),
                first = self.live.recv() => group.extend(first),
                first = self.bulk.recv() => {
                    group.extend(first);
                    let company = tokio::time::timeout(COMPANY, self.live.recv()).await;
                    group.extend(company.ok().flatten());
                }
            }
        }
        // Also what is left once it is closed, in the same order of classes.
        let mut weight: usize = group.iter().map(|request| request.work.weight()).sum();
        while weight < WEIGHT
            && let Ok(request) = self.live.try_recv()
        {
            weight += request.work.weight();
            group.push(request);
        }
        group.extend(self.bulk.try_recv().ok());
        group
    }

    /// The next request; `None` if none will come.
    pub(crate) async fn next(&mut self) -> Option<Request> {
        tokio::select! {
            biased;
            Some(request) = self.live.recv() => Some(request),
            Some(request) = self.bulk.recv() => Some(request),
            else => None,
        }
    }

    /// Takes no more in.
    pub(crate) fn close(&mut self) {
        self.live.close();
        self.bulk.close();
    }
}

#[cfg(test)]
mod tests;
