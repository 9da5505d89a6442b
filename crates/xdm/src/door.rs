//! Where messages of one dataset come in.

use crate::json::Document;
use crate::patch::Shapes;
use crate::{BadMessage, Envelope, Schema, entity, envelope};
use model::{DatasetId, Message};
use std::sync::Arc;

/// Reads the messages of one dataset, and holds them to its schema if it has one.
#[derive(Clone, Debug)]
pub struct Door {
    dataset: DatasetId,
    schema: Option<Arc<Schema>>,
}

impl Door {
    /// Of a dataset without a schema: whatever is an entity is taken.
    pub fn untyped(dataset: DatasetId) -> Self {
        Self {
            dataset,
            schema: None,
        }
    }

    /// Of a dataset with a schema: an entity that does not fit it is refused whole, with every reason.
    pub fn typed(dataset: DatasetId, schema: Arc<Schema>) -> Self {
        Self {
            dataset,
            schema: Some(schema),
        }
    }

    /// The dataset.
    pub fn dataset(&self) -> &DatasetId {
        &self.dataset
    }

    /// Its schema.
    pub fn schema(&self) -> Option<&Schema> {
        self.schema.as_deref()
    }

    /// Parses a bare entity, as [`crate::parse_entity`] does.
    pub fn entity(&self, json: &[u8]) -> Result<Message, BadMessage> {
        self.reader().entity(json)
    }

    /// Parses an envelope, as [`crate::parse_envelope`] does.
    pub fn envelope(&self, json: &[u8]) -> Result<(Message, Envelope), BadMessage> {
        self.reader().envelope(json)
    }

    /// Reads many messages, one after another.
    pub fn reader(&self) -> Reader<'_> {
        Reader {
            door: self,
            shapes: Shapes::default(),
        }
    }
}

/// Reads messages like a [`Door`] does, and is the faster the more of them are alike: it remembers what the keys of the
/// last ones were. What comes out does not depend on it.
#[derive(Debug)]
pub struct Reader<'d> {
    door: &'d Door,
    shapes: Shapes,
}

impl Reader<'_> {
    /// Parses a bare entity, as [`crate::parse_entity`] does.
    pub fn entity(&mut self, json: &[u8]) -> Result<Message, BadMessage> {
        let document = Document::message(json)?;
        entity::read(document.root(), self.door, &mut self.shapes, json.len())
    }

    /// Parses an envelope, as [`crate::parse_envelope`] does.
    pub fn envelope(&mut self, json: &[u8]) -> Result<(Message, Envelope), BadMessage> {
        envelope::read(json, self.door, &mut self.shapes)
    }
}
