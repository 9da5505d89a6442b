//! Who may post to which inlet.

use crate::secrets::Secrets;
use model::{DatasetId, Definitions, Inlet, InletId, Secret};
use std::collections::BTreeMap;
use std::sync::Arc;
use xdm::{Door, Schemas, SchemasError};

/// An inlet with its token at hand.
#[derive(Debug)]
pub struct OpenInlet {
    /// As defined.
    pub inlet: Inlet,
    /// Reads its messages, and holds them to the schema of its dataset; or why that schema cannot be had.
    door: Result<Door, String>,
    /// The token, if one is required; or why it cannot be had.
    token: Result<Option<Secret>, String>,
}

/// Why a post is not let in.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Denied {
    /// A token is required and none was given.
    #[error("this inlet requires a token: send it as `Authorization: Bearer ...`")]
    Missing,
    /// It is another token.
    #[error("this is not the token of the inlet")]
    Wrong,
    /// The server does not know the token itself, and lets nobody in.
    #[error("the server cannot look the token of this inlet up, and lets nobody in: {0}")]
    Unusable(String),
    /// The schema of the dataset cannot be had, and what is not held to it is not taken.
    #[error("the schema of this inlet's dataset cannot be used, and nobody is let in: {0}")]
    NoSchema(String),
}

impl OpenInlet {
    pub(super) fn new(inlet: Inlet, door: Result<Door, String>, secrets: &Secrets) -> Self {
        let token = inlet
            .token
            .as_deref()
            .map(|reference| secrets.resolve(reference))
            .transpose();
        Self {
            inlet,
            door,
            token: token.map_err(|error| error.to_string()),
        }
    }

    /// Where the messages go of whoever presents this bearer token and so may post. Takes the same time whatever the
    /// token.
    pub fn admit(&self, presented: Option<&str>) -> Result<&Door, Denied> {
        match (&self.token, presented) {
            (Ok(None), _) => Ok(()),
            (Ok(Some(token)), Some(presented)) if token.matches(presented) => Ok(()),
            (Ok(Some(_)), Some(_)) => Err(Denied::Wrong),
            (Ok(Some(_)), None) => Err(Denied::Missing),
            (Err(why), _) => Err(Denied::Unusable(why.clone())),
        }?;
        self.door.as_ref().map_err(|why| Denied::NoSchema(why.clone()))
    }

    /// Why nobody is let in, if that is so.
    pub fn problem(&self) -> Option<&str> {
        let token = self.token.as_ref().err();
        token.or(self.door.as_ref().err()).map(String::as_str)
    }
}

/// All inlets in force.
#[derive(Debug, Default)]
pub(super) struct Inlets(BTreeMap<InletId, Arc<OpenInlet>>);

impl Inlets {
    /// Looks every token up, as it is now.
    pub(super) fn open(definitions: &Definitions, secrets: &Secrets) -> Self {
        // They compiled when they were checked; a later Weir may know a field group that disagrees with one of the user's.
        let schemas = Schemas::compile(&definitions.field_groups, &definitions.schemas);
        let open = |inlet: &Inlet| {
            let door = door(definitions, &schemas, &inlet.dataset);
            (
                inlet.id.clone(),
                Arc::new(OpenInlet::new(inlet.clone(), door, secrets)),
            )
        };
        Self(definitions.inlets.iter().map(open).collect())
    }

    pub(super) fn get(&self, id: &InletId) -> Option<Arc<OpenInlet>> {
        self.0.get(id).cloned()
    }

    pub(super) fn all(&self) -> impl Iterator<Item = &OpenInlet> {
        self.0.values().map(AsRef::as_ref)
    }
}

/// Where the messages of a dataset come in.
fn door(
    definitions: &Definitions,
    schemas: &Result<Schemas, Vec<SchemasError>>,
    id: &DatasetId,
) -> Result<Door, String> {
    let dataset = definitions.datasets.iter().find(|dataset| dataset.id == *id);
    let Some(schema) = dataset.and_then(|dataset| dataset.schema.as_ref()) else {
        return Ok(Door::untyped(id.clone()));
    };
    let schemas = schemas.as_ref().map_err(|errors| {
        let sentences: Vec<String> = errors.iter().map(ToString::to_string).collect();
        sentences.join("; ")
    })?;
    let schema = schemas
        .get(schema)
        .ok_or_else(|| format!("there is no schema `{schema}`"))?;
    Ok(Door::typed(id.clone(), Arc::clone(schema)))
}

#[cfg(test)]
mod tests;
