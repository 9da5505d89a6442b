//! A file of definitions as text, and where in it things stand.

use serde::Serialize;

/// A stretch of the file, in bytes: from `start` up to and not including `end`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Span {
    /// The first byte.
    pub start: usize,
    /// The byte after the last.
    pub end: usize,
}

impl Span {
    /// From `start` up to `end`.
    pub fn new(start: usize, end: usize) -> Self {
        Self { start, end }
    }
}

/// Line and column as people count them: from 1, columns in characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Position {
    /// The line.
    pub line: usize,
    /// The character in the line.
    pub column: usize,
}

/// The text of a file, with its name and where its lines begin.
#[derive(Clone, Debug)]
pub struct Source {
    name: String,
    text: String,
    lines: Vec<usize>,
}

impl Source {
    /// The file called `name` that says `text`.
    pub fn new(name: &str, text: String) -> Self {
        let starts = text.match_indices('\n').map(|(at, _)| at + 1);
        let lines = std::iter::once(0).chain(starts).collect();
        Self {
            name: name.to_owned(),
            text,
            lines,
        }
    }

    /// What the file is called.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What it says.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The line and column of a byte; a byte within a character, or beyond the end, counts as the one before.
    pub fn position(&self, at: usize) -> Position {
        let line = self.lines.partition_point(|start| *start <= at);
        let start = self.lines[line - 1];
        let column = self.before(start, at).chars().count() + 1;
        Position { line, column }
    }

    /// The text of a line (from 1) and the byte at which it begins; without its line break.
    pub fn line(&self, line: usize) -> (&str, usize) {
        let start = self.lines[line - 1];
        let end = self.lines.get(line).map_or(self.text.len(), |next| next - 1);
        let text = &self.text[start..end];
        (text.strip_suffix('\r').unwrap_or(text), start)
    }

    /// The text from `start`, a character's first byte, up to `at`.
    fn before(&self, start: usize, at: usize) -> &str {
        let at = self.text.floor_char_boundary(at.min(self.text.len()));
        &self.text[start..at]
    }
}
