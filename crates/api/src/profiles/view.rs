//! Weir's own view: what is known, where each value came from, and what was said of it to whom.

use super::names::Names;
use model::{
    DataflowId, DatasetId, Fragment, Identity, Path, Profile, RulesVersion, SegmentId, Stamp, Status,
    Transition,
};
use serde::Serialize;
use serde_json::value::RawValue;

/// A whole profile. Ids of profiles are texts: they have more digits than JSON numbers keep in many languages.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct View {
    profile: String,
    /// Profiles that were joined into this one.
    absorbed: Vec<String>,
    identities: Vec<IdentityView>,
    /// Identities that were dropped because there were more than a profile may have.
    evicted_identities: u32,
    attributes: Vec<Attribute>,
    memberships: Vec<Membership>,
    /// Latest first.
    history: Vec<Past>,
    /// Latest first.
    events: Vec<Event>,
    /// How many events count or may yet count; `events` shows the latest of them.
    events_kept: usize,
    /// The last export to each dataflow.
    exports: Vec<Told>,
    evaluated: Evaluated,
}

#[derive(Debug, Serialize)]
struct IdentityView {
    namespace: String,
    value: String,
    since: String,
}

/// A value that shows, and the write that made it.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Attribute {
    path: String,
    value: Box<RawValue>,
    dataset: DatasetId,
    /// The primary identity of the record.
    primary: Identity,
    /// Business time if the record had one, else the time of receipt.
    written_at: String,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Membership {
    segment: SegmentId,
    name: String,
    status: Status,
    last_qualification_time: String,
}

#[derive(Debug, Serialize)]
struct Past {
    at: String,
    segment: SegmentId,
    status: Status,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Event {
    id: String,
    dataset: DatasetId,
    timestamp: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    valid_until: Option<String>,
    entity: Box<RawValue>,
}

#[derive(Debug, Serialize)]
struct Told {
    dataflow: DataflowId,
    /// As exports write it.
    revision: String,
    /// The mapped segments it showed as realized.
    realized: Vec<SegmentId>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Evaluated {
    /// The rules it was last evaluated under.
    definitions: RulesVersion,
    at: String,
    /// When it next can change by itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    next_due: Option<String>,
}

impl View {
    /// `events` of the events at most.
    pub(super) fn new(profile: &Profile, history: &[Transition], names: &Names, events: usize) -> Self {
        let hot = &profile.hot;
        Self {
            profile: profile.id.to_string(),
            absorbed: hot.absorbed.iter().map(ToString::to_string).collect(),
            identities: profile.identities.iter().map(identity).collect(),
            evicted_identities: hot.evicted,
            attributes: attributes(&profile.fragments),
            memberships: hot
                .memberships
                .iter()
                .filter_map(|membership| standing(membership, names))
                .collect(),
            history: history
                .iter()
                .filter_map(|transition| past(transition, names))
                .collect(),
            events: profile
                .events
                .iter()
                .rev()
                .take(events)
                .filter_map(event)
                .collect(),
            events_kept: profile.events.len(),
            exports: hot.ledger.iter().filter_map(|entry| told(entry, names)).collect(),
            evaluated: Evaluated {
                definitions: hot.rules,
                at: hot.stepped.to_string(),
                next_due: hot.next_due.map(|due| due.to_string()),
            },
        }
    }
}

fn identity(link: &model::IdentityLink) -> IdentityView {
    let Identity { namespace, value } = &link.identity;
    IdentityView {
        namespace: namespace.to_string(),
        value: value.to_string(),
        since: link.since.to_string(),
    }
}

/// What shows, each with the fragment whose write it is: among all writes at its path the latest.
fn attributes(fragments: &[Fragment]) -> Vec<Attribute> {
    let source = |path: &Path| -> Option<(Stamp, &Fragment)> {
        let writes = fragments
            .iter()
            .filter_map(|fragment| Some((fragment.leaves.get(path)?.stamp()?, fragment)));
        writes.max_by_key(|(stamp, _)| *stamp)
    };
    let attribute = |(path, json): (Path, String)| {
        let (stamp, fragment) = source(&path)?;
        Some(Attribute {
            path: path.to_string(),
            value: RawValue::from_string(json).ok()?,
            dataset: fragment.dataset.clone(),
            primary: fragment.primary.clone(),
            written_at: stamp.time.to_string(),
        })
    };
    xdm::unite(fragments)
        .leaves
        .into_iter()
        .filter_map(attribute)
        .collect()
}

fn standing(membership: &model::Membership, names: &Names) -> Option<Membership> {
    let segment = names.segment(membership.segment)?;
    Some(Membership {
        segment: segment.id.clone(),
        name: segment.name.clone(),
        status: membership.status,
        last_qualification_time: membership.since.to_string(),
    })
}

fn past(transition: &Transition, names: &Names) -> Option<Past> {
    let segment = names.segment(transition.segment)?.id.clone();
    Some(Past {
        at: transition.at.to_string(),
        segment,
        status: transition.status,
    })
}

fn event(event: &model::Event) -> Option<Event> {
    Some(Event {
        id: event.id.to_string(),
        dataset: event.dataset.clone(),
        timestamp: event.timestamp.to_string(),
        valid_until: event.valid_until.map(|until| until.to_string()),
        entity: RawValue::from_string(event.json.to_string()).ok()?,
    })
}

fn told(entry: &model::LedgerEntry, names: &Names) -> Option<Told> {
    let realized = entry
        .told
        .iter()
        .filter_map(|no| Some(names.segment(*no)?.id.clone()))
        .collect();
    Some(Told {
        dataflow: names.dataflow(entry.dataflow)?.clone(),
        revision: format!("{:020}", entry.revision.0),
        realized,
    })
}
