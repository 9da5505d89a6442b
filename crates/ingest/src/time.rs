//! Evaluation time: it never goes back, and it does not believe a clock that jumps.

use model::{Clock, Duration, Timestamp};
use std::sync::Arc;
use tokio::time::Instant;

/// A forward jump beyond this, compared with monotonic time, is not believed.
const MAX_JUMP: Duration = Duration::from_millis(5 * 60_000);

/// Whether the wall clock is believed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ClockState {
    /// It is.
    Trusted,
    /// It is not: evaluation goes on with monotonic time until an operator says that the clock is right. A wrong
    /// clock would be a mass exit that cannot be undone.
    Jumped {
        /// What the wall clock says.
        wall: Timestamp,
        /// What evaluation goes by.
        trusted: Timestamp,
    },
}

/// Gives the evaluation time.
pub struct TrustedClock {
    wall: Arc<dyn Clock>,
    /// The last reading that was believed, and when that was on the monotonic clock.
    anchor: (Timestamp, Instant),
    state: ClockState,
}

impl TrustedClock {
    /// Starts from the last committed time. A gap since then is downtime, up to `max_downtime`; a store that never
    /// committed (`last` is [`Timestamp::MIN`]) believes the clock.
    pub fn new(wall: Arc<dyn Clock>, last: Timestamp, max_downtime: Duration) -> Self {
        let now = wall.now();
        let fresh = last == Timestamp::MIN;
        let believed = fresh || now.since(last) <= max_downtime;
        let state = if believed {
            ClockState::Trusted
        } else {
            ClockState::Jumped {
                wall: now,
                trusted: last,
            }
        };
        let start = if believed { now.max(last) } else { last };
        Self {
            wall,
            anchor: (start, Instant::now()),
            state,
        }
    }

    /// The evaluation time now. Callers take the larger of it and the last committed one.
    pub fn now(&mut self) -> Timestamp {
        let wall = self.wall.now();
        let monotonic = Instant::now();
        let elapsed = monotonic.duration_since(self.anchor.1).as_millis() as i64;
        let expected = self.anchor.0 + Duration::from_millis(elapsed);
        if self.state == ClockState::Trusted && wall <= expected + MAX_JUMP {
            // Put back, it counts on from where it was, or its way forward again would look like a jump.
            self.anchor = (wall.max(expected), monotonic);
            return wall;
        }
        if self.state == ClockState::Trusted {
            tracing::error!(%wall, %expected, "the wall clock jumped forward; evaluation goes on with monotonic time until an operator trusts the clock");
        }
        self.state = ClockState::Jumped {
            wall,
            trusted: expected,
        };
        expected
    }

    /// Believes the wall clock from now on.
    pub fn trust(&mut self) {
        self.anchor = (self.wall.now(), Instant::now());
        self.state = ClockState::Trusted;
    }

    /// Whether the wall clock is believed.
    pub fn state(&self) -> &ClockState {
        &self.state
    }
}

#[cfg(test)]
mod tests;
