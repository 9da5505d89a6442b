//! What a verdict means for the export: a table, without clock, store or destination.

use crate::{Retry, Verdict};
use fastrand::Rng;
use model::{DeadReason, Duration, ExportSeq, Timestamp};
use store::{Claimed, Outcome};

/// Counted attempts an export has.
pub(crate) const ATTEMPTS: u8 = 3;

/// Throttled for longer than this counts as a failed attempt.
const THROTTLED_MOST: Duration = Duration::from_millis(10 * 60 * 1000);

/// Answers are kept up to this many bytes.
const ANSWER_BYTES: usize = 1024;

/// What the outbox row remembers of earlier tries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Tries {
    /// Which export.
    pub(crate) seq: ExportSeq,
    /// Counted attempts that failed.
    pub(crate) attempts: u8,
    /// Since when the destination throttles it.
    pub(crate) throttled_since: Option<Timestamp>,
    /// When it was decided, for the latency.
    pub(crate) emitted_at: Timestamp,
}

impl Tries {
    /// As claimed.
    pub(crate) fn of(claimed: &Claimed) -> Self {
        Self {
            seq: claimed.seq,
            attempts: claimed.attempts,
            throttled_since: claimed.throttled_since,
            emitted_at: claimed.export.emitted_at,
        }
    }
}

/// The circumstances under which a call ended.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Circumstances<'a> {
    /// The instant.
    pub(crate) now: Timestamp,
    /// Whether the breaker is open, this call judged.
    pub(crate) open: bool,
    /// How many calls of the lane in a row were throttled before this one.
    pub(crate) level: u32,
    /// The delays.
    pub(crate) retry: &'a Retry,
}

/// What to do with an export after a call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Next {
    /// Write this.
    Settle(Outcome),
    /// Give it back as it was: it waits, and nothing about it changed.
    Release,
}

/// The policy table.
pub(crate) fn decide(verdict: &Verdict, tries: &Tries, during: &Circumstances<'_>, rng: &mut Rng) -> Next {
    match verdict {
        Verdict::Delivered => Next::Settle(Outcome::Delivered),
        Verdict::Refused { answer } => dead(DeadReason::Refused, answer, tries.attempts, during.now),
        Verdict::Endpoint { .. } => Next::Release,
        Verdict::Transient { .. } if during.open => Next::Release,
        Verdict::Transient { answer } => failed(answer, tries, None, during, rng),
        Verdict::Throttled { after, answer } => {
            let since = tries.throttled_since.unwrap_or(during.now);
            if during.now.since(since) >= THROTTLED_MOST && !during.open {
                return failed(answer, tries, Some(since), during, rng);
            }
            let wait = during.retry.after_throttle(*after, during.level, rng);
            again(wait, tries.attempts, Some(since), during.now)
        }
    }
}

/// One more counted attempt failed.
fn failed(
    answer: &str,
    tries: &Tries,
    throttled_since: Option<Timestamp>,
    during: &Circumstances<'_>,
    rng: &mut Rng,
) -> Next {
    let attempts = tries.attempts.saturating_add(1);
    if attempts >= ATTEMPTS {
        return dead(DeadReason::Exhausted, answer, attempts, during.now);
    }
    again(
        during.retry.after_failure(attempts, rng),
        attempts,
        throttled_since,
        during.now,
    )
}

fn again(
    wait: std::time::Duration,
    attempts: u8,
    throttled_since: Option<Timestamp>,
    now: Timestamp,
) -> Next {
    Next::Settle(Outcome::Again {
        due: now + milliseconds(wait),
        attempts,
        throttled_since,
    })
}

/// As the outbox counts time.
pub(crate) fn milliseconds(wait: std::time::Duration) -> Duration {
    Duration::from_millis(i64::try_from(wait.as_millis()).unwrap_or(i64::MAX))
}

fn dead(reason: DeadReason, answer: &str, attempts: u8, at: Timestamp) -> Next {
    Next::Settle(buried(reason, answer, attempts, at))
}

/// The outcome of an export that is given up, its answer clipped.
pub(crate) fn buried(reason: DeadReason, answer: &str, attempts: u8, at: Timestamp) -> Outcome {
    let end = answer.floor_char_boundary(ANSWER_BYTES);
    Outcome::Dead {
        at,
        reason,
        answer: answer[..end].to_owned(),
        attempts,
    }
}

#[cfg(test)]
mod tests;
