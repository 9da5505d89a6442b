//! What waits for the committer: what live traffic waits for, and what bulk work does, which gives way to it.

use crate::committer::Request;
use crate::error::{Error, Result};
use model::Class;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

/// Requests of a class that wait at most; more callers wait at the queue.
const QUEUE: usize = 1024;
/// Requests committed at once at most. Of bulk one goes with live ones, and two where none waits.
const GROUP: usize = 256;

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
    /// Fills `group` with what waits, at least one request; `false` if none will come. After `stop` no more are taken
    /// in, and those that wait come first.
    pub(crate) async fn gather(&mut self, stop: &CancellationToken, group: &mut Vec<Request>) -> bool {
        // Both are closed at once: by the committer, or when the last handle goes.
        if !self.live.is_closed() {
            tokio::select! {
                biased;
                () = stop.cancelled() => self.close(),
                count = self.live.recv_many(group, GROUP) => {
                    group.extend(self.bulk.try_recv().ok());
                    if count > 0 || !group.is_empty() {
                        return true;
                    }
                }
                first = self.bulk.recv() => {
                    if let Some(first) = first {
                        group.push(first);
                        group.extend(self.bulk.try_recv().ok());
                        return true;
                    }
                }
            }
        }
        // Closed: what is left, in the same order of classes.
        self.live.recv_many(group, GROUP).await > 0 || self.bulk.recv_many(group, GROUP).await > 0
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
