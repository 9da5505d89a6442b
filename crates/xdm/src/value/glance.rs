//! A look at a few places of a value: what stands elsewhere is not made.

use super::Value;
use crate::json::{Document, Fault, Json, Nodes, plain};
use compact_str::CompactString;
use serde::de::Error as _;

/// The places of a value that somebody looks at.
#[derive(Debug, Default)]
pub struct Glance {
    /// All of it.
    is_all: bool,
    /// What is looked at below keys. They are few.
    below: Vec<(CompactString, Self)>,
}

impl Glance {
    /// A look at everything.
    pub fn all() -> &'static Self {
        static ALL: Glance = Glance {
            is_all: true,
            below: Vec::new(),
        };
        &ALL
    }

    /// Looks at what stands at `keys`, and at all that is below.
    pub fn at<K: AsRef<str>>(&mut self, keys: &[K]) {
        let Some((key, rest)) = keys.split_first() else {
            self.is_all = true;
            return;
        };
        let key = key.as_ref();
        let known = self.below.iter().position(|(known, _)| known == key);
        let at = known.unwrap_or_else(|| {
            self.below.push((key.into(), Self::default()));
            self.below.len() - 1
        });
        self.below[at].1.at(rest);
    }

    /// Parses JSON text as [`Value::parse`] does, but of objects makes only what is looked at. A list above such a place is
    /// made with all of its items.
    ///
    /// Whether what is not looked at is JSON, is not looked at either.
    pub fn parse(&self, json: &str) -> Result<Value, serde_json::Error> {
        if let Some((value, end)) = self.plain(json, 0)
            && end == json.len()
        {
            return Ok(value);
        }
        let mut nodes = Nodes::default();
        let document = Document::parse(json, &mut nodes)?;
        self.read(document.root()).map_err(serde_json::Error::custom)
    }

    /// The value that begins at a place and where it ends; `None` if it takes more than a glance.
    fn plain(&self, json: &str, start: usize) -> Option<(Value, usize)> {
        let text = json.as_bytes();
        if text.get(start) != Some(&b'{') || self.is_all {
            let end = plain::scalar(text, start)?;
            return Some((Value::scalar(&json[start..end])?, end));
        }
        let mut members = Vec::with_capacity(self.below.len());
        let mut at = start + 1;
        if text.get(at) == Some(&b'}') {
            return Some((Value::object(members), at + 1));
        }
        loop {
            let colon = plain::string(text, at)?;
            let key = &json[at + 1..colon - 1];
            if text.get(colon) != Some(&b':') {
                return None;
            }
            at = colon + 1;
            match self.below.iter().find(|(known, _)| known == key) {
                Some((known, below)) => {
                    let (value, end) = below.plain(json, at)?;
                    members.push((known.clone(), value));
                    at = end;
                }
                None => at = plain::value(text, at)?,
            }
            match text.get(at)? {
                b',' => at += 1,
                b'}' => return Some((Value::object(members), at + 1)),
                _ => return None,
            }
        }
    }

    fn read(&self, json: Json<'_>) -> Result<Value, Fault> {
        match json.first() {
            b'{' if !self.is_all => {
                let mut members = Vec::with_capacity(self.below.len());
                for (key, value) in json.entries()? {
                    let key = key.unquoted()?;
                    if let Some((known, below)) = self.below.iter().find(|(known, _)| *known == *key) {
                        members.push((known.clone(), below.read(value)?));
                    }
                }
                Ok(Value::object(members))
            }
            b'[' if !self.is_all => {
                let mut items = Vec::with_capacity(json.count());
                for item in json.below()? {
                    items.push(self.read(item)?);
                }
                Ok(Value::Array(items))
            }
            _ => Value::read(json),
        }
    }
}

#[cfg(test)]
mod tests;
