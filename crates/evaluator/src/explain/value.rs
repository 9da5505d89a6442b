//! What is asked of a value: what it is, and what it is made of.

use super::clause::{Clause, Kind, Said};
use super::condition::{Around, bare, kind};
use super::shown::shown;
use super::world::World;
use pql::{Expression, Place};

impl<'a> World<'a> {
    /// A part that is a value.
    pub(super) fn value(&self, part: &'a Expression, around: &Around<'a>, place: Option<&Place>) -> Clause {
        if part.is_condition() {
            return self.condition(part, around, place);
        }
        let under = |number: usize| place.and_then(|place| place.part(number));
        let value = self.value_of(part, around);
        let mut clause = bare(kind(part), part, around, place, Said::Value { value });
        match part {
            Expression::Events | Expression::Filter { .. } => {
                self.fill_items(&mut clause, part, None, around, place);
            }
            Expression::If {
                condition,
                then,
                otherwise,
            } => {
                clause.parts = vec![
                    self.condition(condition, around, under(0)).labelled("if"),
                    self.value(then, around, under(1)).labelled("then"),
                    self.value(otherwise, around, under(2)).labelled("else"),
                ];
            }
            Expression::Let { name, value, body } => {
                clause.parts = self.named_value((name, value, body), around, place);
            }
            Expression::Call { .. } => clause.parts = self.arguments(part, around, place),
            _ => clause.parts = self.told(part, around, place),
        }
        clause
    }

    /// What a function is given. A list of which it takes something of each item, or of events, is told item by item.
    pub(super) fn arguments(
        &self,
        call: &'a Expression,
        around: &Around<'a>,
        place: Option<&Place>,
    ) -> Vec<Clause> {
        let Expression::Call { arguments, .. } = call else {
            return Vec::new();
        };
        let each = arguments
            .iter()
            .find(|argument| matches!(argument, Expression::Each { .. }));
        let Some((list, each)) = arguments.first().zip(each) else {
            return self.told(call, around, place);
        };
        let under = place.and_then(|place| place.part(0));
        let value = self.value_of(list, around);
        let mut told = bare(Kind::List, list, around, under, Said::Value { value });
        self.fill_items(&mut told, list, Some(each), around, under);
        vec![told]
    }

    /// What a value is made of, if that says more than the value: no literals, and no values within what is shown whole.
    fn told(&self, part: &'a Expression, around: &Around<'a>, place: Option<&Place>) -> Vec<Clause> {
        let parts = part.parts().into_iter().enumerate();
        let told = parts.filter(|(_, part)| {
            let word =
                matches!(part, Expression::Call { arguments, function } if arguments.is_empty() && function.is_word());
            !word && !matches!(part, Expression::Literal(_) | Expression::Pattern(_) | Expression::Each { .. })
        });
        let under = |number: usize| place.and_then(|place| place.part(number));
        told.map(|(at, part)| self.value(part, around, under(at)))
            .collect()
    }

    /// What a value is; of events how many they are.
    fn value_of(&self, part: &'a Expression, around: &Around<'a>) -> Option<String> {
        let (value, _) = self.ask(self.now, |seen| {
            seen.within(&around.lets, &mut |around| {
                let found = seen.oracle.value(part, around);
                let events = found.items().map(|items| {
                    let all: Vec<_> = items.collect();
                    let events = all.iter().filter(|item| self.number(item).is_some()).count();
                    (events > 0 && events == all.len()).then_some(events)
                });
                match events.flatten() {
                    Some(1) => Some("1 event".to_owned()),
                    Some(events) => Some(format!("{events} events")),
                    None => shown(&found, &seen.oracle.clock, self.zone),
                }
            })
        });
        value
    }
}
