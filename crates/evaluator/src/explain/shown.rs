//! Values as they are shown: JSON, cut where it is long.

use jiff::civil;
use jiff::tz::TimeZone;
use model::Timestamp;
use pql::clock::{Clock, Date};
use pql::value::Datum;
use std::fmt::Write;
use xdm::{Number, Value};

/// The most characters of one value.
const MOST: usize = 200;

/// A value of the data.
pub(super) fn json(value: &Value) -> String {
    let mut out = Cut::default();
    out.value(value);
    out.done()
}

/// A value as the oracle found it; `None` is a missing one.
pub(super) fn shown(found: &Datum<'_>, clock: &Clock<'_>, zone: &TimeZone) -> Option<String> {
    if !found.is_present() {
        return None;
    }
    let mut out = Cut::default();
    out.datum(found, clock, zone);
    Some(out.done())
}

/// A text that is not made longer than it is shown.
#[derive(Default)]
struct Cut(String);

impl Cut {
    fn is_full(&self) -> bool {
        self.0.len() > 4 * MOST
    }

    fn done(self) -> String {
        match self.0.char_indices().nth(MOST) {
            Some((end, _)) => format!("{}…", &self.0[..end]),
            None => self.0,
        }
    }

    fn text(&mut self, text: &str) {
        let enough: String = text.chars().take(MOST + 1).collect();
        self.0.push_str(&serde_json::Value::String(enough).to_string());
    }

    fn number(&mut self, number: Number) {
        let text = match number {
            Number::Exact(number) => number.to_string(),
            Number::Approximate(number) => serde_json::Value::from(number).to_string(),
        };
        self.0.push_str(&text);
    }

    fn list<T>(&mut self, items: impl Iterator<Item = T>, mut each: impl FnMut(&mut Self, T)) {
        self.0.push('[');
        self.joined(items, &mut each);
        self.0.push(']');
    }

    fn joined<T>(&mut self, items: impl Iterator<Item = T>, each: &mut impl FnMut(&mut Self, T)) {
        for (at, item) in items.enumerate() {
            if self.is_full() {
                return;
            }
            self.0.push_str(if at > 0 { ", " } else { "" });
            each(self, item);
        }
    }

    fn value(&mut self, value: &Value) {
        match value {
            Value::Null => self.0.push_str("null"),
            Value::Bool(value) => self.0.push_str(if *value { "true" } else { "false" }),
            Value::Number(number) => self.number(*number),
            Value::String(text) => self.text(text),
            Value::Array(items) => self.list(items.iter(), Self::value),
            Value::Object(members) => {
                self.0.push('{');
                self.joined(members.iter(), &mut |out: &mut Self, (key, value)| {
                    out.text(key);
                    out.0.push_str(": ");
                    out.value(value);
                });
                self.0.push('}');
            }
        }
    }

    fn datum(&mut self, found: &Datum<'_>, clock: &Clock<'_>, zone: &TimeZone) {
        match found {
            Datum::Missing => self.0.push_str("null"),
            Datum::Data(value) | Datum::Event { value, .. } => self.value(value),
            Datum::Boolean(value) => self.0.push_str(if *value { "true" } else { "false" }),
            Datum::Number(number) => self.number(*number),
            Datum::Calendar(part) => self.number(clock.part(*part, Date::Now)),
            Datum::Text(text) => self.text(text),
            Datum::Date(date) => self.text(&day_or_instant(*date, clock.now(), zone)),
            Datum::List(items) => self.list(items.iter(), |out, item| out.datum(item, clock, zone)),
            Datum::Map(entries) => {
                self.0.push('{');
                self.joined(entries.iter(), &mut |out: &mut Self, (key, value)| {
                    out.datum(key, clock, zone);
                    out.0.push_str(": ");
                    out.datum(value, clock, zone);
                });
                self.0.push('}');
            }
        }
    }
}

fn day_or_instant(date: Date, now: Timestamp, zone: &TimeZone) -> String {
    let plus = |day: civil::Date, days: i64| {
        let span = jiff::Span::new().try_days(days).ok();
        span.and_then(|span| day.checked_add(span).ok())
    };
    let day = match date {
        Date::Instant(instant) => return instant.to_string(),
        Date::Now => return now.to_string(),
        Date::Day(day) => plus(civil::date(1970, 1, 1), day),
        Date::Today(days) => {
            let now = jiff::Timestamp::from_millisecond(now.millis()).ok();
            now.and_then(|now| plus(now.to_zoned(zone.clone()).date(), days))
        }
    };
    let mut text = String::new();
    match day {
        // A text takes whatever is written to it.
        Some(day) => drop(write!(text, "{day}")),
        None => text.push_str("beyond the calendar"),
    }
    text
}
