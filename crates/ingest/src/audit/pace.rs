//! How much of the machine audits may take.

use std::fmt;
use std::time::Duration;
use tokio::time::Instant;

/// A part of one core's time.
#[derive(Clone, Copy, PartialEq)]
pub struct Share(f64);

impl Share {
    /// Nothing at all.
    pub const NONE: Self = Self(0.0);
    /// What nobody notices.
    pub const ONE_PERCENT: Self = Self(0.01);
    /// The least above nothing.
    const LEAST: f64 = 0.000_1;

    /// So many percent: 0, or 0.01 to 100.
    pub fn percent(percent: f64) -> Option<Self> {
        let part = percent / 100.0;
        (part == 0.0 || (Self::LEAST..=1.0).contains(&part)).then_some(Self(part))
    }
}

impl fmt::Debug for Share {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}%", self.0 * 100.0)
    }
}

/// The rest after a turn that took no time worth speaking of.
const BREATH: Duration = Duration::from_millis(1);

/// Says when the next turn may be: after a turn comes a rest in which the share of the whole is as agreed.
#[derive(Debug)]
pub(super) struct Pace {
    share: Share,
    due: Instant,
}

impl Pace {
    pub(super) fn new(share: Share, now: Instant) -> Self {
        Self { share, due: now }
    }

    /// When the next turn may be; `None` is never.
    pub(super) fn due(&self) -> Option<Instant> {
        (self.share != Share::NONE).then_some(self.due)
    }

    /// Rests after a turn.
    pub(super) fn rest(&mut self, begun: Instant, ended: Instant) {
        let took = ended.duration_since(begun);
        let rest = took.mul_f64(1.0 / self.share.0.max(Share::LEAST) - 1.0);
        self.wait_until(ended + rest.max(BREATH));
    }

    /// Has no turn before this instant.
    pub(super) fn wait_until(&mut self, due: Instant) {
        self.due = self.due.max(due);
    }
}

#[cfg(test)]
mod tests;
