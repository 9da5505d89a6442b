//! How far an instant may lie from another.

use super::Operator;
use model::Duration;
use std::fmt;

/// `< 7 days`, `= 1 month`: how far an instant lies from another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Window {
    /// How the distance compares with the length. `=` and `!=` compare whole units: the same day, not 24 hours.
    pub operator: Operator,
    /// How many units.
    pub count: u64,
    /// Of which length.
    pub unit: Unit,
}

/// A length of time with a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Unit {
    /// `millisecond`
    Millisecond,
    /// `second`
    Second,
    /// `minute`
    Minute,
    /// `hour`
    Hour,
    /// `day`: 24 hours; with `=` a day of the calendar.
    Day,
    /// `week`
    Week,
    /// `month`: to the same day of another month, or its last.
    Month,
    /// `year`: 12 months.
    Year,
    /// `decade`
    Decade,
    /// `century`
    Century,
    /// `millennium`
    Millennium,
}

/// How far a window reaches.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Step {
    /// A fixed length.
    Fixed(Duration),
    /// So many steps in the calendar.
    Months(u64),
}

impl Unit {
    /// All, the shortest first.
    pub const ALL: [Self; 11] = [
        Self::Millisecond,
        Self::Second,
        Self::Minute,
        Self::Hour,
        Self::Day,
        Self::Week,
        Self::Month,
        Self::Year,
        Self::Decade,
        Self::Century,
        Self::Millennium,
    ];

    /// The words for one and for many.
    pub fn words(self) -> (&'static str, &'static str) {
        match self {
            Self::Millisecond => ("millisecond", "milliseconds"),
            Self::Second => ("second", "seconds"),
            Self::Minute => ("minute", "minutes"),
            Self::Hour => ("hour", "hours"),
            Self::Day => ("day", "days"),
            Self::Week => ("week", "weeks"),
            Self::Month => ("month", "months"),
            Self::Year => ("year", "years"),
            Self::Decade => ("decade", "decades"),
            Self::Century => ("century", "centuries"),
            Self::Millennium => ("millennium", "millennia"),
        }
    }

    /// Milliseconds in one, or months in one.
    fn size(self) -> Result<u64, u64> {
        match self {
            Self::Millisecond => Ok(1),
            Self::Second => Ok(1_000),
            Self::Minute => Ok(60_000),
            Self::Hour => Ok(3_600_000),
            Self::Day => Ok(86_400_000),
            Self::Week => Ok(604_800_000),
            Self::Month => Err(1),
            Self::Year => Err(12),
            Self::Decade => Err(120),
            Self::Century => Err(1_200),
            Self::Millennium => Err(12_000),
        }
    }
}

impl Window {
    /// One unit.
    pub(crate) fn one(unit: Unit) -> Self {
        Self {
            operator: Operator::Equal,
            count: 1,
            unit,
        }
    }

    /// How far it reaches. A length beyond 64 bits of milliseconds is cut there: it is for ever anyway.
    pub fn step(&self) -> Step {
        match self.unit.size() {
            Ok(millis) => Step::Fixed(millis_long(self.count.saturating_mul(millis))),
            Err(months) => Step::Months(self.count.saturating_mul(months)),
        }
    }

    /// Its length; of a calendar window the greatest it can have.
    pub fn length(&self) -> Duration {
        match self.step() {
            Step::Fixed(length) => length,
            Step::Months(months) => millis_long(longest_days(months).saturating_mul(86_400_000)),
        }
    }
}

fn millis_long(millis: u64) -> Duration {
    Duration::from_millis(i64::try_from(millis).unwrap_or(i64::MAX))
}

/// The most days that so many months in a row can have. Centuries without a leap day only make it less.
fn longest_days(months: u64) -> u64 {
    const DAYS: [u64; 12] = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
    const FOUR_YEARS: usize = 48;
    let days_of = |month: usize| DAYS[month % 12] + u64::from(month % FOUR_YEARS == 1);
    let rest = (months % FOUR_YEARS as u64) as usize;
    let longest = (0..FOUR_YEARS)
        .map(|first| (first..first + rest).map(days_of).sum::<u64>())
        .max();
    (months / FOUR_YEARS as u64)
        .saturating_mul(1461)
        .saturating_add(longest.unwrap_or(0))
}

impl fmt::Display for Window {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let operator = self.operator.symbol();
        let (one, many) = self.unit.words();
        write!(
            f,
            "{operator} {} {}",
            self.count,
            if self.count == 1 { one } else { many }
        )
    }
}

#[cfg(test)]
mod tests;
