//! What is asked of a list: which of its items count, and of how many each part of the condition holds.

use super::clause::{Clause, Item, Items, Said};
use super::condition::Around;
use super::shown::shown;
use super::world::{Seen, World};
use crate::oracle::{Around as Scoped, Outcome, Scope};
use pql::value::Datum;
use pql::{Expression, Place};
use std::ops::ControlFlow;

/// The most items that are shown of a list.
pub(super) const SHOWN: usize = 10;

/// A list, and what is asked of its items.
#[derive(Clone, Copy)]
struct Asked<'a> {
    list: &'a Expression,
    /// The item's name, and what must hold of it.
    condition: Option<(Option<&'a str>, &'a Expression)>,
    /// Whether those count of which it does not hold.
    against: bool,
}

impl<'a> Asked<'a> {
    fn of(part: &'a Expression) -> Self {
        match part {
            Expression::Filter {
                list,
                variable,
                condition,
            } => Self {
                list,
                condition: Some((variable.as_deref(), condition)),
                against: false,
            },
            Expression::Quantifier {
                every,
                variable,
                list,
                condition,
            } => Self {
                list,
                condition: condition
                    .as_deref()
                    .map(|condition| (Some(variable.as_str()), condition)),
                against: *every,
            },
            list => Self {
                list,
                condition: None,
                against: false,
            },
        }
    }

    fn counts<'v>(&self, seen: &Seen<'v, 'a>, item: &Datum<'v>, around: Scoped<'_, 'v>) -> bool
    where
        'a: 'v,
    {
        let condition = self.condition.map(|(_, condition)| condition);
        seen.oracle.holds_of(condition, item, around) != self.against
    }
}

impl<'a> World<'a> {
    /// Tells a clause over a list its items, and what they are asked. `each` is what is taken of each.
    pub(super) fn fill_items(
        &self,
        clause: &mut Clause,
        part: &'a Expression,
        each: Option<&'a Expression>,
        around: &Around<'a>,
        place: Option<&Place>,
    ) {
        let asked = Asked::of(part);
        let under = |number: usize| place.and_then(|place| place.part(number));
        let mut items = Items {
            events: is_of_events(asked.list),
            of: 0,
            counting: 0,
            against: asked.against,
            shown: Vec::new(),
            more: 0,
        };
        let ((numbers, told), _) = self.ask(self.now, |seen| {
            seen.within(&around.lets, &mut |scope| {
                let all = items_of(seen, asked.list, scope);
                let mut counting: Vec<_> = all
                    .iter()
                    .filter(|item| asked.counts(seen, item, scope))
                    .collect();
                items.of = all.len();
                items.events |= all.first().is_some_and(|item| self.number(item).is_some());
                items.counting = counting.len();
                if counting.first().is_some_and(|item| self.number(item).is_some()) {
                    counting.reverse();
                }
                counting.truncate(SHOWN);
                items.shown = counting
                    .iter()
                    .map(|item| self.item(seen, item, each, scope))
                    .collect();
                let numbers: Vec<_> = counting.iter().map(|item| self.number(item)).collect();
                let told = asked.condition.map_or_else(Vec::new, |(name, condition)| {
                    let mut names = around.names();
                    names.push(name);
                    self.asked_of_items(seen, condition, &all, scope, (&names, under(1)))
                });
                (numbers, told)
            })
        });
        if is_of_events(asked.list) {
            for (item, number) in items.shown.iter_mut().zip(numbers) {
                item.until = number.map(|number| self.stays(asked, number, around));
            }
        }
        items.more = items.counting - items.shown.len();
        clause.items = Some(items);
        let below = match asked.list {
            Expression::Events | Expression::Field(_) | Expression::Literal(_) => None,
            // A list of which nothing is asked is the part itself.
            list if std::ptr::eq(list, part) => Some(self.value(list, around, place)),
            list => Some(self.value(list, around, under(0))),
        };
        clause.parts = match below {
            // What is told item by item is not told again, only what it is made of.
            Some(same) if same.text == clause.text => same.parts,
            below => below.into_iter().chain(told).collect(),
        };
    }

    /// The parts of a condition on items, each with how many it holds of. A condition of one part says no more than the
    /// number of items that count.
    pub(super) fn asked_of_items<'v>(
        &self,
        seen: &Seen<'v, 'a>,
        condition: &'a Expression,
        items: &[Datum<'v>],
        around: Scoped<'_, 'v>,
        (names, place): (&[Option<&'a str>], Option<&Place>),
    ) -> Vec<Clause>
    where
        'a: 'v,
    {
        let (Expression::And(all) | Expression::Or(all)) = condition else {
            return Vec::new();
        };
        let part = |(at, part): (usize, &'a Expression)| {
            let place = place.and_then(|place| place.part(at));
            let holding: Vec<_> = items
                .iter()
                .filter(|item| seen.oracle.holds_of(Some(part), item, around))
                .collect();
            let said = Said::OfItems {
                holding: holding.len(),
                of: items.len(),
                last: holding.last().map(|item| self.item(seen, item, None, around)),
            };
            let text = pql::print::part(part, names).to_string();
            let span = place.map(|place| place.span);
            Clause {
                parts: self.asked_of_items(seen, part, items, around, (names, place)),
                ..Clause::new(super::condition::kind(part), text, span, said)
            }
        };
        all.iter().enumerate().map(part).collect()
    }

    pub(super) fn item<'v>(
        &self,
        seen: &Seen<'v, 'a>,
        item: &Datum<'v>,
        each: Option<&'a Expression>,
        around: Scoped<'_, 'v>,
    ) -> Item
    where
        'a: 'v,
    {
        let show = |found: &Datum<'v>| shown(found, &seen.oracle.clock, self.zone);
        let event = self.number(item).map(|number| self.name(number));
        let taken = each.map(|each| match each {
            Expression::Each { body, .. } => {
                let scope = Scope { item, outer: around };
                show(&seen.oracle.value(body, Some(&scope)))
            }
            _ => None,
        });
        Item {
            value: match event {
                Some(_) => None,
                None => Some(show(item).unwrap_or_else(|| "null".to_owned())),
            },
            event,
            taken,
            until: None,
        }
    }

    /// When an event that counts ceases to.
    fn stays(&self, asked: Asked<'a>, number: usize, around: &Around<'a>) -> super::Flip {
        let then = |at| {
            let (holds, until) = self.ask(at, |seen| {
                seen.within(&around.lets, &mut |scope| {
                    let item = seen.event(number);
                    seen.oracle.stays(asked.list, &item, scope) && asked.counts(seen, &item, scope)
                })
            });
            Outcome { holds, until }
        };
        let condition = asked.condition.map(|(_, condition)| condition);
        let of: Vec<_> = [asked.list].into_iter().chain(condition).collect();
        self.flip(&of, then(self.now), then)
    }
}

/// The items of a list at the instant of an asking.
pub(super) fn items_of<'v, 'a: 'v>(
    seen: &Seen<'v, 'a>,
    list: &'a Expression,
    around: Scoped<'_, 'v>,
) -> Vec<Datum<'v>> {
    let mut items = Vec::new();
    let taken = seen.oracle.visit(list, around, &|_| true, &mut |item| {
        items.push(item);
        ControlFlow::Continue(())
    });
    debug_assert!(taken.is_continue(), "all were taken");
    items
}

/// Whether it is the events, with or without filters.
pub(super) fn is_of_events(list: &Expression) -> bool {
    match list {
        Expression::Events => true,
        Expression::Filter { list, .. } => is_of_events(list),
        _ => false,
    }
}
