//! `retention: 90 days`.

use super::fields::{Fields, Located};
use crate::report::Report;
use model::Duration;

const UNITS: &[(&[&str], i64)] = &[
    (&["s", "second", "seconds"], 1_000),
    (&["m", "min", "minute", "minutes"], 60_000),
    (&["h", "hour", "hours"], 3_600_000),
    (&["d", "day", "days"], 86_400_000),
    (&["w", "week", "weeks"], 7 * 86_400_000),
];
const LONGEST: i64 = 100 * 366 * 86_400_000;

/// How long events count; `None` if the file does not say.
pub(super) fn retention(fields: &mut Fields<'_>, report: &mut Report) -> Option<Located<Duration>> {
    let text = fields.text("retention", report)?;
    let span = parse(&text.value);
    if span.is_none() {
        let message = format!("`{}` is not a time that events can be kept for", text.value);
        let help = "write a whole number and a unit from seconds to weeks, up to a hundred years: `90 days`";
        report.error(text.span, message, help);
    }
    Some(Located {
        value: span?,
        span: text.span,
    })
}

/// `90 days`, `90d`, `12 hours`; from a second to a hundred years.
pub(crate) fn parse(text: &str) -> Option<Duration> {
    let digits = text.len() - text.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    let (count, unit) = text.split_at(digits);
    let count: i64 = count.parse().ok()?;
    let (_, unit) = UNITS.iter().find(|(names, _)| names.contains(&unit.trim()))?;
    let ms = count.checked_mul(*unit)?;
    (1_000..=LONGEST).contains(&ms).then(|| Duration::from_millis(ms))
}

/// `90 days`: the span in the largest unit that divides it.
pub(crate) fn text(span: Duration) -> String {
    let ms = span.millis();
    let (names, unit) = UNITS
        .iter()
        .rev()
        .find(|(_, unit)| ms % unit == 0)
        .unwrap_or(&UNITS[0]);
    let count = ms / unit;
    let name = if count == 1 {
        names[names.len() - 2]
    } else {
        names[names.len() - 1]
    };
    format!("{count} {name}")
}

#[cfg(test)]
mod tests;
