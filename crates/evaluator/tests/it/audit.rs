//! The audit finds every kind of difference, and none where there is none: in random lives it is asked after every act
//! (`law`).

use crate::person::{Person, at, definitions, flow, mapping, rules, segment};
use evaluator::{Audit, Change, Difference, State, audit};
use model::{Dataflow, Mapping, Membership, Profile, RulesVersion, SegmentNo, Status};
use proptest::prelude::*;
use std::sync::Arc;

/// Whatever is kept of a person for the next step says what the oracle says.
pub(crate) fn finds_nothing(person: &Person, now: i64) {
    let found = audit(&person.rules, &person.state, at(now));
    assert_eq!(found.unwrap_or_default(), [], "in memory, at {now}");
    let stored = Audit::of_stored(&person.rules, person.state.profile.clone(), at(now));
    if let Some(mut stored) = stored {
        assert!(stored.go_on(|| true));
        assert_eq!(stored.differences(), [], "as it is stored, at {now}");
    }
}

const GOLD: u32 = 0;
const SILVER: u32 = 1;
const BOTH: u32 = 2;
const HIDDEN: u32 = 7;
const WHO: &str = r#""identityMap": {"crm": [{"id": "1"}]}"#;

/// Somebody who is in `gold` and in the hidden segment of a filter over it, but not in `silver`, and so not in `both`.
fn somebody() -> Person {
    let segments = vec![
        segment(GOLD, "gold", "points >= 10"),
        segment(SILVER, "silver", "xEvent[eventType = \"buy\"].count() >= 2"),
        segment(BOTH, "both", "inSegment(\"gold\") and inSegment(\"silver\")"),
    ];
    let filtered = Mapping {
        hidden: Some(SegmentNo(HIDDEN)),
        ..mapping("gold")
    };
    let flow = Dataflow {
        segments: vec![filtered],
        filter: Some("points < 100".to_owned()),
        ..flow(&[], &[])
    };
    let mut person = Person::new(&definitions(segments, vec![flow]));
    person.post(1_000, &format!("{{{WHO}, \"points\": 10}}"));
    person
}

fn members(person: &Person) -> Vec<u32> {
    let all = [GOLD, SILVER, BOTH, HIDDEN].into_iter();
    all.filter(|no| person.state.realized(SegmentNo(*no))).collect()
}

/// Says something else of a segment, behind the evaluator's back.
fn lie(state: &mut State, no: u32, status: Option<Status>) {
    let memberships = &mut state.profile.hot.memberships;
    memberships.retain(|membership| membership.segment != SegmentNo(no));
    memberships.extend(status.map(|status| Membership {
        segment: SegmentNo(no),
        status,
        since: at(500),
    }));
    memberships.sort_by_key(|membership| membership.segment);
}

/// (segment, its name, hidden, held, holds).
type Said<'d> = (u32, Option<&'d str>, bool, bool, bool);

fn said(differences: &[Difference]) -> Vec<Said<'_>> {
    differences
        .iter()
        .map(|d| {
            let name = d.id.as_ref().map(model::SegmentId::as_str);
            (d.segment.0, name, d.hidden, d.held, d.holds)
        })
        .collect()
}

fn found(person: &Person) -> Vec<Difference> {
    audit(&person.rules, &person.state, at(2_000)).expect("it is up to date")
}

#[test]
fn every_kind_of_membership_that_is_wrong_is_found() {
    assert_eq!(members(&somebody()), [GOLD, HIDDEN]);
    assert_eq!(found(&somebody()), []);
    let (realized, exited) = (Some(Status::Realized), Some(Status::Exited));
    let gold = (GOLD, Some("gold"), false, false, true);
    for (no, lied, expected) in [
        (GOLD, None, gold),
        (GOLD, exited, gold),
        (SILVER, realized, (SILVER, Some("silver"), false, true, false)),
        // What it refers to is not taken from the memberships.
        (BOTH, realized, (BOTH, Some("both"), false, true, false)),
        (HIDDEN, None, (HIDDEN, Some("gold"), true, false, true)),
        (99, realized, (99, None, false, true, false)),
    ] {
        let mut person = somebody();
        lie(&mut person.state, no, lied);
        let differences = found(&person);
        assert_eq!(said(&differences), [expected], "{no} {lied:?}");
        if no != 99 {
            let in_memory = differences[0].found;
            assert_eq!(in_memory, Some(expected.4), "what is kept in memory is right");
        }
        // The same as stored, where nothing is kept in memory.
        let profile = person.state.profile.clone();
        let mut stored = Audit::of_stored(&person.rules, profile, at(2_000)).expect("up to date");
        assert!(stored.go_on(|| true));
        let differences = stored.differences();
        assert_eq!(said(&differences), [expected]);
        assert_eq!(differences[0].found, None);
    }
    let mut person = somebody();
    lie(&mut person.state, SILVER, exited);
    lie(&mut person.state, 99, exited);
    assert_eq!(
        found(&person),
        [],
        "who left is not in it, nor who left what is no more"
    );
}

#[test]
fn data_that_says_something_else_than_the_memberships_is_found() {
    let mut person = somebody();
    let fragment = &mut person.state.profile.fragments[0];
    let points = fragment
        .leaves
        .each_mut()
        .iter_mut()
        .find(|leaf| leaf.path.to_string() == "points");
    let value = &mut points.expect("it was written").value.as_mut().expect("a value").1;
    *value = Some("200".into());
    let found = found(&person);
    assert_eq!(
        said(&found),
        [(HIDDEN, Some("gold"), true, true, false)],
        "the rows count, and not what was made of them before"
    );
}

#[test]
fn nothing_is_said_of_who_is_not_up_to_date() {
    let window = "xEvent[timestamp occurs < 5 seconds before now].count() >= 1";
    let definitions = definitions(vec![segment(GOLD, "gold", window)], Vec::new());
    let mut person = Person::new(&definitions);
    let nobody = Profile::new(person.state.profile.id, person.rules.version);
    assert!(
        Audit::of_stored(&person.rules, nobody, at(0)).is_none(),
        "no step was made yet"
    );
    let event = format!(
        r#"{{{WHO}, "_id": "1", "eventType": "buy", "timestamp": "{}"}}"#,
        at(1_000)
    );
    person.post(1_000, &event);
    let at_instant = |person: &Person, now| audit(&person.rules, &person.state, at(now));
    assert_eq!(at_instant(&person, 5_999), Some(Vec::new()));
    assert_eq!(at_instant(&person, 6_000), None, "it is due");
    person.wait(6_000);
    assert_eq!(at_instant(&person, 6_000), Some(Vec::new()));

    let mut later = definitions;
    later.version = RulesVersion(2);
    person.rules = rules(&later);
    lie(&mut person.state, 99, Some(Status::Realized));
    assert_eq!(
        at_instant(&person, 7_000),
        Some(Vec::new()),
        "a publish that changed no segment leaves everybody where they are, and what is no more until the next step"
    );
    later.version = RulesVersion(3);
    later.segments[0].changed_in = RulesVersion(3);
    person.rules = rules(&later);
    assert_eq!(at_instant(&person, 7_000), None, "a publish has not reached it");
    person.visit(7_000);
    assert_eq!(at_instant(&person, 7_000), Some(Vec::new()));
}

/// A mapping that got a filter: nobody was evaluated under it yet.
#[test]
fn a_baseline_that_is_not_set_yet_is_no_difference() {
    let mut person = somebody();
    let mut flow = flow(&[], &[]);
    flow.segments = vec![Mapping {
        hidden: Some(SegmentNo(8)),
        baseline_in: RulesVersion(2),
        ..mapping("gold")
    }];
    flow.filter = Some("points < 50".to_owned());
    let segments = vec![segment(GOLD, "gold", "points >= 10")];
    let mut later = definitions(segments, vec![flow]);
    later.version = RulesVersion(2);
    person.rules = rules(&later);
    assert_eq!(audit(&person.rules, &person.state, at(2_000)), None);
    person.decide(2_000, Change::Visit);
    assert_eq!(found(&person), []);
    lie(&mut person.state, 8, None);
    assert_eq!(said(&found(&person)), [(8, Some("gold"), true, false, true)]);
}

proptest! {
    /// However often it is stopped, and whatever becomes of the profile meanwhile, it finds what it finds at once.
    #[test]
    fn an_audit_in_pieces_finds_the_same(
        lies in prop::collection::vec((0..4_u32, any::<bool>()), 0..4),
        piece in 1..5_usize,
    ) {
        let mut person = somebody();
        for (no, is_in) in lies {
            let status = is_in.then_some(Status::Realized);
            lie(&mut person.state, no, status);
        }
        let whole = found(&person);
        let mut pieces = Audit::of_live(&person.rules, &person.state, at(2_000)).expect("up to date");
        person.post(2_000, &format!("{{{WHO}, \"points\": 1}}"));
        person.rules = Arc::clone(&somebody().rules);
        let mut turns = 1;
        let mut left = piece;
        while !pieces.go_on(|| { left -= 1; left > 0 }) {
            (left, turns) = (piece, turns + 1);
        }
        prop_assert_eq!(turns, 4_usize.div_ceil(piece));
        prop_assert_eq!(pieces.differences(), whole);
    }
}
