//! What the lanes of one destination share: the destination itself, its breaker, its rates, its concurrency,
//! and the turn to claim.

use crate::breaker::{Breaker, Change, End, Gate};
use crate::limiter::Limiter;
use crate::metrics::{BREAKER_OPEN, CALLS_IN_FLIGHT};
use crate::{BatchLimits, BreakerView, Destination};
use metrics::gauge;
use model::{Class, DestinationId, ExportSeq, Limits, Timestamp};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::{Notify, OwnedSemaphorePermit, Semaphore, watch};
use tokio::time::Instant;

pub(crate) struct Connection {
    pub(crate) id: DestinationId,
    pub(crate) kind: &'static str,
    pub(crate) destination: Arc<dyn Destination>,
    /// What one call may carry under the rates.
    pub(crate) limits: BatchLimits,
    pub(crate) limiter: Limiter,
    /// Rung when the breaker closes, for lanes that wait.
    pub(crate) bell: Notify,
    breaker: Mutex<Breaker>,
    slots: Arc<Semaphore>,
    turn: tokio::sync::Mutex<()>,
    /// Live lanes that have something to send.
    wanting: watch::Sender<usize>,
}

impl Connection {
    pub(crate) fn new(
        id: DestinationId,
        kind: &'static str,
        destination: Arc<dyn Destination>,
        limits: &Limits,
    ) -> Self {
        let own = destination.limits();
        let slots = usize::try_from(limits.concurrency.max(1))
            .unwrap_or(1)
            .min(Semaphore::MAX_PERMITS);
        let connection = Self {
            id,
            kind,
            destination,
            limits: Limiter::largest(limits, own),
            limiter: Limiter::new(limits, own),
            bell: Notify::new(),
            breaker: Mutex::default(),
            slots: Arc::new(Semaphore::new(slots)),
            turn: tokio::sync::Mutex::new(()),
            wanting: watch::Sender::new(0),
        };
        connection.show_breaker(false);
        connection
    }

    /// Says that a live lane has something to send, for as long as the guard lives: bulk stands back.
    pub(crate) fn want(self: &Arc<Self>) -> Want {
        self.wanting.send_modify(|lanes| *lanes += 1);
        Want(Arc::clone(self))
    }

    /// Waits for the turn to claim and to wait for rates, which one lane has at a time: so at most one call of
    /// bulk can be ahead of a live one. Bulk asks for it only while no live lane wants it.
    pub(crate) async fn turn(&self, class: Class) -> tokio::sync::MutexGuard<'_, ()> {
        if class == Class::Bulk {
            self.wanted(false).await;
        }
        self.turn.lock().await
    }

    /// Waits, having the turn, for room for one more call. `None`: a live lane wants the turn meanwhile, and
    /// bulk gives it up.
    pub(crate) async fn slot(&self, class: Class) -> Option<OwnedSemaphorePermit> {
        let acquire = Arc::clone(&self.slots).acquire_owned();
        match class {
            Class::Live => acquire.await.ok(),
            Class::Bulk => tokio::select! {
                biased;
                () = self.wanted(true) => None,
                slot = acquire => slot.ok(),
            },
        }
    }

    /// Waits until some live lane wants something, or none.
    async fn wanted(&self, some: bool) {
        let mut wanting = self.wanting.subscribe();
        // The sender lives as long as `self`, so the wait cannot fail.
        let waited = wanting.wait_for(|lanes| (*lanes > 0) == some).await;
        debug_assert!(waited.is_ok(), "the sender is gone");
    }

    /// Whether a call may be made now.
    pub(crate) fn gate(&self) -> Gate {
        self.breaker().gate(Instant::now())
    }

    /// Like [`Connection::gate`], and takes the probe if one is due.
    pub(crate) fn enter(self: &Arc<Self>) -> Result<Option<Probe>, Instant> {
        let mut breaker = self.breaker();
        match breaker.gate(Instant::now()) {
            Gate::Pass => Ok(None),
            Gate::Shut(until) => Err(until),
            Gate::Probe => {
                breaker.take_probe();
                Ok(Some(Probe {
                    connection: Arc::clone(self),
                    sent: false,
                }))
            }
        }
    }

    /// Of exports that could be the probe, the one to send.
    pub(crate) fn choose_probe(&self, seqs: &[ExportSeq]) -> Option<ExportSeq> {
        self.breaker().choose(seqs)
    }

    /// Judges a call; whether the breaker is open after it.
    pub(crate) fn ended(
        &self,
        seqs: impl Iterator<Item = ExportSeq>,
        end: &End,
        probe: Option<Probe>,
        at: Timestamp,
    ) -> bool {
        let mut breaker = self.breaker();
        let change = breaker.ended(seqs, end, probe.is_some(), Instant::now(), at);
        let open = breaker.is_open();
        drop(breaker);
        if let Some(mut probe) = probe {
            probe.sent = true;
        }
        match (change, end) {
            (Change::Opened, End::Failed(why) | End::Away(why)) => {
                self.show_breaker(true);
                tracing::warn!(destination.id = %self.id, why, "the breaker opened: exports wait");
            }
            (Change::Closed, _) => {
                self.show_breaker(false);
                tracing::info!(destination.id = %self.id, "the breaker closed: exports flow again");
                self.bell.notify_waiters();
            }
            _ => {}
        }
        open
    }

    pub(crate) fn is_open(&self) -> bool {
        self.breaker().is_open()
    }

    pub(crate) fn view(&self) -> BreakerView {
        self.breaker().view()
    }

    pub(crate) fn show_calls(&self, change: f64) {
        gauge!(CALLS_IN_FLIGHT, "destination" => self.id.to_string()).increment(change);
    }

    fn show_breaker(&self, open: bool) {
        gauge!(BREAKER_OPEN, "destination" => self.id.to_string()).set(f64::from(u8::from(open)));
    }

    fn breaker(&self) -> MutexGuard<'_, Breaker> {
        self.breaker.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// See [`Connection::want`].
pub(crate) struct Want(Arc<Connection>);

impl Drop for Want {
    fn drop(&mut self) {
        self.0.wanting.send_modify(|lanes| *lanes -= 1);
    }
}

/// The one call that may be made while the breaker is open. Dropped unsent, another lane may make it.
pub(crate) struct Probe {
    connection: Arc<Connection>,
    sent: bool,
}

impl Drop for Probe {
    fn drop(&mut self) {
        if !self.sent {
            self.connection.breaker().probe_not_sent();
        }
    }
}
