//! Where messages of one dataset come in.

use crate::json::Document;
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
        entity::read(Document::message(json)?.root(), self, json.len())
    }

    /// Parses an envelope, as [`crate::parse_envelope`] does.
    pub fn envelope(&self, json: &[u8]) -> Result<(Message, Envelope), BadMessage> {
        envelope::read(json, self)
    }
}
