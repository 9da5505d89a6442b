//! What `occurs` asks: each form is a span of the clock that a date enters once and leaves once.

use super::{Clock, Date, INSTANT};
use crate::program::{Direction, Operator, Unit, Which, Window};
use model::Timestamp;

impl Clock<'_> {
    /// `moment occurs <= 7 days before from`: how far the one lies from the other, in that direction.
    ///
    /// Steps of months and longer are taken from the moment; where the moment moves and the other stands still, from
    /// the other. A day counts as its first instant.
    pub fn distance(&self, moment: Date, window: &Window, direction: Direction, from: Date) -> bool {
        let turned = match (moment, from) {
            (Date::Now, Date::Now) => return self.apart((self.now, window, direction), None),
            (Date::Now, _) => true,
            (_, Date::Now) => false,
            _ => moment.moves() && !from.moves(),
        };
        let (moment, direction, from) = if turned {
            (from, direction.turned(), moment)
        } else {
            (moment, direction, from)
        };
        if moment.moves() {
            self.until(self.tomorrow());
        }
        self.apart((self.at(moment), window, direction), Some(from))
    }

    /// `None` for `from` is the moment itself.
    fn apart(
        &self,
        (moment, window, direction): (Timestamp, &Window, Direction),
        from: Option<Date>,
    ) -> bool {
        let (start, end) = self.span(moment, window, direction);
        let within = match from {
            Some(from) => self.within(from, start, end),
            None => start <= moment && moment < end,
        };
        within != (window.operator == Operator::NotEqual)
    }

    /// Where another date must lie so that `moment` has that distance from it: from the first instant on, before the
    /// second. With `!=` it must not lie there.
    pub fn span(&self, moment: Timestamp, window: &Window, direction: Direction) -> (Timestamp, Timestamp) {
        let (calendar, min, max) = (&self.calendar, Timestamp::MIN, Timestamp::MAX);
        let count = i64::try_from(window.count).unwrap_or(i64::MAX);
        match direction {
            Direction::Before => {
                let far = calendar.later(moment, window);
                match window.operator {
                    Operator::Less => (moment, far),
                    Operator::LessOrEqual => (moment, far + INSTANT),
                    Operator::Greater => (far + INSTANT, max),
                    Operator::GreaterOrEqual => (far, max),
                    Operator::Equal | Operator::NotEqual => calendar.unit(moment, window.unit, count),
                }
            }
            Direction::After => {
                let far = calendar.earlier(moment, window);
                match window.operator {
                    Operator::Less => (far + INSTANT, moment + INSTANT),
                    Operator::LessOrEqual => (far, moment + INSTANT),
                    Operator::Greater => (min, far),
                    Operator::GreaterOrEqual => (min, far + INSTANT),
                    Operator::Equal | Operator::NotEqual => calendar.unit(moment, window.unit, -count),
                }
            }
        }
    }

    /// `moment occurs this week`, `last month`, `next year`
    pub fn unit(&self, moment: Date, which: Which, unit: Unit) -> bool {
        let (window, direction) = which.from_now(unit);
        self.distance(moment, &window, direction, Date::Now)
    }

    /// `moment occurs on date`: in the same day of the zone.
    pub fn on(&self, moment: Date, date: Date) -> bool {
        let day = match date {
            Date::Instant(instant) => Date::Day(self.calendar.day(instant)),
            Date::Now => Date::Today(0),
            day => day,
        };
        self.compare(moment, Operator::GreaterOrEqual, day) && self.up_to(moment, day)
    }

    /// `moment occurs before date`
    pub fn before(&self, moment: Date, date: Date) -> bool {
        self.compare(moment, Operator::Less, date)
    }

    /// `moment occurs after date`: of a day, after its last instant.
    pub fn after(&self, moment: Date, date: Date) -> bool {
        match date.next_day() {
            Some(next) => self.compare(moment, Operator::GreaterOrEqual, next),
            None => self.compare(moment, Operator::Greater, date),
        }
    }

    /// `moment occurs between first and last`, both ends in.
    pub fn between(&self, moment: Date, first: Date, last: Date) -> bool {
        self.compare(moment, Operator::GreaterOrEqual, first) && self.up_to(moment, last)
    }

    /// Whether the moment is not after a date: of a day, not after its last instant.
    fn up_to(&self, moment: Date, date: Date) -> bool {
        match date.next_day() {
            Some(next) => self.compare(moment, Operator::Less, next),
            None => self.compare(moment, Operator::LessOrEqual, date),
        }
    }
}

impl Date {
    /// The day after, if this is a whole day.
    fn next_day(self) -> Option<Self> {
        match self {
            Self::Day(day) => Some(Self::Day(day + 1)),
            Self::Today(days) => Some(Self::Today(days + 1)),
            Self::Instant(_) | Self::Now => None,
        }
    }
}
