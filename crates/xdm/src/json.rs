//! JSON text, read in place: slices of the text that was sent, never rounded or re-encoded.
//!
//! One pass ([`scan`]) finds all values of a text; everything else only looks at what it found. `serde_json` says what is
//! wrong with a text that is no JSON.

mod expect;
mod fault;
pub(crate) mod plain;
mod scan;

use crate::{BadMessage, MAX_DEPTH, MAX_MESSAGE_BYTES, Number};
pub(crate) use fault::Fault;
use litemap::LiteMap;
use scan::{ESCAPED, LOOSE, Node, WIDE};
use serde::de::Error as _;
use serde_json::value::RawValue;
use std::borrow::Cow;
use std::ops::Range;

/// A well-formed text and its values.
#[derive(Debug)]
pub(crate) struct Document<'a> {
    text: &'a str,
    nodes: &'a [Node],
}

/// Room for the values of a text, which one text after another can use.
#[derive(Debug, Default)]
pub(crate) struct Nodes(Vec<Node>);

impl<'a> Document<'a> {
    /// A whole message, checked for size, encoding and grammar.
    pub(crate) fn message(bytes: &'a [u8], nodes: &'a mut Nodes) -> Result<Self, BadMessage> {
        if bytes.len() > MAX_MESSAGE_BYTES {
            return Err(BadMessage::TooLarge { bytes: bytes.len() });
        }
        let text = std::str::from_utf8(bytes).map_err(|e| BadMessage::NotUtf8 { at: e.valid_up_to() })?;
        Self::parse(text, nodes).map_err(|e| BadMessage::not_json(text, &e))
    }

    /// Text of any length, checked for grammar.
    pub(crate) fn parse(text: &'a str, Nodes(nodes): &'a mut Nodes) -> Result<Self, serde_json::Error> {
        match scan::scan(text, nodes) {
            Some(()) => Ok(Self { text, nodes }),
            None => Err(match serde_json::from_str::<&RawValue>(text) {
                Err(why) => why,
                Ok(_) => serde_json::Error::custom("it cannot be read"),
            }),
        }
    }

    /// The value that is the whole text.
    pub(crate) fn root(&'a self) -> Json<'a> {
        Json { of: self, at: 0 }
    }
}

/// One value of a text.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Json<'a> {
    of: &'a Document<'a>,
    at: u32,
}

/// The members of an object in byte order of their keys; of a repeated key the last counts.
pub(crate) type Members<'a> = LiteMap<Cow<'a, str>, Json<'a>>;

impl<'a> Json<'a> {
    fn node(self) -> &'a Node {
        &self.of.nodes[self.at as usize]
    }

    /// The text as sent, without whitespace around it.
    pub(crate) fn text(self) -> &'a str {
        &self.of.text[self.range()]
    }

    /// Where in the whole text it stands.
    pub(crate) fn range(self) -> Range<usize> {
        let node = self.node();
        node.start as usize..node.end as usize
    }

    /// The text of which it is a value.
    pub(crate) fn whole(self) -> &'a str {
        self.of.text
    }

    /// The first byte, which tells what kind of value it is.
    pub(crate) fn first(self) -> u8 {
        self.of.text.as_bytes()[self.node().start as usize]
    }

    /// What kind of value it is, with its article.
    fn kind(self) -> &'static str {
        match self.first() {
            b'{' => "an object",
            b'[' => "an array",
            b'"' => "a text",
            b't' | b'f' => "a boolean",
            b'n' => "null",
            _ => "a number",
        }
    }

    pub(crate) fn is_null(self) -> bool {
        self.first() == b'n'
    }

    /// The members of an object; `None` if it is something else.
    pub(crate) fn members(self) -> Result<Option<Members<'a>>, Fault> {
        if self.first() != b'{' {
            return Ok(None);
        }
        let mut members = Vec::with_capacity(self.count());
        for (key, value) in self.entries()? {
            members.push((key.unquoted()?, value.bounded()?));
        }
        Ok(Some(sorted(members)))
    }

    /// The last member of each of these names in an object; `None` if it is something else. What [`Json::members`] finds
    /// fault with, it does too.
    pub(crate) fn pick<const N: usize>(self, names: [&str; N]) -> Result<Option<[Option<Self>; N]>, Fault> {
        if self.first() != b'{' {
            return Ok(None);
        }
        let mut found = [None; N];
        for (key, value) in self.entries()? {
            let (key, value) = (key.unquoted()?, value.bounded()?);
            if let Some(at) = names.iter().position(|name| *name == key) {
                found[at] = Some(value);
            }
        }
        Ok(Some(found))
    }

    /// The items of an array; `None` if it is something else.
    pub(crate) fn items(self) -> Result<Option<impl Iterator<Item = Self>>, Fault> {
        if self.first() != b'[' {
            return Ok(None);
        }
        // No item reaches deeper than all of them together.
        self.bounded()?.below().map(Some)
    }

    /// The text of a string, its escapes resolved; `None` if it is something else.
    pub(crate) fn string(self) -> Result<Option<Cow<'a, str>>, Fault> {
        (self.first() == b'"').then(|| self.unquoted()).transpose()
    }

    /// The text that a string or key stands for.
    pub(crate) fn unquoted(self) -> Result<Cow<'a, str>, Fault> {
        let text = self.text();
        if self.node().marks & ESCAPED == 0 {
            return Ok(Cow::Borrowed(&text[1..text.len() - 1]));
        }
        unquote(text)
    }

    /// A string, number or word, as sent.
    pub(crate) fn scalar(self) -> Result<&'a str, Fault> {
        let text = self.text();
        match self.node().marks {
            ESCAPED => unquote(text).map(|_| text),
            WIDE if Number::parse(text).is_none() => Err(Fault::Number(text.to_owned())),
            _ => Ok(text),
        }
    }

    /// The keys and values of an object as sent, repeated keys too.
    pub(crate) fn entries(self) -> Result<impl Iterator<Item = (Self, Self)>, Fault> {
        let mut below = self.below()?;
        Ok(std::iter::from_fn(move || below.next().zip(below.next())))
    }

    /// What is directly in an object or array, as sent: items, or keys and values in turn.
    pub(crate) fn below(self) -> Result<impl Iterator<Item = Self>, Fault> {
        let Node { next: end, depth, .. } = *self.node();
        if usize::from(depth) >= MAX_DEPTH {
            return Err(Fault::TooDeep);
        }
        let mut at = self.at + 1;
        Ok(std::iter::from_fn(move || {
            let found = (at < end).then_some(Self { at, ..self })?;
            at = found.node().next;
            Some(found)
        }))
    }

    /// The value behind a key.
    pub(crate) fn value_of_key(self) -> Self {
        Self {
            at: self.at + 1,
            ..self
        }
    }

    /// How many values it is: itself and, one by one, all that is in it, keys too.
    pub(crate) fn size(self) -> usize {
        (self.node().next - self.at) as usize
    }

    /// How many members or items it has as sent; 0 if it has none to look at.
    pub(crate) fn count(self) -> usize {
        let below = self.below().map_or(0, Iterator::count);
        if self.first() == b'{' { below / 2 } else { below }
    }

    /// The value, if nothing in it is nested too deep.
    fn bounded(self) -> Result<Self, Fault> {
        let Node { depth, height, .. } = *self.node();
        if usize::from(depth) + usize::from(height) > MAX_DEPTH {
            return Err(Fault::TooDeep);
        }
        Ok(self)
    }

    /// Whether nothing in it can be at fault, or needs more than a copy to be compact.
    pub(crate) fn is_plain(self) -> bool {
        self.node().marks == 0 && self.bounded().is_ok()
    }

    /// Finds fault with what is in it, in the order in which it was sent.
    pub(crate) fn check(self) -> Result<(), Fault> {
        if self.node().marks & !LOOSE == 0 && self.bounded().is_ok() {
            return Ok(());
        }
        match self.first() {
            b'{' => {
                for (key, value) in self.entries()? {
                    key.name()?;
                    value.check()?;
                }
            }
            b'[' => {
                for item in self.below()? {
                    item.check()?;
                }
            }
            _ => drop(self.scalar()?),
        }
        Ok(())
    }

    /// The text of a key that a path can name.
    pub(crate) fn name(self) -> Result<Cow<'a, str>, Fault> {
        match self.unquoted()? {
            empty if empty.is_empty() => Err(Fault::EmptyKey),
            key => Ok(key),
        }
    }

    /// Appends the value without whitespace outside strings, all else as sent.
    pub(crate) fn compact(self, out: &mut String) -> Result<(), Fault> {
        if self.is_plain() {
            out.push_str(self.text());
            return Ok(());
        }
        match self.first() {
            b'{' => {
                out.push('{');
                for (place, (key, value)) in self.entries()?.enumerate() {
                    if place > 0 {
                        out.push(',');
                    }
                    key.name()?;
                    out.push_str(key.text());
                    out.push(':');
                    value.compact(out)?;
                }
                out.push('}');
            }
            b'[' => {
                out.push('[');
                for (place, item) in self.below()?.enumerate() {
                    if place > 0 {
                        out.push(',');
                    }
                    item.compact(out)?;
                }
                out.push(']');
            }
            _ => out.push_str(self.scalar()?),
        }
        Ok(())
    }
}

/// A map of members that may come in any order; of a repeated key the last counts.
pub(crate) fn sorted<K: Ord, V>(mut members: Vec<(K, V)>) -> LiteMap<K, V> {
    if !members.is_sorted_by(|(a, _), (b, _)| a < b) {
        // Last first, so that of a repeated key the last one sent stays.
        members.reverse();
        members.sort_by(|(a, _), (b, _)| a.cmp(b));
        members.dedup_by(|(earlier, _), (kept, _)| earlier == kept);
    }
    LiteMap::from_sorted_store_unchecked(members)
}

/// The text that a string token stands for.
pub(crate) fn unquote(token: &str) -> Result<Cow<'_, str>, Fault> {
    if token.contains('\\') {
        let resolved = serde_json::from_str(token).map_err(|_| Fault::Escape(token.to_owned()))?;
        return Ok(Cow::Owned(resolved));
    }
    let inner = token.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
    Ok(Cow::Borrowed(inner.unwrap_or(token)))
}

#[cfg(test)]
mod tests;
