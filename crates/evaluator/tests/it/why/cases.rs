//! Explanations of one person, where what they must say is plain.

use crate::person::{Person, at, definitions, segment};
use evaluator::explain::{Clause, Explanation, Flip, Item, Question, Said};
use evaluator::{Rules, explain};
use model::{Definitions, Duration, SegmentNo, Timestamp};

/// 2023-11-14T22:13:20Z
const BASE: i64 = 1_700_000_000_000;
const HOUR: i64 = 3_600_000;

fn explained(person: &Person, pql: &str, now: i64) -> Explanation {
    let definitions = Definitions {
        retention: Duration::days(90),
        ..definitions(vec![segment(1, "asked", pql)], Vec::new())
    };
    let rules = Rules::compile(&definitions).unwrap_or_else(|errors| panic!("{pql}: {errors:?}"));
    let asked = rules.segment(SegmentNo(1)).expect("the segment");
    explain(&rules, &person.state, &Question::of(asked), at(BASE + now))
}

/// Somebody with attributes, to whom this happened: hours after the base, what, and more members.
fn somebody(attributes: &str, events: &[(i64, &str)]) -> Person {
    let none = Definitions {
        retention: Duration::days(90),
        ..definitions(Vec::new(), Vec::new())
    };
    let mut person = Person::new(&none);
    let who = r#""identityMap": {"email": [{"id": "a@b.test"}]}"#;
    person.post(BASE - HOUR, &format!("{{{who}, {attributes}}}"));
    for (number, (hour, rest)) in events.iter().enumerate() {
        let timestamp = at(BASE + hour * HOUR);
        let event = format!(r#"{{{who}, "_id": "e{number}", "timestamp": "{timestamp}", {rest}}}"#);
        person.post(BASE - HOUR, &event);
    }
    person
}

/// The ids of the events of each step.
fn matched(said: &Explanation) -> Vec<Vec<String>> {
    let id = |item: &Item| item.event.as_ref().expect("an event").id.clone();
    let links = said.clause.links.iter();
    links.map(|link| link.matched.iter().map(id).collect()).collect()
}

/// The values of all parts that are values, with their texts.
fn values(said: &Explanation) -> Vec<(String, Option<String>)> {
    let value = |clause: &Clause| match &clause.said {
        Said::Value { value } => Some((clause.text.clone(), value.clone())),
        Said::Condition { .. } | Said::OfItems { .. } => None,
    };
    said.clause.all().into_iter().filter_map(value).collect()
}

#[test]
fn a_chain_shows_the_events_of_one_way_through_it() {
    let events = [
        (-9, r#""eventType": "a""#),
        (-6, r#""eventType": "a""#),
        (-5, r#""eventType": "b""#),
        (-3, r#""eventType": "b""#),
        (-2, r#""eventType": "b""#),
    ];
    let person = somebody(r#""n": 1"#, &events);
    let chain = |b: &str| {
        format!(
            "CHAIN(xEvent, timestamp, [A: WHAT(eventType = \"a\"), B: WHAT(eventType = \"b\") WHEN({b} after previous step) COUNT(2)])"
        )
    };
    for (b, expected) in [
        // Both follow the second a.
        ("<= 4 hours", [&["e1"][..], &["e3", "e4"]]),
        // The one three hours later is not meant.
        ("!= 3 hours", [&["e1"], &["e2", "e4"]]),
        // Only the first a lies so far back.
        (">= 6 hours", [&["e0"], &["e3", "e4"]]),
        // None follows so soon twice.
        ("<= 1 hour", [&["e1"], &[]]),
    ] {
        let said = explained(&person, &chain(b), 0);
        assert_eq!(matched(&said), expected, "{b}: {:#?}", said.clause.links);
        assert_eq!(said.holds, !expected[1].is_empty(), "{b}");
    }
}

#[test]
fn a_name_may_be_used_in_the_next_one() {
    let person = somebody(r#""n": 2"#, &[]);
    let said = explained(&person, "let A = n + 1 in let B = A * 2 in B > 5 and A < n", 0);
    let expected = [
        ("n + 1", "3"),
        ("n", "2"),
        ("A * 2", "6"),
        ("A", "3"),
        ("B", "6"),
        ("5", "5"),
        ("A", "3"),
        ("n", "2"),
    ];
    let expected = expected.map(|(text, value)| (text.to_owned(), Some(value.to_owned())));
    assert_eq!(values(&said), expected);
    assert!(!said.holds);
}

#[test]
fn it_is_not_looked_for_ever() {
    let many: Vec<(i64, &str)> = (0..1_200)
        .map(|number| (number - 1_300, r#""eventType": "x""#))
        .collect();
    let person = somebody(r#""renewal": "2050-01-01T00:00:00Z""#, &many);
    // Each event that goes is looked at, and after a thousand of them no further.
    let said = explained(&person, "xEvent[eventType = \"x\"].count() >= 1", 0);
    let thousandth = at(BASE + (1_000 - 1_300) * HOUR) + Duration::days(90);
    assert_eq!(said.flips, Flip::NotBefore(thousandth));
    assert_eq!(said.cause(), None);
    let items = said.clause.parts[0].parts[0].items.as_ref().expect("items");
    assert_eq!(
        (items.of, items.counting, items.shown.len(), items.more),
        (1_200, 1_200, 10, 1_190)
    );
    // Nor more than ten years ahead.
    let said = explained(&person, "renewal occurs before now", 0);
    let renewal = Timestamp::parse("2050-01-01T00:00:00.001Z").expect("an instant");
    assert_eq!((said.holds, said.flips), (false, Flip::NotBefore(renewal)));
}

/// What a clause is read from may be spelled in another way than it is printed.
#[test]
fn clauses_know_where_they_stand() {
    let person = somebody(r#""n": 2"#, &[]);
    let pql = "n  >= 1 and  ( m=2 )";
    let rules = Rules::compile(&definitions(vec![segment(1, "asked", pql)], Vec::new())).expect("rules");
    let asked = rules.segment(SegmentNo(1)).expect("the segment");
    let said = |source| {
        let question = Question {
            source,
            ..Question::of(asked)
        };
        explain(&rules, &person.state, &question, at(BASE))
    };
    let with = said(Some(pql));
    let texts: Vec<_> = with
        .clause
        .parts
        .iter()
        .map(|part| part.span.map(|span| &pql[span.start..span.end]))
        .collect();
    assert_eq!(texts, [Some("n  >= 1"), Some("( m=2 )")]);
    let without = said(None);
    assert!(without.clause.all().iter().all(|clause| clause.span.is_none()));
    assert_eq!(without.clause.text, "n >= 1 and m = 2");
}

/// Where the text is in the one spelling, a clause stands where its own text is.
#[test]
fn every_clause_stands_where_its_text_is() {
    let person = somebody(
        r#""n": 2, "tags": ["a"], "orders": [{"price": 3, "items": [{"sku": "x"}]}]"#,
        &[
            (-9, r#""eventType": "a", "k": 1"#),
            (-6, r#""eventType": "b", "k": 2"#),
        ],
    );
    let mut placed = 0;
    for pql in [
        "orders.distinct().sum(price) > 1",
        "orders.map(items).distinct().map(sku).count() = 1",
        "orders[price > 1].distinct().sum(price) > 1",
        "xEvent[eventType = \"a\"].sum(k) + 1 > n - 3",
        "xEvent[eventType = \"a\"][k > 0].count() >= 1 and not (n = 2 or tags.includes(\"a\"))",
        "xEvent[eventType = \"a\" and k > 0]",
        "exists E from xEvent[k > 0] where E.eventType = \"a\" and E.k > 0",
        "forall O from orders where O.price > 1 or O.items.count() > 3",
        "xEvent.max(timestamp) occurs <= 2 days before now and n in [1, n]",
        "if(n = 1, tags, orders[price > 1])",
        "let S = n + 1 in S > 2",
        "orders.topN(price, 1).head().price = 3",
        "tags.intersection([\"a\", \"b\"]).count() > orders.head().items.count()",
        "CHAIN(xEvent[k > 0], timestamp, [A: WHAT(eventType = \"a\"), B: WHAT(eventType = \"b\")])",
    ] {
        let rules = Rules::compile(&definitions(vec![segment(1, "asked", pql)], Vec::new())).expect("rules");
        let asked = rules.segment(SegmentNo(1)).expect("the segment");
        assert_eq!(asked.program.to_string(), pql);
        let question = Question {
            source: Some(pql),
            ..Question::of(asked)
        };
        let said = explain(&rules, &person.state, &question, at(BASE));
        for clause in said.clause.all() {
            let Some(span) = clause.span else { continue };
            let there = &pql[span.start..span.end];
            let bare = there.strip_prefix('(').and_then(|there| there.strip_suffix(')'));
            assert!(
                there == clause.text || bare == Some(clause.text.as_str()),
                "{pql}: {} is not {there}",
                clause.text
            );
            placed += 1;
        }
    }
    assert!(placed >= 60, "{placed}");
}
