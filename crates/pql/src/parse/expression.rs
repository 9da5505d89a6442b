//! Conditions and the operators between them: `not` over `and` over `or`, comparisons tighter than all three.

use super::Parser;
use crate::function::is_function;
use crate::lex;
use crate::program::{Operator, Sign};
use crate::syntax::{Kind, Node};
use crate::value::number::negative;
use crate::{Diagnostic, Span};

impl Parser<'_> {
    /// `a or b`
    pub(super) fn expression(&mut self) -> Node {
        self.deeper(|parser| {
            let first = parser.conjunction();
            let mut all = vec![first];
            while parser.eat_word("or") {
                all.push(parser.conjunction());
            }
            joined(all, Kind::Or)
        })
    }

    /// `a and b`
    fn conjunction(&mut self) -> Node {
        let first = self.negation();
        let mut all = vec![first];
        loop {
            if self.eat_word("and") {
                all.push(self.negation());
            } else if self.begins_operand() {
                self.missing(
                    "and",
                    format!("`and` or `or` is missing before {}.", self.described()),
                );
                let before = self.at;
                all.push(self.negation());
                debug_assert!(self.at > before, "what begins an operand is taken");
            } else {
                return joined(all, Kind::And);
            }
        }
    }

    /// Whether another operand begins here, rather than an operator or the end of something.
    pub(super) fn begins_operand(&self) -> bool {
        match self.token().kind {
            lex::Kind::Word(word) => {
                let operators = ["and", "or", "in", "notin", "occurs"];
                !operators
                    .iter()
                    .any(|operator| operator.eq_ignore_ascii_case(word))
            }
            lex::Kind::Number(_) | lex::Kind::Text(_) | lex::Kind::Broken => true,
            lex::Kind::Sign(sign) => matches!(sign, "(" | "[" | "!" | "^" | "$"),
            lex::Kind::End => false,
        }
    }

    /// `not a`, `!a`
    fn negation(&mut self) -> Node {
        let start = self.span();
        if !self.eat_word("not") && !self.eat_sign("!") {
            return self.comparison();
        }
        self.deeper(|parser| {
            let inner = parser.negation();
            Node::new(parser.since(start), Kind::Not(Box::new(inner)))
        })
    }

    /// `a = b`, `a in b`, `a occurs ..`, or one operand alone.
    fn comparison(&mut self) -> Node {
        let start = self.span();
        let left = self.operand();
        let node = self.compared(start, left);
        let mut chained = false;
        while self.begins_comparison() {
            if !chained {
                let span = self.span();
                let message = "Comparisons do not chain; join two of them with `and`.";
                self.report(Diagnostic::error(span, message));
                chained = true;
            }
            self.compared(start, Node::broken(start));
        }
        if chained {
            Node::broken(self.since(start))
        } else {
            node
        }
    }

    fn begins_comparison(&self) -> bool {
        let negated_in = self.is_word("not")
            && matches!(self.ahead(1), lex::Kind::Word(w) if w.eq_ignore_ascii_case("in"));
        let arrow = self.is_sign("=>");
        let word = ["in", "notIn", "occurs"].iter().any(|word| self.is_word(word));
        self.operator().is_some() || arrow || negated_in || word || self.begins_infix()
    }

    pub(super) fn operator(&self) -> Option<Operator> {
        let lex::Kind::Sign(sign) = self.token().kind else {
            return None;
        };
        Operator::ALL
            .into_iter()
            .find(|operator| operator.symbol() == sign)
    }

    /// Whether a function stands here like an operator, as in other languages: `a like "x%"`, `a is null`, `a exists`.
    fn begins_infix(&self) -> bool {
        let joins = |word: &str| ["and", "or"].iter().any(|join| join.eq_ignore_ascii_case(word));
        let names = matches!(self.ahead(1), lex::Kind::Word(word) if !joins(word));
        match self.word() {
            Some(word) if word.eq_ignore_ascii_case("is") => {
                matches!(self.ahead(1), lex::Kind::Word(next) if ["null", "not"].iter().any(|w| w.eq_ignore_ascii_case(next)))
            }
            Some(word) if word.eq_ignore_ascii_case("exists") => !names,
            Some("in" | "notIn") | None => false,
            Some(word) => is_function(word) && !matches!(self.ahead(1), lex::Kind::Sign("(" | "." | "=")),
        }
    }

    fn infix(&mut self, start: Span) -> Node {
        let span = self.span();
        let word = self.word().unwrap_or_default();
        self.skip();
        if word.eq_ignore_ascii_case("is") || word.eq_ignore_ascii_case("exists") {
            let negated = word.eq_ignore_ascii_case("exists") || self.eat_word("not");
            self.eat_word("null");
            let ours = if negated { ".isNotNull()" } else { ".isNull()" };
            let message = format!("Whether a value is there is asked with `{ours}`.");
            return self.fail(Diagnostic::error(self.since(span), message).fix(ours));
        }
        self.operand();
        let message = format!("`{word}` stands after a dot and takes brackets, as in `a.{word}(..)`.");
        self.report(Diagnostic::error(span, message));
        Node::broken(self.since(start))
    }

    /// What follows `left`: an operator and its right side, or nothing.
    fn compared(&mut self, start: Span, left: Node) -> Node {
        let left = Box::new(left);
        if let Some(operator) = self.operator() {
            self.skip();
            let right = Box::new(self.operand());
            return Node::new(
                self.since(start),
                Kind::Compare {
                    left,
                    operator,
                    right,
                },
            );
        }
        if self.is_sign("=>") {
            let span = self.span();
            self.skip();
            self.report(Diagnostic::error(span, "PQL writes `>=` for `=>`.").fix(">="));
            let (operator, right) = (Operator::GreaterOrEqual, Box::new(self.operand()));
            return Node::new(
                self.since(start),
                Kind::Compare {
                    left,
                    operator,
                    right,
                },
            );
        }
        if self.begins_infix() {
            return self.infix(start);
        }
        if self.is_word("not") && self.begins_comparison() {
            let span = self.span();
            self.skip();
            let span = span.to(self.span());
            self.skip();
            self.report(Diagnostic::error(span, "PQL writes `notIn` as one word.").fix("notIn"));
            let list = Box::new(self.operand());
            return Node::new(
                self.since(start),
                Kind::In {
                    item: left,
                    negated: true,
                    list,
                },
            );
        }
        let negated = self.is_word("notIn");
        if self.eat_word("in") || self.eat_word("notIn") {
            let list = Box::new(self.operand());
            return Node::new(
                self.since(start),
                Kind::In {
                    item: left,
                    negated,
                    list,
                },
            );
        }
        if self.eat_word("occurs") {
            return self.occurs(start, left);
        }
        *left
    }

    /// A value: what may stand on either side of a comparison.
    pub(super) fn operand(&mut self) -> Node {
        self.arithmetic(&[Sign::Plus, Sign::Minus], Self::product)
    }

    fn product(&mut self) -> Node {
        self.arithmetic(&[Sign::Times, Sign::Over, Sign::Rest], Self::signed)
    }

    /// Values with these signs between them.
    fn arithmetic(&mut self, signs: &[Sign], inner: fn(&mut Self) -> Node) -> Node {
        let start = self.span();
        let first = Box::new(inner(self));
        let mut rest = Vec::new();
        while let lex::Kind::Sign(symbol) = self.token().kind {
            let Some(sign) = signs.iter().find(|sign| sign.symbol() == symbol) else {
                break;
            };
            self.warn_of_hyphen();
            self.skip();
            rest.push((*sign, inner(self)));
        }
        if rest.is_empty() {
            *first
        } else {
            Node::new(self.since(start), Kind::Arithmetic { first, rest })
        }
    }

    /// A hyphen within a word was most likely meant as part of a key.
    fn warn_of_hyphen(&mut self) {
        let span = self.span();
        let (before, after) = (&self.text[..span.start], &self.text[span.end..]);
        let joined = before.ends_with(char::is_alphanumeric) && after.starts_with(char::is_alphabetic);
        if joined && self.is_sign("-") {
            let message = "This subtracts; a key with a hyphen is written `.get(\"..\")`.";
            self.report(Diagnostic::warning(span, message));
        }
    }

    /// A value with a sign before it: of a number the sign belongs to it.
    fn signed(&mut self) -> Node {
        let start = self.span();
        if !self.eat_sign("-") {
            return self.postfix();
        }
        if let lex::Kind::Number(number) = self.token().kind
            && !matches!(self.ahead(1), lex::Kind::Sign("." | "["))
        {
            self.skip();
            return Node::new(self.since(start), Kind::Number(negative(number)));
        }
        self.deeper(|parser| {
            let of = Box::new(parser.signed());
            Node::new(parser.since(start), Kind::Negative(of))
        })
    }
}

fn joined(mut all: Vec<Node>, join: impl FnOnce(Vec<Node>) -> Kind) -> Node {
    if all.len() == 1 {
        return all.remove(0);
    }
    let span = all[0].span.to(all[all.len() - 1].span);
    Node::new(span, join(all))
}
