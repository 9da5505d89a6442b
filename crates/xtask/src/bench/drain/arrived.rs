//! What is in the stream, against what has to be there.

use anyhow::{Context, Result, ensure};
use serde_json::Value;
use std::collections::BTreeMap;

/// An export as a consumer reads it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Arrived {
    pub(crate) profile: String,
    /// Grows from export to export of a profile, from 1.
    pub(crate) revision: u64,
}

/// What was found.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Found {
    /// Different exports.
    pub(crate) exports: u64,
    /// Copies beyond the first.
    pub(crate) duplicates: u64,
}

impl Arrived {
    /// From the members of the envelope, or from properties that say the same.
    pub(crate) fn of(told: &Value) -> Result<Self> {
        let text = |name: &str| told[name].as_str();
        let read = text("profile").zip(text("revision").and_then(|revision| revision.parse().ok()));
        let (profile, revision) = read.with_context(|| format!("it does not say what it is: {told}"))?;
        Ok(Self {
            profile: profile.to_owned(),
            revision,
        })
    }
}

/// Looks at the exports in the order of the stream: the parts of it one after another, a profile always in the same
/// part. Fails if a revision of a profile is missing or comes after a later one.
pub(crate) fn check(arrived: &[Arrived]) -> Result<Found> {
    let mut seen: BTreeMap<&str, u64> = BTreeMap::new();
    let mut found = Found {
        exports: 0,
        duplicates: 0,
    };
    for Arrived { profile, revision } in arrived {
        let last = seen.entry(profile).or_default();
        if *revision <= *last {
            found.duplicates += 1;
            continue;
        }
        ensure!(
            *revision == *last + 1,
            "of profile {profile}, revision {revision} came after {last}"
        );
        *last = *revision;
        found.exports += 1;
    }
    Ok(found)
}

#[cfg(test)]
mod tests;
