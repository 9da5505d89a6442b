//! One pass over well-formed JSON text, token by token.

use crate::bad_message::excerpt;
use crate::{BadMessage, MAX_DEPTH, MAX_PATH_BYTES, MAX_WRITES, Number};
use std::borrow::Cow;

/// What grammar allows and Weir does not.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Fault {
    #[error("nested deeper than {MAX_DEPTH} levels")]
    TooDeep,
    #[error("half of a surrogate pair in {0}")]
    Escape(String),
    #[error("number out of range: {0}")]
    Number(String),
    #[error("an empty key")]
    EmptyKey,
    #[error("a path longer than {MAX_PATH_BYTES} bytes: {0}")]
    PathTooLong(String),
    #[error("more than {MAX_WRITES} writes")]
    TooManyWrites,
}

/// Steps through the tokens of one value. The text must be well formed: a reader does not look for mistakes.
#[derive(Clone, Debug)]
pub(crate) struct Reader<'a> {
    text: &'a str,
    at: usize,
    depth: usize,
}

impl<'a> Reader<'a> {
    pub(super) fn new(text: &'a str, depth: usize) -> Self {
        Self { text, at: 0, depth }
    }

    /// The first byte of the next token; 0 at the end.
    pub(crate) fn peek(&mut self) -> u8 {
        let bytes = self.text.as_bytes();
        while let Some(b' ' | b'\n' | b'\r' | b'\t') = bytes.get(self.at) {
            self.at += 1;
        }
        bytes.get(self.at).copied().unwrap_or(0)
    }

    /// Steps past the opening bracket that [`Reader::peek`] saw.
    pub(crate) fn enter(&mut self) -> Result<(), Fault> {
        self.at += 1;
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            Err(Fault::TooDeep)
        } else {
            Ok(())
        }
    }

    /// Whether a member or item follows; if not, steps past the closing bracket.
    pub(crate) fn more(&mut self) -> bool {
        if self.peek() == b',' {
            self.at += 1;
        }
        let more = !matches!(self.peek(), b'}' | b']' | 0);
        if !more {
            self.at += 1;
            self.depth -= 1;
        }
        more
    }

    /// The key of a member, its escapes resolved; the value follows.
    pub(crate) fn key(&mut self) -> Result<Cow<'a, str>, Fault> {
        self.peek();
        let token = self.token();
        self.peek();
        self.at += 1; // the colon
        unquote(token)
    }

    /// A string, its escapes resolved.
    pub(crate) fn string(&mut self) -> Result<Cow<'a, str>, Fault> {
        self.peek();
        unquote(self.token())
    }

    /// A string, number or word, as sent.
    pub(crate) fn scalar(&mut self) -> Result<&'a str, Fault> {
        let first = self.peek();
        let token = self.token();
        match first {
            b'"' if token.contains('\\') => unquote(token).map(|_| token),
            // Nothing short and without an exponent is beyond f64.
            b'-' | b'0'..=b'9' if token.contains(['e', 'E']) || token.len() > 300 => {
                match Number::parse(token) {
                    Some(_) => Ok(token),
                    None => Err(Fault::Number(token.to_owned())),
                }
            }
            _ => Ok(token),
        }
    }

    /// Any value, as sent, unread but for its depth.
    pub(crate) fn skip(&mut self) -> Result<&'a str, Fault> {
        let first = self.peek();
        let (start, around) = (self.at, self.depth);
        if !matches!(first, b'{' | b'[') {
            return Ok(self.token());
        }
        loop {
            match self.text.as_bytes().get(self.at) {
                Some(b'{' | b'[') => self.enter()?,
                Some(b'}' | b']') => {
                    self.at += 1;
                    self.depth -= 1;
                }
                Some(b'"') => drop(self.token()),
                _ => self.at += 1,
            }
            if self.depth == around || self.at >= self.text.len() {
                return Ok(&self.text[start..self.at]);
            }
        }
    }

    /// Appends the value without whitespace outside strings, all else as sent.
    pub(crate) fn compact(&mut self, out: &mut String) -> Result<(), Fault> {
        let opening = self.peek();
        if !matches!(opening, b'{' | b'[') {
            out.push_str(self.scalar()?);
            return Ok(());
        }
        out.push(char::from(opening));
        self.enter()?;
        let first = out.len();
        while self.more() {
            if out.len() > first {
                out.push(',');
            }
            if opening == b'{' {
                let start = self.at;
                if self.key()?.is_empty() {
                    return Err(Fault::EmptyKey);
                }
                let key = self.text[start..self.at - 1].trim_ascii_end();
                out.push_str(key);
                out.push(':');
            }
            self.compact(out)?;
        }
        out.push(if opening == b'{' { '}' } else { ']' });
        Ok(())
    }

    /// The string, number or word at the position.
    fn token(&mut self) -> &'a str {
        let (bytes, start) = (self.text.as_bytes(), self.at);
        let length = if bytes.get(start) == Some(&b'"') {
            string_length(&bytes[start..])
        } else {
            let end = |b: &u8| matches!(b, b',' | b'}' | b']' | b':' | b' ' | b'\n' | b'\r' | b'\t');
            bytes[start..].iter().position(end).unwrap_or(bytes.len() - start)
        };
        self.at += length;
        &self.text[start..self.at]
    }
}

/// The length of the string that starts with the quote at the front, both quotes counted.
fn string_length(bytes: &[u8]) -> usize {
    let mut at = 1;
    loop {
        match bytes.get(at) {
            Some(b'"') => return at + 1,
            Some(b'\\') => at += 2,
            Some(_) => at += 1,
            None => return bytes.len(),
        }
    }
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

impl From<Fault> for BadMessage {
    fn from(fault: Fault) -> Self {
        match fault {
            Fault::TooDeep => Self::TooDeep,
            Fault::Escape(token) => Self::Escape {
                text: excerpt(&token),
            },
            Fault::Number(number) => Self::NumberOutOfRange {
                number: excerpt(&number),
            },
            Fault::EmptyKey => Self::EmptyKey,
            Fault::PathTooLong(path) => Self::PathTooLong { path: excerpt(&path) },
            Fault::TooManyWrites => Self::TooManyWrites,
        }
    }
}
