//! From tokens to the shape of a text.
//!
//! The parser always gives a node. Where the text is wrong it reports once, leaves the smallest part out as
//! [`Kind::Broken`], and goes on, so that one pass finds all mistakes. Every loop takes a token or ends.

mod chain;
mod expression;
mod form;
mod postfix;
mod time;

use crate::lex::{self, Token};
use crate::syntax::{Key, Kind, Node};
use crate::{Diagnostic, Span};

/// How deep brackets, filters, negations and calls may be nested in a text. It bounds the stack of the parser; a
/// meaning of `resolve::MAX_DEPTH` levels never needs more, however it is printed.
const MAX_DEPTH: usize = 160;
/// How many functions, filters and paths into their results may follow each other on one value.
pub(crate) const MAX_CHAIN: usize = 8;

/// The shape of `text`, and all that is wrong with it so far.
pub(crate) fn parse(text: &str) -> (Node, Vec<Diagnostic>) {
    let (tokens, diagnostics) = lex::lex(text);
    let mut parser = Parser {
        text,
        tokens,
        at: 0,
        depth: 0,
        gave_up: false,
        diagnostics,
    };
    let node = if parser.at_end() && parser.diagnostics.is_empty() {
        let span = parser.span();
        parser.fail(Diagnostic::error(span, "There is no condition here."))
    } else {
        parser.whole()
    };
    (node, parser.diagnostics)
}

struct Parser<'t> {
    text: &'t str,
    tokens: Vec<Token<'t>>,
    at: usize,
    depth: usize,
    /// Set where the text is nested too deeply; nothing after it is reported.
    gave_up: bool,
    diagnostics: Vec<Diagnostic>,
}

impl<'t> Parser<'t> {
    /// One expression and then nothing.
    fn whole(&mut self) -> Node {
        let start = self.span();
        let mut all = vec![self.expression()];
        while !self.at_end() {
            let found = self.described();
            let message = match self.token().kind {
                lex::Kind::Sign(")" | "]" | "}") => format!("There is nothing that {found} could close."),
                _ => format!("{found} does not belong here."),
            };
            self.report(Diagnostic::error(self.span(), message));
            self.skip();
            if self.begins_operand() {
                all.push(self.expression());
            }
        }
        if all.len() == 1 {
            all.remove(0)
        } else {
            Node::new(self.since(start), Kind::And(all))
        }
    }

    fn token(&self) -> &Token<'t> {
        &self.tokens[self.at]
    }

    /// The token `ahead` places after this one.
    fn ahead(&self, ahead: usize) -> &lex::Kind<'t> {
        &self.tokens[(self.at + ahead).min(self.tokens.len() - 1)].kind
    }

    fn span(&self) -> Span {
        self.token().span
    }

    /// From the start of `first` to the end of what was taken last.
    fn since(&self, first: Span) -> Span {
        let last = self.tokens[self.at.saturating_sub(1)].span;
        Span::new(first.start, last.end.max(first.start))
    }

    fn at_end(&self) -> bool {
        self.token().kind == lex::Kind::End
    }

    fn skip(&mut self) {
        if !self.at_end() {
            self.at += 1;
        }
    }

    fn is_sign(&self, sign: &str) -> bool {
        matches!(self.token().kind, lex::Kind::Sign(found) if found == sign)
    }

    fn eat_sign(&mut self, sign: &str) -> bool {
        let found = self.is_sign(sign);
        if found {
            self.skip();
        }
        found
    }

    /// The word that comes next, if one does. Words of the language are known in any case.
    fn word(&self) -> Option<&'t str> {
        match self.token().kind {
            lex::Kind::Word(word) => Some(word),
            _ => None,
        }
    }

    fn is_word(&self, word: &str) -> bool {
        self.word().is_some_and(|found| found.eq_ignore_ascii_case(word))
    }

    fn eat_word(&mut self, word: &str) -> bool {
        let found = self.is_word(word);
        if found {
            self.skip();
        }
        found
    }

    /// Takes the word that comes next.
    fn key(&mut self) -> Option<Key> {
        let key = self.word().map(|word| Key {
            span: self.span(),
            text: word.to_owned(),
        });
        if key.is_some() {
            self.skip();
        }
        key
    }

    /// Takes the closing bracket of one that stands at `open`. What else stands before it is reported and left out.
    fn close(&mut self, open: Span, closing: &'static str) {
        if self.eat_sign(closing) {
            return;
        }
        if self.at_end() {
            let rest = &self.text[open.start..];
            let message = format!(
                "`{}` is not closed; `{closing}` is missing.",
                &self.text[open.start..open.end]
            );
            if rest.contains('\n') {
                // What it would be shown at is the whole rest of the rule.
                return self.report(Diagnostic::error(open, message));
            }
            let diagnostic = Diagnostic::error(Span::new(open.start, self.text.len()), message);
            return self.report(diagnostic.fix(format!("{}{closing}", rest.trim_end())));
        }
        let span = self.span();
        self.report(Diagnostic::error(
            span,
            format!(
                "{} does not belong here; `{closing}` is missing.",
                self.described()
            ),
        ));
        if !matches!(self.token().kind, lex::Kind::Sign(")" | "]" | "}")) {
            self.skip_inside();
        }
        self.eat_sign(closing);
    }

    /// Skips to the closing bracket of what this stands in, or to the end.
    fn skip_inside(&mut self) {
        let mut open = 0_usize;
        while !self.at_end() {
            match self.token().kind {
                lex::Kind::Sign("(" | "[" | "{") => open += 1,
                lex::Kind::Sign(")" | "]" | "}") if open == 0 => return,
                lex::Kind::Sign(")" | "]" | "}") => open -= 1,
                _ => {}
            }
            self.skip();
        }
    }

    /// Goes one level down, if that is not too deep.
    fn deeper(&mut self, parse: impl FnOnce(&mut Self) -> Node) -> Node {
        if self.depth == MAX_DEPTH {
            return self.too_deep();
        }
        self.depth += 1;
        let node = parse(self);
        self.depth -= 1;
        node
    }

    fn too_deep(&mut self) -> Node {
        self.give_up(format!(
            "This is nested more than {MAX_DEPTH} levels deep; split the segment up."
        ))
    }

    /// Reports that too much follows each other, and gives up.
    fn too_long(&mut self) -> Node {
        self.give_up(format!(
            "More than {MAX_CHAIN} functions and filters follow each other here; put some of them in brackets, or split the segment up."
        ))
    }

    /// Reports what is too much, and gives up on the rest of the text.
    fn give_up(&mut self, message: String) -> Node {
        let span = self.span();
        self.report(Diagnostic::error(span, message));
        self.gave_up = true;
        self.at = self.tokens.len() - 1;
        Node::broken(span)
    }

    /// Of one place only the first thing is said: what follows is most likely a consequence.
    fn report(&mut self, diagnostic: Diagnostic) {
        let said = self
            .diagnostics
            .last()
            .is_some_and(|last| last.span.start == diagnostic.span.start);
        if !self.gave_up && !said {
            self.diagnostics.push(diagnostic);
        }
    }

    /// Reports that `word` is missing before the next token.
    fn missing(&mut self, word: &str, message: impl Into<String>) {
        let place = self.span().before();
        let apart = |c: Option<char>| c.is_none_or(|c| c.is_whitespace() || "([".contains(c));
        let before = if apart(self.text[..place.start].chars().next_back()) {
            ""
        } else {
            " "
        };
        let after = if self.at_end() { "" } else { " " };
        self.report(Diagnostic::error(place, message).fix(format!("{before}{word}{after}")));
    }

    fn fail(&mut self, diagnostic: Diagnostic) -> Node {
        let span = diagnostic.span;
        self.report(diagnostic);
        Node::broken(span)
    }

    /// The next token, for a sentence that it begins.
    fn described(&self) -> String {
        match &self.token().kind {
            lex::Kind::End => "The end".to_owned(),
            _ => format!("`{}`", &self.text[self.span().start..self.span().end]),
        }
    }
}
