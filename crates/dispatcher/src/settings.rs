//! Reads the settings of a destination and gathers every mistake in them.

use serde_json::Value;
use std::ops::RangeInclusive;

/// What is said of a secret that stands in the settings itself.
pub const INLINE_SECRET: &str =
    "holds the secret itself; write `env:WEIR_SECRET_...` or `file:...`, where the server finds it";

/// One mistake in the settings of a destination.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}{message}", place(key.as_deref()))]
pub struct SettingsError {
    /// The key it is about; `None` if it is about the settings as a whole.
    pub key: Option<String>,
    /// What is wrong and what would be right. It repeats no value of a key that is not known or that holds a
    /// secret.
    pub message: String,
}

fn place(key: Option<&str>) -> String {
    key.map(|key| format!("`{key}`: ")).unwrap_or_default()
}

impl SettingsError {
    /// A mistake at `key`.
    pub fn at(key: &str, message: impl Into<String>) -> Self {
        Self {
            key: Some(key.to_owned()),
            message: message.into(),
        }
    }
}

/// Takes settings apart key by key: ask for each key once, then [`Fields::finish`].
#[derive(Debug)]
pub struct Fields<'a> {
    settings: &'a Value,
    known: Vec<&'static str>,
    errors: Vec<SettingsError>,
}

impl<'a> Fields<'a> {
    /// Begins to read. Settings that are not an object are a mistake of their own.
    pub fn new(settings: &'a Value) -> Self {
        let errors = if settings.is_object() {
            Vec::new()
        } else {
            vec![SettingsError {
                key: None,
                message: format!("settings are an object, not {}", kind_of(settings)),
            }]
        };
        Self {
            settings,
            known: Vec::new(),
            errors,
        }
    }

    /// The text at `key`, which must be there and not empty; an empty text after a mistake.
    pub fn text(&mut self, key: &'static str) -> &'a str {
        let found = self.get(key);
        let problem = match found {
            Some(Value::String(text)) if !text.is_empty() => return text,
            Some(Value::String(_)) => "must not be empty".to_owned(),
            Some(other) => format!("must be a text, not {}", kind_of(other)),
            None => "is missing".to_owned(),
        };
        if self.settings.is_object() {
            self.mistake(key, problem);
        }
        ""
    }

    /// The text at `key`, or `None` if the key is not there; an empty text after a mistake.
    pub fn optional(&mut self, key: &'static str) -> Option<&'a str> {
        if self.settings.get(key).is_some() {
            return Some(self.text(key));
        }
        self.known.push(key);
        None
    }

    /// The reference to a secret at `key`, like [`Fields::text`]; the secret itself is a mistake.
    pub fn secret(&mut self, key: &'static str) -> &'a str {
        let text = self.text(key);
        if !text.is_empty() && !text.starts_with("env:") && !text.starts_with("file:") {
            self.mistake(key, INLINE_SECRET);
        }
        text
    }

    /// The same where the key may be left out.
    pub fn optional_secret(&mut self, key: &'static str) -> Option<&'a str> {
        if self.settings.get(key).is_some() {
            return Some(self.secret(key));
        }
        self.known.push(key);
        None
    }

    /// The whole number at `key`, or `default` if the key is not there or its value is a mistake.
    pub fn whole(&mut self, key: &'static str, default: u64, range: RangeInclusive<u64>) -> u64 {
        let Some(found) = self.get(key) else {
            return default;
        };
        if let Some(number) = found.as_u64().filter(|number| range.contains(number)) {
            return number;
        }
        let (least, most) = range.into_inner();
        self.mistake(key, format!("must be a whole number from {least} to {most}"));
        default
    }

    /// These are keys of the kind, whatever stands there: what is wrong with them was said elsewhere.
    pub fn know(&mut self, keys: &[&'static str]) {
        self.known.extend(keys);
    }

    /// Notes a mistake that only the kind can see.
    pub fn mistake(&mut self, key: &str, message: impl Into<String>) {
        self.errors.push(SettingsError::at(key, message));
    }

    /// What was `read`, or all mistakes, keys that nobody asked for included.
    pub fn finish<T>(mut self, read: T) -> Result<T, Vec<SettingsError>> {
        let keys = self
            .settings
            .as_object()
            .into_iter()
            .flat_map(serde_json::Map::keys);
        for key in keys.filter(|key| !self.known.contains(&key.as_str())) {
            let known: Vec<String> = self.known.iter().map(|key| format!("`{key}`")).collect();
            let message = format!("is not a setting of this kind; it takes {}", known.join(", "));
            self.errors.push(SettingsError::at(key, message));
        }
        if self.errors.is_empty() {
            Ok(read)
        } else {
            Err(self.errors)
        }
    }

    fn get(&mut self, key: &'static str) -> Option<&'a Value> {
        self.known.push(key);
        self.settings.get(key)
    }
}

fn kind_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "true or false",
        Value::Number(_) => "a number",
        Value::String(_) => "a text",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}

#[cfg(test)]
mod tests;
