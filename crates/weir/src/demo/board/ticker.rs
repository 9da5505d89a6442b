//! The latest transitions, as many as one can read.

use crate::demo::tail::Transition;
use model::{Duration, SegmentId, Status, Timestamp};
use std::collections::VecDeque;

/// More than any window has lines.
const KEPT: usize = 100;
/// A new line no sooner than this after the last.
const PAUSE: Duration = Duration::from_millis(400);
/// One of the same kind no sooner than this.
const PAUSE_OF_KIND: Duration = Duration::from_millis(1200);

/// A transition to show.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::demo) struct Moment {
    /// As on the wire.
    pub(in crate::demo) at: String,
    /// The person's name, if known.
    pub(in crate::demo) who: Option<String>,
    pub(in crate::demo) status: Status,
    /// The name of the segment.
    pub(in crate::demo) segment: String,
    /// Nothing arrived: time alone made it so.
    pub(in crate::demo) by_clock: bool,
}

impl Moment {
    pub(super) fn new(transition: &Transition, who: Option<String>, segment: String, by_clock: bool) -> Self {
        Self {
            at: transition.at.clone(),
            who,
            status: transition.status,
            segment,
            by_clock,
        }
    }
}

/// A selection: most pass unseen where there are many.
#[derive(Debug, Default)]
pub(super) struct Ticker {
    moments: VecDeque<Moment>,
    last: Option<(Timestamp, (SegmentId, Status))>,
}

impl Ticker {
    /// Takes a transition of this kind, if the eye has had time for the last one.
    pub(super) fn offer(
        &mut self,
        kind: (&SegmentId, Status),
        now: Timestamp,
        moment: impl FnOnce() -> Moment,
    ) {
        if let Some((last, shown)) = &self.last {
            let same = (&shown.0, shown.1) == kind;
            if now.since(*last) < if same { PAUSE_OF_KIND } else { PAUSE } {
                return;
            }
        }
        self.last = Some((now, (kind.0.clone(), kind.1)));
        self.moments.push_front(moment());
        self.moments.truncate(KEPT);
    }

    /// Latest first.
    pub(super) fn moments(&self) -> Vec<Moment> {
        self.moments.iter().cloned().collect()
    }
}
