//! The outcome is certain until `until`: random programs at every millisecond.

use super::{Happened, Person, at, json};
use model::{Duration, Path, SegmentId, Timestamp};
use pql::generate::{Dice, Words, program};
use pql::{Condition, Unit};
use proptest::prelude::*;
use xdm::{Number, Value};

/// The milliseconds that are looked at. Events, dates, windows and the retention are of this size.
const SPAN: i64 = 48;

fn words() -> Words {
    let number = |text: &str| Value::Number(Number::parse(text).expect("a number"));
    let path = |text: &str| Path::parse(text).expect("a path");
    Words {
        paths: ["kind", "n", "when", "lines.n", "timestamp"].map(path).to_vec(),
        literals: vec![
            Value::String("a".into()),
            Value::String("b".into()),
            number("1"),
            number("2"),
            number("0"),
        ],
        windows: vec![
            (5, Unit::Millisecond),
            (0, Unit::Millisecond),
            (1, Unit::Millisecond),
            (13, Unit::Millisecond),
            (1, Unit::Month),
        ],
        segments: ["in", "out"]
            .map(|id| SegmentId::new(id).expect("an id"))
            .to_vec(),
    }
}

prop_compose! {
    fn entity()(kind in prop::option::of("[ab]"), n in prop::option::of(-1..4_i64), when in prop::option::of(0..SPAN)) -> Value {
        let mut members = Vec::new();
        members.extend(kind.map(|kind| format!("\"kind\": \"{kind}\"")));
        members.extend(n.map(|n| format!("\"n\": {n}, \"lines\": [{{\"n\": {n}}}, {{\"n\": 1}}]")));
        members.extend(when.map(|when| format!("\"when\": \"{}\"", at(when))));
        json(&format!("{{{}}}", members.join(", ")))
    }
}

prop_compose! {
    fn happened()(timestamp in 0..SPAN, valid in prop::option::of(0..SPAN), value in entity()) -> Happened {
        Happened { timestamp, valid_until: valid, value }
    }
}

prop_compose! {
    fn person()(
        attributes in entity(),
        mut events in prop::collection::vec(happened(), 0..6),
        retention in 1..SPAN,
    ) -> Person {
        events.sort_by_key(|event| event.timestamp);
        Person { attributes, events, retention: Duration::from_millis(retention), ..Person::with_attributes("{}") }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_500))]

    /// Never too late: nothing changes before. Never in the past, or a timer would not move on.
    #[test]
    fn an_outcome_is_certain_until_then(person in person(), tape in prop::collection::vec(any::<u8>(), 10..120)) {
        let program = program(&mut Dice::new(&tape), &words(), 4);
        let from = -2;
        let outcomes: Vec<_> = (from..=3 * SPAN).map(|ms| person.outcome(&program, ms)).collect();
        for (now, outcome) in (from..).zip(&outcomes) {
            prop_assert!(outcome.until > at(now), "{program} at {now}");
            let certain = (now..).zip(&outcomes[(now - from) as usize..]).take_while(|(ms, _)| at(*ms) < outcome.until);
            for (later, other) in certain {
                prop_assert_eq!(other.holds, outcome.holds, "{} at {}, seen from {}", program, later, now);
            }
        }
        // Who steps from due to due sees what one sees who looks at every millisecond.
        let mut now = from;
        let mut stepped = Vec::new();
        while now <= 3 * SPAN {
            let outcome = &outcomes[(now - from) as usize];
            let next = if outcome.until == Timestamp::MAX { 3 * SPAN + 1 } else { outcome.until.millis() - super::BASE };
            stepped.extend((now..next.min(3 * SPAN + 1)).map(|_| outcome.holds));
            now = next;
        }
        prop_assert_eq!(stepped, outcomes.iter().map(|outcome| outcome.holds).collect::<Vec<_>>());
    }

    /// What is asked first decides how long an outcome is certain, never what it is.
    #[test]
    fn the_order_of_operands_does_not_matter(person in person(), tape in prop::collection::vec(any::<u8>(), 10..80), now in 0..SPAN) {
        let mut dice = Dice::new(&tape);
        let (one, other) = (program(&mut dice, &words(), 3), program(&mut dice, &words(), 3));
        let all = |join: fn(Vec<Condition>) -> Condition, programs: [&pql::Program; 2]| {
            let joined = pql::Program::new(join(programs.map(|program| program.condition().clone()).to_vec()));
            person.outcome(&joined, now).holds
        };
        let (a, b) = (person.outcome(&one, now).holds, person.outcome(&other, now).holds);
        for programs in [[&one, &other], [&other, &one]] {
            prop_assert_eq!(all(Condition::And, programs), a && b);
            prop_assert_eq!(all(Condition::Or, programs), a || b);
        }
        prop_assert_eq!(person.outcome(&pql::Program::and(one.clone(), other.clone()), now).holds, a && b);
    }
}
