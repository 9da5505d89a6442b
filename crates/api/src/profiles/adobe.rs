//! Adobe's view of a profile.

use super::names::Names;
use model::{DatasetId, Path, Profile, Timestamp};
use serde::Serialize;
use serde_json::value::RawValue;
use std::collections::BTreeMap;

/// Entities by id.
pub(super) type Entities = BTreeMap<String, Entity>;

/// One entity: `{"entityId", "mergePolicy", "sources", "tags", "identityGraph", "entity", "lastModifiedAt"}`.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Entity {
    #[serde(rename = "entityId")]
    id: String,
    merge_policy: MergePolicy,
    /// The datasets that records came from.
    sources: Vec<DatasetId>,
    tags: Vec<String>,
    /// The ids of this profile and of all that were joined into it.
    identity_graph: Vec<String>,
    #[serde(rename = "entity")]
    members: BTreeMap<String, Node>,
    last_modified_at: String,
}

#[derive(Debug, Serialize)]
struct MergePolicy {
    id: &'static str,
}

/// A place in the entity: values stand as they were sent.
#[derive(Debug, Serialize)]
#[serde(untagged)]
enum Node {
    Value(Box<RawValue>),
    Object(BTreeMap<String, Node>),
    Identities(Vec<Id>),
    Membership(Membership),
}

#[derive(Debug, Serialize)]
struct Id {
    id: String,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Membership {
    last_qualification_time: String,
    status: model::Status,
}

/// The one entity that `profile` is.
pub(super) fn entities(profile: &Profile, names: &Names) -> Entities {
    let id = profile.id.to_string();
    let mut sources: Vec<DatasetId> = profile
        .fragments
        .iter()
        .map(|fragment| fragment.dataset.clone())
        .collect();
    sources.extend(profile.events.iter().map(|event| event.dataset.clone()));
    sources.sort();
    sources.dedup();
    let entity = Entity {
        id: id.clone(),
        merge_policy: MergePolicy {
            id: "timestampOrdered",
        },
        sources,
        tags: Vec::new(),
        identity_graph: std::iter::once(&profile.id)
            .chain(&profile.hot.absorbed)
            .map(ToString::to_string)
            .collect(),
        members: members(profile, names),
        last_modified_at: modified(profile).to_string(),
    };
    BTreeMap::from([(id, entity)])
}

fn members(profile: &Profile, names: &Names) -> BTreeMap<String, Node> {
    let mut root = BTreeMap::new();
    for (path, json) in xdm::unite(&profile.fragments).leaves {
        if let Ok(value) = RawValue::from_string(json) {
            place(&mut root, &path, value);
        }
    }
    let mut identities: BTreeMap<String, Node> = BTreeMap::new();
    for link in &profile.identities {
        let list = identities
            .entry(link.identity.namespace.to_string())
            .or_insert_with(|| Node::Identities(Vec::new()));
        if let Node::Identities(list) = list {
            list.push(Id {
                id: link.identity.value.to_string(),
            });
        }
    }
    root.insert("identityMap".to_owned(), Node::Object(identities));
    let membership = |membership: &model::Membership| {
        let segment = names.segment(membership.segment)?.id.to_string();
        let last_qualification_time = membership.since.seconds_text();
        Some((
            segment,
            Node::Membership(Membership {
                last_qualification_time,
                status: membership.status,
            }),
        ))
    };
    let ups = profile.hot.memberships.iter().filter_map(membership).collect();
    root.insert(
        "segmentMembership".to_owned(),
        Node::Object(BTreeMap::from([("ups".to_owned(), Node::Object(ups))])),
    );
    root
}

fn place(root: &mut BTreeMap<String, Node>, path: &Path, value: Box<RawValue>) {
    let mut above = path.keys();
    let Some(last) = above.next_back() else {
        return;
    };
    let mut at = root;
    for key in above {
        let below = at
            .entry(key.into_owned())
            .or_insert_with(|| Node::Object(BTreeMap::new()));
        // What shows at a path never shows above another.
        let Node::Object(members) = below else { return };
        at = members;
    }
    at.insert(last.into_owned(), Node::Value(value));
}

/// The latest of its writes and links, and its last step.
fn modified(profile: &Profile) -> Timestamp {
    let links = profile.identities.iter().map(|link| link.since);
    links
        .chain([profile.hot.stepped])
        .max()
        .unwrap_or(profile.hot.stepped)
}
