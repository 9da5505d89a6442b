//! JSON text, read in place: slices of the text that was sent, never rounded or re-encoded.
//!
//! `serde_json` judges what is JSON; what is here only finds its way in text that passed, so that numbers and
//! strings can be handed on byte for byte.

mod expect;
mod reader;

use crate::{BadMessage, MAX_MESSAGE_BYTES};
pub(crate) use reader::{Fault, Reader, unquote};
use serde_json::value::RawValue;
use std::borrow::Cow;
use std::collections::BTreeMap;

/// One well-formed JSON value, as sent, without whitespace around it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Json<'a> {
    text: &'a str,
    /// How many objects and arrays of the message are around it.
    depth: usize,
}

/// The members of an object in byte order of their keys; of a repeated key the last counts.
pub(crate) type Members<'a> = BTreeMap<Cow<'a, str>, Json<'a>>;

impl<'a> Json<'a> {
    /// A whole message, checked for size, encoding and grammar.
    pub(crate) fn message(bytes: &'a [u8]) -> Result<Self, BadMessage> {
        if bytes.len() > MAX_MESSAGE_BYTES {
            return Err(BadMessage::TooLarge { bytes: bytes.len() });
        }
        let text = std::str::from_utf8(bytes).map_err(|e| BadMessage::NotUtf8 { at: e.valid_up_to() })?;
        Self::parse(text).map_err(|e| BadMessage::not_json(text, &e))
    }

    /// Text of any length, checked for grammar.
    pub(crate) fn parse(text: &'a str) -> Result<Self, serde_json::Error> {
        let raw: &RawValue = serde_json::from_str(text)?;
        Ok(Self {
            text: raw.get(),
            depth: 0,
        })
    }

    /// The text as sent.
    pub(crate) fn text(self) -> &'a str {
        self.text
    }

    /// A reader at the start of the value.
    pub(crate) fn reader(self) -> Reader<'a> {
        Reader::new(self.text, self.depth)
    }

    /// What kind of value it is, with its article.
    fn kind(self) -> &'static str {
        match self.text.as_bytes().first() {
            Some(b'{') => "an object",
            Some(b'[') => "an array",
            Some(b'"') => "a text",
            Some(b't' | b'f') => "a boolean",
            Some(b'n') => "null",
            _ => "a number",
        }
    }

    pub(crate) fn is_null(self) -> bool {
        self.text == "null"
    }

    /// The members of an object; `None` if it is something else.
    pub(crate) fn members(self) -> Result<Option<Members<'a>>, Fault> {
        let mut reader = self.reader();
        if reader.peek() != b'{' {
            return Ok(None);
        }
        reader.enter()?;
        let mut members = Members::new();
        while reader.more() {
            let key = reader.key()?;
            members.insert(key, self.below(&mut reader)?);
        }
        Ok(Some(members))
    }

    /// The items of an array; `None` if it is something else.
    pub(crate) fn items(self) -> Result<Option<Vec<Self>>, Fault> {
        let mut reader = self.reader();
        if reader.peek() != b'[' {
            return Ok(None);
        }
        reader.enter()?;
        let mut items = Vec::new();
        while reader.more() {
            items.push(self.below(&mut reader)?);
        }
        Ok(Some(items))
    }

    /// The text of a string, its escapes resolved; `None` if it is something else.
    pub(crate) fn string(self) -> Result<Option<Cow<'a, str>>, Fault> {
        let is_text = self.text.starts_with('"');
        is_text.then(|| reader::unquote(self.text)).transpose()
    }

    fn below(self, reader: &mut Reader<'a>) -> Result<Self, Fault> {
        let text = reader.skip()?;
        Ok(Self {
            text,
            depth: self.depth + 1,
        })
    }
}

#[cfg(test)]
mod tests;
