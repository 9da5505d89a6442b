//! Wake-ups for lanes. They carry no data: losing one costs latency, never correctness.

use crate::shared::locked;
use model::Lane;
use std::collections::BTreeMap;
use std::sync::Mutex;
use tokio::sync::watch;

/// Whom to wake, by lane.
#[derive(Default)]
pub(crate) struct Wakes {
    lanes: Mutex<BTreeMap<Lane, watch::Sender<()>>>,
}

impl Wakes {
    /// `changed()` of the receiver resolves after every later wake-up of the lane; none gets lost in between.
    pub(crate) fn of(&self, lane: Lane) -> watch::Receiver<()> {
        let mut lanes = locked(&self.lanes);
        lanes
            .entry(lane)
            .or_insert_with(|| watch::Sender::new(()))
            .subscribe()
    }

    pub(crate) fn wake(&self, lane: Lane) {
        if let Some(sender) = locked(&self.lanes).get(&lane) {
            sender.send_replace(());
        }
    }

    pub(crate) fn wake_all(&self) {
        for sender in locked(&self.lanes).values() {
            sender.send_replace(());
        }
    }
}
