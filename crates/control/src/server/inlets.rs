//! Who may post to which inlet.

use crate::secrets::Secrets;
use model::{Definitions, Inlet, InletId, Secret};
use std::collections::BTreeMap;
use std::sync::Arc;

/// An inlet with its token at hand.
#[derive(Debug)]
pub struct OpenInlet {
    /// As defined.
    pub inlet: Inlet,
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
}

impl OpenInlet {
    pub(super) fn new(inlet: Inlet, secrets: &Secrets) -> Self {
        let token = inlet
            .token
            .as_deref()
            .map(|reference| secrets.resolve(reference))
            .transpose();
        Self {
            inlet,
            token: token.map_err(|error| error.to_string()),
        }
    }

    /// Whether whoever presents this bearer token may post. Takes the same time whatever the token.
    pub fn admit(&self, presented: Option<&str>) -> Result<(), Denied> {
        match (&self.token, presented) {
            (Ok(None), _) => Ok(()),
            (Ok(Some(token)), Some(presented)) if token.matches(presented) => Ok(()),
            (Ok(Some(_)), Some(_)) => Err(Denied::Wrong),
            (Ok(Some(_)), None) => Err(Denied::Missing),
            (Err(why), _) => Err(Denied::Unusable(why.clone())),
        }
    }

    /// Why nobody is let in, if that is so.
    pub fn problem(&self) -> Option<&str> {
        self.token.as_ref().err().map(String::as_str)
    }
}

/// All inlets in force.
#[derive(Debug, Default)]
pub(super) struct Inlets(BTreeMap<InletId, Arc<OpenInlet>>);

impl Inlets {
    /// Looks every token up, as it is now.
    pub(super) fn open(definitions: &Definitions, secrets: &Secrets) -> Self {
        let open = |inlet: &Inlet| (inlet.id.clone(), Arc::new(OpenInlet::new(inlet.clone(), secrets)));
        Self(definitions.inlets.iter().map(open).collect())
    }

    pub(super) fn get(&self, id: &InletId) -> Option<Arc<OpenInlet>> {
        self.0.get(id).cloned()
    }

    pub(super) fn all(&self) -> impl Iterator<Item = &OpenInlet> {
        self.0.values().map(AsRef::as_ref)
    }
}
