//! Kinds of destination, and the list of them.

use crate::{Destination, SettingsError, Site};
use model::DestinationId;
use serde_json::Value;
use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

/// One kind of destination: reads settings and opens destinations.
pub trait Kind: Send + Sync {
    /// Its name in definitions and metrics: lower case, `file`.
    fn name(&self) -> &'static str;

    /// Settings that a person could copy; they pass [`Kind::check`].
    fn example(&self) -> Value;

    /// The settings with every default written out, or all their mistakes.
    fn complete(&self, settings: &Value) -> Result<Value, Vec<SettingsError>>;

    /// All mistakes in `settings`; needs neither network nor disk.
    fn check(&self, settings: &Value) -> Vec<SettingsError> {
        self.complete(settings).err().unwrap_or_default()
    }

    /// Opens a destination, or says all that is wrong with its settings; the dispatcher has asked [`Site::forbidden`]
    /// before. It connects with the first call, so that an outside stream that is away is an endpoint verdict and never a
    /// reason not to start.
    fn open(
        &self,
        id: &DestinationId,
        settings: &Value,
        site: &Site,
    ) -> Result<Arc<dyn Destination>, Vec<SettingsError>>;
}

/// All kinds, by name.
#[derive(Clone, Default)]
pub struct Registry(BTreeMap<&'static str, Arc<dyn Kind>>);

impl Registry {
    /// The registry of these kinds; of two with one name the later.
    pub fn new(kinds: Vec<Arc<dyn Kind>>) -> Self {
        Self(kinds.into_iter().map(|kind| (kind.name(), kind)).collect())
    }

    /// The kind called `name`.
    pub fn get(&self, name: &str) -> Option<&dyn Kind> {
        self.0.get(name).map(AsRef::as_ref)
    }

    /// All kinds in order of name.
    pub fn kinds(&self) -> impl Iterator<Item = &dyn Kind> {
        self.0.values().map(AsRef::as_ref)
    }

    /// All names, ascending.
    pub fn names(&self) -> Vec<&'static str> {
        self.0.keys().copied().collect()
    }
}

impl fmt::Debug for Registry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Registry").field(&self.names()).finish()
    }
}
