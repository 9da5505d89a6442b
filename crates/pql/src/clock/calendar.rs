//! Days and longer units in a zone, and the instants at which they begin.
//!
//! A wall time that is skipped is the first instant after it; one that comes twice is the first of the two. So the days
//! of a zone follow each other without gap or overlap, whatever its clocks do.

use crate::program::{Step, Unit, Window};
use jiff::civil::{self, DateTime};
use jiff::tz::{AmbiguousOffset, TimeZone};
use model::Timestamp;

#[derive(Debug)]
pub(super) struct Calendar<'z> {
    pub(super) zone: &'z TimeZone,
}

/// Days and months beyond the calendar, which ends with the year 9999.
const BEYOND: i64 = i64::MAX / 4;

const EPOCH: civil::Date = civil::date(1970, 1, 1);

/// The number of a day, counted from 1970-01-01.
pub(super) fn number(date: civil::Date) -> Option<i64> {
    date.since(EPOCH).ok().map(|span| i64::from(span.get_days()))
}

fn date(day: i64) -> Option<civil::Date> {
    let days = jiff::Span::new().try_days(day).ok()?;
    EPOCH.checked_add(days).ok()
}

impl Calendar<'_> {
    /// The day that an instant belongs to.
    pub(super) fn day(&self, instant: Timestamp) -> i64 {
        let day = number(self.wall(instant).date()).unwrap_or(instant.millis().signum() * BEYOND);
        // Where clocks go back over midnight the evening comes again, and stays part of the new day.
        day + i64::from(self.start(day + 1) <= instant)
    }

    /// The first instant of a day.
    pub(super) fn start(&self, day: i64) -> Timestamp {
        let midnight = date(day).and_then(|date| self.first(date.at(0, 0, 0, 0)));
        midnight.unwrap_or(if day < 0 { Timestamp::MIN } else { Timestamp::MAX })
    }

    /// What the clocks of the zone show. Beyond the calendar it is the calendar's end.
    fn wall(&self, instant: Timestamp) -> DateTime {
        let instant = known(instant);
        self.zone.to_offset(instant).to_datetime(instant)
    }

    /// The first instant at which the clocks show this or more.
    fn first(&self, wall: DateTime) -> Option<Timestamp> {
        let instant = match self.zone.to_ambiguous_timestamp(wall).offset() {
            AmbiguousOffset::Unambiguous { offset } | AmbiguousOffset::Fold { before: offset, .. } => {
                offset.to_timestamp(wall).ok()?
            }
            AmbiguousOffset::Gap { before, .. } => {
                let within = before.to_timestamp(wall).ok()?;
                let after = within.checked_add(jiff::SignedDuration::from_nanos(1)).ok()?;
                self.zone.preceding(after).next()?.timestamp()
            }
        };
        Some(Timestamp::from_millis(instant.as_millisecond()))
    }

    /// The unit `steps` after the one that `instant` lies in: its first instant, and the first after it. Hours and
    /// shorter ones are counted on the clock that shows at `instant`.
    pub(super) fn unit(&self, instant: Timestamp, unit: Unit, steps: i64) -> (Timestamp, Timestamp) {
        if unit < Unit::Day {
            let Step::Fixed(length) = Window::one(unit).step() else {
                return (Timestamp::MAX, Timestamp::MAX);
            };
            let shown = i128::from(self.zone.to_offset(known(instant)).seconds()) * 1_000;
            let length = i128::from(length.millis());
            let index = (i128::from(instant.millis()) + shown).div_euclid(length) + i128::from(steps);
            let start = |index: i128| clamped(index * length - shown);
            return (start(index), start(index + 1));
        }
        let index = index(unit, self.day(instant)).saturating_add(steps);
        let start = |index| self.start(first_day(unit, index));
        (start(index), start(index.saturating_add(1)))
    }

    /// The instant so many units later. Months go to the same day and time, or to the month's last day.
    pub(super) fn later(&self, instant: Timestamp, window: &Window) -> Timestamp {
        match window.step() {
            Step::Fixed(length) => instant + length,
            Step::Months(0) => instant,
            Step::Months(months) => self.months(instant, months, 1).unwrap_or(Timestamp::MAX),
        }
    }

    /// The instant so many units earlier.
    pub(super) fn earlier(&self, instant: Timestamp, window: &Window) -> Timestamp {
        match window.step() {
            Step::Fixed(length) => instant - length,
            Step::Months(0) => instant,
            Step::Months(months) => self.months(instant, months, -1).unwrap_or(Timestamp::MIN),
        }
    }

    fn months(&self, from: Timestamp, months: u64, direction: i64) -> Option<Timestamp> {
        let months = i64::try_from(months).ok()?;
        let span = jiff::Span::new().try_months(direction * months).ok()?;
        self.first(self.wall(from).checked_add(span).ok()?)
    }

    /// Year, month and day that the zone has at an instant.
    pub(super) fn date(&self, instant: Timestamp) -> civil::Date {
        date(self.day(instant)).unwrap_or_else(|| self.wall(instant).date())
    }
}

fn known(instant: Timestamp) -> jiff::Timestamp {
    let beyond = if instant.millis() < 0 {
        jiff::Timestamp::MIN
    } else {
        jiff::Timestamp::MAX
    };
    jiff::Timestamp::from_millisecond(instant.millis()).unwrap_or(beyond)
}

fn clamped(millis: i128) -> Timestamp {
    let beyond = if millis < 0 { i64::MIN } else { i64::MAX };
    Timestamp::from_millis(i64::try_from(millis).unwrap_or(beyond))
}

/// The number of the unit that a day lies in. Weeks begin on Mondays; decades and longer with years divisible by 10 and
/// so on.
fn index(unit: Unit, day: i64) -> i64 {
    let date = || {
        date(day).unwrap_or(if day < 0 {
            civil::Date::MIN
        } else {
            civil::Date::MAX
        })
    };
    let year = || i64::from(date().year());
    match unit {
        Unit::Week => (day + 3).div_euclid(7),
        Unit::Month => year() * 12 + i64::from(date().month()) - 1,
        Unit::Year => year(),
        Unit::Decade => year().div_euclid(10),
        Unit::Century => year().div_euclid(100),
        Unit::Millennium => year().div_euclid(1_000),
        _ => day,
    }
}

fn first_day(unit: Unit, index: i64) -> i64 {
    let years = match unit {
        Unit::Week => return index.saturating_mul(7).saturating_sub(3),
        Unit::Month => (index.div_euclid(12), index.rem_euclid(12) + 1),
        Unit::Year => (index, 1),
        Unit::Decade => (index.saturating_mul(10), 1),
        Unit::Century => (index.saturating_mul(100), 1),
        Unit::Millennium => (index.saturating_mul(1_000), 1),
        _ => return index,
    };
    let (year, month) = years;
    i16::try_from(year)
        .ok()
        .and_then(|year| civil::Date::new(year, month as i8, 1).ok())
        .and_then(number)
        .unwrap_or(if year < 1_970 { -BEYOND } else { BEYOND })
}
