//! The definitions in force, decoded once a publish.

use model::{Definitions, RulesVersion};
use std::sync::{Arc, Mutex, PoisonError};
use store::Store;

/// Keeps the definitions of the last version that somebody asked for.
pub(crate) struct Catalogue {
    store: Store,
    kept: Mutex<Option<Arc<Definitions>>>,
}

impl Catalogue {
    pub(crate) fn new(store: Store) -> Self {
        Self {
            store,
            kept: Mutex::new(None),
        }
    }

    /// The definitions at `version` or later: what is in force is durable before it is in force.
    pub(crate) fn at(&self, version: RulesVersion) -> Result<Arc<Definitions>, store::Error> {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(definitions) = kept.as_ref().filter(|kept| kept.version >= version) {
            return Ok(Arc::clone(definitions));
        }
        let definitions = Arc::new(self.store.definitions()?);
        *kept = Some(Arc::clone(&definitions));
        Ok(definitions)
    }
}
