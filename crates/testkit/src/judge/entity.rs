//! A posted entity, taken apart.

use super::json::{Json, Kind};
use super::meaning;
use model::{Identity, Path, Timestamp};
use std::collections::BTreeMap;

/// What a message says and about whom.
#[derive(Clone, Debug)]
pub(super) struct Entity {
    /// The primary identity, then the others by namespace in the order of their list; no repeats.
    pub(super) identities: Vec<Identity>,
    pub(super) says: Says,
}

#[derive(Clone, Debug)]
pub(super) enum Says {
    Record {
        /// Every path of the patch and what stands there.
        writes: Vec<(Path, Written)>,
        business: Option<Timestamp>,
    },
    Event {
        id: String,
        timestamp: Timestamp,
        valid_until: Option<Timestamp>,
        fields: Json,
    },
}

/// What a record has at a path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Written {
    /// A scalar or a list.
    Value(Json),
    Null,
    /// An object, whose members are writes of their own.
    Object,
}

/// Reads a bare XDM entity; `None` if it cannot be accepted.
pub(super) fn read(text: &str) -> Option<Entity> {
    let entity = Json::read(text)?;
    let Kind::Object(members) = &entity.kind else {
        return None;
    };
    let identities = identities(entity.member("identityMap")?)?;
    let is_event = entity.member("timestamp").is_some() && entity.member("eventType").is_some();
    let says = if is_event {
        event(&entity)?
    } else {
        record(&entity, members)?
    };
    Some(Entity { identities, says })
}

fn event(entity: &Json) -> Option<Says> {
    let instant = |value: &Json| value.text().and_then(meaning::instant);
    let valid_until = entity.member("_weir").and_then(|weir| weir.member("validUntil"));
    Some(Says::Event {
        id: entity.member("_id")?.text()?.to_owned(),
        timestamp: instant(entity.member("timestamp")?)?,
        valid_until: match valid_until {
            Some(value) => Some(instant(value)?),
            None => None,
        },
        fields: entity.clone(),
    })
}

fn record(entity: &Json, members: &BTreeMap<String, Json>) -> Option<Says> {
    let business = entity
        .member("extSourceSystemAudit")
        .and_then(|audit| audit.member("lastUpdatedDate"));
    let business = match business {
        Some(value) => Some(meaning::instant(value.text()?)?),
        None => None,
    };
    // An overlay is not built yet, and nobody states memberships.
    let overlay = entity
        .member("_weir")
        .is_some_and(|weir| weir.member("validUntil").is_some());
    if overlay || members.contains_key("segmentMembership") {
        return None;
    }
    let mut writes = Vec::new();
    for (key, value) in members {
        if key != "_id" && key != "identityMap" && key != "_weir" {
            collect(Path::new([key]), value, &mut writes);
        }
    }
    Some(Says::Record { writes, business })
}

fn collect(path: Path, value: &Json, writes: &mut Vec<(Path, Written)>) {
    match &value.kind {
        Kind::Null => writes.push((path, Written::Null)),
        Kind::Object(members) => {
            for (key, value) in members {
                collect(path.child(key), value, writes);
            }
            writes.push((path, Written::Object));
        }
        _ => writes.push((path, Written::Value(value.clone()))),
    }
}

fn identities(map: &Json) -> Option<Vec<Identity>> {
    let Kind::Object(namespaces) = &map.kind else {
        return None;
    };
    let mut primary = None;
    let mut all: Vec<Identity> = Vec::new();
    for (namespace, list) in namespaces {
        let Kind::List(list) = &list.kind else { return None };
        for item in list {
            let identity = Identity {
                namespace: namespace.clone().into(),
                value: item.member("id")?.text()?.into(),
            };
            if primary.is_none() && item.member("primary").is_some_and(|p| p.kind == Kind::Bool(true)) {
                primary = Some(identity.clone());
            }
            all.push(identity);
        }
    }
    let primary = primary.or_else(|| all.first().cloned())?;
    let mut ordered = vec![primary];
    for identity in all {
        if !ordered.contains(&identity) {
            ordered.push(identity);
        }
    }
    Some(ordered)
}
