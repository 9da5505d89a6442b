//! Secrets: named in definitions by reference only, kept in memory behind stars, compared in constant time.
//!
//! Definitions are written by people who are not the server's owner. So a reference reads only what the owner
//! put there for the purpose: environment variables called `WEIR_SECRET_...`, and files below `secrets_dir`.

mod folder;
mod reference;
#[cfg(test)]
mod tests;

pub use reference::{Reference, ReferenceError};
pub(crate) use reference::{check, inline, is_reference, is_secret_key};

use dispatcher::ResolveSecret;
use model::Secret;
use std::collections::BTreeMap;
use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;

/// Why a secret cannot be had. Never holds any of it.
#[derive(Debug, thiserror::Error)]
pub enum SecretError {
    /// It is no reference, or not to a place where secrets may be.
    #[error(transparent)]
    Reference(#[from] ReferenceError),
    /// The variable is not set, or empty.
    #[error("environment variable {0} is not set: start the server with it")]
    Unset(String),
    /// Files are refused without a folder for them.
    #[error("file:{0} cannot be read: the server has no secrets_dir, set it in its settings")]
    NoFolder(String),
    /// The file cannot be read.
    #[error("file:{path} cannot be read below secrets_dir: {source}")]
    Unreadable {
        /// Below `secrets_dir`.
        path: String,
        /// What the system said.
        source: std::io::Error,
    },
    /// It is not a text.
    #[error("{0} holds no UTF-8 text")]
    NotText(String),
    /// The file holds nothing.
    #[error("{0} is empty")]
    Empty(String),
}

/// Looks references up.
#[derive(Clone)]
pub struct Secrets {
    variables: BTreeMap<String, Secret>,
    folder: Option<PathBuf>,
}

impl Secrets {
    /// Looks secrets up for destinations, which may not see this crate.
    pub fn resolver(self) -> ResolveSecret {
        Arc::new(move |reference| self.resolve(reference).map_err(|error| error.to_string()))
    }

    /// What the process was started with, and the files below `folder`.
    pub fn of_process(folder: Option<PathBuf>) -> Self {
        let text = |os: std::ffi::OsString| os.into_string().ok();
        let variables = std::env::vars_os().filter_map(|(name, value)| Some((text(name)?, text(value)?)));
        Self::new(variables, folder)
    }

    /// Of `variables`, those that are secrets by their name; and the files below `folder`.
    pub fn new(variables: impl IntoIterator<Item = (String, String)>, folder: Option<PathBuf>) -> Self {
        let variables = variables
            .into_iter()
            .filter(|(name, _)| name.starts_with(reference::VARIABLE));
        Self {
            variables: variables
                .map(|(name, value)| (name, Secret::new(value)))
                .collect(),
            folder,
        }
    }

    /// The secret that `reference` names, as it is now.
    pub fn resolve(&self, reference: &str) -> Result<Secret, SecretError> {
        match Reference::parse(reference)? {
            Reference::Variable(name) => {
                let found = self
                    .variables
                    .get(&name)
                    .filter(|secret| !secret.expose().is_empty());
                found.cloned().ok_or(SecretError::Unset(name))
            }
            Reference::File(path) => match &self.folder {
                None => Err(SecretError::NoFolder(path)),
                Some(folder) => folder::read(folder, &path),
            },
        }
    }
}

/// The names, never the values.
impl fmt::Debug for Secrets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Secrets")
            .field("variables", &self.variables.keys().collect::<Vec<_>>())
            .field("folder", &self.folder)
            .finish()
    }
}
