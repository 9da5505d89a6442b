//! A kind of destination for tests: it has the settings of a folder, and opens nothing.

use dispatcher::{Destination, Fields, Kind, Registry, SettingsError, Site};
use model::DestinationId;
use serde_json::{Value, json};
use std::sync::Arc;

/// A registry with the kind `file`.
pub(crate) fn kinds() -> Registry {
    Registry::new(vec![Arc::new(Folder)])
}

struct Folder;

impl Kind for Folder {
    fn name(&self) -> &'static str {
        "file"
    }

    fn example(&self) -> Value {
        json!({"folder": "loyalty"})
    }

    fn complete(&self, settings: &Value) -> Result<Value, Vec<SettingsError>> {
        let mut fields = Fields::new(settings);
        let folder = fields.text("folder");
        let mistakes = fields.finish();
        if mistakes.is_empty() {
            Ok(json!({"folder": folder}))
        } else {
            Err(mistakes)
        }
    }

    fn open(&self, _: &DestinationId, _: &Value, _: &Site) -> Result<Arc<dyn Destination>, SettingsError> {
        Err(SettingsError {
            key: None,
            message: "it opens nothing".to_owned(),
        })
    }
}
