//! Kinds of destination for tests: they have settings, and open nothing.

use dispatcher::{Destination, Fields, Kind, Registry, SettingsError, Site};
use model::DestinationId;
use serde_json::{Value, json};
use std::sync::Arc;

/// A registry with the kind `file`.
pub(crate) fn kinds() -> Registry {
    Registry::new(vec![Arc::new(Folder)])
}

/// A registry with the kind `stream`, which has a secret and may find its credentials by itself.
pub(crate) fn streams() -> Registry {
    Registry::new(vec![Arc::new(Stream)])
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
        fields.finish(json!({"folder": folder}))
    }

    fn open(
        &self,
        _: &DestinationId,
        _: &Value,
        _: &Site,
    ) -> Result<Arc<dyn Destination>, Vec<SettingsError>> {
        Err(nothing())
    }
}

struct Stream;

impl Kind for Stream {
    fn name(&self) -> &'static str {
        "stream"
    }

    fn example(&self) -> Value {
        json!({"signingKey": "env:WEIR_SECRET_STREAM"})
    }

    fn complete(&self, settings: &Value) -> Result<Value, Vec<SettingsError>> {
        let mut fields = Fields::new(settings);
        fields.optional_secret("signingKey");
        fields.optional("credentials");
        fields.finish(settings.clone())
    }

    fn open(
        &self,
        _: &DestinationId,
        _: &Value,
        _: &Site,
    ) -> Result<Arc<dyn Destination>, Vec<SettingsError>> {
        Err(nothing())
    }
}

fn nothing() -> Vec<SettingsError> {
    vec![SettingsError {
        key: None,
        message: "it opens nothing".to_owned(),
    }]
}
