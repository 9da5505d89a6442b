//! When a profile is exported and what the export shows: product specification, section 5, as a table.

use super::edition::{Edition, Key, stamps};
use super::json::Json;
use super::meaning::{covers, touches};
use super::person::Person;
use crate::plan::DataflowPlan;
use model::{
    AttributeTrigger, Cause, Class, DataflowId, DataflowState, ExportedMembership, ExportedTransition,
    MembershipScope, NamespaceSelection, Path, ProfileId, SegmentId, Status, Timestamp,
};
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

/// An export as it must have been decided.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Expected {
    /// On which dataflow.
    pub dataflow: DataflowId,
    /// Whose.
    pub profile: ProfileId,
    /// The first is 1; without the incarnation of the store.
    pub revision: u64,
    /// Bulk if a job asked for the step.
    pub class: Class,
    /// Why, ascending.
    pub causes: Vec<Cause>,
    /// Changes in mapped segments, ascending by segment.
    pub transitions: Vec<ExportedTransition>,
    /// Profiles absorbed in the step, ascending.
    pub merged: Vec<ProfileId>,
    /// The instant of the step.
    pub emitted_at: Timestamp,
    /// Mapped attributes that are present, ascending by path.
    pub attributes: Vec<(Path, String)>,
    /// Ascending by segment, old exits included.
    pub memberships: Vec<ExportedMembership>,
    /// By namespace, values ascending.
    pub identities: BTreeMap<String, Vec<String>>,
    /// Whether `_weir` is asked for.
    pub envelope: bool,
}

/// What one step did to one person.
pub(super) struct Step<'a> {
    pub(super) at: Timestamp,
    pub(super) profile: ProfileId,
    pub(super) class: Class,
    pub(super) changes: &'a [Change],
    pub(super) names_changed: bool,
    /// Paths that the message wrote and that did not lose.
    pub(super) written: &'a [Path],
    pub(super) before: &'a BTreeMap<Path, Json>,
    pub(super) after: &'a BTreeMap<Path, Json>,
    pub(super) absorbed: &'a [ProfileId],
}

/// A change of status, in a segment or a hidden one.
#[derive(Clone, Debug)]
pub(super) struct Change {
    pub(super) key: Key,
    pub(super) status: Status,
    /// The rule changed, not the person.
    pub(super) by_publish: bool,
}

/// The exports that `step` makes, at most one a dataflow; what they tell is remembered with the person.
pub(super) fn decide(editions: &[Edition], person: &mut Person, step: &Step<'_>) -> Vec<Expected> {
    let edition = &editions[editions.len() - 1];
    let mut exports = Vec::new();
    for (name, flow) in &edition.plan.dataflows {
        if flow.state == DataflowState::Disabled {
            continue;
        }
        let keys = flow.segments.iter().filter_map(|id| edition.key(name, flow, id));
        let mapped: BTreeMap<&SegmentId, &Key> = keys.map(|key| (&key.segment, key)).collect();
        let causes = causes(flow, name, &mapped, person, step);
        if causes.is_empty() {
            continue;
        }
        let told = person.told.entry(name.clone()).or_default();
        told.exports += 1;
        told.realized = realized(&mapped, &person.standing);
        exports.push(Expected {
            dataflow: name.clone(),
            profile: step.profile,
            revision: told.exports,
            class: step.class,
            causes: causes.into_iter().collect(),
            transitions: transitions(&mapped, step),
            merged: step.absorbed.to_vec(),
            emitted_at: step.at,
            attributes: attributes(flow, step.after),
            memberships: memberships(editions, name, flow, &mapped, person),
            identities: identities(flow, person),
            envelope: flow.envelope,
        });
    }
    exports
}

fn causes(
    flow: &DataflowPlan,
    name: &DataflowId,
    mapped: &BTreeMap<&SegmentId, &Key>,
    person: &Person,
    step: &Step<'_>,
) -> BTreeSet<Cause> {
    let member = !realized(mapped, &person.standing).is_empty();
    let told = person
        .told
        .get(name)
        .is_some_and(|told| !told.realized.is_empty());
    let in_mapped = |change: &Change| mapped.values().any(|key| **key == change.key);
    let changed = |by_publish| {
        let mut changes = step.changes.iter();
        changes.any(|change| change.by_publish == by_publish && in_mapped(change))
    };
    let written = flow
        .attributes
        .iter()
        .any(|path| step.wrote(path, flow.attribute_trigger));
    let rows = [
        (Cause::Membership, flow.triggers.membership && changed(false)),
        (Cause::Published, flow.triggers.membership && changed(true)),
        (
            Cause::Identity,
            flow.triggers.identity && member && step.names_changed,
        ),
        (Cause::Attribute, flow.triggers.attribute && member && written),
        (Cause::Merged, !step.absorbed.is_empty() && told),
    ];
    rows.into_iter()
        .filter(|(_, holds)| *holds)
        .map(|(cause, _)| cause)
        .collect()
}

impl Step<'_> {
    fn wrote(&self, mapped: &Path, trigger: AttributeTrigger) -> bool {
        let written = self.written.iter().any(|path| touches(path, mapped));
        let differs = below(mapped, self.before) != below(mapped, self.after);
        match trigger {
            AttributeTrigger::Write => written,
            AttributeTrigger::Value => written && differs,
        }
    }
}

fn below(mapped: &Path, attributes: &BTreeMap<Path, Json>) -> Vec<(Path, String)> {
    let shown = attributes.iter().filter(|(path, _)| covers(mapped, path));
    shown
        .map(|(path, value)| (path.clone(), value.raw.clone()))
        .collect()
}

fn realized(
    mapped: &BTreeMap<&SegmentId, &Key>,
    standing: &BTreeMap<Key, super::person::Standing>,
) -> BTreeSet<SegmentId> {
    let is_in = |key: &Key| standing.get(key).is_some_and(|s| s.status == Status::Realized);
    mapped
        .iter()
        .filter(|(_, key)| is_in(key))
        .map(|(id, _)| (*id).clone())
        .collect()
}

fn transitions(mapped: &BTreeMap<&SegmentId, &Key>, step: &Step<'_>) -> Vec<ExportedTransition> {
    let of = |key: &Key| step.changes.iter().find(|change| change.key == *key);
    let transition = |change: &Change| ExportedTransition {
        at: step.at,
        segment: change.key.segment.clone(),
        status: change.status,
    };
    mapped
        .values()
        .filter_map(|key| of(key).map(transition))
        .collect()
}

fn attributes(flow: &DataflowPlan, shown: &BTreeMap<Path, Json>) -> Vec<(Path, String)> {
    let all: BTreeMap<Path, String> = flow
        .attributes
        .iter()
        .flat_map(|path| below(path, shown))
        .collect();
    all.into_iter().collect()
}

fn memberships(
    editions: &[Edition],
    name: &DataflowId,
    flow: &DataflowPlan,
    mapped: &BTreeMap<&SegmentId, &Key>,
    person: &Person,
) -> Vec<ExportedMembership> {
    let edition = &editions[editions.len() - 1];
    let mut shown: BTreeMap<&SegmentId, &Key> = BTreeMap::new();
    if flow.segment_membership == MembershipScope::MergePolicy {
        let plain = edition
            .tracks
            .iter()
            .map(|track| &track.key)
            .filter(|key| key.hidden_in.is_none());
        shown.extend(plain.map(|key| (&key.segment, key)));
    }
    shown.extend(mapped);
    let entry = |(id, key): (&SegmentId, &Key)| {
        let standing = person.standing.get(key)?;
        let is_mapped = mapped.contains_key(id);
        Some(ExportedMembership {
            segment: id.clone(),
            status: standing.status,
            last_qualification: standing.since,
            stamps: (flow.include_segment_timestamps && is_mapped).then(|| stamps(editions, name, id)),
            name: (flow.include_segment_names && is_mapped).then(|| edition.plan.segments[id].name.clone()),
        })
    };
    shown.into_iter().filter_map(entry).collect()
}

fn identities(flow: &DataflowPlan, person: &Person) -> BTreeMap<String, Vec<String>> {
    let mut shown: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for link in &person.links {
        let (namespace, value) = (&link.identity.namespace, &link.identity.value);
        let plain = NamespaceSelection {
            namespace: namespace.to_string(),
            sha256: false,
        };
        let hashed = NamespaceSelection {
            namespace: namespace.to_string(),
            sha256: true,
        };
        let asked = |selection| {
            flow.identities
                .as_ref()
                .is_none_or(|list| list.contains(selection))
        };
        if asked(&plain) {
            shown
                .entry(namespace.to_string())
                .or_default()
                .push(value.to_string());
        }
        if flow.identities.is_some() && asked(&hashed) {
            shown
                .entry(format!("{namespace}_sha256"))
                .or_default()
                .push(sha256(value));
        }
    }
    for values in shown.values_mut() {
        values.sort();
    }
    shown
}

fn sha256(text: &str) -> String {
    let mut hex = String::new();
    for byte in Sha256::digest(text) {
        write!(hex, "{byte:02x}").expect("writing to a String cannot fail");
    }
    hex
}
