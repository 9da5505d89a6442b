//! The law: what is found change by change is what evaluating everything from nothing finds, at every instant.
//!
//! A life is random: segments, records, events that are late, of the future, or sent twice, time that passes, joins, rules
//! that are edited, and restarts. The model beside it looks at every millisecond, asks the oracle about every segment, and
//! notes what differs from the millisecond before.

mod model;
mod plan;

use self::model::Model;
use self::plan::{Act, Life, eventful, life};
use crate::audit::finds_nothing;
use crate::person::{Person, at, definitions, rules, segment};
use ::model::{Body, DatasetId, Definitions, RulesVersion, SegmentNo, Status, Timestamp};
use evaluator::{Change, Decided, State};
use proptest::prelude::*;
use std::mem;

/// A transition: when, of which segment, to which status.
type Turn = (Timestamp, SegmentNo, Status);

proptest! {
    #![proptest_config(ProptestConfig { cases: ProptestConfig::default().cases.max(1_000), max_shrink_iters: 20_000, ..ProptestConfig::default() })]

    #[test]
    fn change_by_change_is_what_everything_from_nothing_is(life in life()) {
        let (found, expected) = live(&life);
        prop_assert_eq!(found, expected);
    }

    #[test]
    fn events_that_matter_to_the_oracle_are_all_it_needs(life in eventful()) {
        let (found, expected) = live(&life);
        prop_assert_eq!(found, expected);
    }
}

/// What was known of the object's members goes before what the list's items say of the same path.
#[test]
fn a_list_takes_the_place_of_an_object() {
    let rule = "at.kind.intersects([\"a\"])";
    let definitions = definitions(vec![segment(0, "s0", rule)], Vec::new());
    let mut person = Person::new(&definitions);
    let mut found = Vec::new();
    for (ms, at) in [
        (0, r#"{"kind": "a"}"#),
        (1, r#"[{"kind": "a"}]"#),
        (2, r#"{"kind": ["a"]}"#),
        (3, "7"),
    ] {
        let record = format!(r#"{{"identityMap": {{"crm": [{{"id": "1"}}]}}, "at": {at}}}"#);
        found.extend(turns(post(&mut person, ms, &record)));
    }
    let it = SegmentNo(0);
    assert_eq!(
        found,
        [(at(1), it, Status::Realized), (at(3), it, Status::Exited)]
    );
}

/// More events leave the window before the bound is crossed than are looked ahead at.
#[test]
fn an_exit_behind_many_expiries_is_not_missed() {
    let rule = "xEvent[timestamp occurs < 150 milliseconds before now].count() >= 3";
    let definitions = definitions(vec![segment(0, "s0", rule)], Vec::new());
    let mut person = Person::new(&definitions);
    let mut found = Vec::new();
    for ms in 0..100 {
        let event = format!(
            r#"{{"_id": "e{ms}", "eventType": "it", "timestamp": "{}", "identityMap": {{"crm": [{{"id": "1"}}]}}}}"#,
            at(ms)
        );
        found.extend(turns(post(&mut person, ms, &event)));
    }
    found.extend(turns(person.pass(1_000)));
    let it = SegmentNo(0);
    let expected = [(at(2), it, Status::Realized), (at(97 + 150), it, Status::Exited)];
    assert_eq!(found, expected);
}

/// A month after January 30 and after January 31 is the same day, so the later event leaves the window before the other.
#[test]
fn events_leave_a_month_out_of_order() {
    let rule = "xEvent[timestamp occurs < 1 month before now].count() >= 2";
    let definitions = definitions(vec![segment(0, "s0", rule)], Vec::new());
    let mut person = Person::new(&definitions);
    let mut found = Vec::new();
    for (id, timestamp) in [(1, "2023-01-30T23:00:00Z"), (2, "2023-01-31T01:00:00Z")] {
        let event = format!(
            r#"{{"_id": "e{id}", "eventType": "it", "timestamp": "{timestamp}", "identityMap": {{"crm": [{{"id": "1"}}]}}}}"#
        );
        found.extend(turns(post(&mut person, instant(timestamp), &event)));
    }
    found.extend(turns(person.pass(instant("2023-03-10T00:00:00Z"))));
    let exited = at(instant("2023-02-28T01:00:00Z"));
    assert_eq!(found.last(), Some(&(exited, SegmentNo(0), Status::Exited)));
}

fn instant(text: &str) -> i64 {
    Timestamp::parse(text).expect("an instant").millis()
}

/// Lives a life; gives the transitions of the evaluator and of the model.
fn live(life: &Life) -> (Vec<Turn>, Vec<Turn>) {
    let mut definitions = Definitions {
        retention: life.retention,
        ..definitions(life.segments.clone(), Vec::new())
    };
    let mut people = [Person::with_id(&definitions, 1), Person::with_id(&definitions, 2)];
    let mut models = [Model::default(), Model::default()];
    let mut found = [Vec::new(), Vec::new()];
    let (mut now, mut joined) = (0, false);
    for (pause, who, act) in &life.acts {
        let who = if joined { 0 } else { *who };
        for person in &people {
            finds_nothing(person, now);
        }
        now += pause;
        // The evaluator goes from due to due; the model to every millisecond.
        for (person, model) in people.iter().zip(&mut models) {
            model.pass(person, now);
        }
        let [one, other] = &mut people;
        let person = if who == 0 { &mut *one } else { &mut *other };
        match act {
            Act::Wait => {
                found[who].extend(turns(person.pass(now)));
                continue;
            }
            Act::Restart => {
                restart(person);
                continue;
            }
            Act::Post(entity) => found[who].extend(turns(post(person, now, entity))),
            Act::Join(entity) => {
                found[0].extend(turns(one.pass(now)));
                found[1].extend(turns(other.pass(now)));
                let empty = Person::with_id(&definitions, 3).state;
                let theirs = mem::replace(&mut other.state, empty);
                let (survivor, absorbed) = models.split_at_mut(1);
                survivor[0].absorb(&mut absorbed[0]);
                found[0].extend(turns(one.arrive("d", now, entity, vec![theirs])));
                joined = true;
            }
            Act::Publish(no, expression) => {
                definitions.version = RulesVersion(definitions.version.0 + 1);
                definitions.published_at = at(now);
                let segment = &mut definitions.segments[*no];
                segment.expression.clone_from(expression);
                segment.changed_in = definitions.version;
                for (person, found) in [one, other].into_iter().zip(&mut found) {
                    found.extend(turns(person.pass(now)));
                    person.rules = rules(&definitions);
                    found.extend(turns(person.decide(now, Change::Visit)));
                }
                for (person, model) in people.iter().zip(&mut models) {
                    model.look(person, now);
                }
                continue;
            }
        }
        models[if joined { 0 } else { who }].look(&people[if joined { 0 } else { who }], now);
    }
    now += plan::SPAN;
    for (who, (person, model)) in people.iter_mut().zip(&mut models).enumerate() {
        model.pass(person, now);
        found[who].extend(turns(person.pass(now)));
        finds_nothing(person, now);
    }
    let [first, second] = found;
    let [one, other] = models;
    let all = |a: Vec<Turn>, b: Vec<Turn>| a.into_iter().chain(b).collect();
    (all(first, second), all(one.turns, other.turns))
}

/// As on the way in, an event that the person has already changes nothing but that time has passed.
fn post(person: &mut Person, now: i64, entity: &str) -> Vec<Decided> {
    let dataset = DatasetId::new("d").expect("an id");
    let message = xdm::parse_entity(entity.as_bytes(), &dataset).expect("a good entity");
    let mut decided = person.pass(now);
    let is_known = match &message.body {
        Body::Event(event) => person
            .state
            .remembers(&dataset, &event.id, person.rules.retention, at(now)),
        Body::Record(_) => false,
    };
    if !is_known {
        decided.extend(person.arrive("d", now, entity, Vec::new()));
    }
    decided
}

/// What is kept is the rows alone.
fn restart(person: &mut Person) {
    let profile = person.state.profile.clone();
    person.state = State::new(profile);
}

fn turns(decided: Vec<Decided>) -> impl Iterator<Item = Turn> {
    let turns = decided.into_iter().flat_map(|decided| decided.step.transitions);
    turns.map(|turn| (turn.at, turn.segment, turn.status))
}
