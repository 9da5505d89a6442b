//! Adobe's envelope of a streamed message: `header` and `body`.

use crate::BadMessage;
use crate::bad_message::quoted;
use crate::door::Door;
use crate::entity;
use crate::entity::Scratch;
use crate::json::{Document, Json, Members, Nodes};
use model::{DatasetId, Message};
use std::borrow::Cow;

/// What an envelope's header says beside the entity; it decides nothing and is there for answers and logs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Envelope {
    /// `schemaRef`.
    pub schema: SchemaRef,
    /// `flowId`.
    pub flow: String,
    /// `imsOrgId`, if given.
    pub organisation: Option<String>,
    /// `xactionId`, if given.
    pub xaction: Option<String>,
    /// `msgId`, if given.
    pub message: Option<String>,
}

/// Names a schema and its version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SchemaRef {
    /// `id`, a URI.
    pub id: String,
    /// `contentType`, which holds the version.
    pub content_type: String,
}

/// Parses `{"header": .., "body": {"xdmMeta": .., "xdmEntity": ..}}`, posted to an inlet of `inlet_dataset`.
///
/// Required: `header.schemaRef`, `header.datasetId` (the inlet's), `header.flowId`, `body.xdmMeta.schemaRef` (the
/// same as the header's) and `body.xdmEntity`, for which the rules of [`crate::parse_entity`] hold; whether it is
/// a record or an event is told by the entity alone. `header.operations` and any `msgType` but `xdmEntityCreate`
/// are refused; further members of the header are taken as they are and not looked at.
///
/// Source: adobe-and-dynamics.md b6, D5 and D16.
pub fn parse_envelope(json: &[u8], inlet_dataset: &DatasetId) -> Result<(Message, Envelope), BadMessage> {
    Door::untyped(inlet_dataset.clone()).envelope(json)
}

pub(crate) fn read(
    json: &[u8],
    door: &Door,
    nodes: &mut Nodes,
    scratch: &mut Scratch,
) -> Result<(Message, Envelope), BadMessage> {
    let document = Document::message(json, nodes)?;
    let message = Section::new(String::new(), document.root())?;
    let read = read_header(&message.section("header")?, door.dataset())?;
    let body = message.section("body")?;
    let schema = SchemaRef::read(&body.section("xdmMeta")?.section("schemaRef")?)?;
    if schema.id != read.schema.id {
        return Err(BadMessage::SchemaMismatch { member: "id" });
    }
    if schema.content_type != read.schema.content_type {
        return Err(BadMessage::SchemaMismatch {
            member: "contentType",
        });
    }
    let entity = body.required("xdmEntity")?;
    Ok((entity::read(entity, door, scratch, json.len())?, read))
}

fn read_header(header: &Section<'_>, inlet_dataset: &DatasetId) -> Result<Envelope, BadMessage> {
    if header.given("operations").is_some() {
        return Err(BadMessage::Operations);
    }
    let kind = header.text("msgType")?;
    if let Some(other) = kind.filter(|kind| kind != "xdmEntityCreate") {
        let found = quoted(&other);
        return Err(BadMessage::MessageType { found });
    }
    let schema = SchemaRef::read(&header.section("schemaRef")?)?;
    let dataset = header.required_text("datasetId")?;
    if dataset != inlet_dataset.as_str() {
        return Err(BadMessage::DatasetMismatch {
            found: quoted(&dataset),
            expected: inlet_dataset.clone(),
        });
    }
    Ok(Envelope {
        schema,
        flow: header.required_text("flowId")?,
        organisation: header.text("imsOrgId")?,
        xaction: header.text("xactionId")?,
        message: header.text("msgId")?,
    })
}

impl SchemaRef {
    fn read(section: &Section<'_>) -> Result<Self, BadMessage> {
        Ok(Self {
            id: section.required_text("id")?,
            content_type: section.required_text("contentType")?,
        })
    }
}

/// An object of the envelope, and where it stands.
struct Section<'a> {
    at: String,
    members: Members<'a>,
}

impl<'a> Section<'a> {
    fn new(at: String, json: Json<'a>) -> Result<Self, BadMessage> {
        let members = json.object_at(if at.is_empty() { "message" } else { &at })?;
        Ok(Self { at, members })
    }

    fn path(&self, key: &str) -> String {
        let dot = if self.at.is_empty() { "" } else { "." };
        format!("{}{dot}{key}", self.at)
    }

    /// The member, if it is there and not null.
    fn given(&self, key: &str) -> Option<Json<'a>> {
        self.members.get(key).copied().filter(|json| !json.is_null())
    }

    fn required(&self, key: &str) -> Result<Json<'a>, BadMessage> {
        self.given(key).ok_or_else(|| BadMessage::Missing {
            at: self.path(key),
            why: "an envelope needs it",
        })
    }

    fn section(&self, key: &str) -> Result<Self, BadMessage> {
        Self::new(self.path(key), self.required(key)?)
    }

    fn text(&self, key: &str) -> Result<Option<String>, BadMessage> {
        self.given(key)
            .map(|json| json.text_at(self.path(key)).map(Cow::into_owned))
            .transpose()
    }

    fn required_text(&self, key: &str) -> Result<String, BadMessage> {
        let text = self.required(key)?.text_at(self.path(key))?;
        Ok(text.into_owned())
    }
}

#[cfg(test)]
mod tests;
