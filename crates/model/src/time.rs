//! Instants and spans, both in whole milliseconds.

use serde::{Deserialize, Serialize};
use std::fmt;
use std::ops::{Add, Sub};

/// Milliseconds since 1970-01-01T00:00:00Z. Displays as `2023-11-14T22:13:20.000Z`.
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Timestamp(i64);

impl Timestamp {
    /// Before everything.
    pub const MIN: Self = Self(i64::MIN);
    /// After everything; "never" where an instant is looked for.
    pub const MAX: Self = Self(i64::MAX);

    /// The instant `ms` milliseconds after 1970-01-01T00:00:00Z.
    pub const fn from_millis(ms: i64) -> Self {
        Self(ms)
    }

    /// Milliseconds since 1970-01-01T00:00:00Z.
    pub const fn millis(self) -> i64 {
        self.0
    }

    /// RFC 3339 in whole seconds with `Z`: `2023-11-14T22:13:20Z`.
    pub fn seconds_text(self) -> String {
        jiff::Timestamp::from_second(self.0.div_euclid(1000))
            .map_or_else(|_| self.0.to_string(), |t| t.to_string())
    }

    /// Parses RFC 3339 with any offset, cut to milliseconds. Anything else, a bare date too, is `None`.
    pub fn parse(text: &str) -> Option<Self> {
        let b = text.as_bytes();
        // jiff also takes brackets, spaces and missing seconds: hold it to RFC 3339.
        let shaped =
            b.len() >= 20 && b.is_ascii() && matches!(b[10], b'T' | b't') && b[13] == b':' && b[16] == b':';
        let zoned = matches!(b.last(), Some(b'Z' | b'z' | b'0'..=b'9'));
        let offset = b.len() >= 25 && b[b.len() - 3] == b':' && matches!(b[b.len() - 6], b'+' | b'-');
        if !shaped || !zoned || !(offset || matches!(b.last(), Some(b'Z' | b'z'))) {
            return None;
        }
        let instant: jiff::Timestamp = text.parse().ok()?;
        let ns = instant.as_nanosecond().div_euclid(1_000_000);
        i64::try_from(ns).ok().map(Self)
    }

    /// The time from `earlier` to `self`, zero if `earlier` is later.
    pub fn since(self, earlier: Self) -> Duration {
        Duration(self.0.saturating_sub(earlier.0).max(0))
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match jiff::Timestamp::from_millisecond(self.0) {
            Ok(t) => write!(f, "{t:.3}"),
            Err(_) => write!(f, "{} ms", self.0),
        }
    }
}

impl fmt::Debug for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// A span of milliseconds, not negative.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Duration(i64);

impl Duration {
    /// `ms` milliseconds.
    pub const fn from_millis(ms: i64) -> Self {
        assert!(ms >= 0, "a span is not negative");
        Self(ms)
    }

    /// `n` days of 24 hours.
    pub const fn days(n: i64) -> Self {
        Self::from_millis(n * 86_400_000)
    }

    /// Milliseconds.
    pub const fn millis(self) -> i64 {
        self.0
    }

    /// The same span for the standard library and timers.
    pub fn std(self) -> std::time::Duration {
        std::time::Duration::from_millis(self.0.unsigned_abs())
    }
}

impl Add<Duration> for Timestamp {
    type Output = Self;
    fn add(self, span: Duration) -> Self {
        Self(self.0.saturating_add(span.0))
    }
}

impl Sub<Duration> for Timestamp {
    type Output = Self;
    fn sub(self, span: Duration) -> Self {
        Self(self.0.saturating_sub(span.0))
    }
}

#[cfg(test)]
mod tests;
