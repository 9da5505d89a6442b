//! One delivered export, as far as the demo shows it.

use anyhow::{Context, Result};
use model::{SegmentId, Status, Timestamp};
use serde::Deserialize;
use std::collections::BTreeMap;

/// A line of the file destination.
#[derive(Debug, Deserialize)]
pub(in crate::demo) struct Line {
    #[serde(rename = "_weir")]
    pub(in crate::demo) envelope: Envelope,
    #[serde(default)]
    person: Person,
    #[serde(rename = "identityMap")]
    identities: BTreeMap<String, Vec<Identity>>,
}

/// `_weir`.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::demo) struct Envelope {
    pub(in crate::demo) profile: String,
    /// Texts of this are in the order of the revisions.
    pub(in crate::demo) revision: String,
    pub(in crate::demo) transitions: Vec<Transition>,
    pub(in crate::demo) merged: Vec<String>,
    emitted_at: String,
}

#[derive(Debug, Deserialize)]
pub(in crate::demo) struct Transition {
    pub(in crate::demo) at: String,
    pub(in crate::demo) segment: SegmentId,
    pub(in crate::demo) status: Status,
}

#[derive(Debug, Default, Deserialize)]
struct Person {
    #[serde(default)]
    name: Name,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Name {
    first_name: Option<String>,
    last_name: Option<String>,
}

#[derive(Debug, Deserialize)]
struct Identity {
    id: String,
}

impl Line {
    pub(in crate::demo) fn parse(json: &[u8]) -> Result<Self> {
        let shown = || format!("a line is no export: {}", String::from_utf8_lossy(json));
        serde_json::from_slice(json).with_context(shown)
    }

    /// The instant of the step that decided the export.
    pub(in crate::demo) fn decided(&self) -> Option<Timestamp> {
        Timestamp::parse(&self.envelope.emitted_at)
    }

    /// The person's name, if the shop knows it.
    pub(in crate::demo) fn who(&self) -> Option<String> {
        let Name {
            first_name,
            last_name,
        } = &self.person.name;
        let names = [first_name.as_deref(), last_name.as_deref()]
            .into_iter()
            .flatten();
        let name = names.collect::<Vec<_>>().join(" ");
        (!name.is_empty()).then_some(name)
    }

    /// All identities it shows.
    pub(in crate::demo) fn identities(&self) -> impl Iterator<Item = &str> {
        self.identities
            .values()
            .flatten()
            .map(|identity| identity.id.as_str())
    }
}
