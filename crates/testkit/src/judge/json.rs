//! JSON that remembers its spelling.

use model::Path;
use serde_json::value::RawValue;
use std::collections::BTreeMap;

/// A JSON value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Json {
    /// As written, without the white space between tokens.
    pub(super) raw: String,
    pub(super) kind: Kind,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Null,
    Bool(bool),
    /// Its meaning is up to the reader.
    Number,
    /// What the text means.
    Text(String),
    List(Vec<Json>),
    Object(BTreeMap<String, Json>),
}

impl Json {
    /// Reads a whole text; `None` if it is not JSON.
    pub(super) fn read(text: &str) -> Option<Self> {
        serde_json::from_str(text).ok().and_then(Self::of)
    }

    fn of(raw: &RawValue) -> Option<Self> {
        let text = raw.get();
        let kind = match text.as_bytes().first()? {
            b'n' => Kind::Null,
            b't' => Kind::Bool(true),
            b'f' => Kind::Bool(false),
            b'"' => Kind::Text(serde_json::from_str(text).ok()?),
            b'[' => {
                let items: Vec<&RawValue> = serde_json::from_str(text).ok()?;
                Kind::List(items.into_iter().map(Self::of).collect::<Option<_>>()?)
            }
            b'{' => {
                let members: BTreeMap<String, &RawValue> = serde_json::from_str(text).ok()?;
                let read = |(key, value)| Some((key, Self::of(value)?));
                Kind::Object(members.into_iter().map(read).collect::<Option<_>>()?)
            }
            _ => Kind::Number,
        };
        Some(Self {
            raw: squeeze(text),
            kind,
        })
    }

    /// The member of this name, if this is an object that has it.
    pub(super) fn member(&self, key: &str) -> Option<&Self> {
        match &self.kind {
            Kind::Object(members) => members.get(key),
            _ => None,
        }
    }

    /// The value below this one at `path`.
    pub(super) fn at(&self, path: &Path) -> Option<&Self> {
        path.keys().try_fold(self, |value, key| value.member(&key))
    }

    /// The meaning of a text.
    pub(super) fn text(&self) -> Option<&str> {
        match &self.kind {
            Kind::Text(meaning) => Some(meaning),
            _ => None,
        }
    }
}

/// JSON text without the white space outside its strings.
fn squeeze(text: &str) -> String {
    let mut inside = false;
    let mut escaped = false;
    let keep = |c: &char| {
        let kept = inside || !c.is_ascii_whitespace();
        inside ^= *c == '"' && !escaped;
        escaped = *c == '\\' && !escaped;
        kept
    };
    text.chars().filter(keep).collect()
}
