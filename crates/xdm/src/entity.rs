//! An XDM entity becomes a message.

use crate::aside::Aside;
use crate::bad_message::quoted;
use crate::door::Door;
use crate::identity::Named;
use crate::json::{Fault, Json, Members};
use crate::patch::{Shapes, patch};
use crate::{BadMessage, MAX_IDENTITY_CHARS, Schema};
use model::{Body, DatasetId, EventBody, Identity, Message, RecordBody, Timestamp};
use std::sync::Arc;

/// Parses a bare XDM entity, as in a line of NDJSON, sent for `dataset`.
///
/// `timestamp` and `eventType` together make it an event, which then needs an `_id`; anything else is a record.
/// `identityMap`, `_id` and `_weir` are no attributes of a record: all other members are, `extSourceSystemAudit`
/// too, but for `segmentMembership`, which Weir computes: a record with it is refused. Of an event everything is
/// kept but `identityMap` and `_weir`. Of a repeated key the last member counts, at every level.
///
/// Source: product.md section 2 and pql.md, "backtest".
pub fn parse_entity(json: &[u8], dataset: &DatasetId) -> Result<Message, BadMessage> {
    Door::untyped(dataset.clone()).entity(json)
}

/// What one entity after another can use.
#[derive(Debug)]
pub(crate) struct Scratch {
    /// What was learnt of records.
    pub(crate) shapes: Shapes,
    /// Room to write an event in.
    pub(crate) text: String,
}

/// The message that an entity makes; `bytes` is the size of all that was sent with it.
pub(crate) fn read(
    entity: Json<'_>,
    door: &Door,
    scratch: &mut Scratch,
    bytes: usize,
) -> Result<Message, BadMessage> {
    let mut members = entity.object_at("entity")?;
    let identities = identities(&mut members, door.schema())?;
    let aside = Aside::read(members.remove("_weir"))?;
    if let Some(schema) = door.schema() {
        schema.admit(&members)?;
    }
    let (body, own_time) = if let Some(marks) = event_marks(&members) {
        let event = event(&members, marks, aside, &mut scratch.text)?;
        let time = event.timestamp;
        (Body::Event(event), Some(time))
    } else {
        let record = record(members, aside, &mut scratch.shapes)?;
        let time = record.business_time;
        (Body::Record(record), time)
    };
    Ok(Message {
        dataset: door.dataset().clone(),
        identities,
        body,
        own_time: aside.received_at.or(own_time),
        bytes,
    })
}

/// Takes `identityMap` out. It is needed where no schema says that a field names the person.
fn identities(members: &mut Members<'_>, schema: Option<&Schema>) -> Result<Vec<Identity>, BadMessage> {
    let mut named = Named::default();
    let map = members.remove("identityMap");
    let fields = schema.is_some_and(|schema| !schema.identities().is_empty());
    match map {
        Some(map) => named.add_map(map)?,
        None if fields => {}
        None => {
            return Err(BadMessage::Missing {
                at: "identityMap".to_owned(),
                why: "it says whose the entity is, such as {\"email\":[{\"id\":\"a@b.test\"}]}",
            });
        }
    }
    if let Some(schema) = schema {
        schema.name_person(members, &mut named)?;
    }
    named.finish()
}

/// `timestamp` and `eventType`, which together make it an event. Anything else is a record.
pub(crate) fn event_marks<'a>(members: &Members<'a>) -> Option<[Json<'a>; 2]> {
    Some([*members.get("timestamp")?, *members.get("eventType")?])
}

fn record(mut members: Members<'_>, aside: Aside, shapes: &mut Shapes) -> Result<RecordBody, BadMessage> {
    if aside.valid_until.is_some() {
        return Err(BadMessage::Overlay { member: "validUntil" });
    }
    if members.contains_key("segmentMembership") {
        return Err(BadMessage::SegmentMembership);
    }
    members.remove("_id");
    Ok(RecordBody {
        business_time: business_time(&members)?,
        patch: Arc::new(patch(&members, shapes)?),
    })
}

fn business_time(members: &Members<'_>) -> Result<Option<Timestamp>, BadMessage> {
    let given = |json: &Json<'_>| !json.is_null();
    let Some(audit) = members.get("extSourceSystemAudit").copied().filter(given) else {
        return Ok(None);
    };
    let [date] = audit.picked_at("extSourceSystemAudit", ["lastUpdatedDate"])?;
    date.filter(given)
        .map(|date| date.time_at("extSourceSystemAudit.lastUpdatedDate"))
        .transpose()
}

fn event(
    members: &Members<'_>,
    marks: [Json<'_>; 2],
    aside: Aside,
    scratch: &mut String,
) -> Result<EventBody, BadMessage> {
    let [timestamp, kind] = marks;
    let id = members.get("_id").ok_or_else(|| BadMessage::Missing {
        at: "_id".to_owned(),
        why: "an event needs one, unique within its dataset, so that a repeated delivery counts once",
    })?;
    let id = id.text_at("_id")?;
    check_event_id(&id)?;
    kind.text_at("eventType")?;
    Ok(EventBody {
        id: id.into(),
        timestamp: timestamp.time_at("timestamp")?,
        valid_until: aside.valid_until,
        json: compact(members, scratch)?.into(),
    })
}

pub(crate) fn check_event_id(id: &str) -> Result<(), BadMessage> {
    let why = if id.trim().is_empty() {
        "which is blank"
    } else if id.chars().count() > MAX_IDENTITY_CHARS {
        "which is longer than 1024 characters"
    } else {
        return Ok(());
    };
    Err(BadMessage::EventId {
        found: quoted(id),
        why,
    })
}

fn compact<'o>(members: &Members<'_>, out: &'o mut String) -> Result<&'o str, BadMessage> {
    out.clear();
    out.push('{');
    for (key, value) in members {
        if key.is_empty() {
            return Err(Fault::EmptyKey.into());
        }
        if out.len() > 1 {
            out.push(',');
        }
        push_text(out, key);
        out.push(':');
        value.compact(out)?;
    }
    out.push('}');
    Ok(out)
}

/// Appends a text as JSON.
pub(crate) fn push_text(out: &mut String, text: &str) {
    if text.bytes().any(|byte| matches!(byte, b'"' | b'\\' | 0..0x20)) {
        out.push_str(&serde_json::Value::from(text).to_string());
    } else {
        out.extend(["\"", text, "\""]);
    }
}

#[cfg(test)]
mod tests;
