//! Where in an entity a value stands.

use serde::{Deserialize, Serialize};
use std::fmt;

/// The object keys from the root of an entity to a value, as in `person.name.firstName`.
///
/// Order is the UTF-8 byte order of the keys, level by level.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Path(Vec<String>);

impl Path {
    /// The path made of these keys.
    pub fn new(keys: Vec<String>) -> Self {
        Self(keys)
    }

    /// The path that `text` writes with dots; `None` if a key is empty.
    pub fn parse(text: &str) -> Option<Self> {
        let keys: Vec<String> = text.split('.').map(str::to_owned).collect();
        keys.iter().all(|key| !key.is_empty()).then_some(Self(keys))
    }

    /// The keys, root first.
    pub fn keys(&self) -> &[String] {
        &self.0
    }

    /// The path one level below, at `key`.
    pub fn child(&self, key: &str) -> Self {
        let mut keys = Vec::with_capacity(self.0.len() + 1);
        keys.extend_from_slice(&self.0);
        keys.push(key.to_owned());
        Self(keys)
    }

    /// Whether `self` is `other` or lies above it.
    pub fn covers(&self, other: &Self) -> bool {
        other.0.starts_with(&self.0)
    }

    /// Whether one of the two is the other, or lies above it.
    pub fn touches(&self, other: &Self) -> bool {
        self.covers(other) || other.covers(self)
    }
}

impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.join("."))
    }
}
