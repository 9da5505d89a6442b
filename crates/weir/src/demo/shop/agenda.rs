//! What shoppers have begun and will go on with.

use super::message::Device;
use model::{Duration, Timestamp};
use std::collections::BTreeMap;

/// One thing that somebody does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Act {
    View,
    Cart,
    Login,
    /// Opens the newsletter.
    Read,
    /// The message comes this long after the purchase.
    Buy {
        late: Duration,
    },
    /// The shop writes down what it knows of them once more.
    Write,
    /// Points for a purchase.
    Points(u32),
    /// Spends points.
    Redeem,
    /// Looks around on a device that nobody knows yet.
    Browse(Device),
    /// Says whose that device is.
    SignIn(Device),
    /// Is a customer no longer; another takes the place.
    MoveAway,
    /// Somebody else's program has a defect.
    Bad,
    /// A client did not see the answer, and sends an event again.
    Repeat,
}

/// Acts by the time at which they are due.
#[derive(Debug, Default)]
pub(super) struct Agenda {
    acts: BTreeMap<(Timestamp, u64), (usize, Act)>,
    added: u64,
}

impl Agenda {
    /// `who` will do `act` at `at`.
    pub(super) fn add(&mut self, at: Timestamp, who: usize, act: Act) {
        self.added += 1;
        self.acts.insert((at, self.added), (who, act));
    }

    /// The act that has been due longest.
    pub(super) fn due(&mut self, now: Timestamp) -> Option<(usize, Act)> {
        let first = self.acts.first_entry().filter(|first| first.key().0 <= now)?;
        Some(first.remove())
    }
}
