//! What is asked of a chain: how far events follow each other, and which.

use super::clause::{Flip, Item, Link};
use super::condition::Around;
use super::items::{SHOWN, is_of_events, items_of};
use super::world::{Seen, World};
use crate::oracle::{Around as Scoped, Outcome, ends};
use model::Timestamp;
use pql::Expression;
use pql::value::Datum;
use std::collections::BTreeSet;

/// A step, and the events it is about.
struct Gone<'a, 'v> {
    step: &'a pql::Link,
    like: usize,
    found: Vec<(Timestamp, Datum<'v>)>,
    /// The instants at which its last event can lie, where the steps before are gone.
    ends: BTreeSet<Timestamp>,
}

/// An item, and which event it is.
type Found = (Item, Option<usize>);

impl<'a> World<'a> {
    /// The steps of a chain, each with the events of one way it is gone as far as it is: the latest.
    pub(super) fn links(
        &self,
        events: &'a Expression,
        steps: &'a [pql::Link],
        around: &Around<'a>,
    ) -> Vec<Link> {
        let (told, _) = self.ask(self.now, |seen| {
            seen.within(&around.lets, &mut |scope| {
                let all = items_of(seen, events, scope);
                let gone = go(seen, steps, &all, scope);
                let ways = way(seen, &gone);
                let told = gone.iter().zip(ways).map(|(step, way)| {
                    let shown = way.iter().take(SHOWN);
                    let matched = shown.map(|item| (self.item(seen, item, None, scope), self.number(item)));
                    let mut names = around.names();
                    names.push(None);
                    let parts = self.asked_of_items(seen, &step.step.what, &all, scope, (&names, None));
                    let link = Link {
                        text: pql::print::step(step.step, &around.names()).to_string(),
                        needs: step.step.count,
                        like: step.like,
                        in_time: step.found.len(),
                        reached: !step.ends.is_empty(),
                        matched: Vec::new(),
                        more: way.len().saturating_sub(SHOWN),
                        parts,
                    };
                    (link, matched.collect::<Vec<Found>>())
                });
                told.collect::<Vec<_>>()
            })
        });
        let timed = is_of_events(events);
        let whole = |((mut link, matched), step): ((Link, Vec<Found>), &'a pql::Link)| {
            let item = |(mut item, number): Found| {
                item.until = number
                    .filter(|_| timed)
                    .map(|number| self.stays_in_step(events, step, number, around));
                item
            };
            link.matched = matched.into_iter().map(item).collect();
            link
        };
        told.into_iter().zip(steps).map(whole).collect()
    }

    /// When an event ceases to be one that a step is about.
    fn stays_in_step(
        &self,
        events: &'a Expression,
        step: &'a pql::Link,
        number: usize,
        around: &Around<'a>,
    ) -> Flip {
        let then = |at| {
            let (holds, until) = self.ask(at, |seen| {
                seen.within(&around.lets, &mut |scope| {
                    let item = seen.event(number);
                    seen.oracle.stays(events, &item, scope) && seen.oracle.is_about(step, &item, scope)
                })
            });
            Outcome { holds, until }
        };
        self.flip(&[events, &step.what], then(self.now), then)
    }
}

/// Goes the steps one after the other, as the oracle does, and on where it stops.
fn go<'v, 'a: 'v>(
    seen: &Seen<'v, 'a>,
    steps: &'a [pql::Link],
    all: &[Datum<'v>],
    around: Scoped<'_, 'v>,
) -> Vec<Gone<'a, 'v>> {
    let oracle = &seen.oracle;
    let mut gone: Vec<Gone<'a, 'v>> = Vec::new();
    for step in steps {
        let timed = |item: &Datum<'v>| match item {
            Datum::Event { timestamp, .. } => Some((*timestamp, item.clone())),
            _ => None,
        };
        let about = all.iter().filter(|item| oracle.is_about(step, item, around));
        let mut found: Vec<_> = about.filter_map(timed).collect();
        found.sort_by_key(|(at, _)| *at);
        let times: Vec<Timestamp> = found.iter().map(|(at, _)| *at).collect();
        let ends = match gone.last() {
            None => ends(&times, step.count),
            Some(before) => {
                let follow = |last: &Timestamp| ends(&oracle.following(&times, step, *last), step.count);
                before.ends.iter().flat_map(follow).collect()
            }
        };
        let like = all
            .iter()
            .filter(|item| oracle.holds_of(Some(&step.what), item, around))
            .count();
        gone.push(Gone {
            step,
            like,
            found,
            ends,
        });
    }
    gone
}

/// The events of each step on one way: back from the latest end of the last step that is reached.
fn way<'v, 'a: 'v>(seen: &Seen<'v, 'a>, gone: &[Gone<'a, 'v>]) -> Vec<Vec<Datum<'v>>> {
    let mut ways = vec![Vec::new(); gone.len()];
    let reached = gone.iter().take_while(|step| !step.ends.is_empty()).count();
    let mut end = reached
        .checked_sub(1)
        .and_then(|last| gone[last].ends.last().copied());
    for at in (0..reached).rev() {
        let Some(last) = end else { break };
        let step = &gone[at];
        let times: Vec<Timestamp> = step.found.iter().map(|(at, _)| *at).collect();
        let near = |before: Timestamp| seen.oracle.following(&times, step.step, before);
        let before = at.checked_sub(1).and_then(|before| {
            let mut ends_before = gone[before].ends.iter().rev();
            ends_before.find(|before| ends(&near(**before), step.step.count).contains(&last))
        });
        let usable = match before {
            Some(before) => near(*before),
            None => times,
        };
        let up_to: Vec<_> = step
            .found
            .iter()
            .filter(|(at, _)| *at <= last && usable.contains(at))
            .collect();
        let first = up_to.len().saturating_sub(step.step.count);
        ways[at] = up_to[first..].iter().map(|(_, item)| item.clone()).collect();
        end = before.copied();
    }
    ways
}
