//! `CHAIN(xEvent, timestamp, [A: WHAT(..) WHEN(..) COUNT(2), B: WHAT(..)])`

use super::Parser;
use crate::lex;
use crate::syntax::{Key, Kind, Node, Step};
use crate::{Diagnostic, Span};

impl Parser<'_> {
    pub(super) fn chain(&mut self, start: Span) -> Node {
        self.skip();
        let open = self.span();
        self.skip();
        let list = Box::new(self.operand());
        self.comma();
        let moment = Box::new(self.operand());
        self.comma();
        let steps = self.steps();
        self.close(open, ")");
        if steps.is_empty() {
            return Node::broken(self.since(start));
        }
        Node::new(self.since(start), Kind::Chain { list, moment, steps })
    }

    fn comma(&mut self) {
        if !self.eat_sign(",") {
            let message =
                "A chain is written `CHAIN(xEvent, timestamp, [A: WHAT(..), B: WHAT(..)])`; `,` is missing.";
            self.report(Diagnostic::error(self.span(), message));
        }
    }

    fn steps(&mut self) -> Vec<Step> {
        let open = self.span();
        let mut steps = Vec::new();
        if !self.eat_sign("[") {
            let message = "The steps of a chain stand in `[` and `]`.";
            self.report(Diagnostic::error(open, message));
            self.skip_inside();
            return steps;
        }
        loop {
            let Some(step) = self.step(steps.len()) else {
                self.skip_inside();
                steps.clear();
                break;
            };
            steps.push(step);
            if !self.eat_sign(",") {
                break;
            }
        }
        self.close(open, "]");
        steps
    }

    /// `A: WHAT(..) WHEN(..) COUNT(2)`; without a label it is called by its place.
    fn step(&mut self, place: usize) -> Option<Step> {
        let start = self.span();
        let labelled = *self.ahead(1) == lex::Kind::Sign(":");
        let label = if labelled { self.key() } else { None };
        if labelled {
            self.skip();
        }
        let label = label.unwrap_or_else(|| Key {
            span: start,
            text: format!("C{place}"),
        });
        if !self.eat_word("what") || !self.is_sign("(") {
            let message =
                "A step of a chain says first what happened, as in `A: WHAT(eventType = \"login\")`.";
            self.report(Diagnostic::error(self.span(), message));
            return None;
        }
        let open = self.span();
        self.skip();
        let what = self.expression();
        self.close(open, ")");
        let (mut when, mut count) = (Vec::new(), None);
        loop {
            let word = self.span();
            if self.eat_word("when") {
                let open = self.bracket("WHEN(<= 24 hours before now)")?;
                match self.time() {
                    Some(time) => when.push(time),
                    None => self.skip_inside(),
                }
                self.close(open, ")");
            } else if self.eat_word("count") {
                let open = self.bracket("COUNT(3)")?;
                let number = self.count();
                if count.is_some() {
                    self.report(Diagnostic::error(word, "A step has one `COUNT`."));
                }
                self.close(open, ")");
                count = Some((self.since(word), number.unwrap_or(1)));
            } else if self.is_word("where") {
                let message = "`WHERE` after `WHAT`";
                self.report(Diagnostic::not_built(word, message));
                return None;
            } else {
                return Some(Step {
                    label,
                    what,
                    when,
                    count,
                });
            }
        }
    }

    fn bracket(&mut self, example: &str) -> Option<Span> {
        let open = self.span();
        if self.eat_sign("(") {
            return Some(open);
        }
        let message = format!("`(` is missing, as in `{example}`.");
        self.report(Diagnostic::error(open.before(), message));
        None
    }
}
