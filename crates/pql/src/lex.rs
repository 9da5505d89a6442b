//! From text to tokens. Nothing stops it: what makes no sense is reported and left out.

mod text;

use crate::{Diagnostic, Span};
use xdm::Number;

/// A word, literal or sign, and where it stands.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Token<'t> {
    pub(crate) span: Span,
    pub(crate) kind: Kind<'t>,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Kind<'t> {
    /// A name or a word of the language.
    Word(&'t str),
    /// A number without a sign.
    Number(Number),
    /// What stands between quotes, escapes resolved.
    Text(String),
    /// One of `SIGNS`.
    Sign(&'static str),
    /// Reported already; stands for some value.
    Broken,
    /// After the last.
    End,
}

/// Longer ones before those they begin with.
pub(crate) const SIGNS: [&str; 24] = [
    "=>", "!=", "<=", ">=", "=", "<", ">", "!", "(", ")", "[", "]", "{", "}", ",", ".", ":", "+", "-", "*",
    "/", "%", "^", "$",
];

/// Signs of other languages and what they are called here.
const FOREIGN: [(&str, &str); 5] = [
    ("==", "="),
    ("=<", "<="),
    ("<>", "!="),
    ("&&", "and"),
    ("||", "or"),
];

/// Words that mean something wherever a value may stand, in lower case; no path and no variable begins so.
pub(crate) const RESERVED: [&str; 14] = [
    "and", "or", "not", "in", "notin", "occurs", "exists", "forall", "select", "let", "true", "false",
    "null", "xevent",
];

/// Whether a path can begin with this, or go on with it after a dot.
pub(crate) fn is_name(text: &str) -> bool {
    let mut chars = text.chars();
    chars.next().is_some_and(begins_name) && chars.all(continues_name)
}

/// Whether this is a word of the language, in whatever case.
pub(crate) fn is_reserved(name: &str) -> bool {
    RESERVED.iter().any(|word| word.eq_ignore_ascii_case(name))
}

fn begins_name(c: char) -> bool {
    c.is_alphabetic() || c == '_'
}

fn continues_name(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// The tokens of `text`, the last of them the end; and what is wrong with it.
pub(crate) fn lex(text: &str) -> (Vec<Token<'_>>, Vec<Diagnostic>) {
    let mut lexer = Lexer {
        text,
        at: 0,
        diagnostics: Vec::new(),
    };
    let mut tokens = Vec::new();
    loop {
        let token = lexer.next();
        let ended = token.kind == Kind::End;
        tokens.push(token);
        if ended {
            return (tokens, lexer.diagnostics);
        }
    }
}

struct Lexer<'t> {
    text: &'t str,
    at: usize,
    diagnostics: Vec<Diagnostic>,
}

impl<'t> Lexer<'t> {
    fn next(&mut self) -> Token<'t> {
        loop {
            self.take(char::is_whitespace);
            let start = self.at;
            if let Some(kind) = self.kind() {
                return Token {
                    span: self.since(start),
                    kind,
                };
            }
        }
    }

    /// The token at this place; `None` if what stood here was reported and left out.
    fn kind(&mut self) -> Option<Kind<'t>> {
        let start = self.at;
        let Some(c) = self.peek() else {
            return Some(Kind::End);
        };
        if begins_name(c) {
            return Some(Kind::Word(self.take(continues_name)));
        }
        if c.is_ascii_digit() {
            return Some(self.number());
        }
        if let Some(quote) = text::Quote::of(c) {
            return Some(self.text(quote));
        }
        if self.eat("--") || self.eat("//") {
            self.take(|c| c != '\n');
            self.report(Diagnostic::error(self.since(start), "PQL has no comments."));
            return None;
        }
        if let Some((foreign, ours)) = FOREIGN.into_iter().find(|(foreign, _)| self.eat(foreign)) {
            let message = format!("PQL writes `{ours}` for `{foreign}`.");
            self.report(Diagnostic::error(self.since(start), message).fix(ours));
            let word = ours.starts_with(begins_name);
            return Some(if word { Kind::Word(ours) } else { Kind::Sign(ours) });
        }
        if let Some(sign) = SIGNS.into_iter().find(|sign| self.eat(sign)) {
            return Some(Kind::Sign(sign));
        }
        let strange = self.take(is_strange);
        let message = format!("`{strange}` has no meaning in PQL.");
        self.report(Diagnostic::error(self.since(start), message));
        None
    }

    fn number(&mut self) -> Kind<'t> {
        let start = self.at;
        self.take(|c| c.is_ascii_digit());
        let mut rest = self.rest().chars();
        if rest.next() == Some('.') && rest.next().is_some_and(|c| c.is_ascii_digit()) {
            self.eat(".");
            self.take(|c| c.is_ascii_digit());
        }
        let exponent = self
            .rest()
            .strip_prefix(['e', 'E'])
            .map(|rest| rest.strip_prefix(['+', '-']).unwrap_or(rest));
        if let Some(digits) = exponent.filter(|rest| rest.starts_with(|c: char| c.is_ascii_digit())) {
            self.at = self.text.len() - digits.len();
            self.take(|c| c.is_ascii_digit());
        }
        Number::parse(&self.text[start..self.at]).map_or_else(
            || {
                self.report(Diagnostic::error(self.since(start), "This number is too large."));
                Kind::Broken
            },
            Kind::Number,
        )
    }

    fn rest(&self) -> &'t str {
        &self.text[self.at..]
    }

    fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    fn eat(&mut self, wanted: &str) -> bool {
        let found = self.rest().starts_with(wanted);
        if found {
            self.at += wanted.len();
        }
        found
    }

    /// Takes characters as long as `wanted` holds.
    fn take(&mut self, wanted: impl Fn(char) -> bool) -> &'t str {
        let rest = self.rest();
        let length = rest.find(|c| !wanted(c)).unwrap_or(rest.len());
        self.at += length;
        &rest[..length]
    }

    fn since(&self, start: usize) -> Span {
        Span::new(start, self.at)
    }

    fn report(&mut self, diagnostic: Diagnostic) {
        self.diagnostics.push(diagnostic);
    }
}

fn is_strange(c: char) -> bool {
    let known = c.is_whitespace() || c.is_ascii_digit() || begins_name(c) || text::Quote::of(c).is_some();
    !known && !SIGNS.iter().any(|sign| sign.starts_with(c))
}
