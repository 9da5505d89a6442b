//! `occurs` and what follows it, which also stands in `WHEN(..)`.

use super::Parser;
use crate::lex;
use crate::program::{Direction, Operator, Unit, Which, Window};
use crate::syntax::{Key, Kind, Node, Time, TimeKind};
use crate::{Diagnostic, Span};
use xdm::nearest;

/// The words that are a day by themselves.
const DAYS: [&str; 3] = ["today", "yesterday", "tomorrow"];
const FORMS: [&str; 9] = [
    "on",
    "before",
    "after",
    "between",
    "this",
    "last",
    "next",
    "today",
    "yesterday",
];
const USE: &str = "which is used as in `occurs <= 7 days before now`.";

impl Parser<'_> {
    /// `< 7 days before now`, after `occurs`.
    pub(super) fn occurs(&mut self, start: Span, moment: Box<Node>) -> Node {
        let Some(when) = self.time() else {
            self.skip_time();
            return Node::broken(self.since(start));
        };
        Node::new(self.since(start), Kind::Occurs { moment, when })
    }

    /// `None` if it was reported.
    pub(super) fn time(&mut self) -> Option<Time> {
        let start = self.span();
        let kind = self.time_kind()?;
        let span = self.since(start);
        Some(Time { span, kind })
    }

    fn time_kind(&mut self) -> Option<TimeKind> {
        let span = self.span();
        if let Some(operator) = self.operator() {
            self.skip();
            return self.distance(span, operator);
        }
        let word = match self.token().kind {
            lex::Kind::Number(_) => {
                self.missing(
                    "<=",
                    "`occurs` needs `<`, `<=`, `>`, `>=`, `=` or `!=` before the number.",
                );
                return None;
            }
            lex::Kind::Word(word) => word,
            _ => {
                let message = "`occurs` is used as in `timestamp occurs <= 7 days before now`.";
                self.report(Diagnostic::error(span, message));
                return None;
            }
        };
        let lower = word.to_ascii_lowercase();
        if let Some(which) = Which::ALL.into_iter().find(|which| which.word() == lower) {
            self.skip();
            if matches!(self.token().kind, lex::Kind::Number(_)) {
                return self.several(span, which);
            }
            return self.unit().map(|unit| TimeKind::Unit(which, unit));
        }
        if DAYS.contains(&lower.as_str()) {
            return self.date().map(TimeKind::On);
        }
        self.skip();
        match lower.as_str() {
            "on" => self.date().map(TimeKind::On),
            "before" => self.date().map(TimeKind::Before),
            "after" => self.date().map(TimeKind::After),
            "between" => {
                let first = self.date()?;
                if self.eat_word("and") {
                    return Some(TimeKind::Between(first, self.date()?));
                }
                let message = "`between` takes two dates, as in `between date(2024, 2, 1) and today`.";
                self.report(Diagnostic::error(self.span().before(), message));
                None
            }
            _ => {
                let diagnostic =
                    Diagnostic::error(span, format!("`{word}` does not belong after `occurs`, {USE}"));
                let near = nearest(&lower, FORMS);
                self.report(match near {
                    Some(near) => diagnostic.fix(near),
                    None => diagnostic,
                });
                if near == Some("between") && self.date().is_some() && self.eat_word("and") {
                    self.date();
                }
                None
            }
        }
    }

    /// `last 7 days`, which other languages have.
    fn several(&mut self, start: Span, which: Which) -> Option<TimeKind> {
        let count = self.count()?;
        let unit = self.unit()?;
        let span = self.since(start);
        let ours = match which {
            Which::Next => format!("<= {count} {} after now", unit.words().1),
            Which::Last | Which::This => format!("<= {count} {} before now", unit.words().1),
        };
        let message = format!("PQL writes `{ours}` for `{}`.", &self.text[span.start..span.end]);
        self.report(Diagnostic::error(span, message).fix(ours));
        None
    }

    /// `7 days before now`, after the operator.
    fn distance(&mut self, start: Span, operator: Operator) -> Option<TimeKind> {
        let count = self.count()?;
        let unit = self.unit()?;
        let window_span = self.since(start);
        let window = Window {
            operator,
            count,
            unit,
        };
        let Some(direction) = self.direction() else {
            // Reported; what is most likely meant is enough to go on with.
            let now = Node::broken(self.span());
            return Some(TimeKind::Distance {
                window,
                window_span,
                direction: Direction::Before,
                from: Box::new(now),
            });
        };
        if self.is_word("previous")
            && matches!(self.ahead(1), lex::Kind::Word(word) if word.eq_ignore_ascii_case("step"))
        {
            let span = self.span();
            self.skip();
            self.skip();
            if direction == Direction::Before {
                let message = "A step comes after the one before: write `after previous step`.";
                self.report(Diagnostic::error(self.since(span), message));
            }
            return Some(TimeKind::Gap(window));
        }
        let from = if self.is_sign("-") || self.begins_operand() {
            self.date()?
        } else {
            self.missing("now", format!("`now` is missing after `{}`.", direction.word()));
            Box::new(Node::broken(self.span()))
        };
        Some(TimeKind::Distance {
            window,
            window_span,
            direction,
            from,
        })
    }

    /// A date: a value. The words for dates are known in any case here.
    fn date(&mut self) -> Option<Box<Node>> {
        let span = self.span();
        let word = self.word().map(str::to_ascii_lowercase);
        let goes_on = matches!(self.ahead(1), lex::Kind::Sign("." | "("));
        match word {
            Some(word) if !goes_on && (word == "now" || DAYS.contains(&word.as_str())) => {
                self.skip();
                let key = Key { span, text: word };
                Some(Box::new(Node::new(span, Kind::Path(vec![key]))))
            }
            _ if !self.begins_operand() && !self.is_sign("-") => {
                let message =
                    "A date is missing, such as `now`, `today`, `date(2024, 2, 29)` or an attribute.";
                self.report(Diagnostic::error(span.before(), message));
                None
            }
            _ => Some(Box::new(self.operand())),
        }
    }

    /// A whole number, not negative, of at most 64 bits.
    pub(super) fn count(&mut self) -> Option<u64> {
        let span = self.span();
        let negative = self.eat_sign("-");
        let message = match self.token().kind {
            lex::Kind::Number(_) if negative => {
                self.skip();
                "A number of this kind cannot be negative."
            }
            lex::Kind::Number(_) => {
                let token = self.span();
                let digits = &self.text[token.start..token.end];
                self.skip();
                match digits.parse() {
                    Ok(count) => return Some(count),
                    Err(_) if digits.bytes().all(|b| b.is_ascii_digit()) => "This number is beyond 64 bits.",
                    Err(_) => "This number must be whole.",
                }
            }
            lex::Kind::Broken => return None,
            _ => "A whole number is expected, as in `occurs <= 7 days before now`.",
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

    /// `before`, `after`, `from`; `None` if it was reported.
    fn direction(&mut self) -> Option<Direction> {
        let span = self.span();
        if self.eat_word("before") {
            return Some(Direction::Before);
        }
        if self.eat_word("after") || self.eat_word("from") {
            return Some(Direction::After);
        }
        if self.is_word("ago") {
            self.report(Diagnostic::error(span, "PQL writes `before now` for `ago`.").fix("before now"));
            self.skip();
            return None;
        }
        let word = if self.is_word("now") {
            "before"
        } else {
            "before now"
        };
        self.missing(word, "`before now` is missing after the unit.");
        self.eat_word("now");
        None
    }

    /// Skips what is left of a time: up to `and`, `or`, or the end of what this stands in.
    fn skip_time(&mut self) {
        loop {
            match self.token().kind {
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
