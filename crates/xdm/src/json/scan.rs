//! One pass over a text: whether it is JSON, and where its values are.

use super::plain;

/// A string, number, word, object or array; a key is one too.
///
/// The values of a text stand in the order in which they begin: behind an array its items, behind an object its keys and
/// members in turn, behind each of these what is in it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Node {
    /// Its first byte.
    pub(super) start: u32,
    /// Behind its last byte.
    pub(super) end: u32,
    /// The node behind the last one in it.
    pub(super) next: u32,
    /// How many objects and arrays are around it; all that is more than a byte holds is as much.
    pub(super) depth: u8,
    /// How many are nested in it, itself counted.
    pub(super) height: u8,
    /// What is to be looked at in it or in anything in it: a union of the constants below.
    pub(super) marks: u8,
}

/// An escape in a string.
pub(super) const ESCAPED: u8 = 1;
/// A number that may be beyond f64: nothing short and without an exponent is.
pub(super) const WIDE: u8 = 2;
/// A member whose key is empty.
pub(super) const UNNAMED: u8 = 4;
/// Whitespace.
pub(super) const LOOSE: u8 = 8;

/// No object or array: around the value that is the whole text.
const NONE: u32 = u32::MAX;

/// Fills `nodes` with those of a text of which nothing else is known; `None` if it is no JSON.
///
/// It says what `serde_json` says (which is asked why).
pub(super) fn scan(text: &str, nodes: &mut Vec<Node>) -> Option<()> {
    u32::try_from(text.len()).ok().filter(|length| *length < NONE)?;
    nodes.clear();
    // A key or value and what parts it from the next are some ten bytes.
    nodes.reserve(text.len() / 6 + 1);
    let mut scanner = Scanner {
        bytes: text.as_bytes(),
        at: 0,
        nodes,
        open: NONE,
        depth: 0,
    };
    scanner.document()
}

struct Scanner<'a> {
    bytes: &'a [u8],
    at: usize,
    nodes: &'a mut Vec<Node>,
    /// The innermost object or array whose end was not seen yet. The `next` of such a one is the one around it.
    open: u32,
    depth: u8,
}

impl Scanner<'_> {
    fn document(&mut self) -> Option<()> {
        self.blank();
        loop {
            match self.peek()? {
                bracket @ (b'{' | b'[') => {
                    self.enter();
                    self.blank();
                    // The brackets of a pair are two apart in ASCII.
                    if self.peek()? != bracket + 2 {
                        if bracket == b'{' {
                            self.key()?;
                        }
                        continue;
                    }
                }
                b'"' => self.string()?,
                b't' => self.word(b"true")?,
                b'f' => self.word(b"false")?,
                b'n' => self.word(b"null")?,
                _ => self.number()?,
            }
            if self.leave()? {
                return Some(());
            }
        }
    }

    /// Steps from behind a value to the next one; whether the text ends instead.
    fn leave(&mut self) -> Option<bool> {
        loop {
            self.blank();
            if self.open == NONE {
                return (self.at == self.bytes.len()).then_some(true);
            }
            let open = &mut self.nodes[self.open as usize];
            let bracket = self.bytes[open.start as usize];
            match *self.bytes.get(self.at)? {
                b',' => {
                    self.at += 1;
                    self.blank();
                    if bracket == b'{' {
                        self.key()?;
                    }
                    return Some(false);
                }
                closing if closing == bracket + 2 => {
                    self.at += 1;
                    self.exit();
                }
                _ => return None,
            }
        }
    }

    fn enter(&mut self) {
        let node = Node {
            start: self.at as u32,
            end: 0,
            next: self.open,
            depth: self.depth,
            height: 1,
            marks: 0,
        };
        self.open = self.nodes.len() as u32;
        self.nodes.push(node);
        self.depth = self.depth.saturating_add(1);
        self.at += 1;
    }

    fn exit(&mut self) {
        let nodes = self.nodes.len() as u32;
        let node = &mut self.nodes[self.open as usize];
        node.end = self.at as u32;
        self.open = std::mem::replace(&mut node.next, nodes);
        self.depth = node.depth;
        let Node { height, marks, .. } = *node;
        if let Some(around) = self.nodes.get_mut(self.open as usize) {
            around.height = around.height.max(height.saturating_add(1));
            around.marks |= marks;
        }
    }

    /// A key and the colon behind it.
    fn key(&mut self) -> Option<()> {
        if self.peek()? != b'"' {
            return None;
        }
        let start = self.at;
        self.string()?;
        if self.at == start + 2 {
            self.mark(UNNAMED);
        }
        self.blank();
        if self.peek()? != b':' {
            return None;
        }
        self.at += 1;
        self.blank();
        Some(())
    }

    fn string(&mut self) -> Option<()> {
        let start = self.at;
        let mut marks = 0;
        self.at += 1;
        loop {
            self.at = plain::end(self.bytes, self.at);
            match self.peek()? {
                b'"' => break,
                b'\\' => {
                    marks = ESCAPED;
                    self.escape()?;
                }
                _ => return None,
            }
        }
        self.at += 1;
        self.scalar(start, marks);
        Some(())
    }

    fn escape(&mut self) -> Option<()> {
        let rest = &self.bytes[self.at + 1..];
        self.at += match rest.first()? {
            b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't' => 2,
            b'u' if rest.get(1..5)?.iter().all(u8::is_ascii_hexdigit) => 6,
            _ => return None,
        };
        Some(())
    }

    fn word(&mut self, word: &[u8]) -> Option<()> {
        let start = self.at;
        self.at = plain::word(self.bytes, start, word)?;
        self.scalar(start, 0);
        Some(())
    }

    fn number(&mut self) -> Option<()> {
        let start = self.at;
        let mut marks = 0;
        self.at = plain::decimal(self.bytes, start)?;
        if let Some(b'e' | b'E') = self.peek() {
            marks = WIDE;
            self.at += 1;
            self.at += usize::from(matches!(self.peek()?, b'+' | b'-'));
            self.at = plain::digits(self.bytes, self.at)?;
        }
        if self.at - start > plain::LONG {
            marks = WIDE;
        }
        self.scalar(start, marks);
        Some(())
    }

    fn scalar(&mut self, start: usize, marks: u8) {
        self.nodes.push(Node {
            start: start as u32,
            end: self.at as u32,
            next: self.nodes.len() as u32 + 1,
            depth: self.depth,
            height: 0,
            marks,
        });
        if marks != 0 {
            self.mark(marks);
        }
    }

    /// Marks what is around.
    fn mark(&mut self, marks: u8) {
        if let Some(around) = self.nodes.get_mut(self.open as usize) {
            around.marks |= marks;
        }
    }

    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    /// Steps over whitespace.
    fn blank(&mut self) {
        let start = self.at;
        while let Some(b' ' | b'\n' | b'\r' | b'\t') = self.bytes.get(self.at) {
            self.at += 1;
        }
        if self.at > start {
            self.mark(LOOSE);
        }
    }
}
