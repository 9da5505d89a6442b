//! An outbox row as the bytes that leave: a pure function, so that a retry and a replay repeat them.
//!
//! The order of members is part of the contract with consumers: `_weir` if asked for, the mapped attributes by
//! top-level key, `segmentMembership`, `identityMap`. Compact, no newline, keys in UTF-8 byte order.

use crate::envelope;
use model::{Duration, Export, ExportId, ExportedMembership, Path, ProfileId, Revision, Status};
use std::collections::BTreeMap;
use std::fmt;

/// An exit older than this at the instant of the decision is no longer shown.
const EXIT_SHOWN: Duration = Duration::days(30);

/// Keys at the root of the message that belong to Weir. Definitions that map them are refused; a row that has
/// one all the same would make a message with a key twice.
const RESERVED: [&str; 3] = ["_weir", "identityMap", "segmentMembership"];

/// An export ready to be sent.
#[derive(Clone, PartialEq, Eq)]
pub struct Rendered {
    /// What consumers de-duplicate by.
    pub id: ExportId,
    /// Whose: the partition key of streams that have one.
    pub profile: ProfileId,
    /// Orders the exports of one profile on one dataflow.
    pub revision: Revision,
    /// The JSON message, compact, no newline.
    pub body: Vec<u8>,
    /// What the envelope says, in the order of the envelope: name and text (lists as compact JSON), for kinds
    /// that carry it beside the body as application properties or headers.
    pub properties: Vec<(&'static str, String)>,
}

impl fmt::Debug for Rendered {
    /// Leaves the body and the properties out: both hold personal data.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Rendered")
            .field("id", &self.id)
            .field("profile", &self.profile)
            .field("revision", &self.revision)
            .field("bytes", &self.body.len())
            .finish_non_exhaustive()
    }
}

/// Why a row cannot be rendered. None of these holds a value: the text goes into logs and dead letters.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RenderError {
    /// A path without a key.
    #[error("an attribute has an empty path")]
    EmptyPath,
    /// A path that begins with a key of the message itself.
    #[error("the attribute {0} takes the place of a member of the message itself")]
    Reserved(Path),
    /// Two paths of which one lies at or above the other.
    #[error("the attributes {0} and {1} overlap")]
    Overlap(Path, Path),
    /// A value that is empty or holds a raw control character: a newline would tear a line in two.
    #[error("the value of the attribute {0} is not compact JSON")]
    NotCompact(Path),
}

/// The message of `export`; it begins with `_weir` if `envelope`.
///
/// The envelope is for the caller to decide, because a kind may always write it: `export.envelope` is what the
/// dataflow asks for.
pub fn render(export: &Export, envelope: bool) -> Result<Rendered, RenderError> {
    let members = envelope::members(export);
    let mut body = Vec::with_capacity(512);
    body.push(b'{');
    if envelope {
        envelope::write(&mut body, &members);
        body.push(b',');
    }
    attributes(&mut body, &export.attributes)?;
    memberships(&mut body, export);
    body.push(b',');
    identities(&mut body, &export.identities);
    body.push(b'}');
    Ok(Rendered {
        id: export.id(),
        profile: export.profile,
        revision: export.revision,
        body,
        properties: members.into_iter().map(|m| (m.name, m.text)).collect(),
    })
}

/// The leaves as nested objects, each top-level member followed by a comma.
fn attributes(out: &mut Vec<u8>, leaves: &[(Path, String)]) -> Result<(), RenderError> {
    let mut sorted: Vec<&(Path, String)> = leaves.iter().collect();
    sorted.sort_by(|a, b| a.0.cmp(&b.0));
    let mut before: Option<&Path> = None;
    for (path, json) in sorted {
        let top = path.keys().next().ok_or(RenderError::EmptyPath)?;
        if RESERVED.contains(&top.as_ref()) {
            return Err(RenderError::Reserved(path.clone()));
        }
        if json.is_empty() || json.bytes().any(|byte| byte < b' ') {
            return Err(RenderError::NotCompact(path.clone()));
        }
        // Paths are in order, so a path that covers a later one covers its neighbour.
        if let Some(above) = before.filter(|above| above.covers(path)) {
            return Err(RenderError::Overlap(above.clone(), path.clone()));
        }
        let mut shared = 0;
        if let Some(before) = before {
            shared = before.keys().zip(path.keys()).take_while(|(a, b)| a == b).count();
            close(out, before.depth() - shared - 1);
            out.push(b',');
        }
        let depth = path.depth();
        for (level, key) in path.keys().enumerate().skip(shared) {
            text(out, &key);
            out.push(b':');
            if level + 1 < depth {
                out.push(b'{');
            }
        }
        out.extend_from_slice(json.as_bytes());
        before = Some(path);
    }
    if let Some(last) = before {
        close(out, last.depth() - 1);
        out.push(b',');
    }
    Ok(())
}

fn close(out: &mut Vec<u8>, objects: usize) {
    out.resize(out.len() + objects, b'}');
}

/// `"segmentMembership":{"ups":{...}}`; `ups` is there also when it is empty, so that consumers may index it.
fn memberships(out: &mut Vec<u8>, export: &Export) {
    let shown = |m: &&ExportedMembership| {
        m.status == Status::Realized || export.emitted_at.since(m.last_qualification) <= EXIT_SHOWN
    };
    let mut entries: Vec<&ExportedMembership> = export.memberships.iter().filter(shown).collect();
    entries.sort_by_key(|m| &m.segment);
    out.extend_from_slice(br#""segmentMembership":{"ups":{"#);
    for (index, entry) in entries.into_iter().enumerate() {
        comma(out, index);
        membership(out, entry);
    }
    out.extend_from_slice(b"}}");
}

fn membership(out: &mut Vec<u8>, entry: &ExportedMembership) {
    text(out, entry.segment.as_str());
    out.extend_from_slice(br#":{"lastQualificationTime":"#);
    text(out, &entry.last_qualification.seconds_text());
    out.extend_from_slice(br#","status":"#);
    text(out, entry.status.as_str());
    if let Some(stamps) = entry.stamps {
        let times = [
            ("createdAt", stamps.created),
            ("updatedAt", stamps.updated),
            ("mappingCreatedAt", stamps.mapping_created),
            ("mappingUpdatedAt", stamps.mapping_updated),
        ];
        for (name, time) in times {
            out.extend_from_slice(format!(r#","{name}":{}"#, time.millis()).as_bytes());
        }
    }
    if let Some(name) = &entry.name {
        out.extend_from_slice(br#","name":"#);
        text(out, name);
    }
    out.push(b'}');
}

fn identities(out: &mut Vec<u8>, by_namespace: &BTreeMap<String, Vec<String>>) {
    out.extend_from_slice(br#""identityMap":{"#);
    for (index, (namespace, values)) in by_namespace.iter().enumerate() {
        comma(out, index);
        text(out, namespace);
        out.extend_from_slice(b":[");
        for (index, value) in values.iter().enumerate() {
            comma(out, index);
            out.extend_from_slice(br#"{"id":"#);
            text(out, value);
            out.push(b'}');
        }
        out.push(b']');
    }
    out.push(b'}');
}

fn comma(out: &mut Vec<u8>, index: usize) {
    if index > 0 {
        out.push(b',');
    }
}

/// `text` as a JSON string: quotes, backslashes and control characters escaped, all else verbatim.
pub(crate) fn text(out: &mut Vec<u8>, text: &str) {
    let written = serde_json::to_writer(out, text);
    debug_assert!(written.is_ok(), "writing a string to a Vec cannot fail");
}

#[cfg(test)]
mod tests;
