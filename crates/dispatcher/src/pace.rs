//! Flow control: how a lane slows down when its destination asks for it.

use std::time::Duration;
use tokio::time::Instant;

/// The pace of one lane.
#[derive(Debug, Default)]
pub(crate) struct Pace {
    /// Calls in a row that were throttled.
    level: u32,
    until: Option<Instant>,
}

impl Pace {
    /// Throttled calls in a row before the one that ends now. Calls that were on their way together when the
    /// lane began to wait count as one.
    pub(crate) fn level(&self, now: Instant) -> u32 {
        self.level - u32::from(self.paused(now).is_some() && self.level > 0)
    }

    /// The instant until which the lane makes no call, if it lies ahead.
    pub(crate) fn paused(&self, now: Instant) -> Option<Instant> {
        self.until.filter(|until| *until > now)
    }

    /// A call ended without throttling.
    pub(crate) fn flowed(&mut self) {
        self.level = 0;
    }

    /// A call was throttled. If nothing of it got through, the lane as a whole waits as long as the exports
    /// do; else only a part of the destination is busy, and the rest goes on.
    pub(crate) fn throttled(&mut self, wait: Duration, wholly: bool, now: Instant) {
        if self.paused(now).is_none() {
            self.level = self.level.saturating_add(1);
        }
        if wholly {
            self.until = self.until.max(Some(now + wait));
        }
    }
}
