//! A lane: one task that claims what is due, packs it into calls and keeps many of them in flight.

use crate::breaker::Gate;
use crate::call::{Call, Held, plan};
use crate::connection::Want;
use crate::deliver::{Context, Pass, deliver, lock, settle};
use crate::metrics::SEND_WAIT_SECONDS;
use crate::policy::{Tries, milliseconds};
use metrics::histogram;
use model::{Class, ExportSeq, Timestamp};
use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;
use store::{Claimed, Outcome};
use tokio::task::{JoinError, JoinSet};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

/// A lane looks at least this often, whatever wakes it.
const POLL: Duration = Duration::from_secs(1);

pub(crate) struct LaneTask {
    context: Arc<Context>,
    /// Claimed and packed, not yet sent.
    planned: VecDeque<Call>,
    calls: JoinSet<()>,
    /// Held by a live lane while it has something to send.
    want: Option<Want>,
}

/// What a look at the outbox led to.
enum Look {
    /// A call is on its way, or something changed: look again.
    Again,
    /// Nothing to do before this instant, unless something wakes the lane.
    Rest(Instant),
}

/// What a claim led to.
#[derive(PartialEq, Eq)]
enum Claim {
    /// What is due is packed into calls, if something is.
    Planned,
    /// All of it has to wait for busy parts of the destination. Others may be due.
    HeldBack,
}

impl Context {
    /// Takes out the exports that go to busy parts of the destination, with a later due for each. They were not sent:
    /// nothing else about them changes.
    fn hold_back(&self, claimed: &mut Vec<Claimed>, now: Timestamp) -> Vec<(Tries, Outcome)> {
        let mut pace = lock(&self.pace);
        let instant = Instant::now();
        let mut held_back = Vec::new();
        claimed.retain(|one| {
            let part = self.connection.destination.part(one.export.profile);
            let Some(wait) = part.and_then(|part| pace.wait(part, instant)) else {
                return true;
            };
            let outcome = Outcome::Again {
                due: now + milliseconds(wait),
                attempts: one.attempts,
                throttled_since: one.throttled_since,
            };
            held_back.push((Tries::of(one), outcome));
            false
        });
        held_back
    }
}

impl LaneTask {
    pub(crate) fn new(context: Arc<Context>) -> Self {
        Self {
            context,
            planned: VecDeque::new(),
            calls: JoinSet::new(),
            want: None,
        }
    }

    /// Runs until `stop`: then claims nothing more, gives back what is not sent, and finishes the calls in
    /// flight. Dropping the future abandons them.
    pub(crate) async fn run(mut self, stop: CancellationToken) {
        let context = Arc::clone(&self.context);
        let mut wake = context.store.wake(context.lane);
        loop {
            // Both are subscribed to before the look, or what happens in between would be missed.
            wake.mark_unchanged();
            let bell = context.connection.bell.notified();
            let look = tokio::select! {
                biased;
                () = stop.cancelled() => break,
                look = self.look() => look,
            };
            let Look::Rest(until) = look else { continue };
            self.want = None;
            tokio::select! {
                biased;
                () = stop.cancelled() => break,
                Ok(()) = wake.changed() => {}
                () = bell => {}
                Some(ended) = self.calls.join_next() => self.ended(ended),
                () = tokio::time::sleep_until(until.min(Instant::now() + POLL)) => {}
            }
        }
        self.planned.clear();
        self.want = None;
        while let Some(ended) = self.calls.join_next().await {
            self.ended(ended);
        }
    }

    async fn look(&mut self) -> Look {
        while let Some(ended) = self.calls.try_join_next() {
            self.ended(ended);
        }
        let now = Instant::now();
        let paused = lock(&self.context.pace).paused(now);
        let shut = match self.context.connection.gate() {
            Gate::Shut(until) => Some(until),
            Gate::Pass | Gate::Probe => None,
        };
        if let Some(until) = paused.max(shut) {
            // Claims are not held while nothing can be sent.
            self.planned.clear();
            return Look::Rest(until);
        }
        if self.planned.is_empty()
            && let Some(until) = self.nothing_before(now)
        {
            return Look::Rest(until);
        }
        if self.context.lane.class == Class::Live && self.want.is_none() {
            self.want = Some(self.context.connection.want());
        }
        self.admit().await
    }

    /// The instant before which there is nothing to claim; `None` if there is something now.
    fn nothing_before(&self, now: Instant) -> Option<Instant> {
        match self.context.store.next_due(self.context.lane) {
            Ok(Some(due)) => {
                let wait = due.since(self.context.clock.now());
                (wait.millis() > 0).then(|| now + wait.std())
            }
            Ok(None) => Some(now + POLL),
            Err(error) => {
                tracing::error!(dataflow.no = %self.context.lane.dataflow, %error, "the outbox cannot be read");
                Some(now + POLL)
            }
        }
    }

    /// Takes the turn, claims if nothing is planned, waits for the rates, and makes one call.
    async fn admit(&mut self) -> Look {
        let context = Arc::clone(&self.context);
        let (connection, class) = (&context.connection, context.lane.class);
        let _turn = connection.turn(class).await;
        let Ok(probe) = connection.enter() else {
            return Look::Again;
        };
        let Some(slot) = connection.slot(class).await else {
            return Look::Again;
        };
        if probe.is_some() {
            self.planned.clear();
        }
        let largest = self
            .planned
            .front()
            .map_or(connection.limits.bytes, |call| call.bytes);
        let mut room = context.room.lend(class, largest).await;
        if self.planned.is_empty() && room.during(self.claim(probe.is_some())).await == Claim::HeldBack {
            return Look::Again;
        }
        let Some(call) = self.planned.pop_front() else {
            return Look::Rest(Instant::now() + POLL);
        };
        room.shrink(call.bytes);
        let began = Instant::now();
        room.during(connection.limiter.take(call.batch.len(), call.bytes))
            .await;
        histogram!(SEND_WAIT_SECONDS, "destination" => connection.id.to_string())
            .record(began.elapsed().as_secs_f64());
        if probe.is_none() && connection.is_open() {
            return Look::Again;
        }
        self.calls
            .spawn(deliver(Arc::clone(&context), call, Pass { slot, room, probe }));
        Look::Again
    }

    /// Claims what is due and packs it into calls; for a probe, into one call of one export.
    async fn claim(&mut self, probe: bool) -> Claim {
        let context = Arc::clone(&self.context);
        context.store.caught_up(context.lane.class).await;
        let (limits, now) = (context.connection.limits, context.clock.now());
        let mut claimed = match context
            .store
            .claim(context.lane, now, limits.records, limits.bytes)
        {
            Ok(claimed) => claimed,
            Err(error) => {
                tracing::error!(dataflow.no = %context.lane.dataflow, %error, "the outbox cannot be claimed from");
                return Claim::Planned;
            }
        };
        let held_back = if probe {
            Vec::new()
        } else {
            context.hold_back(&mut claimed, now)
        };
        if probe {
            let seqs: Vec<ExportSeq> = claimed.iter().map(|one| one.seq).collect();
            let chosen = context.connection.choose_probe(&seqs);
            claimed.retain(|one| Some(one.seq) == chosen);
            drop(Held::new(
                &context.store,
                seqs.into_iter().filter(|seq| Some(*seq) != chosen).collect(),
            ));
        }
        let plan = plan(
            &context.store,
            claimed,
            limits,
            context.connection.destination.always_envelope(),
            now,
        );
        self.planned = plan.calls;
        if !plan.dead.is_empty() {
            let context = Arc::clone(&context);
            self.calls
                .spawn(async move { settle(&context, plan.dead_held, plan.dead).await });
        }
        if held_back.is_empty() {
            return Claim::Planned;
        }
        let held = Held::new(
            &context.store,
            held_back.iter().map(|(tries, _)| tries.seq).collect(),
        );
        if self.planned.is_empty() {
            // Nothing else slows the lane down: the next claim waits for this.
            settle(&context, held, held_back).await;
            return Claim::HeldBack;
        }
        self.calls
            .spawn(async move { settle(&context, held, held_back).await });
        Claim::Planned
    }

    /// A call catches the panics of its destination; one of its own is a defect, and its exports were given
    /// back when it was dropped.
    fn ended(&self, ended: Result<(), JoinError>) {
        if let Err(error) = ended {
            tracing::error!(dataflow.no = %self.context.lane.dataflow, %error, "a call ended by a defect");
        }
    }
}
