//! Where in the file each character of a scalar stands: a rule is parsed from the scalar's text, and what is
//! wrong with it is shown in the file.

use super::{Scalar, Style};
use crate::report::Span;

/// For every byte of a scalar's text the stretch of the file that says it.
#[derive(Debug)]
pub(crate) struct Places {
    spans: Vec<Span>,
    end: usize,
}

impl Places {
    /// Walks the scalar's text and the file side by side. Whatever the style, characters that are not white
    /// space come in the same order in both; only escapes and doubled quotes are longer in the file.
    pub(crate) fn new(file: &str, span: Span, scalar: &Scalar) -> Self {
        let mut raw = Raw {
            file: file.get(..span.end).unwrap_or(file),
            at: span.start,
            style: scalar.style,
        };
        if matches!(scalar.style, Style::SingleQuoted | Style::DoubleQuoted) {
            raw.at += 1;
        }
        let mut places = Self {
            spans: Vec::with_capacity(scalar.text.len()),
            end: raw.at,
        };
        for c in scalar.text.chars() {
            let span = raw.find(c);
            places.spans.extend(std::iter::repeat_n(span, c.len_utf8()));
            if !c.is_whitespace() {
                places.end = span.end;
            }
        }
        places
    }

    /// The stretch of the file that says the bytes from `start` up to `end` of the text.
    pub(crate) fn span(&self, start: usize, end: usize) -> Span {
        let Some(first) = self.spans.get(start) else {
            return Span::new(self.end, self.end);
        };
        let last = end.checked_sub(1).filter(|last| *last >= start);
        let end = last.map_or(first.start, |last| {
            self.spans.get(last).map_or(self.end, |span| span.end)
        });
        Span::new(first.start, end.max(first.start))
    }
}

struct Raw<'a> {
    /// The file up to the end of the scalar.
    file: &'a str,
    at: usize,
    style: Style,
}

impl Raw<'_> {
    /// The stretch that says `c`, the next character of the text.
    fn find(&mut self, c: char) -> Span {
        while let Some((unit, length)) = self.unit() {
            if unit == Some(c) {
                let start = self.at;
                self.at += length;
                return Span::new(start, self.at);
            }
            // A fold: the text has one space or line break for what is several in the file.
            if c.is_whitespace() || unit.is_some_and(|unit| !unit.is_whitespace()) {
                break;
            }
            self.at += length;
        }
        Span::new(self.at, self.at)
    }

    /// The next character as the scalar's text has it (`None` for an escaped line break, which is nothing) and
    /// its length in the file.
    fn unit(&self) -> Option<(Option<char>, usize)> {
        let rest = self.file.get(self.at..)?;
        let c = rest.chars().next()?;
        match (self.style, c) {
            (Style::SingleQuoted, '\'') => Some((Some(c), 2)),
            (Style::DoubleQuoted, '\\') => Some(escape(rest)),
            _ => Some((Some(c), c.len_utf8())),
        }
    }
}

fn escape(rest: &str) -> (Option<char>, usize) {
    let code = |from: usize, digits: usize| {
        rest.get(from..from + digits)
            .and_then(|hex| u32::from_str_radix(hex, 16).ok())
    };
    let Some(c) = rest[1..].chars().next() else {
        return (None, 1);
    };
    let (found, length) = match c {
        'x' => (code(2, 2), 4),
        'U' => (code(2, 8), 10),
        'u' => match (code(2, 4), code(8, 4)) {
            (Some(high @ 0xd800..=0xdbff), Some(low @ 0xdc00..=0xdfff)) => {
                (Some(0x1_0000 + ((high - 0xd800) << 10) + (low - 0xdc00)), 12)
            }
            (one, _) => (one, 6),
        },
        _ => {
            let plain = match c {
                '\n' | '\r' => return (None, 1 + c.len_utf8()),
                '0' => '\0',
                'a' => '\x07',
                'b' => '\x08',
                't' | '\t' => '\t',
                'n' => '\n',
                'v' => '\x0b',
                'f' => '\x0c',
                'r' => '\r',
                'e' => '\x1b',
                'N' => '\u{85}',
                '_' => '\u{a0}',
                'L' => '\u{2028}',
                'P' => '\u{2029}',
                other => other,
            };
            return (Some(plain), 1 + c.len_utf8());
        }
    };
    (found.and_then(char::from_u32), length)
}
