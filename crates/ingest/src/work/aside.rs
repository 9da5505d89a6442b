//! What becomes of inputs that cannot be evaluated.

use super::Work;
use crate::input::{Answer, Item, Posted, What};
use crate::unit::Act;
use model::{Duration, ProfileId, Timestamp};
use store::{DeadMessage, ProfileDelta};

/// How long a profile whose timer panics is left alone.
const PANIC_PAUSE: Duration = Duration::from_millis(3_600_000);

impl Work<'_> {
    /// A profile whose timer panics is left alone for a while, so that it does not panic in a circle. One that cannot
    /// be read loses its timer row: a damaged row must not hold up all others.
    pub(super) fn pause(&mut self, id: ProfileId, due: Option<Timestamp>) {
        let until = self.done.count.clock + PANIC_PAUSE;
        if let Ok(()) = self.cache.load(std::iter::once(id))
            && self.cache.has(id)
            && let Ok(unit) = self.unit(id)
        {
            self.give(unit, Act::Pause(until));
        } else if let Some(due) = due {
            self.drop_timer(id, due);
        }
    }

    pub(super) fn drop_timer(&mut self, id: ProfileId, due: Timestamp) {
        self.done.dropped.push(ProfileDelta {
            id,
            old_due: Some(due),
            ..ProfileDelta::default()
        });
    }

    pub(super) fn set_aside(&mut self, what: &What, reason: &str) -> Option<Answer> {
        match what {
            What::Item(Item::Posted(posted)) => return Some(self.fail(posted, reason)),
            What::Item(Item::Bad(dead)) => return Some(self.bad(dead)),
            What::Tick(id, due) => self.pause(*id, Some(*due)),
            What::Visit(id) => self.pause(*id, None),
            What::Tell(id, _) => {
                self.pause(*id, None);
                self.done.failed += 1;
            }
        }
        None
    }

    fn fail(&mut self, posted: &Posted, reason: &str) -> Answer {
        self.done.count.seq = self.done.count.seq.next();
        let reason = format!("evaluating this message failed inside Weir: {reason}");
        self.done.dead.push(DeadMessage {
            at: self.done.count.clock,
            inlet: Some(posted.inlet.clone()),
            dataset: posted.message.dataset.clone(),
            code: "evaluation_failed".to_owned(),
            reason: reason.clone(),
            body: posted.raw.to_vec(),
        });
        Answer::Failed(reason)
    }

    pub(super) fn bad(&mut self, dead: &DeadMessage) -> Answer {
        self.done.dead.push(DeadMessage {
            at: self.done.count.clock,
            ..dead.clone()
        });
        Answer::Bad(dead.reason.clone())
    }
}
