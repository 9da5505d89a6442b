//! Which dataflows hear of a step, why, and what they are told.

use crate::flow::Flow;
use crate::rules::Rules;
use crate::{State, Step};
use model::{
    AttributeTrigger, Cause, Class, Export, ExportedMembership, ExportedTransition, Lane, LedgerEntry,
    MembershipScope, NamespaceSelection, Path, Revision, SegmentId, SegmentNo, Status, Timestamp,
};
use std::collections::BTreeMap;

/// Where in the life of the store a decision is made.
#[derive(Clone, Copy, Debug)]
pub struct Origin {
    /// The ingest batch; the ledger remembers it.
    pub batch: u64,
    /// The incarnation of the store: the high bits of revisions.
    pub incarnation: u16,
}

/// The exports a step makes: at most one a dataflow, ascending by dataflow. The ledger in `state` is brought up
/// with them.
pub fn plan(rules: &Rules, state: &mut State, step: &Step, origin: Origin) -> Vec<Export> {
    let mut exports = Vec::new();
    for flow in rules.flows() {
        let causes = causes(flow, state, step);
        if causes.is_empty() {
            continue;
        }
        exports.push(decide(rules, flow, state, step, (causes, false), origin));
    }
    exports
}

/// The export for these causes, and whether a job asks for it; the ledger is brought up with it.
pub(crate) fn decide(
    rules: &Rules,
    flow: &Flow,
    state: &mut State,
    step: &Step,
    (causes, asked): (Vec<Cause>, bool),
    origin: Origin,
) -> Export {
    let owed = owed(rules, flow, state, asked);
    let revision = enter(flow, state, origin);
    let mut export = export(rules, flow, state, step, causes, revision);
    show_exits(&mut export.memberships, owed, step.at);
    export
}

/// The segments the dataflow was told of as realized and must be told an exit of: those that leave it, and in an
/// export that a job asks for those of which nothing else would be shown.
fn owed<'a>(rules: &'a Rules, flow: &'a Flow, state: &State, asked: bool) -> Vec<(&'a SegmentId, bool)> {
    let told = ledger_of(flow, state).map(|entry| entry.told.as_slice());
    let owed = told.unwrap_or_default().iter().filter_map(|no| {
        if let Some(segment) = flow.leaving.get(no) {
            return Some((segment, flow.number_shown(segment).is_none()));
        }
        let mapped = flow.mapped(*no).map(|mapped| &mapped.id);
        let segment = mapped.or_else(|| rules.segment(*no).map(|segment| &segment.id))?;
        (asked && flow.number_shown(segment).is_some()).then_some((segment, false))
    });
    owed.collect()
}

/// Shows an exit of each segment that is not shown otherwise, or of which (`true`) nothing else may be shown.
fn show_exits(shown: &mut Vec<ExportedMembership>, owed: Vec<(&SegmentId, bool)>, at: Timestamp) {
    for (segment, instead) in owed {
        let exit = ExportedMembership {
            segment: segment.clone(),
            status: Status::Exited,
            last_qualification: at,
            stamps: None,
            name: None,
        };
        match shown.binary_search_by(|entry| entry.segment.cmp(segment)) {
            Ok(found) if instead => shown[found] = exit,
            Ok(_) => {}
            Err(place) => shown.insert(place, exit),
        }
    }
}

/// What the dataflow was last told of the profile.
pub(crate) fn ledger_of<'a>(flow: &Flow, state: &'a State) -> Option<&'a LedgerEntry> {
    let ledger = &state.profile.hot.ledger;
    let at = ledger
        .binary_search_by_key(&flow.no(), |entry| entry.dataflow)
        .ok()?;
    Some(&ledger[at])
}

/// All causes that hold, ascending.
fn causes(flow: &Flow, state: &State, step: &Step) -> Vec<Cause> {
    let triggers = flow.dataflow.triggers;
    let mut causes = Vec::new();
    let is_member = realized_mapped(flow, state).next().is_some();
    let mut moved = step
        .transitions
        .iter()
        .map(|t| t.segment)
        .filter(|no| flow.mapped(*no).is_some());
    if triggers.membership && moved.clone().any(|no| !step.published.contains(&no)) {
        causes.push(Cause::Membership);
    }
    if triggers.membership && moved.any(|no| step.published.contains(&no)) {
        causes.push(Cause::Published);
    }
    if triggers.identity && is_member && step.identities_changed {
        causes.push(Cause::Identity);
    }
    if triggers.attribute && is_member && attribute_written(flow, step) {
        causes.push(Cause::Attribute);
    }
    if !step.merged.is_empty() && told(flow, state) {
        causes.push(Cause::Merged);
    }
    causes.sort_unstable();
    causes
}

/// The mapped segments the profile is in after the step, by the number whose status counts, ascending.
pub(crate) fn realized_mapped<'a>(flow: &'a Flow, state: &'a State) -> impl Iterator<Item = SegmentNo> + 'a {
    let memberships = state.profile.hot.memberships.iter();
    let mapped = memberships.filter(|m| m.status == Status::Realized && flow.mapped(m.segment).is_some());
    mapped.map(|m| m.segment)
}

/// Whether the dataflow was last told that the profile, or one it absorbed, is in a segment.
fn told(flow: &Flow, state: &State) -> bool {
    ledger_of(flow, state).is_some_and(|entry| !entry.told.is_empty())
}

fn attribute_written(flow: &Flow, step: &Step) -> bool {
    let mut mapped = flow.dataflow.attributes.iter();
    match flow.dataflow.attribute_trigger {
        AttributeTrigger::Write => mapped.any(|mapped| step.written.iter().any(|path| path.touches(mapped))),
        // What shows above a mapped path is not exported by it.
        AttributeTrigger::Value => mapped.any(|mapped| step.changed.iter().any(|path| mapped.covers(path))),
    }
}

/// Writes the ledger: the next revision, and what the dataflow is now told.
fn enter(flow: &Flow, state: &mut State, origin: Origin) -> Revision {
    let told: Vec<SegmentNo> = realized_mapped(flow, state).collect();
    let ledger = &mut state.profile.hot.ledger;
    let at = ledger
        .binary_search_by_key(&flow.no(), |entry| entry.dataflow)
        .unwrap_or_else(|at| {
            let fresh = LedgerEntry {
                dataflow: flow.no(),
                revision: Revision::default(),
                commit: 0,
                told: Vec::new(),
            };
            ledger.insert(at, fresh);
            at
        });
    let entry = &mut ledger[at];
    // A restored store starts a new incarnation: what it counted after the backup must not be counted again.
    let floor = Revision(u64::from(origin.incarnation) << 48);
    *entry = LedgerEntry {
        dataflow: flow.no(),
        revision: entry.revision.max(floor).next(),
        commit: origin.batch,
        told,
    };
    entry.revision
}

fn export(
    rules: &Rules,
    flow: &Flow,
    state: &State,
    step: &Step,
    causes: Vec<Cause>,
    revision: Revision,
) -> Export {
    let dataflow = &flow.dataflow;
    let mapped = dataflow.attributes.iter();
    let attributes = mapped.flat_map(|mapped| xdm::shown(&state.profile.fragments, mapped));
    let attributes: BTreeMap<&Path, &str> = attributes.collect();
    let mapped = step.transitions.iter().filter_map(|t| {
        let segment = flow.mapped(t.segment)?.id.clone();
        Some(ExportedTransition {
            at: t.at,
            segment,
            status: t.status,
        })
    });
    let mut transitions: Vec<ExportedTransition> = mapped.collect();
    transitions.sort_unstable_by(|a, b| a.segment.cmp(&b.segment));
    Export {
        dataflow: dataflow.id.clone(),
        lane: Lane {
            dataflow: dataflow.no,
            class: if step.bulk { Class::Bulk } else { Class::Live },
        },
        profile: state.profile.id,
        revision,
        causes,
        transitions,
        merged: step.merged.clone(),
        emitted_at: step.at,
        attributes: attributes
            .into_iter()
            .map(|(path, json)| (path.clone(), json.to_owned()))
            .collect(),
        memberships: memberships(rules, flow, state),
        identities: identities(dataflow.identities.as_deref(), state),
        envelope: dataflow.envelope,
    }
}

/// Mapped segments under the status that counts, others (where the dataflow shows them) under their own; hidden
/// segments never by themselves.
fn memberships(rules: &Rules, flow: &Flow, state: &State) -> Vec<ExportedMembership> {
    let dataflow = &flow.dataflow;
    let mut shown: BTreeMap<&SegmentId, ExportedMembership> = BTreeMap::new();
    for membership in &state.profile.hot.memberships {
        let Some(segment) = rules.segment(membership.segment) else {
            continue;
        };
        let mapped = flow.mapped(membership.segment);
        let unmapped = segment.baseline_in.is_none() && flow.number_shown(&segment.id).is_none();
        if mapped.is_none() && !(unmapped && dataflow.segment_membership == MembershipScope::MergePolicy) {
            continue;
        }
        let entry = ExportedMembership {
            segment: segment.id.clone(),
            status: membership.status,
            last_qualification: membership.since,
            stamps: mapped
                .filter(|_| dataflow.include_segment_timestamps)
                .map(|m| m.stamps),
            name: mapped
                .filter(|_| dataflow.include_segment_names)
                .map(|m| m.name.clone()),
        };
        shown.insert(&segment.id, entry);
    }
    shown.into_values().collect()
}

/// The identities to show, by namespace, values ascending.
fn identities(selected: Option<&[NamespaceSelection]>, state: &State) -> BTreeMap<String, Vec<String>> {
    let mut shown: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for link in &state.profile.identities {
        let (namespace, value) = (&link.identity.namespace, &link.identity.value);
        let Some(selected) = selected else {
            shown
                .entry(namespace.to_string())
                .or_default()
                .push(value.to_string());
            continue;
        };
        for selection in selected.iter().filter(|s| s.namespace == *namespace) {
            if selection.sha256 {
                shown
                    .entry(format!("{namespace}_sha256"))
                    .or_default()
                    .push(sha256_hex(value));
            } else {
                shown
                    .entry(namespace.to_string())
                    .or_default()
                    .push(value.to_string());
            }
        }
    }
    for values in shown.values_mut() {
        values.sort_unstable();
    }
    shown
}

fn sha256_hex(value: &str) -> String {
    use sha2::{Digest, Sha256};
    format!("{:x}", Sha256::digest(value))
}
