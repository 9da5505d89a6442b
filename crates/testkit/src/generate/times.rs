//! The instants of a world: short windows, and a clock that likes to stop exactly where something is due.

use super::dice::Dice;
use crate::rule::{Unit, Window};
use model::{Duration, Timestamp};

/// The clock, the windows in force and what has been dated so far.
pub(super) struct Times {
    pub(super) now: Timestamp,
    pub(super) retention: Duration,
    /// In force.
    pub(super) windows: Vec<Window>,
    /// The unit of all windows of this world.
    unit: Unit,
    /// Timestamps and ends of validity of events.
    dated: Vec<Timestamp>,
    /// Business times given.
    business: Vec<Timestamp>,
}

const MS: Duration = Duration::from_millis(1);

impl Times {
    pub(super) fn new(dice: &mut Dice, now: Timestamp) -> Self {
        let units = [
            Unit::Millisecond,
            Unit::Second,
            Unit::Minute,
            Unit::Minute,
            Unit::Hour,
            Unit::Day,
            Unit::Week,
        ];
        let unit = dice.one(&units);
        // A file says it in whole seconds.
        let short = (unit.length().millis() * dice.between(6, 60) as i64).max(1_000) / 1_000;
        let short = Duration::from_millis(short * 1_000);
        let retention = if dice.percent(50) {
            short
        } else {
            Duration::days(90)
        };
        Self {
            now,
            retention,
            windows: Vec::new(),
            unit,
            dated: Vec::new(),
            business: Vec::new(),
        }
    }

    pub(super) fn window(&self, dice: &mut Dice) -> Window {
        Window {
            count: dice.one(&[1, 2, 3, 5, 8, 13, 30]),
            unit: self.unit,
            inclusive: dice.percent(50),
        }
    }

    /// How far the clock moves: mostly to an instant at which something may happen, or a millisecond beside it.
    pub(super) fn leap(&mut self, dice: &mut Dice) -> Duration {
        let mut ahead = self.instants();
        ahead.retain(|at| *at > self.now);
        ahead.sort();
        ahead.dedup();
        ahead.truncate(6);
        match dice.below(10) {
            0..6 if !ahead.is_empty() => beside(dice, &ahead).since(self.now),
            0..7 => MS,
            7..9 => self.some(dice),
            _ => Duration::from_millis(self.retention.millis() + self.some(dice).millis()),
        }
    }

    /// The timestamp of an event: now, late, or ahead.
    pub(super) fn event(&mut self, dice: &mut Dice) -> Timestamp {
        let now = self.now;
        let at = match dice.below(10) {
            0..4 => now,
            4..6 => now - self.some(dice),
            6 => now + self.some(dice),
            // At the edge of a window, or of the retention, as of now.
            7..9 => match self.windows.as_slice() {
                [] => now,
                windows => {
                    let edge = now - dice.one(windows).length();
                    beside(dice, &[edge])
                }
            },
            _ => beside(dice, &[now - self.retention, now]),
        };
        self.dated.push(at);
        at
    }

    /// When an event ceases to count, sometimes before it began.
    pub(super) fn valid_until(&mut self, dice: &mut Dice, of: Timestamp) -> Timestamp {
        let end = if dice.percent(20) {
            beside(dice, &[of, self.now])
        } else {
            self.now + self.some(dice)
        };
        self.dated.push(end);
        end
    }

    /// When a record says it was written: late, as often as before, ahead within what is believed and beyond.
    pub(super) fn business(&mut self, dice: &mut Dice) -> Timestamp {
        let believed = Duration::from_millis(300_000);
        let given = match dice.below(8) {
            0..3 if !self.business.is_empty() => dice.one(&self.business),
            0..4 => self.now - self.some(dice),
            4 => self.now,
            5 => self.now + MS,
            6 => beside(dice, &[self.now + believed]),
            _ => self.now + believed + self.some(dice),
        };
        self.business.push(given);
        given
    }

    /// A span of up to a few windows.
    fn some(&self, dice: &mut Dice) -> Duration {
        let most = self.unit.length().millis() as usize * dice.one(&[1, 4, 10]);
        Duration::from_millis(dice.between(1, most) as i64)
    }

    fn instants(&self) -> Vec<Timestamp> {
        let mut all = Vec::new();
        for at in &self.dated {
            all.extend([*at, *at + self.retention]);
            for window in &self.windows {
                all.extend([*at + window.length(), *at + window.length() + MS]);
            }
        }
        all
    }
}

/// One of them, or a millisecond before or after.
fn beside(dice: &mut Dice, instants: &[Timestamp]) -> Timestamp {
    let at = dice.one(instants);
    dice.one(&[at, at, at - MS, at + MS])
}
