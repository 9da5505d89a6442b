//! Whom steps are charged to. That they decide the same, and that no look is missing, is asserted for every decision of
//! every test ([`Person`]).

use crate::person::{Person, at, definitions, segment};
use evaluator::{Charge, bytes};
use model::SegmentDefinition;

const WHO: &str = r#""identityMap": {"crm": [{"id": "1"}]}"#;

/// (evaluations, fallbacks, ticks) by segment, in the order of their names.
fn by_segment(person: &Person) -> Vec<(u32, u32, f64)> {
    let of = |at: usize| {
        let own = person.cost.charges.iter().filter(|charge| charge.segment == at);
        own.fold((0, 0, 0.0), |(looks, asked, ticks), charge: &Charge| {
            (
                looks + charge.evaluations,
                asked + charge.fallbacks,
                ticks + charge.ticks,
            )
        })
    };
    (0..person.rules.segments().len()).map(of).collect()
}

fn plain(no: u32, id: &str, expression: &str) -> SegmentDefinition {
    SegmentDefinition {
        exclude_opt_out: false,
        ..segment(no, id, expression)
    }
}

fn event(id: u32, now: i64) -> String {
    format!(
        r#"{{{WHO}, "_id": "{id}", "eventType": "buy", "timestamp": "{}"}}"#,
        at(now)
    )
}

#[test]
fn what_segments_share_is_split_evenly_and_what_is_of_no_segment_is_nobodys() {
    let shared = "a.contains(\"x\")";
    let segments = vec![
        plain(0, "alone", "b.contains(\"y\")"),
        plain(1, "one", &format!("{shared} and c >= 1")),
        plain(2, "two", &format!("{shared} or c >= 2")),
    ];
    let mut person = Person::new(&definitions(segments, Vec::new()));
    person.post(1_000, &format!("{{{WHO}}}"));
    person.post(2_000, &format!(r#"{{{WHO}, "a": "x"}}"#));
    // The shared leaf is asked once, for half a tick each. It flips, but `one` needs another that does not hold.
    let shared = |looks, ticks| (looks, 1, ticks);
    assert_eq!(by_segment(&person), [(0, 0, 0.0), shared(0, 0.5), shared(1, 1.5)]);
    person.post(3_000, &format!(r#"{{{WHO}, "b": "n"}}"#));
    assert_eq!(by_segment(&person), [(0, 1, 1.0), (0, 0, 0.0), (0, 0, 0.0)]);
    assert!(person.cost.ticks > 1, "writing and planning are in the total");
    // An index has both bounds on `c`, so looking there is for both.
    person.post(4_000, &format!(r#"{{{WHO}, "c": 1}}"#));
    assert_eq!(by_segment(&person), [(0, 0, 0.0), (1, 0, 1.5), (0, 0, 0.5)]);
    person.post(5_000, &format!(r#"{{{WHO}, "nothing": 1}}"#));
    assert_eq!(person.cost.charges, [], "nobody asks for it");
}

#[test]
fn events_are_charged_to_who_counts_them_and_a_due_to_whose_window_it_is() {
    let segments = vec![
        plain(
            0,
            "b",
            "xEvent[eventType = \"buy\" and timestamp occurs < 5 seconds before now].count() >= 1",
        ),
        plain(1, "c", "xEvent[eventType = \"view\"].count() >= 1"),
        plain(2, "d", "xEvent[eventType = \"buy\"].max(n) > 1"),
    ];
    let mut person = Person::new(&definitions(segments, Vec::new()));
    person.post(500, &format!("{{{WHO}}}"));
    person.post(1_000, &event(1, 1_000));
    let [buys, views, chain] = by_segment(&person)[..] else {
        panic!("three segments")
    };
    assert_eq!((buys.0, buys.1, views), (1, 0, (0, 0, 0.0)));
    assert_eq!((chain.0, chain.1), (0, 1), "asked, and it did not flip");
    person.pass(6_000);
    let [buys, views, chain] = by_segment(&person)[..] else {
        panic!("three segments")
    };
    assert!(buys.0 == 1 && buys.2 >= 2.0, "{buys:?}");
    assert_eq!((views, chain), ((0, 0, 0.0), (0, 0, 0.0)));
}

/// Who refers to others in a part that is no formula asks anew whenever it is looked at.
#[test]
fn a_leaf_that_refers_to_others_is_charged_to_who_asks() {
    let late = |id: u32| {
        format!("exists E from xEvent where E.eventType = \"buy\" and inSegment(\"base\") and E.n > {id}")
    };
    let both = format!("({}) and ({})", late(1), late(2));
    let segments = vec![
        plain(0, "base", "b >= 1"),
        plain(1, "both", &both),
        plain(2, "one", &late(2)),
    ];
    let mut person = Person::new(&definitions(segments, Vec::new()));
    person.post(500, &event(1, 500));
    person.post(1_000, &format!(r#"{{{WHO}, "b": 1}}"#));
    let asked: Vec<u32> = by_segment(&person).iter().map(|(_, asked, _)| *asked).collect();
    assert_eq!(asked, [0, 2, 1]);
}

#[test]
fn bytes_are_of_the_segments_that_take_them() {
    let window = |days: u32| {
        format!("xEvent[eventType = \"buy\" and timestamp occurs < {days} days before now].count() >= 2")
    };
    let segments = vec![
        plain(0, "a", &window(7)),
        plain(1, "b", &window(30)),
        plain(2, "c", "plan = \"paid\""),
    ];
    let mut person = Person::new(&definitions(segments, Vec::new()));
    let measure = |person: &Person| {
        let mut by = [0.0; 3];
        let shared = bytes(&person.rules, &person.state, &mut |at, bytes| by[at] += bytes);
        (by, shared)
    };
    assert_eq!(measure(&person), ([0.0; 3], 0), "nothing is known yet");
    person.post(1_000, &format!(r#"{{{WHO}, "plan": "paid"}}"#));
    let ([week, month, paid], shared) = measure(&person);
    assert_eq!((week, month), (0.0, 0.0), "no event is counted");
    assert!(paid > 0.0 && shared > 0, "a membership");
    for n in 0..100 {
        person.post(1_001 + n, &event(n as u32, 1_000));
    }
    let ([week, month, still], _) = measure(&person);
    assert_eq!(
        (week.to_bits(), still.to_bits()),
        (month.to_bits(), paid.to_bits()),
        "one list of events, two windows over it"
    );
    assert!(week >= 100.0 * 16.0 / 2.0, "{week}");
}
