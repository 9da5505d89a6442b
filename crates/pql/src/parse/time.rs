//! `occurs` and what follows it.

use super::Parser;
use crate::lex;
use crate::program::{Bound, Unit, Window};
use crate::suggest::nearest;
use crate::syntax::{Kind, Node};
use crate::{Diagnostic, Span};

impl Parser<'_> {
    /// `< 7 days before now`, after `occurs`.
    pub(super) fn occurs(&mut self, start: Span, moment: Box<Node>) -> Node {
        let first = self.span();
        let Some(window) = self.window() else {
            self.skip_time();
            return Node::broken(self.since(start));
        };
        let window_span = self.since(first);
        self.direction();
        let kind = Kind::Occurs {
            moment,
            window,
            window_span,
        };
        Node::new(self.since(start), kind)
    }

    /// `< 7 days`; `None` if it was reported.
    fn window(&mut self) -> Option<Window> {
        let span = self.span();
        let bound = match self.token().kind {
            lex::Kind::Sign("<") => Bound::Open,
            lex::Kind::Sign("<=") => Bound::Closed,
            lex::Kind::Sign(sign @ (">" | ">=" | "=" | "!=")) => {
                self.report(Diagnostic::not_built(span, &format!("`occurs {sign}`")));
                return None;
            }
            lex::Kind::Number(_) => {
                self.missing("<=", "`occurs` needs `<` or `<=` before the number.");
                return None;
            }
            lex::Kind::Word(word) => {
                let forms = [
                    "on",
                    "before",
                    "after",
                    "from",
                    "between",
                    "this",
                    "last",
                    "next",
                    "today",
                    "yesterday",
                    "tomorrow",
                    "now",
                    "date",
                ];
                let message = match forms.iter().find(|form| form.eq_ignore_ascii_case(word)) {
                    Some(form) => format!("`occurs {form}` is not built yet."),
                    None => format!(
                        "`{word}` does not belong after `occurs`, which is used as in `occurs <= 7 days before now`."
                    ),
                };
                self.report(Diagnostic::error(span, message));
                return None;
            }
            _ => {
                let message = "`occurs` is used as in `timestamp occurs <= 7 days before now`.";
                self.report(Diagnostic::error(span, message));
                return None;
            }
        };
        self.skip();
        let count = self.count()?;
        let unit = self.unit()?;
        Some(Window { bound, count, unit })
    }

    /// A whole number, not negative, of at most 64 bits.
    fn count(&mut self) -> Option<u64> {
        let span = self.span();
        let negative = self.eat_sign("-");
        let message = match self.token().kind {
            lex::Kind::Number(_) if negative => {
                self.skip();
                "The number of units cannot be negative; `before` says the direction."
            }
            lex::Kind::Number(_) => {
                let token = self.span();
                let digits = &self.text[token.start..token.end];
                self.skip();
                match digits.parse() {
                    Ok(count) => return Some(count),
                    Err(_) if digits.bytes().all(|b| b.is_ascii_digit()) => {
                        "This number of units is beyond 64 bits."
                    }
                    Err(_) => "The number of units must be whole.",
                }
            }
            lex::Kind::Broken => return None,
            _ => "`occurs` counts in whole units, as in `occurs <= 7 days before now`.",
        };
        self.report(Diagnostic::error(self.since(span).to(span), message));
        None
    }

    fn unit(&mut self) -> Option<Unit> {
        let span = self.span();
        let directions = ["before", "after", "from", "ago"];
        let found = self.word().filter(|word| {
            !directions
                .iter()
                .any(|direction| direction.eq_ignore_ascii_case(word))
        });
        let Some(word) = found else {
            self.missing("days", "A unit of time is missing, such as `days`.");
            return None;
        };
        let spelled = |unit: &Unit| {
            let (one, many) = unit.words();
            one.eq_ignore_ascii_case(word) || many.eq_ignore_ascii_case(word)
        };
        let unit = Unit::ALL.into_iter().find(spelled);
        if unit.is_none() {
            let known = Unit::ALL
                .into_iter()
                .flat_map(|unit| [unit.words().1, unit.words().0]);
            let diagnostic = Diagnostic::error(span, format!("`{word}` is no unit of time."));
            self.report(match nearest(word, known) {
                Some(near) => diagnostic.fix(near),
                None => diagnostic,
            });
        } else {
            self.skip();
        }
        unit
    }

    /// `before now`
    fn direction(&mut self) {
        let span = self.span();
        if self.is_word("after") || self.is_word("from") {
            let message = format!("`occurs` with {}", self.described());
            self.report(Diagnostic::not_built(span, &message));
            return self.skip_time();
        }
        if self.is_word("ago") {
            self.report(Diagnostic::error(span, "PQL writes `before now` for `ago`.").fix("before now"));
            return self.skip();
        }
        if !self.eat_word("before") {
            let word = if self.is_word("now") {
                "before"
            } else {
                "before now"
            };
            self.missing(word, "`before now` is missing after the unit.");
            self.eat_word("now");
            return;
        }
        let span = self.span();
        if self.eat_word("now") {
            return;
        }
        if self.begins_operand() {
            self.report(Diagnostic::not_built(
                span,
                "`occurs` with a time other than `now`",
            ));
            self.skip_time();
        } else {
            self.missing("now", "`now` is missing after `before`.");
        }
    }

    /// Skips what is left of a time: up to `and`, `or`, or the end of what this stands in.
    fn skip_time(&mut self) {
        let mut between = self.eat_word("between");
        loop {
            match self.token().kind {
                lex::Kind::Word(word) if word.eq_ignore_ascii_case("and") && between => between = false,
                lex::Kind::Word(word) if ["and", "or"].iter().any(|end| end.eq_ignore_ascii_case(word)) => {
                    return;
                }
                lex::Kind::Sign("(" | "[" | "{") => {
                    self.skip();
                    self.skip_inside();
                }
                lex::Kind::End | lex::Kind::Sign(")" | "]" | "}" | ",") => return,
                _ => {}
            }
            self.skip();
        }
    }
}
