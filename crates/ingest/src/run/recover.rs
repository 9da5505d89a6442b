//! After a batch that could not be committed: nothing in memory is trusted, and everybody hears of it at once.

use super::{Ingest, LONGEST_SLEEP, send};
use crate::handle::{Request, SubmitError};
use crate::members::Members;
use store::Health;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

/// How long the loop waits before it looks again at a store that cannot write.
pub(super) const RECOVERY_POLL: std::time::Duration = std::time::Duration::from_millis(100);

impl Ingest {
    /// Refuses a batch that could not be committed. Its requests hear of it at once; the loop recovers before the next.
    pub(super) fn give_up(&mut self, error: &store::Error) -> SubmitError {
        if self.failures == 0 {
            tracing::error!(%error, "a batch could not be committed; its requests are refused and the caches dropped");
        }
        self.failures += 1;
        self.broken = true;
        SubmitError::Commit(error.to_string())
    }

    /// Waits until the store can be read again, refusing what comes meanwhile, then starts from what it has. From
    /// the second failure in a row on it waits in any case: a timer that cannot be committed is due all the time.
    pub(super) async fn recover(&mut self, soft: &CancellationToken) {
        // What could not be decided may have left another batch on its way.
        drop(self.land().await);
        self.answers.clear();
        let patience = match self.failures {
            0 | 1 => std::time::Duration::ZERO,
            more => RECOVERY_POLL * 2_u32.pow(more.min(6) - 2),
        };
        let again = Instant::now() + patience.min(LONGEST_SLEEP);
        loop {
            if soft.is_cancelled() {
                self.queue.close();
            }
            match self.store.health() {
                Health::Failed { why } => {
                    let request = tokio::time::timeout(RECOVERY_POLL, self.take()).await;
                    match request {
                        Ok(Some(Request::TrustClock(answer))) => {
                            self.trust_clock();
                            send(answer, ());
                        }
                        // It may be well again since: who was told so must not be refused.
                        Ok(Some(request)) if !matches!(self.store.health(), Health::Failed { .. }) => {
                            self.held = Some(request);
                        }
                        Ok(Some(request)) => request.refuse(&SubmitError::Commit(why)),
                        Ok(None) => return,
                        Err(_) => {}
                    }
                }
                Health::Ok | Health::LowSpace { .. } if Instant::now() >= again && self.reload() => return,
                Health::Ok | Health::LowSpace { .. } => tokio::time::sleep(RECOVERY_POLL).await,
            }
        }
    }

    /// The next request; none if there will never be one.
    async fn take(&mut self) -> Option<Request> {
        match self.held.take() {
            Some(request) => Some(request),
            None => self.queue.recv().await,
        }
    }

    /// Starts from what the store has; `false` if that cannot be read either. A publish that failed may be durable all
    /// the same: then it is in force.
    fn reload(&mut self) -> bool {
        self.core.reset();
        match Members::of(&self.store) {
            Ok(members) => self.members = members,
            Err(error) => {
                tracing::warn!(%error, "the hot rows cannot be read");
                return false;
            }
        }
        if !self.renew_rules() {
            return false;
        }
        self.broken = false;
        true
    }
}
