//! Which events make a clause flip: those that begin or cease to count at that instant.

use super::clause::{Flip, Turn, Why};
use super::condition::Around;
use super::items::items_of;
use super::world::{Seen, World};
use crate::oracle::Around as Scoped;
use model::{Duration, Timestamp};
use pql::value::Datum;
use pql::{Expression, Field, Root};
use std::collections::BTreeSet;

/// The most events that are named.
const NAMED: usize = 3;

/// Where a clause looks at events.
#[derive(Clone)]
struct Source<'a> {
    list: &'a Expression,
    wanted: Wanted<'a>,
    around: Around<'a>,
}

#[derive(Clone, Copy)]
enum Wanted<'a> {
    All,
    Such(&'a str, &'a Expression),
    Step(&'a pql::Link),
}

impl<'a> World<'a> {
    /// The events that begin or cease to count where a clause looks, at the instant it flips; some of them.
    pub(super) fn turns(&self, part: &'a Expression, around: &Around<'a>, flips: Flip) -> Vec<Turn> {
        let Flip::At(then) = flips else {
            return Vec::new();
        };
        let mut sources = Vec::new();
        look(part, around, &mut sources);
        let mut turns: Vec<Turn> = Vec::new();
        for source in &sources {
            let (before, after) = (
                self.counting(source, just_before(then)),
                self.counting(source, then),
            );
            for (events, begins) in [(&before - &after, false), (&after - &before, true)] {
                for event in events {
                    let turn = Turn {
                        event: self.name(event),
                        begins,
                        why: self.why(source, event, begins, then),
                    };
                    if turns.len() < NAMED && !turns.contains(&turn) {
                        turns.push(turn);
                    }
                }
            }
        }
        turns
    }

    /// The events that count for a source at an instant.
    fn counting(&self, source: &Source<'a>, at: Timestamp) -> BTreeSet<usize> {
        let (events, _) = self.ask(at, |seen| {
            seen.within(&source.around.lets, &mut |scope| {
                let items = items_of(seen, source.list, scope);
                let wanted = items.iter().filter(|item| source.wants(seen, item, scope));
                wanted.filter_map(|item| self.number(item)).collect()
            })
        });
        events
    }

    fn why(&self, source: &Source<'a>, event: usize, begins: bool, then: Timestamp) -> Why {
        let view = &self.events[event];
        if begins && view.timestamp == then {
            return Why::Happens;
        }
        if !begins {
            let known = &self.state.profile.events[event];
            if known.valid_until == Some(then) {
                return Why::ValidUntil;
            }
            if known.timestamp + self.rules.retention_of(&known.dataset) == then {
                return Why::Retention;
            }
        }
        let mut asked = Vec::new();
        source.conditions(&mut asked);
        let holds = |part: &'a Expression, at: Timestamp| {
            let (holds, _) = self.ask(at, |seen| {
                seen.within(&source.around.lets, &mut |scope| {
                    seen.oracle.holds_of(Some(part), &seen.event(event), scope)
                })
            });
            holds
        };
        let turned = asked
            .iter()
            .find(|(_, part)| holds(part, just_before(then)) != begins && holds(part, then) == begins);
        let mut names = source.around.names();
        let text = match (turned, source.wanted) {
            (Some((name, part)), _) => {
                names.push(*name);
                pql::print::part(part, &names).to_string()
            }
            (None, Wanted::Step(step)) => pql::print::step(step, &names).to_string(),
            (None, Wanted::Such(name, condition)) => {
                names.push(Some(name));
                pql::print::part(condition, &names).to_string()
            }
            (None, Wanted::All) => pql::print::part(source.list, &names).to_string(),
        };
        Why::Condition(text)
    }
}

impl<'a> Source<'a> {
    fn wants<'v>(&self, seen: &Seen<'v, 'a>, item: &Datum<'v>, around: Scoped<'_, 'v>) -> bool
    where
        'a: 'v,
    {
        match self.wanted {
            Wanted::All => true,
            Wanted::Such(_, condition) => seen.oracle.holds_of(Some(condition), item, around),
            Wanted::Step(step) => seen.oracle.is_about(step, item, around),
        }
    }

    /// The parts of what is asked of an event, each with the name it is called by.
    fn conditions(&self, found: &mut Vec<(Option<&'a str>, &'a Expression)>) {
        let mut list = self.list;
        while let Expression::Filter {
            list: inner,
            variable,
            condition,
        } = list
        {
            conjuncts(variable.as_deref(), condition, found);
            list = inner;
        }
        match self.wanted {
            Wanted::All => {}
            Wanted::Such(name, condition) => conjuncts(Some(name), condition, found),
            Wanted::Step(step) => conjuncts(None, &step.what, found),
        }
    }
}

fn conjuncts<'a>(
    name: Option<&'a str>,
    condition: &'a Expression,
    found: &mut Vec<(Option<&'a str>, &'a Expression)>,
) {
    match condition {
        Expression::And(all) => {
            for one in all {
                conjuncts(name, one, found);
            }
        }
        one => found.push((name, one)),
    }
}

/// The lists that a clause looks at, those within what is asked of items left out.
fn look<'a>(part: &'a Expression, around: &Around<'a>, found: &mut Vec<Source<'a>>) {
    let mut source = |list: &'a Expression, wanted: Wanted<'a>| {
        found.push(Source {
            list,
            wanted,
            around: around.clone(),
        });
    };
    match part {
        Expression::Events | Expression::Filter { .. } => source(part, Wanted::All),
        Expression::Quantifier {
            variable,
            list,
            condition,
            ..
        } => {
            let wanted = condition
                .as_deref()
                .map_or(Wanted::All, |condition| Wanted::Such(variable, condition));
            source(list, wanted);
        }
        Expression::Chain { events, steps } => {
            for step in steps {
                source(events, Wanted::Step(step));
            }
        }
        Expression::Let { name, value, body } => {
            look(value, around, found);
            look(body, &around.and(name, value), found);
        }
        // A value named around the clause; nothing else is in scope of it.
        Expression::Field(Field {
            root: Root::Item(item),
            ..
        }) => {
            let outer = around
                .lets
                .len()
                .checked_sub(item + 1)
                .map(|at| around.lets.split_at(at));
            if let Some((lets, [(_, value), ..])) = outer {
                let lets = lets.to_vec();
                look(value, &Around { lets }, found);
            }
        }
        Expression::Each { .. } => {}
        other => {
            for part in other.parts() {
                look(part, around, found);
            }
        }
    }
}

fn just_before(instant: Timestamp) -> Timestamp {
    instant - Duration::from_millis(1)
}
