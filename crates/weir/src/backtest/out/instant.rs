//! The text of an instant, made anew no more than it differs from the one before.

use model::Timestamp;
use std::io::Write;

/// What [`Timestamp`] displays, as bytes. Calendars are costly and most transitions are of one day: its date is kept.
pub(super) struct Instant {
    at: Timestamp,
    text: Vec<u8>,
}

/// Milliseconds of a day.
const DAY: i64 = 86_400_000;
/// The length of `2023-11-14T22:13:20.000Z`: years of more or less than four digits have none of it.
const USUAL: usize = 24;

impl Default for Instant {
    fn default() -> Self {
        let mut instant = Self {
            at: Timestamp::default(),
            text: Vec::new(),
        };
        instant.spell(Timestamp::default());
        instant
    }
}

impl Instant {
    pub(super) fn text(&mut self, at: Timestamp) -> &[u8] {
        if at != self.at {
            let day = |at: Timestamp| at.millis().div_euclid(DAY);
            if self.text.len() == USUAL && day(at) == day(self.at) {
                self.set_time(at.millis().rem_euclid(DAY) as u32);
                self.at = at;
            } else {
                self.spell(at);
            }
        }
        &self.text
    }

    fn spell(&mut self, at: Timestamp) {
        self.at = at;
        self.text.clear();
        let written = write!(self.text, "{at}");
        debug_assert!(written.is_ok(), "writing to a Vec cannot fail");
    }

    /// Sets hours, minutes, seconds and milliseconds.
    fn set_time(&mut self, ms: u32) {
        let parts = [(11, ms / 3_600_000), (14, ms / 60_000 % 60), (17, ms / 1000 % 60)];
        for (place, number) in parts {
            self.text[place] = digit(number / 10);
            self.text[place + 1] = digit(number % 10);
        }
        self.text[20] = digit(ms / 100 % 10);
        self.text[21] = digit(ms / 10 % 10);
        self.text[22] = digit(ms % 10);
    }
}

fn digit(number: u32) -> u8 {
    b'0' + (number % 10) as u8
}

#[cfg(test)]
mod tests;
