//! Instants as people read them, in the zone of a segment.

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, Zoned};

/// The time of an explanation, and its zone.
pub(super) struct Moment {
    pub(super) now: Option<Timestamp>,
    pub(super) zone: TimeZone,
}

impl Moment {
    /// An instant of the answer: `2026-11-24T19:00:00+09:00`, in UTC with `Z`.
    pub(super) fn shown(&self, instant: &str) -> String {
        let Ok(instant) = instant.parse::<Timestamp>() else {
            return instant.to_owned();
        };
        let whole = instant.subsec_nanosecond() == 0;
        let zoned: Zoned = instant.to_zoned(self.zone.clone());
        if zoned.offset().is_zero() {
            return if whole {
                instant.to_string()
            } else {
                format!("{instant:.3}")
            };
        }
        let form = if whole { "%FT%T%:z" } else { "%FT%T%.3f%:z" };
        zoned.strftime(form).to_string()
    }

    /// An instant that lies ahead and how far: `2026-11-24T10:00:00Z, in 2 days 3 h`.
    pub(super) fn ahead(&self, instant: &str) -> String {
        let shown = self.shown(instant);
        let ahead = instant
            .parse::<Timestamp>()
            .ok()
            .zip(self.now)
            .map(|(then, now)| then.duration_since(now));
        match ahead {
            Some(ahead) => format!("{shown}, in {}", long(ahead)),
            None => shown,
        }
    }
}

/// The two largest units: `2 days 3 h`, `4 min 1 s`, `120 ms`.
fn long(span: SignedDuration) -> String {
    let millis = span.as_millis();
    if millis < 1_000 {
        return format!("{millis} ms");
    }
    let seconds = millis / 1_000;
    let units = [(86_400, "day"), (3_600, "h"), (60, "min"), (1, "s")];
    let mut rest = seconds;
    let counted = units.map(|(size, unit)| {
        let count = rest / size;
        rest %= size;
        (count, unit)
    });
    let first = counted.iter().position(|(count, _)| *count > 0).unwrap_or(0);
    let shown = counted[first..].iter().take(2).filter(|(count, _)| *count > 0);
    let words = shown.map(|(count, unit)| match (*unit, count) {
        ("day", 1) => "1 day".to_owned(),
        ("day", count) => format!("{count} days"),
        (unit, count) => format!("{count} {unit}"),
    });
    words.collect::<Vec<_>>().join(" ")
}
