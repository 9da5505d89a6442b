//! Two profiles turn out to be one person.

use crate::person::{Person, at, causes, definitions, flow, rules, segment};
use model::{Definitions, RulesVersion, SegmentNo, Status, Triggers};

const BOTH: &str = r#"{"identityMap":{"email":[{"id":"a@b.test"}],"crm":[{"id":"1"}]}}"#;

fn world(triggers: Triggers) -> Definitions {
    let mut flow = flow(&["korea"], &["name"]);
    flow.triggers = triggers;
    definitions(vec![segment(0, "korea", r#"country = "KR""#)], vec![flow])
}

fn two(definitions: &Definitions, first: &str, second: &str) -> (Person, Person) {
    let mut one = Person::with_id(definitions, 1);
    let mut two = Person::with_id(definitions, 2);
    one.post(
        1000,
        &format!(r#"{{"identityMap":{{"email":[{{"id":"a@b.test"}}]}},{first}}}"#),
    );
    two.post(
        2000,
        &format!(r#"{{"identityMap":{{"crm":[{{"id":"1"}}]}},{second}}}"#),
    );
    (one, two)
}

const SILENT: Triggers = Triggers {
    membership: false,
    identity: false,
    attribute: false,
};

#[test]
fn realized_before_and_after_is_no_transition_and_keeps_the_earlier_time() {
    let (mut one, two) = two(
        &world(Triggers::default()),
        r#""country":"KR""#,
        r#""country":"KR""#,
    );
    let exports = one.absorb(3000, BOTH, vec![two.state]);
    assert_eq!(causes(&exports), ["identity", "merged"]);
    assert_eq!(exports[0].transitions, []);
    assert_eq!(exports[0].merged.len(), 1);
    let membership = one.state.membership(SegmentNo(0)).expect("a member");
    assert_eq!(
        (membership.status, membership.since.millis()),
        (Status::Realized, 1000)
    );
}

#[test]
fn realized_on_the_absorbed_and_no_longer_true_is_an_exit_of_the_survivor() {
    // The survivor's country is the later write, so the united profile is not in Korea.
    let definitions = world(SILENT);
    let (mut one, mut two) = two(&definitions, r#""country":"JP""#, r#""country":"KR""#);
    one.post(
        2500,
        r#"{"identityMap":{"email":[{"id":"a@b.test"}]},"country":"JP"}"#,
    );
    // Only a told dataflow hears of it when its triggers are off: tell it.
    two.state.profile.hot.ledger.push(model::LedgerEntry {
        dataflow: model::DataflowNo(0),
        revision: model::Revision(9),
        commit: 4,
        told: vec![SegmentNo(0)],
    });
    let exports = one.absorb(3000, BOTH, vec![two.state]);
    assert_eq!(causes(&exports), ["merged"]);
    assert_eq!(exports[0].transitions.len(), 1);
    assert_eq!(exports[0].transitions[0].status, Status::Exited);
    assert_eq!(
        exports[0].revision.0, 1,
        "the survivor's revisions go on, not the absorbed one's"
    );
    assert_eq!(one.state.profile.hot.ledger[0].told, []);
}

#[test]
fn realized_on_either_side_wins_over_exited() {
    for survivor_is_in in [true, false] {
        let definitions = world(SILENT);
        let (mut one, mut two) = two(&definitions, r#""country":"KR""#, r#""country":"KR""#);
        let left = if survivor_is_in { &mut two } else { &mut one };
        let name = if survivor_is_in {
            r#""crm":[{"id":"1"}]"#
        } else {
            r#""email":[{"id":"a@b.test"}]"#
        };
        left.post(2500, &format!(r#"{{"identityMap":{{{name}}},"country":"JP"}}"#));
        one.absorb(3000, &BOTH.replace("}}", r#"},"country":"KR"}"#), vec![two.state]);
        let membership = one.state.membership(SegmentNo(0)).expect("a member");
        let since = if survivor_is_in { 1000 } else { 2000 };
        assert_eq!(
            (membership.status, membership.since.millis()),
            (Status::Realized, since)
        );
    }
}

#[test]
fn nobody_was_told_and_the_triggers_are_off_so_nobody_hears() {
    let (mut one, two) = two(&world(SILENT), r#""country":"KR""#, r#""country":"KR""#);
    assert_eq!(causes(&one.absorb(3000, BOTH, vec![two.state])), [""; 0]);
}

#[test]
fn of_two_events_with_one_id_the_first_accepted_counts() {
    let definitions = definitions(
        vec![segment(0, "buyer", "xEvent[eventType = \"buy\"].count() >= 2")],
        vec![],
    );
    let event = |identity: &str| {
        format!(
            r#"{{"identityMap":{{{identity}}},"_id":"e1","timestamp":"1970-01-01T00:00:01Z","eventType":"buy"}}"#
        )
    };
    let mut one = Person::with_id(&definitions, 1);
    let mut two = Person::with_id(&definitions, 2);
    one.post(1000, &event(r#""email":[{"id":"a@b.test"}]"#));
    two.post(2000, &event(r#""crm":[{"id":"1"}]"#));
    one.absorb(3000, BOTH, vec![two.state]);
    assert_eq!(one.state.profile.events.len(), 1);
    assert!(!one.state.realized(SegmentNo(0)));
    assert_eq!(one.state.take_touched().forgotten.len(), 1, "the other row goes");
}

/// Three people of one message: one was told realized behind a filter, one never passed it, one was last evaluated
/// before it was there.
#[test]
fn one_who_is_behind_does_not_cost_the_survivor_its_place_behind_a_filter() {
    let before = world(Triggers::default());
    let mut after = before.clone();
    after.version = RulesVersion(2);
    after.published_at = at(1500);
    after.dataflows[0].filter = Some("vip = true".to_owned());
    after.dataflows[0].segments[0].hidden = Some(SegmentNo(7));
    after.dataflows[0].segments[0].baseline_in = RulesVersion(2);
    let person = |id: u64, definitions: &Definitions, vip: bool| {
        let mut person = Person::with_id(definitions, id);
        let name = format!(r#""identityMap":{{"email":[{{"id":"{id}"}}]}}"#);
        person.post(2000, &format!(r#"{{{name},"country":"KR","vip":{vip}}}"#));
        person.rules = rules(&after);
        person
    };
    // In whichever order the other two are absorbed.
    for [behind, outside] in [[2, 3], [3, 2]] {
        for (vip, changed) in [(true, &[][..]), (false, &[Status::Exited])] {
            let mut one = person(1, &after, true);
            assert_eq!(one.state.profile.hot.ledger[0].told, [SegmentNo(7)]);
            let mut others = [person(behind, &before, true), person(outside, &after, false)];
            others.sort_by_key(|person| person.state.profile.id);
            let all = r#""identityMap":{"email":[{"id":"1"},{"id":"2"},{"id":"3"}]}"#;
            let entity = format!(r#"{{{all},"vip":{vip}}}"#);
            let exports = one.absorb(3000, &entity, others.map(|person| person.state).into());
            let statuses: Vec<Status> = exports[0].transitions.iter().map(|t| t.status).collect();
            assert_eq!(statuses, changed, "{behind} is behind, vip {vip}");
            let membership = one.state.membership(SegmentNo(7)).expect("known");
            assert_eq!(membership.since, at(if vip { 2000 } else { 3000 }));
        }
    }
}
