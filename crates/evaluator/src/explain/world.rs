//! The oracle, asked about any part of a predicate at any instant.

use super::clause::{EventName, Flip};
use crate::evaluate;
use crate::oracle::{Around as Scoped, EventView, Oracle, Outcome, Scope, View};
use crate::rules::Rules;
use crate::state::State;
use jiff::tz::TimeZone;
use model::{Duration, SegmentId, Timestamp};
use pql::value::Datum;
use pql::{Expression, Program};
use std::cell::{Cell, RefCell};
use std::collections::{BTreeSet, HashMap};
use std::rc::Rc;
use xdm::Value;

/// How often one outcome is looked at again.
const STEPS: usize = 1_000;
/// How far ahead is looked.
const HORIZON: Duration = Duration::days(10 * 366);
/// How many looks at events one explanation may take, about: seconds of work.
const LOOKS: u64 = 10_000_000;
/// How many outcomes of other segments are remembered.
const REMEMBERED: usize = 100_000;

/// A profile under rules, as time passes and nothing arrives.
pub(super) struct World<'a> {
    pub(super) rules: &'a Rules,
    pub(super) state: &'a State,
    pub(super) now: Timestamp,
    pub(super) zone: &'a TimeZone,
    pub(super) events: Vec<EventView<'a>>,
    opted_out: bool,
    /// The segments that are referred to, directly or not, each after those it refers to: places in the rules.
    referred: Vec<usize>,
    standings: RefCell<HashMap<Timestamp, Standings>>,
    left: Cell<u64>,
}

/// For each of the segments referred to whether it holds, and until when that is certain of it and of all below it.
type Standings = Rc<[Outcome]>;

/// The values named around a part: name and value, the innermost last.
pub(super) type Lets<'a> = [(&'a str, &'a Expression)];

/// One asking.
pub(super) struct Seen<'v, 'a: 'v> {
    pub(super) oracle: Oracle<'v>,
    world: &'v World<'a>,
}

impl<'a> World<'a> {
    pub(super) fn new(rules: &'a Rules, state: &'a State, program: &'a Program, now: Timestamp) -> Self {
        Self {
            rules,
            state,
            now,
            zone: program.zone(),
            events: evaluate::seen(rules, state),
            opted_out: xdm::opted_out(state.attributes()),
            referred: referred(rules, program),
            standings: RefCell::default(),
            left: Cell::new(LOOKS),
        }
    }

    /// What the oracle answers at an instant, and until when that is certain, the segments that were asked for included.
    pub(super) fn ask<R>(
        &self,
        at: Timestamp,
        question: impl for<'v> FnOnce(&Seen<'v, 'a>) -> R,
    ) -> (R, Timestamp) {
        let certain = Cell::new(Timestamp::MAX);
        let member = |id: &SegmentId| {
            let standing = self.standing(id, at);
            standing.is_some_and(|Outcome { holds, until }| {
                certain.set(certain.get().min(until));
                holds
            })
        };
        let view = self.view(at, &member);
        let seen = Seen {
            oracle: Oracle::new(&view, self.zone),
            world: self,
        };
        let answer = question(&seen);
        (answer, seen.oracle.clock.horizon().min(certain.get()))
    }

    /// The outcome of a condition alone.
    pub(super) fn outcome(&self, condition: &'a Expression, lets: &Lets<'a>, at: Timestamp) -> Outcome {
        let (holds, until) = self.ask(at, |seen| {
            seen.within(lets, &mut |around| seen.oracle.holds(condition, around))
        });
        Outcome { holds, until }
    }

    /// When an outcome is the opposite. `of` is what is asked, for what it costs.
    pub(super) fn flip(&self, of: &[&Expression], now: Outcome, then: impl Fn(Timestamp) -> Outcome) -> Flip {
        let cost = self.cost(of);
        // So much that what is asked later has its share too.
        let spare = self.left.get() / 8 * 7;
        let mut until = now.until;
        for _ in 0..STEPS {
            if until == Timestamp::MAX {
                return Flip::Never;
            }
            let left = self.left.get().saturating_sub(cost);
            if until > self.now + HORIZON || left < spare {
                break;
            }
            self.left.set(left);
            let next = then(until);
            if next.holds != now.holds {
                return Flip::At(until);
            }
            until = next.until;
        }
        Flip::NotBefore(until)
    }

    /// What an event is called.
    pub(super) fn name(&self, event: usize) -> EventName {
        let known = &self.state.profile.events[event];
        let event_type = match self.events[event].value.get(&["eventType"]) {
            Some(Value::String(text)) => Some(text.to_string()),
            _ => None,
        };
        EventName {
            id: known.id.to_string(),
            dataset: known.dataset.clone(),
            event_type,
            timestamp: known.timestamp,
        }
    }

    /// Which event it is, if it is one.
    pub(super) fn number(&self, item: &Datum<'_>) -> Option<usize> {
        let Datum::Event { value, .. } = item else {
            return None;
        };
        // Their bodies stand in one list, so their addresses ascend.
        let address = |value: &Value| std::ptr::from_ref(value).addr();
        self.events
            .binary_search_by_key(&address(value), |event| address(event.value))
            .ok()
    }

    fn view<'v>(&'v self, now: Timestamp, in_segment: &'v dyn Fn(&SegmentId) -> bool) -> View<'v> {
        evaluate::view(self.rules, self.state, &self.events, now, in_segment)
    }

    /// Where the profile stands in a segment at an instant; `None` if it is not in force.
    fn standing(&self, id: &SegmentId, at: Timestamp) -> Option<Outcome> {
        let place = self.rules.position(id)?;
        let number = self.referred.binary_search(&place).ok()?;
        let known = self.standings.borrow().get(&at).cloned();
        let standings = known.unwrap_or_else(|| {
            let standings = self.standings_at(at);
            let mut known = self.standings.borrow_mut();
            if known.len() * self.referred.len() > REMEMBERED {
                known.clear();
            }
            known.insert(at, Rc::clone(&standings));
            standings
        });
        Some(standings[number])
    }

    fn standings_at(&self, at: Timestamp) -> Standings {
        let mut outcomes: Vec<Outcome> = Vec::with_capacity(self.referred.len());
        for place in &self.referred {
            let segment = &self.rules.segments()[*place];
            let certain = Cell::new(Timestamp::MAX);
            let member = |id: &SegmentId| {
                let number = self
                    .rules
                    .position(id)
                    .and_then(|at| self.referred.binary_search(&at).ok());
                let standing = number.and_then(|number| outcomes.get(number));
                standing.is_some_and(|Outcome { holds, until }| {
                    certain.set(certain.get().min(*until));
                    *holds
                })
            };
            let Outcome { holds, until } =
                evaluate::outcome(segment, &self.view(at, &member), self.opted_out);
            let until = until.min(certain.get());
            outcomes.push(Outcome { holds, until });
        }
        outcomes.into()
    }

    /// How many looks at events one asking takes at most, about.
    fn cost(&self, of: &[&Expression]) -> u64 {
        let events = self.events.len() as u64 + 1;
        let one = |of: &Expression| events.saturating_pow(loops(of));
        let own = of.iter().map(|of| one(of)).fold(0, u64::saturating_add);
        if !of.iter().any(|of| refers(of)) {
            return own;
        }
        let segments = self.referred.iter().map(|place| &self.rules.segments()[*place]);
        segments
            .map(|segment| one(segment.program.condition()))
            .fold(own, u64::saturating_add)
    }
}

impl<'v, 'a: 'v> Seen<'v, 'a> {
    /// Asks where these values are named.
    pub(super) fn within<R>(
        &self,
        lets: &Lets<'a>,
        question: &mut dyn for<'s> FnMut(Scoped<'s, 'v>) -> R,
    ) -> R {
        self.under(None, lets, question)
    }

    fn under<R>(
        &self,
        around: Scoped<'_, 'v>,
        lets: &Lets<'a>,
        question: &mut dyn for<'s> FnMut(Scoped<'s, 'v>) -> R,
    ) -> R {
        let Some(((_, value), rest)) = lets.split_first() else {
            return question(around);
        };
        let item = &self.oracle.value(value, around);
        self.under(Some(&Scope { item, outer: around }), rest, question)
    }

    /// An event as an item.
    pub(super) fn event(&self, number: usize) -> Datum<'v> {
        let EventView { timestamp, value, .. } = self.world.events[number];
        Datum::Event { timestamp, value }
    }
}

/// The segments that a program refers to, and those that these refer to: places in the rules, ascending.
fn referred(rules: &Rules, program: &Program) -> Vec<usize> {
    let mut found = BTreeSet::new();
    let mut open = program.segments();
    while let Some(id) = open.pop() {
        if let Some(place) = rules.position(&id)
            && found.insert(place)
        {
            open.extend(rules.segments()[place].program.segments());
        }
    }
    found.into_iter().collect()
}

/// How deep lists are looked at within lists.
fn loops(of: &Expression) -> u32 {
    let deepest = |parts: &[&Expression]| parts.iter().map(|part| loops(part)).max().unwrap_or(0);
    let parts = of.parts();
    match of {
        Expression::Events => 1,
        Expression::Each { .. } => 1 + deepest(&parts),
        Expression::Filter { .. } | Expression::Quantifier { .. } | Expression::Chain { .. } => {
            loops(parts[0]).max(1 + deepest(&parts[1..]))
        }
        _ => deepest(&parts),
    }
}

fn refers(of: &Expression) -> bool {
    matches!(of, Expression::InSegment(_)) || of.parts().into_iter().any(refers)
}
