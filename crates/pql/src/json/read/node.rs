//! The members of a node: asked for by name; what was not asked for is refused.

use super::Reader;
use crate::json::tree::{Data, Json, Name};
use crate::syntax::{Key, Node};
use crate::{Diagnostic, Span};
use xdm::nearest;

pub(super) struct Members<'j> {
    json: &'j Json,
    all: &'j [(Name, Json)],
    asked: Vec<&'static str>,
    /// The type of the node.
    pub(super) kind: String,
}

impl<'j> Members<'j> {
    pub(super) fn of(json: &'j Json, all: &'j [(Name, Json)]) -> Self {
        let (asked, kind) = (Vec::new(), String::new());
        Self {
            json,
            all,
            asked,
            kind,
        }
    }

    /// Of the node.
    pub(super) fn span(&self) -> Span {
        self.json.span
    }

    /// Of a member's value; of the node, if there is no such member.
    pub(super) fn place(&self, name: &str) -> Span {
        let found = self.all.iter().find(|(known, _)| known.text == name);
        found.map_or(self.json.span, |(_, value)| value.span)
    }

    pub(super) fn get(&mut self, name: &'static str) -> Option<&'j Json> {
        self.asked.push(name);
        let found = self.all.iter().find(|(known, _)| known.text == name);
        found.map(|(_, value)| value)
    }

    /// A member that must be there.
    pub(super) fn value(&mut self, name: &'static str, reader: &mut Reader) -> Option<&'j Json> {
        let found = self.get(name);
        if found.is_none() {
            let message = match self.kind.as_str() {
                "" => format!("This object has no `{name}`, so it is no node."),
                kind => format!("A node `{kind}` needs `{name}`."),
            };
            return reader.fail(self.json, message);
        }
        found
    }

    pub(super) fn node(&mut self, name: &'static str, reader: &mut Reader) -> Option<Node> {
        let json = self.value(name, reader)?;
        Some(reader.node(json))
    }

    pub(super) fn optional_node(&mut self, name: &'static str, reader: &mut Reader) -> Option<Node> {
        self.get(name).map(|json| reader.node(json))
    }

    pub(super) fn text(&mut self, name: &'static str, reader: &mut Reader) -> Option<Key> {
        let json = self.value(name, reader)?;
        self.expect_text(name, json, reader)
    }

    pub(super) fn optional_text(&mut self, name: &'static str, reader: &mut Reader) -> Option<Key> {
        let json = self.get(name)?;
        self.expect_text(name, json, reader)
    }

    fn expect_text(&self, name: &str, json: &Json, reader: &mut Reader) -> Option<Key> {
        let Data::Text(text) = &json.data else {
            return self.unfit(name, "a text", json, reader);
        };
        let (span, text) = (json.span, text.clone());
        Some(Key { span, text })
    }

    pub(super) fn list(&mut self, name: &'static str, reader: &mut Reader) -> Option<&'j [Json]> {
        let json = self.value(name, reader)?;
        match &json.data {
            Data::List(items) => Some(items),
            _ => self.unfit(name, "a list", json, reader),
        }
    }

    /// A list that is empty if it is not there; `None` if it is none, which was reported.
    pub(super) fn optional_list(&mut self, name: &'static str, reader: &mut Reader) -> Option<&'j [Json]> {
        match self.get(name) {
            None => Some(&[]),
            Some(Json {
                data: Data::List(items),
                ..
            }) => Some(items),
            Some(json) => self.unfit(name, "a list", json, reader),
        }
    }

    /// A whole number, not negative, of at most 64 bits.
    pub(super) fn whole(&mut self, name: &'static str, reader: &mut Reader) -> Option<(Span, u64)> {
        let json = self.value(name, reader)?;
        let Data::Number(number) = &json.data else {
            return self.unfit(name, "a whole number", json, reader);
        };
        if let Ok(whole) = number.parse() {
            return Some((json.span, whole));
        }
        let message = if number.bytes().all(|b| b.is_ascii_digit()) {
            "This number is beyond 64 bits."
        } else if number.starts_with('-') {
            "A number of this kind cannot be negative."
        } else {
            "A whole number is written here, in digits alone."
        };
        reader.fail(json, message)
    }

    /// A word, one of some.
    pub(super) fn one_of<T>(
        &mut self,
        name: &'static str,
        known: impl Fn(&str) -> Option<T>,
        words: &[&str],
        reader: &mut Reader,
    ) -> Option<T> {
        let key = self.text(name, reader)?;
        let found = known(&key.text);
        if found.is_none() {
            let quoted: Vec<_> = words.iter().map(|word| format!("`{word}`")).collect();
            let message = format!(
                "`{name}` is one of {}, and not `{}`.",
                quoted.join(", "),
                key.text
            );
            let diagnostic = Diagnostic::error(key.span, message);
            let letters = key.text.starts_with(char::is_alphabetic);
            reader.report(match nearest(&key.text, words.iter().copied()) {
                Some(near) if letters => diagnostic.fix(format!("\"{near}\"")),
                _ => diagnostic,
            });
        }
        found
    }

    fn unfit<T>(&self, name: &str, wanted: &str, json: &Json, reader: &mut Reader) -> Option<T> {
        let of = match self.kind.as_str() {
            "" => String::new(),
            kind => format!(" of a node `{kind}`"),
        };
        let message = format!("`{name}`{of} is {wanted}, and this is {}.", json.described());
        reader.fail(json, message)
    }

    /// Refuses what was not asked for.
    pub(super) fn finish(self, reader: &mut Reader) {
        let has = |name: &str| self.all.iter().any(|(known, _)| known.text == name);
        let strange = |name: &Name| name.text != "nodeType" && !self.asked.contains(&name.text.as_str());
        let left: Vec<&str> = self.asked.iter().copied().filter(|asked| !has(asked)).collect();
        for (name, _) in self.all.iter().filter(|(name, _)| strange(name)) {
            let message = format!("A node `{}` has no member `{}`.", self.kind, name.text);
            let diagnostic = Diagnostic::error(name.span, message);
            reader.report(match nearest(&name.text, left.iter().copied()) {
                Some(near) => diagnostic.fix(format!("\"{near}\"")),
                None => diagnostic,
            });
        }
    }
}
