//! Room: how many bytes of calls all lanes together make ready at once.
//!
//! A thousand lanes that wake at the same time would each claim and render a call before the first of them is sent:
//! hundreds of megabytes, each page of them new. With room for a few dozen, the next calls take the memory the last
//! ones left.

use model::Class;
use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{Instant, timeout_at};

/// All the room there is for the calls of a class.
const BYTES: u32 = 64 << 20;

/// The most that one call asks for, whatever it could carry: some calls always fit beside each other.
const CALL_BYTES: u32 = BYTES / 8;

/// A call has its room for so long. One that takes longer waits for others (its destination, its rates), and
/// must not make third ones wait.
const LENT: Duration = Duration::from_millis(100);

/// The room of one dispatcher; each class has its own, so that nothing live waits for what goes in bulk. Cheap to clone;
/// all clones are one.
#[derive(Clone, Debug)]
pub(crate) struct Room {
    live: Arc<Semaphore>,
    bulk: Arc<Semaphore>,
}

/// Room that one call has.
#[derive(Debug)]
pub(crate) struct Lent {
    permit: Option<OwnedSemaphorePermit>,
    until: Instant,
}

impl Default for Room {
    fn default() -> Self {
        let all = || Arc::new(Semaphore::new(BYTES as usize));
        Self {
            live: all(),
            bulk: all(),
        }
    }
}

impl Room {
    /// Waits until there is room for a call of so many bytes. First come, first served.
    pub(crate) async fn lend(&self, class: Class, bytes: usize) -> Lent {
        let room = match class {
            Class::Live => &self.live,
            Class::Bulk => &self.bulk,
        };
        let permit = Arc::clone(room).acquire_many_owned(within(bytes)).await;
        Lent {
            permit: permit.ok(),
            until: Instant::now() + LENT,
        }
    }
}

impl Lent {
    /// Gives back what the call does not need.
    pub(crate) fn shrink(&mut self, bytes: usize) {
        if let Some(permit) = &mut self.permit {
            let more = permit.num_permits().saturating_sub(within(bytes) as usize);
            drop(permit.split(more));
        }
    }

    /// Waits for a part of the call, and gives the room back if that takes too long.
    pub(crate) async fn during<T>(&mut self, part: impl Future<Output = T>) -> T {
        let mut part = pin!(part);
        if self.permit.is_some() {
            if let Ok(done) = timeout_at(self.until, &mut part).await {
                return done;
            }
            self.permit = None;
        }
        part.await
    }
}

fn within(bytes: usize) -> u32 {
    u32::try_from(bytes).unwrap_or(u32::MAX).clamp(1, CALL_BYTES)
}

#[cfg(test)]
mod tests;
