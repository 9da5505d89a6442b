//! Year, month and day of the month, also those that the calendar shows at the moment.

use super::{Clock, Date};
use crate::program::{Operator, Unit};
use crate::value::number;
use model::Timestamp;
use rust_decimal::Decimal;
use xdm::Number;

/// What a date has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// From 1 on.
    Year,
    /// 1 to 12.
    Month,
    /// 1 to 31.
    Day,
}

/// How many changes of the calendar are looked at for the one that matters. A day of the month comes again within 62
/// days and a month within 12; of years, nobody plans beyond.
const CHANGES: usize = 100;

impl Clock<'_> {
    /// A part of a date. Where the date moves it notes when the part may be another.
    pub fn part(&self, part: Part, date: Date) -> Number {
        match date {
            Date::Now => self.until(self.next(part, self.now)),
            Date::Today(_) => self.until(self.tomorrow()),
            Date::Instant(_) | Date::Day(_) => {}
        }
        self.shown(part, self.at(date))
    }

    /// How what the calendar shows now compares with a number; notes when that will be different.
    pub fn compare_part(&self, part: Part, operator: Operator, with: Number) -> bool {
        let holds =
            |at| number::order(self.shown(part, at), with).is_some_and(|order| operator.accepts(order));
        let (held, mut at) = (holds(self.now), self.now);
        for _ in 0..CHANGES {
            at = self.next(part, at);
            if at == Timestamp::MAX {
                return held;
            }
            if holds(at) != held {
                break;
            }
        }
        self.until(at);
        held
    }

    /// When the calendar shows another one.
    fn next(&self, part: Part, at: Timestamp) -> Timestamp {
        let unit = match part {
            Part::Year => Unit::Year,
            Part::Month => Unit::Month,
            Part::Day => Unit::Day,
        };
        self.calendar.unit(at, unit, 0).1
    }

    fn shown(&self, part: Part, at: Timestamp) -> Number {
        let date = self.calendar.date(at);
        Number::Exact(match part {
            Part::Year => Decimal::from(date.year()),
            Part::Month => Decimal::from(date.month()),
            Part::Day => Decimal::from(date.day()),
        })
    }
}
