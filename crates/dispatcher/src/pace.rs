//! Flow control: how a lane slows down when its destination asks for it, as a whole or in one of its parts.

use crate::Part;
use std::collections::BTreeMap;
use std::time::Duration;
use tokio::time::Instant;

/// Exports that wait for a busy part are spread over at most this: it may become faster meanwhile.
const SPREAD: Duration = Duration::from_mins(1);

/// The pace of one lane.
#[derive(Debug, Default)]
pub(crate) struct Pace {
    /// Calls in a row that were throttled.
    level: u32,
    until: Option<Instant>,
    /// Parts that throttled lately.
    parts: BTreeMap<u32, Busy>,
    /// How many parts there are.
    of: u32,
}

/// A part that throttles.
#[derive(Clone, Copy, Debug)]
struct Busy {
    /// Calls in a row of which it took nothing.
    level: u32,
    /// Nothing is sent to it before.
    until: Instant,
    /// When the next export that has to wait for it is due.
    next: Instant,
}

impl Pace {
    /// Throttled calls in a row before the one that ends now. Calls that were on their way together when the
    /// lane began to wait count as one.
    pub(crate) fn level(&self, now: Instant) -> u32 {
        self.level - u32::from(self.until.is_some_and(|until| until > now) && self.level > 0)
    }

    /// The instant until which the lane makes no call, if it lies ahead. A lane of which every part is busy rests;
    /// to give each of its exports a later due would move the whole outbox.
    pub(crate) fn paused(&self, now: Instant) -> Option<Instant> {
        let whole = self.until.filter(|until| *until > now);
        let busy = self
            .parts
            .values()
            .map(|part| part.until)
            .filter(|until| *until > now);
        let all = self.of > 0 && busy.clone().count() >= self.of as usize;
        let first = busy.min().filter(|_| all);
        whole.max(first)
    }

    /// A call ended without throttling.
    pub(crate) fn flowed(&mut self) {
        self.level = 0;
    }

    /// A call was throttled. If nothing of it got through, the lane as a whole waits as long as the exports
    /// do; else only a part of the destination is busy, and the rest goes on.
    pub(crate) fn throttled(&mut self, wait: Duration, wholly: bool, now: Instant) {
        if self.until.is_none_or(|until| until <= now) {
            self.level = self.level.saturating_add(1);
        }
        if wholly {
            self.until = self.until.max(Some(now + wait));
        }
    }

    /// Throttled calls in a row of which this part took nothing, before the one that ends now.
    pub(crate) fn part_level(&self, part: Part, now: Instant) -> u32 {
        let busy = self.parts.get(&part.number);
        busy.map_or(0, |busy| {
            busy.level - u32::from(busy.until > now && busy.level > 0)
        })
    }

    /// A part throttled exports of a call, of which it took others if it is `moving`.
    pub(crate) fn part_throttled(&mut self, part: Part, wait: Duration, moving: bool, now: Instant) {
        self.parts.retain(|_, busy| busy.next + SPREAD > now);
        self.of = part.of;
        let until = now + wait;
        let busy = self.parts.entry(part.number).or_insert(Busy {
            level: 0,
            until: now,
            next: now,
        });
        if moving {
            busy.level = 0;
        } else if busy.until <= now {
            busy.level = busy.level.saturating_add(1);
        }
        busy.until = busy.until.max(until);
    }

    /// A part took everything of a call that there was for it.
    pub(crate) fn part_flowed(&mut self, part: Part, now: Instant) {
        if self.parts.get(&part.number).is_some_and(|busy| busy.until <= now) {
            self.parts.remove(&part.number);
        }
    }

    /// How long an export waits that has to go to this part; `None` if it can be sent.
    pub(crate) fn wait(&mut self, part: Part, now: Instant) -> Option<Duration> {
        let busy = self.parts.get_mut(&part.number).filter(|busy| busy.until > now)?;
        let due = busy.next.clamp(busy.until, (now + SPREAD).max(busy.until));
        busy.next = due + Duration::from_secs(1) / part.per_second.max(1);
        Some(due - now)
    }
}

#[cfg(test)]
mod tests;
