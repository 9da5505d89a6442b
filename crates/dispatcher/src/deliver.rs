//! One call: send, judge, settle.

use crate::breaker::End;
use crate::call::{Call, Held};
use crate::connection::{Connection, Probe};
use crate::flow::Flow;
use crate::metrics::{CALLS, SEND_ATTEMPTS, SEND_SECONDS};
use crate::pace::Pace;
use crate::policy::{Circumstances, Next, Tries, decide, milliseconds};
use crate::room::{Lent, Room};
use crate::{Destination, Part, Rendered, Retry, Verdict};
use fastrand::Rng;
use metrics::{counter, histogram};
use model::{Clock, Lane, ProfileId, Timestamp};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use store::{Outcome, Settlement, Store};
use tokio::sync::OwnedSemaphorePermit;
use tokio::task::JoinSet;
use tokio::time::Instant;

/// How long to wait before a settlement is handed to a failing store again.
const STORE_WAIT: Duration = Duration::from_secs(1);

/// What the calls of one lane work with.
pub(crate) struct Context {
    pub(crate) lane: Lane,
    pub(crate) store: Store,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) connection: Arc<Connection>,
    pub(crate) room: Room,
    pub(crate) flow: Arc<Flow>,
    pub(crate) retry: Retry,
    pub(crate) pace: Mutex<Pace>,
    pub(crate) rng: Mutex<Rng>,
}

/// What a call needs besides its exports.
pub(crate) struct Pass {
    /// Room at the destination; held until the call is settled, so that a store that is slow or away slows the
    /// calls instead of gathering what is not settled.
    pub(crate) slot: OwnedSemaphorePermit,
    /// Room in memory.
    pub(crate) room: Lent,
    /// Set if the call is the probe of an open breaker.
    pub(crate) probe: Option<Probe>,
}

/// Makes a call and settles what became of each export.
pub(crate) async fn deliver(context: Arc<Context>, call: Call, pass: Pass) {
    let Pass {
        slot,
        mut room,
        probe,
    } = pass;
    room.during(send_and_settle(context, call, probe)).await;
    drop(slot);
}

async fn send_and_settle(context: Arc<Context>, call: Call, probe: Option<Probe>) {
    let Call {
        held, tries, batch, ..
    } = call;
    let sending = context.flow.sending(tries.len());
    let profiles: Vec<ProfileId> = batch.iter().map(|one| one.profile).collect();
    let verdicts = send(&context.connection, batch).await;
    // Asked for after the call, which may be what the destination learnt them by.
    let part = |profile: &ProfileId| context.connection.destination.part(*profile);
    let parts: Vec<Option<Part>> = profiles.iter().map(part).collect();
    let now = context.clock.now();
    // First the breaker, then the attempts: a call that opens it, or ends while it is open, uses none.
    let end = End::of(&verdicts);
    let open = context
        .connection
        .ended(tries.iter().map(|t| t.seq), &end, probe, now);
    let outcomes = context.decide(&verdicts, tries, &parts, &end, open, now);
    drop(sending);
    settle(&context, held, outcomes).await;
}

impl Context {
    /// What to write; exports that are not in it are given back.
    fn decide(
        &self,
        verdicts: &[Verdict],
        tries: Vec<Tries>,
        parts: &[Option<Part>],
        end: &End,
        open: bool,
        now: Timestamp,
    ) -> Vec<(Tries, Outcome)> {
        let instant = Instant::now();
        let mut pace = lock(&self.pace);
        let mut rng = lock(&self.rng);
        self.slow_parts(verdicts, parts, &mut pace, &mut rng, instant);
        let during = Circumstances {
            now,
            open,
            level: pace.level(instant),
            retry: &self.retry,
        };
        let mut outcomes = Vec::with_capacity(tries.len());
        let mut longest: Option<model::Duration> = None;
        for ((verdict, tries), part) in verdicts.iter().zip(tries).zip(parts) {
            let before = tries.attempts;
            let Next::Settle(mut outcome) = decide(verdict, &tries, &during, &mut rng) else {
                continue;
            };
            if let (Verdict::Throttled { .. }, Outcome::Again { due, attempts, .. }) = (verdict, &mut outcome)
            {
                // After too long it counts as a failure, with the delay of one.
                let flows = part.filter(|_| *attempts == before);
                match flows.and_then(|part| pace.wait(part, instant)) {
                    Some(wait) => *due = now + milliseconds(wait),
                    None => longest = longest.max(Some(due.since(now))),
                }
            }
            outcomes.push((tries, outcome));
        }
        match longest {
            Some(wait) => pace.throttled(wait.std(), *end == End::Throttled, instant),
            None => pace.flowed(),
        }
        outcomes
    }

    /// Tells the pace which parts of the destination are busy.
    fn slow_parts(
        &self,
        verdicts: &[Verdict],
        parts: &[Option<Part>],
        pace: &mut Pace,
        rng: &mut Rng,
        now: Instant,
    ) {
        /// What a part did with a call.
        #[derive(Default)]
        struct Did {
            moving: bool,
            throttled: bool,
            /// How long it asked to wait.
            asked: Option<Duration>,
        }
        let mut did: BTreeMap<u32, (Part, Did)> = BTreeMap::new();
        for (verdict, part) in verdicts.iter().zip(parts) {
            let Some(part) = *part else { continue };
            let (_, did) = did.entry(part.number).or_insert((part, Did::default()));
            match verdict {
                Verdict::Delivered => did.moving = true,
                Verdict::Throttled { after, .. } => {
                    did.throttled = true;
                    did.asked = did.asked.max(*after);
                }
                _ => {}
            }
        }
        for (part, did) in did.into_values() {
            if did.throttled {
                let level = if did.moving { 0 } else { pace.part_level(part, now) };
                let wait = self.retry.after_throttle(did.asked, level, rng);
                pace.part_throttled(part, wait, did.moving, now);
            } else if did.moving {
                pace.part_flowed(part, now);
            }
        }
    }
}

/// Hands outcomes to the store until it takes them, or has been stopped. Nobody else can have the exports
/// meanwhile; to give up would send again what was accepted.
pub(crate) async fn settle(context: &Context, mut held: Held, outcomes: Vec<(Tries, Outcome)>) {
    if outcomes.is_empty() {
        return;
    }
    let settlement = |(tries, outcome): &(Tries, Outcome)| Settlement {
        seq: tries.seq,
        outcome: outcome.clone(),
    };
    while let Err(error) = context
        .store
        .settle(outcomes.iter().map(settlement).collect())
        .await
    {
        if matches!(error, store::Error::Stopped) {
            return;
        }
        tracing::error!(dataflow.no = %context.lane.dataflow, %error, "the store takes no settlements; trying again");
        tokio::time::sleep(STORE_WAIT).await;
    }
    held.settled(&outcomes.iter().map(|(tries, _)| tries.seq).collect());
    let now = context.clock.now();
    context.flow.settled(&outcomes, now);
}

/// One verdict an export, whatever the destination does: hang, panic, or answer for another number of exports.
async fn send(connection: &Connection, batch: Vec<Rendered>) -> Vec<Verdict> {
    let exports = batch.len();
    let began = Instant::now();
    connection.show_calls(1.0);
    let verdicts = guarded(Arc::clone(&connection.destination), batch).await;
    connection.show_calls(-1.0);
    histogram!(SEND_SECONDS, "kind" => connection.kind).record(began.elapsed().as_secs_f64());
    counter!(CALLS, "kind" => connection.kind).increment(1);
    let verdicts = match verdicts {
        Ok(verdicts) if verdicts.len() == exports => verdicts,
        // Not even the first ones can be trusted: it is not known which verdict belongs to which export.
        Ok(verdicts) => transient(
            exports,
            format!("{} answers for {exports} exports", verdicts.len()),
        ),
        Err(answer) => transient(exports, answer),
    };
    for alike in verdicts.chunk_by(|a, b| a.class() == b.class()) {
        let class = alike[0].class();
        counter!(SEND_ATTEMPTS, "kind" => connection.kind, "verdict" => class).increment(alike.len() as u64);
    }
    verdicts
}

fn transient(exports: usize, answer: String) -> Vec<Verdict> {
    vec![Verdict::Transient { answer }; exports]
}

/// Sends in a task of its own, so that a panic ends that task and not the lane.
pub(crate) async fn guarded(
    destination: Arc<dyn Destination>,
    batch: Vec<Rendered>,
) -> Result<Vec<Verdict>, String> {
    let most = destination.timeout();
    let mut task = JoinSet::new();
    task.spawn(async move { destination.send(&batch).await });
    match tokio::time::timeout(most, task.join_next()).await {
        Ok(Some(Ok(verdicts))) => Ok(verdicts),
        Ok(Some(Err(error))) if error.is_panic() => Err("the destination panicked".to_owned()),
        Ok(_) => Err("the call was cancelled".to_owned()),
        Err(_) => Err(format!("no answer within {most:?}")),
    }
}

/// Nothing panics while it holds one of the lane's locks.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
