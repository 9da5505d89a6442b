//! Where messages of one dataset come in.

use crate::entity::Scratch;
use crate::json::{Document, Nodes};
use crate::patch::Met;
use crate::{BadMessage, Envelope, Schema, entity, envelope};
use model::{DatasetId, Message};
use std::sync::Arc;

/// Reads the messages of one dataset, and holds them to its schema if it has one.
#[derive(Clone, Debug)]
pub struct Door {
    dataset: DatasetId,
    schema: Option<Arc<Schema>>,
    /// The shapes of records that its readers have met.
    met: Met,
}

impl Door {
    /// Of a dataset without a schema: whatever is an entity is taken.
    pub fn untyped(dataset: DatasetId) -> Self {
        Self {
            dataset,
            schema: None,
            met: Met::default(),
        }
    }

    /// Of a dataset with a schema: an entity that does not fit it is refused whole, with every reason.
    pub fn typed(dataset: DatasetId, schema: Arc<Schema>) -> Self {
        Self {
            dataset,
            schema: Some(schema),
            met: Met::default(),
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
            nodes: Nodes::default(),
            scratch: Scratch {
                shapes: self.met.shapes(),
                text: String::new(),
            },
        }
    }
}

/// Reads messages like a [`Door`] does, and is the faster the more of them are alike: it remembers what the keys of the
/// last ones were, also of those before it, and where it had room for them. What comes out does not depend on it.
#[derive(Debug)]
pub struct Reader<'d> {
    door: &'d Door,
    nodes: Nodes,
    scratch: Scratch,
}

impl Reader<'_> {
    /// Parses a bare entity, as [`crate::parse_entity`] does.
    pub fn entity(&mut self, json: &[u8]) -> Result<Message, BadMessage> {
        let document = Document::message(json, &mut self.nodes)?;
        entity::read(document.root(), self.door, &mut self.scratch, json.len())
    }

    /// Parses an envelope, as [`crate::parse_envelope`] does.
    pub fn envelope(&mut self, json: &[u8]) -> Result<(Message, Envelope), BadMessage> {
        envelope::read(json, self.door, &mut self.nodes, &mut self.scratch)
    }
}
