//! Texts in quotes and their escapes.

use super::{Kind, Lexer};
use crate::Diagnostic;
use crate::print::Text;

/// What can begin a text. Only `"` should; the others come from other languages and from word processors.
#[derive(Clone, Copy)]
pub(super) struct Quote {
    closing: &'static [char],
    ours: bool,
}

impl Quote {
    pub(super) fn of(c: char) -> Option<Self> {
        let (closing, ours): (&[char], bool) = match c {
            '"' => (&['"'], true),
            '\'' => (&['\''], false),
            '“' | '”' | '„' => (&['“', '”', '"'], false),
            '‘' | '’' => (&['‘', '’', '\''], false),
            _ => return None,
        };
        Some(Self { closing, ours })
    }
}

impl<'t> Lexer<'t> {
    /// Reads a text up to its closing quote. One that is not closed ends with its line.
    pub(super) fn text(&mut self, quote: Quote) -> Kind<'t> {
        let start = self.at;
        self.skip();
        let mut text = String::new();
        let closed = loop {
            match self.peek() {
                None | Some('\n' | '\r') => break false,
                Some('\\') => text.extend(self.escape()),
                Some(c) => {
                    self.skip();
                    if quote.closing.contains(&c) {
                        break true;
                    }
                    text.push(c);
                }
            }
        };
        let span = self.since(start);
        if !closed {
            self.report(
                Diagnostic::error(span, "This text has no closing quote.").fix(Text(&text).to_string()),
            );
        } else if !quote.ours {
            let message = "Texts stand between straight double quotes.";
            self.report(Diagnostic::error(span, message).fix(Text(&text).to_string()));
        }
        Kind::Text(text)
    }

    fn escape(&mut self) -> Option<char> {
        let start = self.at;
        self.skip();
        let escaped = self.peek();
        match escaped {
            Some('"' | '\\') => {}
            Some('n' | 't') => {
                self.skip();
                return Some(if escaped == Some('n') { '\n' } else { '\t' });
            }
            Some('u') => return self.code_point(start),
            // The line ends here; that the text is not closed is said elsewhere.
            None | Some('\n' | '\r') => return None,
            Some(c) => {
                self.skip();
                let message = format!("`\\{c}` is no escape; a backslash is written `\\\\`.");
                self.report(Diagnostic::error(self.since(start), message).fix(format!("\\\\{c}")));
                return Some(c);
            }
        }
        self.skip();
        escaped
    }

    /// `\uXXXX`, or two of them for one code point beyond 16 bits.
    fn code_point(&mut self, start: usize) -> Option<char> {
        let first = self.four_digits();
        let second = match first {
            Some(0xD800..=0xDBFF) if self.rest().starts_with("\\u") => {
                self.skip();
                self.four_digits()
            }
            _ => None,
        };
        let units = first.into_iter().chain(second);
        let mut decoded = char::decode_utf16(units);
        if let (Some(Ok(c)), None) = (decoded.next(), decoded.next()) {
            return Some(c);
        }
        let message = "`\\u` takes four hexadecimal digits that name a character.";
        self.report(Diagnostic::error(self.since(start), message));
        None
    }

    /// Reads the digits after `u`, which comes next.
    fn four_digits(&mut self) -> Option<u16> {
        self.skip();
        let digits = self
            .rest()
            .get(..4)
            .filter(|digits| digits.bytes().all(|b| b.is_ascii_hexdigit()))?;
        self.at += digits.len();
        u16::from_str_radix(digits, 16).ok()
    }

    fn skip(&mut self) {
        self.at += self.peek().map_or(0, char::len_utf8);
    }
}
