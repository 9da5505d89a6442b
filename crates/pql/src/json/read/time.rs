//! Dates and chains.

use super::Reader;
use super::node::Members;
use super::variable::misnamed;
use crate::json::tree::Json;
use crate::lex::is_name;
use crate::program::{Direction, Operator, Unit, Which, Window};
use crate::syntax::{Kind, Node, Step, Time, TimeKind};

pub(in crate::json) const WHENS: [&str; 7] = ["distance", "unit", "on", "before", "after", "between", "gap"];

impl Reader {
    /// `{"nodeType": "occurs", "moment": .., "when": ..}`
    pub(super) fn occurs(&mut self, members: &mut Members<'_>) -> Option<Kind> {
        let moment = members.node("moment", self);
        let when = members.value("when", self).and_then(|when| self.when(when));
        Some(Kind::Occurs {
            moment: Box::new(moment?),
            when: when?,
        })
    }

    /// What is said of a date.
    fn when(&mut self, json: &Json) -> Option<Time> {
        let (kind, mut members) = self.open(json)?;
        let span = json.span;
        let date = |members: &mut Members<'_>, reader: &mut Self| members.node("date", reader).map(Box::new);
        let found = match kind.as_str() {
            "distance" => {
                let window = self.window(&mut members);
                let known = |word: &str| match word {
                    "before" => Some(Direction::Before),
                    "after" => Some(Direction::After),
                    _ => None,
                };
                let direction = members.one_of("direction", known, &["before", "after"], self);
                let from = members.node("from", self).map(Box::new);
                match (window, direction, from) {
                    (Some(window), Some(direction), Some(from)) => Some(TimeKind::Distance {
                        window,
                        window_span: span,
                        direction,
                        from,
                    }),
                    _ => None,
                }
            }
            "gap" => self.window(&mut members).map(TimeKind::Gap),
            "unit" => {
                let known = |word: &str| Which::ALL.into_iter().find(|which| which.word() == word);
                let which = members.one_of("which", known, &["this", "last", "next"], self);
                let unit = self.unit(&mut members);
                which.zip(unit).map(|(which, unit)| TimeKind::Unit(which, unit))
            }
            "on" => date(&mut members, self).map(TimeKind::On),
            "before" => date(&mut members, self).map(TimeKind::Before),
            "after" => date(&mut members, self).map(TimeKind::After),
            "between" => {
                let first = members.node("first", self).map(Box::new);
                let last = members.node("last", self).map(Box::new);
                first
                    .zip(last)
                    .map(|(first, last)| TimeKind::Between(first, last))
            }
            _ => {
                self.unknown(&members, "Nothing of this type is said of a date:", &kind, WHENS);
                return None;
            }
        };
        members.finish(self);
        found.map(|kind| Time { span, kind })
    }

    /// `"operator": "<=", "count": 7, "unit": "day"`
    fn window(&mut self, members: &mut Members<'_>) -> Option<Window> {
        let known = |word: &str| Operator::ALL.into_iter().find(|known| known.symbol() == word);
        let symbols = Operator::ALL.map(Operator::symbol);
        let operator = members.one_of("operator", known, &symbols, self);
        let count = members.whole("count", self);
        let unit = self.unit(members);
        Some(Window {
            operator: operator?,
            count: count?.1,
            unit: unit?,
        })
    }

    fn unit(&mut self, members: &mut Members<'_>) -> Option<Unit> {
        let known = |word: &str| {
            let spelled = |unit: &Unit| [unit.words().0, unit.words().1].contains(&word);
            Unit::ALL.into_iter().find(spelled)
        };
        members.one_of("unit", known, &Unit::ALL.map(|unit| unit.words().0), self)
    }

    /// `{"nodeType": "chain", "events": .., "steps": [step, ..]}`
    pub(super) fn chain(&mut self, members: &mut Members<'_>) -> Option<Kind> {
        let list = members.node("events", self);
        let all = members.list("steps", self)?;
        if all.is_empty() {
            let message = "A chain has at least one step.";
            self.report(crate::Diagnostic::error(members.place("steps"), message));
            return None;
        }
        let steps: Vec<_> = all.iter().map(|step| self.step(step)).collect();
        let steps = steps.into_iter().collect::<Option<_>>()?;
        let key = crate::syntax::Key {
            span: members.span(),
            text: "timestamp".to_owned(),
        };
        Some(Kind::Chain {
            list: Box::new(list?),
            moment: Box::new(Node::new(members.span(), Kind::Path(vec![key]))),
            steps,
        })
    }

    /// `{"nodeType": "step", "label": "A", "what": .., "when": [..], "count": 2}`
    fn step(&mut self, json: &Json) -> Option<Step> {
        let (kind, mut members) = self.open(json)?;
        if kind != "step" {
            self.unknown(&members, "A `step` is expected here, and not", &kind, ["step"]);
            return None;
        }
        let label = members.text("label", self);
        let what = members.node("what", self);
        let when = members.optional_list("when", self);
        let when = when.map(|when| when.iter().map(|when| self.when(when)).collect::<Vec<_>>());
        let counted = members.get("count").is_some();
        let count = if counted {
            members.whole("count", self).map(Some)
        } else {
            Some(None)
        };
        members.finish(self);
        let label = label?;
        if !is_name(&label.text) {
            return self.refuse_name(label.span, misnamed(&label.text));
        }
        Some(Step {
            label,
            what: what?,
            when: when?.into_iter().collect::<Option<_>>()?,
            count: count?,
        })
    }
}
