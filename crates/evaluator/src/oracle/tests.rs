//! The oracle against tables of cases, and against itself at every instant.

mod calendar;
mod functions;
mod horizon;
mod language;
mod lists;
mod missing;
mod numbers;
mod texts;
mod time;
mod typed;

use super::{EventView, Outcome, View, recompute};
use model::{Duration, SegmentId, Timestamp};
use pql::Program;
use xdm::Value;

/// 2023-11-14T22:13:20Z
const BASE: i64 = 1_700_000_000_000;

fn at(ms: i64) -> Timestamp {
    Timestamp::from_millis(BASE + ms)
}

fn json(text: &str) -> Value {
    Value::parse(text).expect("json")
}

fn program(text: &str) -> Program {
    let parsed = pql::parse(text);
    parsed
        .program
        .unwrap_or_else(|| panic!("{text}: {:#?}", parsed.diagnostics))
}

/// An event with `timestamp` and `valid_until` in milliseconds after [`BASE`].
#[derive(Debug)]
struct Happened {
    timestamp: i64,
    valid_until: Option<i64>,
    value: Value,
}

fn event(timestamp: i64, value: &str) -> Happened {
    Happened {
        timestamp,
        valid_until: None,
        value: json(value),
    }
}

/// What there is of a profile.
#[derive(Debug)]
struct Person {
    attributes: Value,
    identities: Value,
    events: Vec<Happened>,
    retention: Duration,
}

impl Person {
    fn with_attributes(text: &str) -> Self {
        let identities = json(r#"{"ecid": [{"id": "1"}, {"id": "2"}]}"#);
        Self {
            attributes: json(text),
            identities,
            events: Vec::new(),
            retention: Duration::days(90),
        }
    }

    fn with_events(events: Vec<Happened>) -> Self {
        Self {
            events,
            ..Self::with_attributes("{}")
        }
    }

    /// The outcome `ms` milliseconds after [`BASE`]; the person is in the segment `in` and in no other.
    fn outcome(&self, program: &Program, ms: i64) -> Outcome {
        let events: Vec<EventView<'_>> = self.events.iter().map(Happened::view).collect();
        let view = View {
            now: at(ms),
            retention: self.retention,
            attributes: &self.attributes,
            identities: &self.identities,
            events: &events,
            in_segment: &|id: &SegmentId| id.as_str() == "in",
        };
        recompute(program, &view)
    }

    fn holds(&self, text: &str) -> bool {
        self.outcome(&program(text), 0).holds
    }

    /// Checks each text against what it should be.
    fn check(&self, cases: &[(&str, bool)]) {
        for (text, expected) in cases {
            assert_eq!(self.holds(text), *expected, "{text}");
        }
    }
}

impl Happened {
    fn view(&self) -> EventView<'_> {
        EventView {
            timestamp: at(self.timestamp),
            valid_until: self.valid_until.map(at),
            value: &self.value,
        }
    }
}

#[test]
fn segments_are_asked() {
    let anyone = Person::with_attributes("{}");
    anyone.check(&[
        ("inSegment(\"in\")", true),
        ("inSegment(\"out\")", false),
        ("inSegment(\"in\") and not inSegment(\"out\")", true),
        ("true", true),
        ("not true", false),
    ]);
}

#[test]
fn operators_bind() {
    let person = Person::with_attributes(r#"{"t": true, "f": false}"#);
    person.check(&[
        ("t or t and f", true),
        ("(t or t) and f", false),
        ("not f and t", true),
        ("not (f and t)", true),
        ("not t or t", true),
        ("not (t or t)", false),
        ("not f and f", false),
        ("f and f or t", true),
        ("not f = false", false),
        ("!f and !(t and f)", true),
    ]);
}

/// A bare name in `where` is not the event's.
#[test]
fn names_belong_to_their_scope() {
    let person = Person {
        events: vec![event(-10, r#"{"n": 1, "s": {"n": 5}}"#), event(-5, r#"{"n": 2}"#)],
        ..Person::with_attributes(r#"{"n": 2, "m": 1}"#)
    };
    person.check(&[
        ("exists E from xEvent where E.n = n", true),
        ("exists E from xEvent where E.n = m", true),
        ("exists E from xEvent where E.m = n", false),
        ("xEvent[n = m]", false),
        (
            "exists E from xEvent where (exists F from xEvent where F.n > E.n and n > E.n)",
            true,
        ),
        (
            "exists E from xEvent where (exists F from xEvent where F.n > E.n and E.n = n)",
            false,
        ),
        ("exists E from xEvent where xEvent[n > E.n].count() = 1", true),
        ("exists E from xEvent where xEvent[n > E.n].count() = 2", false),
        // In a filter the surrounding scope of a quantifier is the filter's item.
        ("xEvent[exists E from xEvent where E.n > n].count() = 1", true),
        ("xEvent[exists E from xEvent where E.s.n > n].count() = 2", true),
        ("exists E from xEvent[n = 1] where E.s.n = 5", true),
        ("exists E from xEvent[n = 2] where E.s.n = 5", false),
        ("exists E from xEvent", true),
        ("identityMap.ecid.id.intersects([\"2\"])", true),
        ("\"3\" in identityMap.ecid.id", false),
    ]);
}
