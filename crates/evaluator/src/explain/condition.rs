//! What is asked of a condition: whether it holds, when it flips, and the same of its parts.

use super::clause::{Clause, Kind, Said, Standing};
use super::world::World;
use crate::oracle::Outcome;
use model::SegmentId;
use pql::{Expression, Function, Place};

/// The values named around a part, the innermost last.
#[derive(Clone, Default)]
pub(super) struct Around<'a> {
    pub(super) lets: Vec<(&'a str, &'a Expression)>,
}

impl<'a> Around<'a> {
    pub(super) fn and(&self, name: &'a str, value: &'a Expression) -> Self {
        let mut lets = self.lets.clone();
        lets.push((name, value));
        Self { lets }
    }

    /// What is in scope, as the printer wants to know it.
    pub(super) fn names(&self) -> Vec<Option<&'a str>> {
        self.lets.iter().map(|(name, _)| Some(*name)).collect()
    }
}

impl<'a> World<'a> {
    /// A part that is a condition.
    pub(super) fn condition(
        &self,
        part: &'a Expression,
        around: &Around<'a>,
        place: Option<&Place>,
    ) -> Clause {
        let outcome = self.outcome(part, &around.lets, self.now);
        let flips = self.flip(&[part], outcome, |at| self.outcome(part, &around.lets, at));
        let Outcome { holds, .. } = outcome;
        let said = Said::Condition { holds, flips };
        let mut clause = bare(kind(part), part, around, place, said);
        self.fill(&mut clause, part, around, place);
        if !clause.kind.joins() {
            clause.turns = self.turns(part, around, flips);
        }
        clause
    }

    fn fill(&self, clause: &mut Clause, part: &'a Expression, around: &Around<'a>, place: Option<&Place>) {
        let under = |number: usize| place.and_then(|place| place.part(number));
        let condition = |number: usize, part| self.condition(part, around, under(number));
        let value = |number: usize, part| self.value(part, around, under(number));
        match part {
            Expression::Not(inner) => clause.parts = vec![condition(0, inner)],
            Expression::And(all) | Expression::Or(all) => {
                clause.parts = all
                    .iter()
                    .enumerate()
                    .map(|(at, one)| condition(at, one))
                    .collect();
            }
            Expression::If {
                condition: asked,
                then,
                otherwise,
            } => {
                clause.parts = vec![
                    condition(0, asked).labelled("if"),
                    condition(1, then).labelled("then"),
                    condition(2, otherwise).labelled("else"),
                ];
            }
            Expression::Let {
                name,
                value: named,
                body,
            } => {
                let body = self.condition(body, &around.and(name, named), under(1));
                clause.parts = vec![value(0, named).labelled(name), body];
            }
            Expression::Compare { left, right, .. } => clause.parts = vec![value(0, left), value(1, right)],
            Expression::Occurs { .. } => {
                let dates = part.parts().into_iter().enumerate();
                let told = dates.filter(|(_, date)| !is_now(date));
                clause.parts = told.map(|(at, date)| value(at, date)).collect();
            }
            Expression::Quantifier { .. } | Expression::Filter { .. } | Expression::Events => {
                self.fill_items(clause, part, None, around, place);
            }
            Expression::Chain { events, steps } => {
                clause.links = self.links(events, steps, around);
                if !matches!(**events, Expression::Events) {
                    clause.parts = vec![value(0, events)];
                }
            }
            Expression::InSegment(id) => clause.segment = Some(self.stands_in(id)),
            Expression::Call { .. } => clause.parts = self.arguments(part, around, place),
            Expression::Literal(_) => {}
            other => clause.parts = vec![self.value(other, around, place)],
        }
    }

    /// A value with a name, and what is said of it as a value.
    pub(super) fn named_value(
        &self,
        (name, named, body): (&'a str, &'a Expression, &'a Expression),
        around: &Around<'a>,
        place: Option<&Place>,
    ) -> Vec<Clause> {
        let under = |number: usize| place.and_then(|place| place.part(number));
        let body = self.value(body, &around.and(name, named), under(1));
        vec![self.value(named, around, under(0)).labelled(name), body]
    }

    fn stands_in(&self, id: &SegmentId) -> Standing {
        let segment = self.rules.position(id).map(|place| &self.rules.segments()[place]);
        Standing {
            id: id.clone(),
            name: segment.map(|segment| segment.name.clone()),
            stored: segment.and_then(|segment| self.state.membership(segment.no).copied()),
        }
    }
}

/// A clause of which no more is said than this.
pub(super) fn bare(
    kind: Kind,
    part: &Expression,
    around: &Around<'_>,
    place: Option<&Place>,
    said: Said,
) -> Clause {
    let text = pql::print::part(part, &around.names()).to_string();
    Clause::new(kind, text, place.map(|place| place.span), said)
}

pub(super) fn kind(part: &Expression) -> Kind {
    match part {
        Expression::Not(_) => Kind::Not,
        Expression::And(_) => Kind::And,
        Expression::Or(_) => Kind::Or,
        Expression::If { .. } => Kind::If,
        Expression::Let { .. } => Kind::Let,
        Expression::Compare { .. } => Kind::Compare,
        Expression::Quantifier { every: false, .. } => Kind::Exists,
        Expression::Quantifier { .. } => Kind::Forall,
        Expression::Filter { .. } | Expression::Events => Kind::List,
        Expression::Call { .. } => Kind::Call,
        Expression::Occurs { .. } => Kind::Occurs,
        Expression::Chain { .. } => Kind::Chain,
        Expression::InSegment(_) => Kind::InSegment,
        _ => Kind::Value,
    }
}

fn is_now(date: &Expression) -> bool {
    matches!(date, Expression::Call { function, .. } if function.name == "now" && Function::is_word(function))
}
