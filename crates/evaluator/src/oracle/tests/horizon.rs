//! The outcome is certain until `until`: random programs at every millisecond.

use super::{Happened, Person, at, json};
use model::{Duration, SegmentId, Timestamp};
use pql::generate::{Dice, Words, program};
use pql::{Expression, Unit};
use proptest::prelude::*;
use xdm::{Number, Value};

/// The milliseconds that are looked at. Events, dates, windows and the retention are of this size.
const SPAN: i64 = 48;

fn words() -> Words {
    let number = |text: &str| Value::Number(Number::parse(text).expect("a number"));
    let path = |text: &str| pql::Path::parse(text).expect("a path");
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
        days: vec![(2023, 11, 14), (2023, 11, 15)],
        patterns: vec!["a".to_owned(), "^(b)?".to_owned()],
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
    #![proptest_config(ProptestConfig { cases: ProptestConfig::default().cases.max(1_500), ..ProptestConfig::default() })]

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
        let all = |join: fn(Vec<Expression>) -> Expression, programs: [&pql::Program; 2]| {
            let joined = pql::Program::new(join(programs.map(|program| program.condition().clone()).to_vec()));
            person.outcome(&joined, now).holds
        };
        let (a, b) = (person.outcome(&one, now).holds, person.outcome(&other, now).holds);
        for programs in [[&one, &other], [&other, &one]] {
            prop_assert_eq!(all(Expression::And, programs), a && b);
            prop_assert_eq!(all(Expression::Or, programs), a || b);
        }
        prop_assert_eq!(person.outcome(&pql::Program::and(one.clone(), other.clone()), now).holds, a && b);
    }
}

/// Days and longer units in a zone, over the clock change of 2024-03-31 in Berlin.
mod days {
    use super::super::{BASE, Happened, Person, at, json};
    use jiff::tz::TimeZone;
    use model::{Duration, SegmentId, Timestamp};
    use pql::Unit;
    use pql::generate::{Dice, Words, program};
    use proptest::prelude::*;
    use xdm::{Number, Value};

    const HOUR: i64 = 3_600_000;
    /// 2024-03-26T00:00:00Z, in ms after the base.
    const START: i64 = 1_711_411_200_000 - BASE;
    const HOURS: i64 = 10 * 24;

    fn words() -> Words {
        let number = |text: &str| Value::Number(Number::parse(text).expect("a number"));
        let path = |text: &str| pql::Path::parse(text).expect("a path");
        Words {
            paths: ["when", "day", "n", "timestamp"].map(path).to_vec(),
            literals: vec![
                Value::String("2024-03-31".into()),
                number("3"),
                number("31"),
                number("2024"),
            ],
            windows: vec![
                (1, Unit::Day),
                (0, Unit::Day),
                (26, Unit::Hour),
                (1, Unit::Week),
                (1, Unit::Month),
                (2, Unit::Day),
            ],
            days: vec![(2024, 3, 31), (2024, 4, 1), (2024, 2, 29)],
            patterns: vec!["a".to_owned()],
            segments: vec![SegmentId::new("in").expect("an id")],
        }
    }

    prop_compose! {
        fn entity()(
            when in prop::option::of(0..HOURS),
            early in -1..2_i64,
            day in prop::option::of(26..32_u32),
            n in prop::option::of(0..32_i64),
        ) -> Value {
            let mut members = Vec::new();
            members.extend(when.map(|hour| format!("\"when\": \"{}\"", at(START + hour * HOUR + early))));
            members.extend(day.map(|day| format!("\"day\": \"2024-03-{day:02}\"")));
            members.extend(n.map(|n| format!("\"n\": {n}")));
            json(&format!("{{{}}}", members.join(", ")))
        }
    }

    prop_compose! {
        fn person()(
            attributes in entity(),
            mut events in prop::collection::vec((0..HOURS, entity()), 0..4),
            days in 1..40_i64,
        ) -> Person {
            events.sort_by_key(|(hour, _)| *hour);
            let happened = |(hour, value)| Happened { timestamp: START + hour * HOUR, valid_until: None, value };
            let events = events.into_iter().map(happened).collect();
            Person { attributes, events, retention: Duration::days(days), ..Person::with_attributes("{}") }
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: ProptestConfig::default().cases.max(400), ..ProptestConfig::default() })]

        /// Who steps from due to due misses nothing of what is seen at every hour, just before and just after.
        #[test]
        fn nothing_is_missed_between_two_dues(
            person in person(),
            tape in prop::collection::vec(any::<u8>(), 10..90),
            zone in prop::sample::select(&["UTC", "Europe/Berlin", "America/St_Johns", "Asia/Kolkata"][..]),
            odd in prop::collection::vec(0..HOURS * HOUR, 8),
        ) {
            let program = program(&mut Dice::new(&tape), &words(), 3).in_zone(TimeZone::get(zone).expect("a zone"));
            let end = START + HOURS * HOUR;
            let mut candidates: Vec<i64> = (0..HOURS * 2)
                .map(|half| START + half * HOUR / 2)
                .flat_map(|instant| [instant - 1, instant, instant + 1])
                .chain(odd.into_iter().map(|ms| START + ms))
                .collect();
            candidates.sort_unstable();
            let mut rest = candidates.into_iter().peekable();
            let (mut now, mut steps) = (START - 1, 0);
            while now < end {
                let outcome = person.outcome(&program, now);
                prop_assert!(outcome.until > at(now), "{program} at {now}");
                let due = if outcome.until == Timestamp::MAX { end } else { (outcome.until.millis() - BASE).min(end) };
                while let Some(seen) = rest.next_if(|seen| *seen < due) {
                    let other = person.outcome(&program, seen);
                    prop_assert_eq!(other.holds, outcome.holds, "{} in {} at {}, seen from {}", program, zone, at(seen), at(now));
                }
                let last = person.outcome(&program, due - 1);
                prop_assert_eq!(last.holds, outcome.holds, "{} in {} before {}, seen from {}", program, zone, at(due), at(now));
                now = due;
                steps += 1;
            }
            prop_assert!(steps < 1_000, "{program} in {zone} is looked at {steps} times in ten days");
        }
    }
}
