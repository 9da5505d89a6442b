//! The form of a message: who sends many sends mostly the same keys in the same order, with other values.
//!
//! Of a message like one before it all is known but the values: what stands between them is the same byte for byte, so
//! that it is JSON, who is named where, and what becomes of each value was found out once. So nothing but that is compared
//! and nothing but the values is read. Whatever is not as plain as that is read as if nothing were known, and so is all
//! that fault is found with.

mod learn;

use crate::MAX_MESSAGE_BYTES;
use crate::entity::check_event_id;
use crate::identity::Named;
use crate::json::plain;
use crate::patch::Values;
use compact_str::CompactString;
use model::{Body, DatasetId, EventBody, Identity, Message, Path, RecordBody, Timestamp, Written};
use std::sync::Arc;

/// Messages that differ in nothing but plain values. A value is called by its place among those that are sent.
#[derive(Debug, PartialEq)]
pub(crate) struct Form {
    /// What stands before each value, one behind the other, and behind the last.
    between: String,
    values: Vec<Place>,
    /// Whom it names.
    names: Vec<Name>,
    says: Says,
}

/// Where a value stands.
#[derive(Debug, PartialEq)]
struct Place {
    /// Where what stands before it ends among what stands between them.
    before: usize,
    /// Whether it is a list of plain values.
    is_list: bool,
}

/// An item of the identity map.
#[derive(Debug, PartialEq)]
struct Name {
    namespace: CompactString,
    value: usize,
    is_primary: bool,
}

/// What becomes of the values.
#[derive(Debug, PartialEq)]
enum Says {
    Record {
        business_time: Option<usize>,
        paths: Arc<[Path]>,
        /// By the same places, what is written there: a value, or that it is an object.
        writes: Vec<Option<usize>>,
    },
    Event {
        id: usize,
        timestamp: usize,
        kind: usize,
        json: Kept,
    },
}

/// The text that an event is kept as, but for its values.
#[derive(Debug, Default, PartialEq)]
struct Kept {
    text: String,
    /// Values, each with where it belongs in the text; in that order.
    values: Vec<(usize, usize)>,
}

/// Room for what is read of a message.
#[derive(Debug, Default)]
pub(crate) struct Room {
    /// Where the values begin and end.
    values: Vec<(usize, usize)>,
    text: String,
}

impl Form {
    /// The message that a text is, if it is of this form.
    pub(crate) fn read(&self, text: &str, dataset: &DatasetId, room: &mut Room) -> Option<Message> {
        if text.len() > MAX_MESSAGE_BYTES {
            return None;
        }
        let Room {
            values,
            text: written,
        } = room;
        self.find(text.as_bytes(), values)?;
        let values = Sent { text, values };
        let (body, own_time) = match &self.says {
            Says::Record {
                business_time,
                paths,
                writes,
            } => {
                let business_time = match business_time {
                    Some(at) => Some(values.time(*at)?),
                    None => None,
                };
                let patch = values.written(writes).patch(Arc::clone(paths));
                let record = RecordBody {
                    business_time,
                    patch: Arc::new(patch),
                };
                (Body::Record(record), business_time)
            }
            Says::Event {
                id,
                timestamp,
                kind,
                json,
            } => {
                values.text(*kind)?;
                let id = values.text(*id)?;
                check_event_id(id).ok()?;
                let timestamp = values.time(*timestamp)?;
                json.write(&values, written);
                let event = EventBody {
                    id: id.into(),
                    timestamp,
                    valid_until: None,
                    json: written.as_str().into(),
                };
                (Body::Event(event), Some(timestamp))
            }
        };
        Some(Message {
            dataset: dataset.clone(),
            identities: self.identities(&values)?,
            body,
            own_time,
            bytes: text.len(),
        })
    }

    /// Finds the values, unless what stands between them is something else.
    fn find(&self, text: &[u8], values: &mut Vec<(usize, usize)>) -> Option<()> {
        let between = self.between.as_bytes();
        values.clear();
        let (mut at, mut known) = (0, 0);
        for place in &self.values {
            let before = &between[known..place.before];
            let start = at + before.len();
            if text.get(at..start)? != before {
                return None;
            }
            known = place.before;
            at = if place.is_list {
                plain::scalar_or_list(text, start)?
            } else {
                plain::scalar(text, start)?
            };
            values.push((start, at));
        }
        (text[at..] == between[known..]).then_some(())
    }

    fn identities(&self, values: &Sent<'_>) -> Option<Vec<Identity>> {
        let mut named = Named::default();
        for name in &self.names {
            let value = values.text(name.value)?;
            named.add(&name.namespace, value, name.is_primary).ok()?;
        }
        named.finish().ok()
    }
}

/// The values of a message.
struct Sent<'a> {
    text: &'a str,
    values: &'a [(usize, usize)],
}

impl<'a> Sent<'a> {
    fn json(&self, at: usize) -> &'a str {
        let (start, end) = self.values[at];
        &self.text[start..end]
    }

    /// What stands between the quotes of a string.
    fn text(&self, at: usize) -> Option<&'a str> {
        self.json(at).strip_prefix('"')?.strip_suffix('"')
    }

    fn time(&self, at: usize) -> Option<Timestamp> {
        Timestamp::parse(self.text(at)?)
    }

    /// What is written by a record: plain values are, as they are sent.
    fn written(&self, writes: &[Option<usize>]) -> Values {
        let json = |write: &Option<usize>| write.map_or(Written::OBJECT, |at| self.json(at));
        let bytes = writes.iter().map(|write| json(write).len()).sum();
        let mut written = Values::with_capacity(writes.len(), bytes);
        for write in writes {
            written.add_text(json(write));
        }
        written
    }
}

impl Kept {
    fn write(&self, values: &Sent<'_>, out: &mut String) {
        out.clear();
        let mut written = 0;
        for (before, value) in &self.values {
            out.push_str(&self.text[written..*before]);
            out.push_str(values.json(*value));
            written = *before;
        }
        out.push_str(&self.text[written..]);
    }
}

#[cfg(test)]
mod tests;
