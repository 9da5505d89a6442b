//! Where a predicate looks.

use std::fmt;

/// The keys from where a predicate begins to the value it looks at, as in `person.name.firstName`.
///
/// A list, other than [`model::Path`]: the way may lead through lists and maps, and is walked key by key.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
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
}

impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.join("."))
    }
}
