//! Explanations of random people and programs say what `evaluate` and the oracle say.

use crate::person::{Person, at, definitions, segment};
use evaluator::explain::{Clause, Explanation, Flip, Item, Kind, Question, Said};
use evaluator::oracle::{EventView, Outcome, View, recompute};
use evaluator::{Change, Rules, State, evaluate, explain};
use model::{
    DatasetId, Definitions, Duration, Event, Profile, ProfileId, SegmentId, SegmentNo, Seq, Timestamp,
};
use pql::generate::{Dice, Words, program};
use pql::{Program, Unit};
use proptest::prelude::*;
use xdm::{Number, Value};

/// 2023-11-14T22:13:20Z
const BASE: i64 = 1_700_000_000_000;
/// The milliseconds that are looked at. Events, dates, windows and the retention are of this size.
const SPAN: i64 = 48;
/// What the random programs refer to: one that time changes, and one that refers to it.
const IN: &str =
    "xEvent[kind = \"a\" and timestamp occurs <= 13 milliseconds before now].count() >= 1 or n = 2";
const OUT: &str = "not (inSegment(\"in\")) and (exists E from xEvent where E.timestamp occurs <= 5 milliseconds before now)";
const ASKED: SegmentNo = SegmentNo(3);

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
            (1, Unit::Day),
        ],
        days: vec![(2023, 11, 14), (2023, 11, 15)],
        patterns: vec!["a".to_owned(), "^(b)?".to_owned()],
        segments: ["in", "out"]
            .map(|id| SegmentId::new(id).expect("an id"))
            .to_vec(),
    }
}

prop_compose! {
    fn entity()(
        kind in prop::option::of("[ab]"),
        n in prop::option::of(-1..4_i64),
        when in prop::option::of(0..SPAN),
    ) -> String {
        let mut members = Vec::new();
        members.extend(kind.map(|kind| format!("\"kind\": \"{kind}\"")));
        members.extend(n.map(|n| format!("\"n\": {n}, \"lines\": [{{\"n\": {n}}}, {{\"n\": 1}}]")));
        members.extend(when.map(|when| format!("\"when\": \"{}\"", at(BASE + when))));
        members.join(", ")
    }
}

prop_compose! {
    fn happened()(timestamp in 0..SPAN, valid in prop::option::of(0..SPAN), body in entity()) -> (i64, Option<i64>, String) {
        (timestamp, valid, body)
    }
}

/// A person before the first step, and the retention.
#[derive(Clone, Debug)]
struct Somebody {
    profile: Profile,
    retention: Duration,
}

prop_compose! {
    fn somebody()(
        attributes in entity(),
        opted_out in prop::bool::weighted(0.1),
        mut events in prop::collection::vec(happened(), 0..6),
        retention in 1..SPAN,
    ) -> Somebody {
        let consents = if opted_out { r#","consents": {"collect": {"val": "n"}}"# } else { "" };
        let comma = if attributes.is_empty() { "" } else { "," };
        let record = format!(r#"{{"identityMap": {{"email": [{{"id": "a@b.test"}}]}}{comma}{attributes}{consents}}}"#);
        let mut person = Person::new(&definitions(Vec::new(), Vec::new()));
        person.post(BASE - 10, &record);
        events.sort_by_key(|(timestamp, ..)| *timestamp);
        let event = |(number, (timestamp, valid, body)): (usize, (i64, Option<i64>, String))| Event {
            owner: ProfileId::new(0, 1),
            dataset: DatasetId::new("d").expect("an id"),
            id: format!("e{number}").into(),
            timestamp: at(BASE + timestamp),
            valid_until: valid.map(|valid| at(BASE + valid)),
            seq: Seq(number as u64),
            json: format!("{{{body}}}").into(),
        };
        let profile = Profile { events: events.into_iter().enumerate().map(event).collect(), ..person.state.profile };
        Somebody { profile, retention: Duration::from_millis(retention) }
    }
}

impl Somebody {
    fn state(&self) -> State {
        State::new(self.profile.clone())
    }

    fn rules(&self, asked: &str) -> Rules {
        let segments = vec![
            segment(1, "in", IN),
            segment(2, "out", OUT),
            segment(ASKED.0, "asked", asked),
        ];
        let definitions = Definitions {
            retention: self.retention,
            ..definitions(segments, Vec::new())
        };
        Rules::compile(&definitions).unwrap_or_else(|errors| panic!("{asked}: {errors:?}"))
    }

    /// The first instant after `now` at which `evaluate` moves the person into or out of the asked segment, and up to
    /// when it was looked.
    fn first_transition(&self, rules: &Rules, now: Timestamp) -> (bool, Option<Timestamp>, Timestamp) {
        let mut state = self.state();
        let _ = evaluate(rules, &mut state, Change::Visit, now);
        let holds = state.realized(ASKED);
        for _ in 0..500 {
            let Some(due) = state.profile.hot.next_due else {
                // What the segment needs and does not have cannot come by itself: more is not looked at. The oracle looks at
                // all of it, and says how far that reaches.
                let asked = &rules.segment(ASKED).expect("the segment").program;
                return (holds, None, Alone::new(self).outcome(asked, now).until);
            };
            let step = evaluate(rules, &mut state, Change::Due, due);
            if step.transitions.iter().any(|moved| moved.segment == ASKED) {
                return (holds, Some(due), due);
            }
        }
        (holds, None, state.stepped())
    }
}

/// Asks the oracle about programs, where the other segments are as they are at the instant.
struct Alone {
    retention: Duration,
    attributes: Value,
    identities: Value,
    events: Vec<(Timestamp, Option<Timestamp>, Value)>,
    known: [Program; 2],
}

impl Alone {
    fn new(somebody: &Somebody) -> Self {
        let Somebody { profile, retention } = somebody;
        let value = |event: &Event| Value::parse(&event.json).expect("json");
        let events = profile.events.iter();
        Self {
            retention: *retention,
            attributes: xdm::unite(&profile.fragments).value,
            identities: xdm::identity_map_value(&profile.identities),
            events: events
                .map(|event| (event.timestamp, event.valid_until, value(event)))
                .collect(),
            known: [IN, OUT].map(|text| pql::parse(text).program.expect("a program")),
        }
    }

    fn holds(&self, program: &Program, now: Timestamp) -> bool {
        self.outcome(program, now).holds
    }

    /// Whether it holds, and until when that is certain of it and of the segments it refers to.
    fn outcome(&self, program: &Program, now: Timestamp) -> Outcome {
        let events: Vec<EventView<'_>> = self
            .events
            .iter()
            .map(|(timestamp, valid_until, value)| EventView {
                timestamp: *timestamp,
                valid_until: *valid_until,
                value,
            })
            .collect();
        let ask = |program: &Program, in_segment: &dyn Fn(&SegmentId) -> bool| {
            let view = View {
                now,
                retention: self.retention,
                attributes: &self.attributes,
                identities: &self.identities,
                events: &events,
                in_segment,
            };
            recompute(program, &view)
        };
        // Who opted out is in no other segment, and never will be.
        let outside_all = Outcome {
            holds: false,
            until: Timestamp::MAX,
        };
        let asks = !program.segments().is_empty() && !xdm::opted_out(&self.attributes);
        let [inside, outside] = &self.known;
        let known = |program, within: bool| {
            if asks {
                ask(program, &|_| within)
            } else {
                outside_all
            }
        };
        let inside = known(inside, false);
        let outside = known(outside, inside.holds);
        let whole = ask(program, &|id| {
            if id.as_str() == "in" {
                inside.holds
            } else {
                outside.holds
            }
        });
        Outcome {
            until: whole.until.min(inside.until).min(outside.until),
            ..whole
        }
    }
}

/// Checks that a condition says what the oracle says of its text alone. `names` are the `let`s around it.
fn check_alone(
    oracle: &Alone,
    clause: &Clause,
    names: &str,
    now: Timestamp,
    checked: &mut usize,
) -> Result<(), TestCaseError> {
    if let Said::Condition { holds, flips } = clause.said {
        let text = format!("{names}({})", clause.text);
        let parsed = pql::parse(&text);
        let Some(program) = parsed.program else {
            return Err(TestCaseError::fail(format!("{text}: {:?}", parsed.diagnostics)));
        };
        let alone = |at: Timestamp| oracle.holds(&program, at);
        let until = match flips {
            Flip::Never => Timestamp::MAX,
            Flip::At(instant) | Flip::NotBefore(instant) => instant,
        };
        prop_assert!(until > now, "{text} at {now} flips at {until}");
        let near = (now.millis()..now.millis() + 3 * SPAN).map(at);
        let far = (0..40).map(|hours| at(now.millis() + hours * 3_600_000));
        let before = at(until.millis().saturating_sub(1));
        for instant in near.chain(far).chain([before]).filter(|instant| *instant < until) {
            prop_assert_eq!(
                alone(instant),
                holds,
                "{} at {}, explained at {}: {:?}",
                text,
                instant,
                now,
                flips
            );
        }
        if let Flip::At(instant) = flips {
            prop_assert_eq!(
                alone(instant),
                !holds,
                "{} at {}, explained at {}",
                text,
                instant,
                now
            );
        }
        *checked += 1;
    }
    for (number, part) in clause.parts.iter().enumerate() {
        let within = match (clause.kind, clause.parts.first(), number) {
            (Kind::Let, Some(named), 1) => {
                let name = named.label.as_deref().unwrap_or_default();
                format!("{names}let {name} = ({}) in ", named.text)
            }
            _ => names.to_owned(),
        };
        check_alone(oracle, part, &within, now, checked)?;
    }
    Ok(())
}

/// Checks that an event that is shown counts up to when it says, and not then. Clauses stand at the same place at every
/// instant.
fn check_stay(
    somebody: &Somebody,
    rules: &Rules,
    place: usize,
    item: &Item,
    now: Timestamp,
) -> Result<(), String> {
    let (Some(event), Some(until)) = (&item.event, item.until) else {
        return Ok(());
    };
    let counts = |at: Timestamp| {
        let said = explained(somebody, rules, at);
        let items = said.clause.all()[place].items.clone().expect("items");
        items.shown.iter().any(|item| item.event.as_ref() == Some(event))
    };
    let (last, gone) = match until {
        Flip::At(instant) => (at(instant.millis() - 1), Some(instant)),
        Flip::NotBefore(instant) => (at(instant.millis() - 1), None),
        Flip::Never => (now + Duration::days(1), None),
    };
    if !counts(last) {
        return Err(format!(
            "{event:?} is gone at {last} already, and should stay: {until:?}"
        ));
    }
    match gone.filter(|gone| counts(*gone)) {
        Some(gone) => Err(format!("{event:?} is still there at {gone}")),
        None => Ok(()),
    }
}

fn explained(somebody: &Somebody, rules: &Rules, now: Timestamp) -> Explanation {
    let asked = rules.segment(ASKED).expect("the segment");
    explain(rules, &somebody.state(), &Question::of(asked), now)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: ProptestConfig::default().cases.max(1_000), ..ProptestConfig::default() })]

    /// The whole: who would step the person from due to due sees it flip when the explanation says.
    #[test]
    fn the_whole_is_what_evaluate_says(
        somebody in somebody(),
        tape in prop::collection::vec(any::<u8>(), 10..120),
        now in -2..SPAN,
    ) {
        let text = program(&mut Dice::new(&tape), &words(), 4).to_string();
        let rules = somebody.rules(&text);
        let now = at(BASE + now);
        let said = explained(&somebody, &rules, now);
        let (holds, moved, looked) = somebody.first_transition(&rules, now);
        prop_assert_eq!(said.holds, holds, "{}", text);
        match said.flips {
            Flip::At(instant) => prop_assert_eq!(Some(instant), moved, "{}", text),
            Flip::Never => prop_assert_eq!(moved, None, "{}", text),
            Flip::NotBefore(instant) => {
                prop_assert!(moved.is_none_or(|moved| moved >= instant), "{text}");
                prop_assert!(instant > looked || instant > at(BASE) + Duration::days(3650), "{text} was given up");
            }
        }
        if let Some(cause) = said.cause() {
            prop_assert_eq!(cause.flips(), said.flips, "{}", text);
        }
    }

    /// Each part: what it says now, when it flips, and that it does not flip before.
    #[test]
    fn each_part_is_what_the_oracle_says_of_it_alone(
        somebody in somebody(),
        tape in prop::collection::vec(any::<u8>(), 10..120),
        now in -2..SPAN,
    ) {
        let text = program(&mut Dice::new(&tape), &words(), 4).to_string();
        let rules = somebody.rules(&text);
        let now = at(BASE + now);
        let said = explained(&somebody, &rules, now);
        let mut checked = 0;
        check_alone(&Alone::new(&somebody), &said.clause, "", now, &mut checked)?;
        prop_assert!(checked > 0, "{text}");
    }

    /// What counts adds up, is shown as far as it is said to be, and an event that is shown stays as long as it says.
    #[test]
    fn items_add_up(
        somebody in somebody(),
        tape in prop::collection::vec(any::<u8>(), 10..120),
        now in 0..SPAN,
    ) {
        let text = program(&mut Dice::new(&tape), &words(), 4).to_string();
        let rules = somebody.rules(&text);
        let said = explained(&somebody, &rules, at(BASE + now));
        for (place, clause) in said.clause.all().into_iter().enumerate() {
            if let Some(items) = &clause.items {
                for item in &items.shown {
                    check_stay(&somebody, &rules, place, item, at(BASE + now)).map_err(|why| TestCaseError::fail(format!("{text}: {why}")))?;
                }
            }
            if let Some(items) = &clause.items {
                prop_assert!(items.counting <= items.of, "{text}: {items:?}");
                prop_assert_eq!(items.shown.len() + items.more, items.counting, "{}", text);
                match (clause.kind, &clause.said) {
                    (Kind::Exists | Kind::List, Said::Condition { holds, .. }) => prop_assert_eq!(*holds, items.counting > 0, "{}", clause.text),
                    (Kind::Forall, Said::Condition { holds, .. }) => prop_assert_eq!(*holds, items.counting == 0, "{}", clause.text),
                    _ => {}
                }
            }
            if let (Kind::Chain, Said::Condition { holds, .. }) = (clause.kind, &clause.said) {
                prop_assert_eq!(*holds, clause.links.iter().all(|link| link.reached), "{}", clause.text);
                let mut last = Timestamp::MIN;
                for link in &clause.links {
                    if link.reached {
                        prop_assert_eq!(link.matched.len() + link.more, link.needs, "{}: {:?}", clause.text, link);
                    } else {
                        prop_assert!(link.matched.is_empty(), "{}: {link:?}", clause.text);
                        continue;
                    }
                    let times: Vec<_> = link.matched.iter().filter_map(|item| Some(item.event.as_ref()?.timestamp)).collect();
                    prop_assert!(times.iter().all(|at| *at > last), "{}: {:?}", clause.text, clause.links);
                    prop_assert!(times.is_sorted(), "{}: {:?}", clause.text, clause.links);
                    last = times.last().copied().unwrap_or(last);
                }
            }
        }
    }
}
