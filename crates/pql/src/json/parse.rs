//! From a text to JSON: strict (RFC 8259), with the place of everything.
//!
//! What is no JSON ends it; a name that is there twice is reported and goes on.

use super::pointer::{Step, spelled};
use super::tree::{Data, Json, Name};
use super::{Diagnostic, MOST};
use crate::Span;
use std::collections::BTreeSet;

/// How deep values may be nested. It bounds the stack; a meaning as deep as `resolve` takes never needs more, whatever
/// it is made of.
pub(super) const MAX_NESTING: usize = 300;

/// The longest name of a member, in bytes: no node has one as long, and pointers are made of them.
const LONGEST_NAME: usize = 200;

/// The value that `text` holds, if it is JSON, and what is wrong with it so far.
pub(super) fn parse(text: &str) -> (Option<Json>, Vec<Diagnostic>) {
    let mut parser = Parser {
        text,
        at: 0,
        steps: Vec::new(),
        diagnostics: Vec::new(),
    };
    let json = parser.whole();
    (json, parser.diagnostics)
}

struct Parser<'t> {
    text: &'t str,
    at: usize,
    /// The way down to the value at hand.
    steps: Vec<Step>,
    diagnostics: Vec<Diagnostic>,
}

impl Parser<'_> {
    fn whole(&mut self) -> Option<Json> {
        self.space();
        if self.peek().is_none() {
            return self.fail(0, "There is no condition here.");
        }
        let json = self.value()?;
        self.space();
        if let Some(found) = self.peek() {
            let message = format!("`{found}` does not belong here; the JSON ends before it.");
            return self.fail(self.at, message);
        }
        Some(json)
    }

    fn value(&mut self) -> Option<Json> {
        let start = self.at;
        let data = match self.peek() {
            Some('{' | '[') if self.steps.len() == MAX_NESTING => {
                let message =
                    format!("This JSON is nested more than {MAX_NESTING} levels deep; split the segment up.");
                return self.fail(start, message);
            }
            Some('{') => self.object()?,
            Some('[') => self.list()?,
            Some('"') => Data::Text(self.string()?),
            Some('-' | '0'..='9') => self.number()?,
            _ if self.eat("null") => Data::Null,
            _ if self.eat("true") => Data::Bool(true),
            _ if self.eat("false") => Data::Bool(false),
            _ => return self.unexpected("a value is expected"),
        };
        let span = Span::new(start, self.at);
        Some(Json { span, data })
    }

    fn object(&mut self) -> Option<Data> {
        self.at += 1;
        let (mut members, mut names) = (Vec::new(), BTreeSet::new());
        self.space();
        if self.eat("}") {
            return Some(Data::Object(members));
        }
        loop {
            self.space();
            let start = self.at;
            if self.peek() != Some('"') {
                return self.unexpected("the name of a member, in double quotes, is expected");
            }
            let text = self.string()?;
            if text.len() > LONGEST_NAME {
                let message = "No node has a member with so long a name.";
                return self.fail(start, message);
            }
            let span = Span::new(start, self.at);
            self.steps.push(Step::Member(text.clone()));
            self.space();
            if !self.eat(":") {
                return self.unexpected("`:` is expected");
            }
            self.space();
            let value = self.value()?;
            if !names.insert(text.clone()) {
                self.report(span, format!("`{text}` is here twice; keep one of the two."));
            }
            self.steps.pop();
            members.push((Name { span, text }, value));
            self.space();
            if self.eat("}") {
                return Some(Data::Object(members));
            }
            if !self.eat(",") {
                return self.unexpected("`,` or `}` is expected");
            }
        }
    }

    fn list(&mut self) -> Option<Data> {
        self.at += 1;
        let mut items = Vec::new();
        self.space();
        if self.eat("]") {
            return Some(Data::List(items));
        }
        loop {
            self.space();
            self.steps.push(Step::Item(items.len()));
            items.push(self.value()?);
            self.steps.pop();
            self.space();
            if self.eat("]") {
                return Some(Data::List(items));
            }
            if !self.eat(",") {
                return self.unexpected("`,` or `]` is expected");
            }
        }
    }

    /// A text, from its opening quote on.
    fn string(&mut self) -> Option<String> {
        let start = self.at;
        self.at += 1;
        let mut text = String::new();
        loop {
            let Some(c) = self.peek() else {
                return self.fail(start, "This is no JSON: a text has no closing quote.");
            };
            let place = self.at;
            self.at += c.len_utf8();
            match c {
                '"' => return Some(text),
                '\\' => match self.escape() {
                    Some(c) => text.push(c),
                    None => return self.fail(place, "This is no JSON: `\\` begins no escape here."),
                },
                c if u32::from(c) < 0x20 => {
                    return self.fail(
                        place,
                        "This is no JSON: a control character in a text is escaped.",
                    );
                }
                c => text.push(c),
            }
        }
    }

    /// What stands behind a backslash.
    fn escape(&mut self) -> Option<char> {
        let c = self.peek()?;
        self.at += c.len_utf8();
        Some(match c {
            '"' | '\\' | '/' => c,
            'b' => '\u{8}',
            'f' => '\u{c}',
            'n' => '\n',
            'r' => '\r',
            't' => '\t',
            'u' => {
                let first = self.four_digits()?;
                let pair = matches!(first, 0xD800..=0xDBFF) && self.eat("\\u");
                let second = if pair { Some(self.four_digits()?) } else { None };
                let mut decoded = char::decode_utf16([first].into_iter().chain(second));
                return decoded.next()?.ok().filter(|_| decoded.next().is_none());
            }
            _ => return None,
        })
    }

    fn four_digits(&mut self) -> Option<u16> {
        let digits = self.text.get(self.at..self.at + 4)?;
        let hexadecimal = digits.bytes().all(|b| b.is_ascii_hexdigit());
        self.at += 4;
        u16::from_str_radix(digits, 16).ok().filter(|_| hexadecimal)
    }

    fn number(&mut self) -> Option<Data> {
        let start = self.at;
        self.eat("-");
        let whole = self.digits();
        let leading_zero = whole.len() > 1 && whole.starts_with('0');
        let mut sound = !whole.is_empty() && !leading_zero;
        if self.eat(".") {
            sound &= !self.digits().is_empty();
        }
        if self.eat("e") || self.eat("E") {
            let _ = self.eat("+") || self.eat("-");
            sound &= !self.digits().is_empty();
        }
        if !sound {
            return self.fail(start, "This is no JSON: no number is written like this.");
        }
        Some(Data::Number(self.text[start..self.at].to_owned()))
    }

    fn digits(&mut self) -> String {
        let rest = &self.text[self.at..];
        let length = rest.len() - rest.trim_start_matches(|c: char| c.is_ascii_digit()).len();
        self.at += length;
        rest[..length].to_owned()
    }

    fn space(&mut self) {
        let rest = &self.text[self.at..];
        self.at += rest.len() - rest.trim_start_matches([' ', '\t', '\n', '\r']).len();
    }

    fn peek(&self) -> Option<char> {
        self.text[self.at..].chars().next()
    }

    fn eat(&mut self, wanted: &str) -> bool {
        let found = self.text[self.at..].starts_with(wanted);
        if found {
            self.at += wanted.len();
        }
        found
    }

    fn unexpected<T>(&mut self, wanted: &str) -> Option<T> {
        let found = self
            .peek()
            .map_or_else(|| "the end".to_owned(), |found| format!("`{found}`"));
        self.fail(self.at, format!("This is no JSON: {wanted} before {found}."))
    }

    fn fail<T>(&mut self, at: usize, message: impl Into<String>) -> Option<T> {
        let length = self.text[at..].chars().next().map_or(0, char::len_utf8);
        self.report(Span::new(at, at + length), message);
        None
    }

    fn report(&mut self, span: Span, message: impl Into<String>) {
        if self.diagnostics.len() == MOST {
            return;
        }
        self.diagnostics.push(Diagnostic {
            pointer: spelled(&self.steps),
            said: crate::Diagnostic::error(span, message),
        });
    }
}
