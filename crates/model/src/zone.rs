//! Time zones, by the names that people know.

use jiff::tz::{TimeZone, db};
use serde::{Deserialize, Serialize};
use std::fmt;

/// A zone of the IANA database by its name there, such as `Asia/Seoul`; by default `UTC`.
///
/// One that was read from a store may be unknown to this program, if a program with a newer database wrote it.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ZoneName(String);

impl ZoneName {
    /// The zone of this name, whatever its case; `Z` and `Etc/UTC` are `UTC`. `None` if there is no such zone.
    pub fn new(name: &str) -> Option<Self> {
        if matches!(name, "Z" | "Etc/UTC") {
            return Some(Self::default());
        }
        let zone = TimeZone::get(name).ok().filter(|zone| !zone.is_unknown())?;
        zone.iana_name().map(|name| Self(name.to_owned()))
    }

    /// Its days, months and years; `None` if this program does not know it.
    pub fn zone(&self) -> Option<TimeZone> {
        TimeZone::get(&self.0).ok()
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The names of all zones there are.
    pub fn all() -> Vec<String> {
        db().available().map(|name| name.to_string()).collect()
    }
}

impl Default for ZoneName {
    fn default() -> Self {
        Self("UTC".to_owned())
    }
}

impl fmt::Display for ZoneName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for ZoneName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", self.0)
    }
}

#[cfg(test)]
mod tests;
