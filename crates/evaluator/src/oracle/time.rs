//! Tests of time. Each is a span that an instant enters once and leaves once, and says when that happens next.

use super::{EventView, Oracle};
use jiff::civil::{Date, Time};
use jiff::tz::TimeZone;
use model::{Duration, Timestamp};
use pql::{Bound, Step, Window};

impl Oracle<'_> {
    /// Whether `xEvent` holds the event now: `now - retention < ts <= now`, and not past its `validUntil`.
    pub(super) fn is_visible(&self, event: &EventView<'_>) -> bool {
        self.during(event.timestamp, self.gone_at(event))
    }

    /// Whether the event is not visible any more, and so never again.
    pub(super) fn is_gone(&self, event: &EventView<'_>) -> bool {
        self.gone_at(event) <= self.view.now
    }

    fn gone_at(&self, event: &EventView<'_>) -> Timestamp {
        let kept = event.timestamp + self.view.retention;
        event.valid_until.map_or(kept, |valid| kept.min(valid))
    }

    /// Whether `instant` lies in the window that ends now: `now - N <= instant <= now`, without the lower end for `<`.
    pub(super) fn occurs(&self, instant: Timestamp, window: &Window) -> bool {
        let far = step(instant, window.step());
        let end = match window.bound {
            Bound::Open => far,
            Bound::Closed => far + Duration::from_millis(1),
        };
        self.during(instant, end)
    }

    /// Whether `start <= now < end`; notes when that will be different.
    fn during(&self, start: Timestamp, end: Timestamp) -> bool {
        let now = self.view.now;
        if start < end && now < end {
            let differs = if now < start { start } else { end };
            self.until.set(self.until.get().min(differs));
        }
        start <= now && now < end
    }
}

/// The instant a step later; never, where that is beyond the calendar. Months go to the same day, or the month's last.
fn step(from: Timestamp, step: Step) -> Timestamp {
    match step {
        Step::Fixed(length) => from + length,
        Step::Months(months) => months_later(from, months).unwrap_or(Timestamp::MAX),
    }
}

fn months_later(from: Timestamp, months: u64) -> Option<Timestamp> {
    let span = jiff::Span::new().try_months(i64::try_from(months).ok()?).ok()?;
    let from = jiff::Timestamp::from_millisecond(from.millis())
        .ok()?
        .to_zoned(TimeZone::UTC);
    let later = from
        .datetime()
        .checked_add(span)
        .ok()?
        .to_zoned(TimeZone::UTC)
        .ok()?;
    Some(Timestamp::from_millis(later.timestamp().as_millisecond()))
}

/// A date in the data: RFC 3339 with any offset, or a bare date, which is its midnight in UTC.
pub(super) fn date(text: &str) -> Option<Timestamp> {
    if text.len() != "2023-11-14".len() {
        return Timestamp::parse(text);
    }
    let shaped = text.bytes().enumerate().all(|(at, b)| {
        if matches!(at, 4 | 7) {
            b == b'-'
        } else {
            b.is_ascii_digit()
        }
    });
    let day: Date = text.parse().ok().filter(|_| shaped)?;
    let midnight = day.to_datetime(Time::midnight()).to_zoned(TimeZone::UTC).ok()?;
    Some(Timestamp::from_millis(midnight.timestamp().as_millisecond()))
}
