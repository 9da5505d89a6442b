//! Where messages of one dataset come in.

use crate::entity::Scratch;
use crate::form::Form;
use crate::forms::Forms;
use crate::json::{Document, Nodes};
use crate::met::Met;
use crate::patch::{Shape, Shapes};
use crate::{BadMessage, Envelope, Schema, entity, envelope};
use model::{DatasetId, Message};
use std::sync::Arc;

/// Reads the messages of one dataset, and holds them to its schema if it has one.
#[derive(Clone, Debug)]
pub struct Door {
    dataset: DatasetId,
    schema: Option<Arc<Schema>>,
    /// What its readers have met: the shapes of records, and the forms of messages.
    shapes: Met<Shape>,
    forms: Met<Form>,
}

impl Door {
    /// Of a dataset without a schema: whatever is an entity is taken.
    pub fn untyped(dataset: DatasetId) -> Self {
        Self {
            dataset,
            schema: None,
            shapes: Met::default(),
            forms: Met::default(),
        }
    }

    /// Of a dataset with a schema: an entity that does not fit it is refused whole, with every reason.
    pub fn typed(dataset: DatasetId, schema: Arc<Schema>) -> Self {
        Self {
            dataset,
            schema: Some(schema),
            shapes: Met::default(),
            forms: Met::default(),
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
                shapes: Shapes::of(&self.shapes),
                text: String::new(),
            },
            // A schema has to see every member.
            forms: self.schema.is_none().then(|| Forms::of(&self.forms)),
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
    forms: Option<Forms>,
}

impl Reader<'_> {
    /// Parses a bare entity, as [`crate::parse_entity`] does.
    pub fn entity(&mut self, json: &[u8]) -> Result<Message, BadMessage> {
        let forms = self.forms.as_mut();
        if let Some(message) = forms.and_then(|forms| forms.read(json, &self.door.dataset)) {
            return Ok(message);
        }
        let document = Document::message(json, &mut self.nodes)?;
        let message = entity::read(document.root(), self.door, &mut self.scratch, json.len())?;
        if let Some(forms) = &mut self.forms {
            forms.learn(document.root(), &message);
        }
        Ok(message)
    }

    /// Parses an envelope, as [`crate::parse_envelope`] does.
    pub fn envelope(&mut self, json: &[u8]) -> Result<(Message, Envelope), BadMessage> {
        envelope::read(json, self.door, &mut self.nodes, &mut self.scratch)
    }
}
