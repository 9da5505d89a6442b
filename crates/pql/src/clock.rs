//! Time as an evaluation sees it: an instant, a zone, and until when all that was asked of them is answered the same.
//!
//! Every test of time goes through [`Clock::during`]: it says whether `now` lies in a span, and notes when that will be
//! different. What looks at time in any other way must call [`Clock::until`] itself.

mod calendar;
mod occurs;
mod part;
#[cfg(test)]
mod tests;

pub use part::Part;

use crate::program::Operator;
use calendar::Calendar;
use jiff::tz::TimeZone;
use model::{Duration, Timestamp};
use std::cell::Cell;
use std::cmp::Ordering;

/// One millisecond, the grain of all time here.
const INSTANT: Duration = Duration::from_millis(1);

/// The instant of an evaluation, and until when its answers hold.
#[derive(Debug)]
pub struct Clock<'z> {
    now: Timestamp,
    calendar: Calendar<'z>,
    until: Cell<Timestamp>,
}

/// A date: an instant, a whole day, or one of the words that move with the clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Date {
    /// To the millisecond.
    Instant(Timestamp),
    /// A day of the zone, counted from 1970-01-01. Where an instant is wanted it is the day's first.
    Day(i64),
    /// `now`
    Now,
    /// So many days after `today`.
    Today(i64),
}

impl<'z> Clock<'z> {
    /// A clock that stands at `now`. Days, months and years are those of `zone`.
    pub fn new(now: Timestamp, zone: &'z TimeZone) -> Self {
        let calendar = Calendar { zone };
        Self {
            now,
            calendar,
            until: Cell::new(Timestamp::MAX),
        }
    }

    /// The instant of the evaluation. Whoever decides by it must say [`Clock::until`] when.
    pub fn now(&self) -> Timestamp {
        self.now
    }

    /// The earliest instant at which something that was asked would be answered differently; [`Timestamp::MAX`] is
    /// never.
    pub fn horizon(&self) -> Timestamp {
        self.until.get()
    }

    /// Notes that what was just decided may be different from `instant` on, which lies in the future.
    pub fn until(&self, instant: Timestamp) {
        debug_assert!(instant > self.now, "what was decided is different already");
        self.until.set(self.until.get().min(instant));
    }

    /// Whether `start <= now < end`; notes when that will be different.
    pub fn during(&self, start: Timestamp, end: Timestamp) -> bool {
        if start < end && self.now < end {
            self.until(if self.now < start { start } else { end });
        }
        start <= self.now && self.now < end
    }

    /// How two dates compare; notes when that will be different. A day counts as its first instant.
    pub fn compare(&self, left: Date, operator: Operator, right: Date) -> bool {
        match (left.moves(), right.moves()) {
            (false, false) => operator.accepts(self.at(left).cmp(&self.at(right))),
            (true, false) => self.lies(left, operator, self.at(right)),
            (false, true) => self.lies(right, operator.mirrored(), self.at(left)),
            (true, true) if left == right => operator.accepts(Ordering::Equal),
            (true, true) => {
                // A word of days stands still until midnight.
                self.until(self.tomorrow());
                match (left, right) {
                    (Date::Now, day) => self.lies(Date::Now, operator, self.at(day)),
                    (day, Date::Now) => self.lies(Date::Now, operator.mirrored(), self.at(day)),
                    (one, other) => operator.accepts(self.at(one).cmp(&self.at(other))),
                }
            }
        }
    }

    fn lies(&self, date: Date, operator: Operator, instant: Timestamp) -> bool {
        let (min, max, next) = (Timestamp::MIN, Timestamp::MAX, instant + INSTANT);
        match operator {
            Operator::Equal => self.within(date, instant, next),
            Operator::NotEqual => !self.within(date, instant, next),
            Operator::Less => self.within(date, min, instant),
            Operator::LessOrEqual => self.within(date, min, next),
            Operator::Greater => self.within(date, next, max),
            Operator::GreaterOrEqual => self.within(date, instant, max),
        }
    }

    /// Whether `start <= date < end`; notes when that will be different.
    fn within(&self, date: Date, start: Timestamp, end: Timestamp) -> bool {
        self.during(self.reaches(date, start), self.reaches(date, end))
    }

    /// From when on the clock shows a time at which `date` is not before `instant`.
    fn reaches(&self, date: Date, instant: Timestamp) -> Timestamp {
        if instant == Timestamp::MIN || instant == Timestamp::MAX {
            return instant;
        }
        match date {
            Date::Now => instant,
            Date::Today(days) => {
                let day = self.calendar.day(instant);
                let begun = self.calendar.start(day) < instant;
                self.calendar.start(day + i64::from(begun) - days)
            }
            fixed if self.at(fixed) >= instant => Timestamp::MIN,
            _ => Timestamp::MAX,
        }
    }

    /// The instant of a date as things stand.
    fn at(&self, date: Date) -> Timestamp {
        match date {
            Date::Instant(instant) => instant,
            Date::Day(day) => self.calendar.start(day),
            Date::Now => self.now,
            Date::Today(days) => self.calendar.start(self.calendar.day(self.now) + days),
        }
    }

    /// The first instant of the next day.
    fn tomorrow(&self) -> Timestamp {
        self.calendar.start(self.calendar.day(self.now) + 1)
    }
}

impl Date {
    /// A date in the data: RFC 3339 with any offset, cut to milliseconds, or a bare date, which is a whole day.
    pub fn parse(text: &str) -> Option<Self> {
        if text.len() != "2023-11-14".len() {
            return Timestamp::parse(text).map(Self::Instant);
        }
        let shaped = text.bytes().enumerate().all(|(at, b)| {
            if matches!(at, 4 | 7) {
                b == b'-'
            } else {
                b.is_ascii_digit()
            }
        });
        let date = text.parse().ok().filter(|_| shaped)?;
        calendar::number(date).map(Self::Day)
    }

    /// A day of the calendar; `None` if there is no such day, or it lies before year 1 or after 9999.
    pub fn of(year: i64, month: i64, day: i64) -> Option<Self> {
        let (year, month, day) = (
            i16::try_from(year).ok().filter(|year| *year >= 1)?,
            i8::try_from(month).ok()?,
            i8::try_from(day).ok()?,
        );
        let date = jiff::civil::Date::new(year, month, day).ok()?;
        calendar::number(date).map(Self::Day)
    }

    /// Whether it is another one as time passes.
    pub(crate) fn moves(self) -> bool {
        matches!(self, Self::Now | Self::Today(_))
    }
}
