//! Takes a batch request apart into messages without parsing them, so that one message that is no JSON costs
//! none of the others.

use std::ops::Range;

/// Why the messages of a batch cannot be told apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Unreadable {
    /// Where reading stopped, in bytes from 0.
    pub(crate) at: usize,
    /// What should have been there.
    pub(crate) expected: &'static str,
}

/// The lines of NDJSON, without blank ones and without line ends.
pub(crate) fn lines(body: &[u8]) -> Vec<Range<usize>> {
    let mut lines = Vec::new();
    let mut start = 0;
    for line in body.split(|byte| *byte == b'\n') {
        let end = start + line.len();
        if !line.trim_ascii().is_empty() {
            lines.push(start..end - usize::from(line.ends_with(b"\r")));
        }
        start = end + 1;
    }
    lines
}

/// The items of `messages` in `{"messages": [..]}`, which has no other member.
pub(crate) fn messages(body: &[u8]) -> Result<Vec<Range<usize>>, Unreadable> {
    let mut scanner = Scanner { body, at: 0 };
    scanner.expect(b'{', "an object {\"messages\": [...]}")?;
    scanner.space();
    if !scanner.rest().starts_with(b"\"messages\"") {
        return Err(scanner.unreadable("\"messages\", the only member of a batch"));
    }
    scanner.at += b"\"messages\"".len();
    scanner.expect(b':', "a colon")?;
    scanner.expect(b'[', "an array of messages")?;
    let items = scanner.items()?;
    scanner.expect(b'}', "the end of the batch, which holds \"messages\" only")?;
    scanner.space();
    if scanner.at < body.len() {
        return Err(scanner.unreadable("nothing behind the batch"));
    }
    Ok(items)
}

struct Scanner<'a> {
    body: &'a [u8],
    at: usize,
}

impl<'a> Scanner<'a> {
    fn rest(&self) -> &'a [u8] {
        &self.body[self.at..]
    }

    fn space(&mut self) {
        self.at += self.rest().len() - self.rest().trim_ascii_start().len();
    }

    fn unreadable(&self, expected: &'static str) -> Unreadable {
        Unreadable {
            at: self.at,
            expected,
        }
    }

    fn expect(&mut self, byte: u8, expected: &'static str) -> Result<(), Unreadable> {
        self.space();
        if self.rest().first() != Some(&byte) {
            return Err(self.unreadable(expected));
        }
        self.at += 1;
        Ok(())
    }

    /// Behind the opening bracket: each item up to the comma or bracket that ends it, and that bracket.
    fn items(&mut self) -> Result<Vec<Range<usize>>, Unreadable> {
        let mut items = Vec::new();
        self.space();
        if self.rest().first() == Some(&b']') {
            self.at += 1;
            return Ok(items);
        }
        loop {
            self.space();
            let start = self.at;
            let end = self.item()?;
            let length = self.body[start..self.at].trim_ascii_end().len();
            items.push(start..start + length);
            self.at += 1;
            if end == b']' {
                return Ok(items);
            }
        }
    }

    /// Moves to the comma or bracket that ends an item: the first one outside of texts and brackets.
    fn item(&mut self) -> Result<u8, Unreadable> {
        let mut depth = 0_usize;
        while let Some(&byte) = self.rest().first() {
            match byte {
                b',' | b']' if depth == 0 => return Ok(byte),
                b'{' | b'[' => depth += 1,
                b'}' | b']' if depth > 0 => depth -= 1,
                b'}' => break,
                b'"' => {
                    self.text()?;
                    continue;
                }
                _ => {}
            }
            self.at += 1;
        }
        Err(self.unreadable("a comma or the end of the array of messages"))
    }

    /// Moves behind a text.
    fn text(&mut self) -> Result<(), Unreadable> {
        let start = self.at;
        self.at += 1;
        while let Some(&byte) = self.rest().first() {
            self.at += 1;
            match byte {
                b'"' => return Ok(()),
                b'\\' => self.at = (self.at + 1).min(self.body.len()),
                _ => {}
            }
        }
        self.at = start;
        Err(self.unreadable("the end of the text that begins here"))
    }
}

#[cfg(test)]
mod tests;
