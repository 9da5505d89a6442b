//! When a profile is exported, and what is in it: each rule of the specification as a row.

use crate::person::{Person, causes, definitions, flow, mapping, segment};
use model::{
    AttributeTrigger, Dataflow, MembershipScope, NamespaceSelection, RulesVersion, SegmentNo, Status,
    Triggers,
};

const KOREAN: &str = r#""identityMap":{"email":[{"id":"a@b.test"}]},"country":"KR""#;

struct Row {
    what: &'static str,
    options: fn(&mut Dataflow),
    before: &'static [&'static str],
    last: &'static str,
    expected: &'static [&'static str],
}

fn defaults(_: &mut Dataflow) {}

/// Maps segment `korea` (country = KR) and the attributes `name`, `address` and `country`.
const ROWS: &[Row] = &[
    Row {
        what: "none to realized; a new profile's identities and attributes are new too",
        options: defaults,
        before: &[],
        last: r#"{ID,"country":"KR"}"#,
        expected: &["membership", "identity", "attribute"],
    },
    Row {
        what: "realized to exited: no longer a member, so the written attribute is no cause",
        options: defaults,
        before: &[r#"{ID,"country":"KR"}"#],
        last: r#"{ID,"country":"JP"}"#,
        expected: &["membership"],
    },
    Row {
        what: "exited to realized",
        options: defaults,
        before: &[r#"{ID,"country":"KR"}"#, r#"{ID,"country":"JP"}"#],
        last: r#"{ID,"country":"KR"}"#,
        expected: &["membership", "attribute"],
    },
    Row {
        what: "never a member: nothing",
        options: defaults,
        before: &[],
        last: r#"{ID,"country":"JP","name":"Ana"}"#,
        expected: &[],
    },
    Row {
        what: "an unmapped attribute of a member",
        options: defaults,
        before: &[r#"{ID,"country":"KR"}"#],
        last: r#"{ID,"shoe":44}"#,
        expected: &[],
    },
    Row {
        what: "a mapped attribute of a member, with the value it had",
        options: defaults,
        before: &[r#"{ID,"country":"KR","name":"Ana"}"#],
        last: r#"{ID,"name":"Ana"}"#,
        expected: &["attribute"],
    },
    Row {
        what: "a mapped attribute of someone who was a member and is not any more",
        options: defaults,
        before: &[r#"{ID,"country":"KR"}"#, r#"{ID,"country":"JP"}"#],
        last: r#"{ID,"name":"Ana"}"#,
        expected: &[],
    },
    Row {
        what: "value trigger: the value it had",
        options: |flow| flow.attribute_trigger = AttributeTrigger::Value,
        before: &[r#"{ID,"country":"KR","name":"Ana"}"#],
        last: r#"{ID,"name":"Ana"}"#,
        expected: &[],
    },
    Row {
        what: "value trigger: another value",
        options: |flow| flow.attribute_trigger = AttributeTrigger::Value,
        before: &[r#"{ID,"country":"KR","name":"Ana"}"#],
        last: r#"{ID,"name":"Eva"}"#,
        expected: &["attribute"],
    },
    Row {
        what: "value trigger: 1.0 is written otherwise than 1.00",
        options: |flow| flow.attribute_trigger = AttributeTrigger::Value,
        before: &[r#"{ID,"country":"KR","name":1.0}"#],
        last: r#"{ID,"name":1.00}"#,
        expected: &["attribute"],
    },
    Row {
        what: "null at a mapped path",
        options: defaults,
        before: &[r#"{ID,"country":"KR","name":"Ana"}"#],
        last: r#"{ID,"name":null}"#,
        expected: &["attribute"],
    },
    Row {
        what: "null at a mapped path that never had a value",
        options: defaults,
        before: &[r#"{ID,"country":"KR"}"#],
        last: r#"{ID,"name":null}"#,
        expected: &["attribute"],
    },
    Row {
        what: "a descendant of a mapped path",
        options: defaults,
        before: &[r#"{ID,"country":"KR"}"#],
        last: r#"{ID,"address":{"home":{"city":"Seoul"}}}"#,
        expected: &["attribute"],
    },
    Row {
        what: "an ancestor of a mapped path",
        options: |flow| {
            flow.attributes = vec![model::Path::parse("address.home.city").expect("written well")];
        },
        before: &[r#"{ID,"country":"KR","address":{"home":{"city":"Seoul"}}}"#],
        last: r#"{ID,"address":null}"#,
        expected: &["attribute"],
    },
    Row {
        what: "a sibling of a mapped path",
        options: |flow| {
            flow.attributes = vec![model::Path::parse("address.home.city").expect("written well")];
        },
        before: &[r#"{ID,"country":"KR"}"#],
        last: r#"{ID,"address":{"home":{"street":"Jongno"}}}"#,
        expected: &[],
    },
    Row {
        what: "a write that loses: its business time is older",
        options: defaults,
        before: &[
            r#"{ID,"country":"KR","name":"Ana","extSourceSystemAudit":{"lastUpdatedDate":"1970-01-01T00:00:05Z"}}"#,
        ],
        last: r#"{ID,"name":"Eva","extSourceSystemAudit":{"lastUpdatedDate":"1970-01-01T00:00:01Z"}}"#,
        expected: &[],
    },
    Row {
        what: "an identity is added to a member",
        options: defaults,
        before: &[r#"{ID,"country":"KR"}"#],
        last: r#"{"identityMap":{"email":[{"id":"a@b.test"}],"crm":[{"id":"1"}]}}"#,
        expected: &["identity"],
    },
    Row {
        what: "an identity is added to someone who is no member",
        options: defaults,
        before: &[r#"{ID,"country":"JP"}"#],
        last: r#"{"identityMap":{"email":[{"id":"a@b.test"}],"crm":[{"id":"1"}]}}"#,
        expected: &[],
    },
    Row {
        what: "identity trigger off",
        options: |flow| flow.triggers.identity = false,
        before: &[r#"{ID,"country":"KR"}"#],
        last: r#"{"identityMap":{"email":[{"id":"a@b.test"}],"crm":[{"id":"1"}]}}"#,
        expected: &[],
    },
    Row {
        what: "attribute trigger off",
        options: |flow| flow.triggers.attribute = false,
        before: &[r#"{ID,"country":"KR"}"#],
        last: r#"{ID,"name":"Ana"}"#,
        expected: &[],
    },
    Row {
        what: "membership trigger off: an entry still counts as an attribute written by a member",
        options: |flow| {
            flow.triggers = Triggers {
                membership: false,
                identity: false,
                attribute: true,
            }
        },
        before: &[],
        last: r#"{ID,"country":"KR"}"#,
        expected: &["attribute"],
    },
    Row {
        what: "membership trigger off: an exit tells nobody",
        options: |flow| {
            flow.triggers = Triggers {
                membership: false,
                identity: true,
                attribute: true,
            }
        },
        before: &[r#"{ID,"country":"KR"}"#],
        last: r#"{ID,"country":"JP"}"#,
        expected: &[],
    },
    Row {
        what: "all causes make one export",
        options: defaults,
        before: &[r#"{ID,"country":"JP"}"#],
        last: r#"{"identityMap":{"email":[{"id":"a@b.test"}],"crm":[{"id":"1"}]},"country":"KR","name":"Ana"}"#,
        expected: &["membership", "identity", "attribute"],
    },
    Row {
        what: "people who opted out are no members",
        options: defaults,
        before: &[],
        last: r#"{ID,"country":"KR","consents":{"collect":{"val":"n"}}}"#,
        expected: &[],
    },
    Row {
        what: "an event changes no attribute",
        options: defaults,
        before: &[r#"{ID,"country":"KR"}"#],
        last: r#"{ID,"_id":"1","timestamp":"1970-01-01T00:00:01Z","eventType":"view","name":"Ana"}"#,
        expected: &[],
    },
];

#[test]
fn every_trigger() {
    for row in ROWS {
        let mut flow = flow(&["korea"], &["name", "address", "country"]);
        (row.options)(&mut flow);
        let mut person = Person::new(&definitions(
            vec![segment(0, "korea", r#"country = "KR""#)],
            vec![flow],
        ));
        let entity = |text: &str| text.replace("ID", r#""identityMap":{"email":[{"id":"a@b.test"}]}"#);
        for (now, text) in (10_000..).step_by(1000).zip(row.before) {
            person.post(now, &entity(text));
        }
        let exports = person.post(100_000, &entity(row.last));
        assert_eq!(causes(&exports), row.expected, "{}", row.what);
    }
}

#[test]
fn a_hundred_members_and_five_new_ones_make_five_exports() {
    let definitions = definitions(
        vec![segment(0, "korea", r#"country = "KR""#)],
        vec![flow(&["korea"], &["name"])],
    );
    let mut people: Vec<Person> = (1..=105).map(|id| Person::with_id(&definitions, id)).collect();
    for person in &mut people[..100] {
        person.post(1000, &format!("{{{KOREAN}}}"));
    }
    for person in &mut people[100..] {
        person.post(
            1000,
            r#"{"identityMap":{"email":[{"id":"a@b.test"}]},"country":"JP"}"#,
        );
    }
    let unmapped = r#"{"identityMap":{"email":[{"id":"a@b.test"}]},"shoe":44}"#;
    let (members, others) = people.split_at_mut(100);
    let from_members = members
        .iter_mut()
        .flat_map(|person| person.post(2000, unmapped))
        .count();
    let from_others = others
        .iter_mut()
        .flat_map(|person| person.post(2000, &format!("{{{KOREAN}}}")))
        .count();
    assert_eq!((from_members, from_others), (0, 5));
}

#[test]
fn an_export_shows_all_mapped_attributes_and_no_other() {
    let mut person = Person::new(&definitions(
        vec![segment(0, "korea", r#"country = "KR""#)],
        vec![flow(&["korea"], &["person.name", "loyalty.points", "missing"])],
    ));
    let exports = person.post(
        1000,
        &format!(r#"{{{KOREAN},"person":{{"name":{{"last":"Ito","first":"Ana"}},"age":3}},"loyalty":{{"points":1.10}}}}"#),
    );
    let shown: Vec<String> = exports[0]
        .attributes
        .iter()
        .map(|(path, json)| format!("{path}={json}"))
        .collect();
    assert_eq!(
        shown,
        [
            "loyalty.points=1.10",
            r#"person.name.first="Ana""#,
            r#"person.name.last="Ito""#
        ]
    );
}

#[test]
fn memberships_names_and_times_show_as_the_options_say() {
    let segments = || {
        vec![
            segment(0, "korea", r#"country = "KR""#),
            segment(1, "adult", "age >= 18"),
        ]
    };
    let post = |options: fn(&mut Dataflow)| {
        let mut flow = flow(&["korea"], &[]);
        options(&mut flow);
        let mut person = Person::new(&definitions(segments(), vec![flow]));
        person
            .post(1000, &format!(r#"{{{KOREAN},"age":20}}"#))
            .remove(0)
            .memberships
    };
    let ids = |memberships: &[model::ExportedMembership]| {
        memberships
            .iter()
            .map(|m| m.segment.to_string())
            .collect::<Vec<_>>()
    };
    let all = post(|_| {});
    assert_eq!(ids(&all), ["adult", "korea"], "also unmapped segments, by id");
    assert!(all.iter().all(|m| m.name.is_none() && m.stamps.is_none()));
    assert_eq!(
        ids(&post(|flow| flow.segment_membership = MembershipScope::Mapped)),
        ["korea"]
    );
    let full = post(|flow| {
        flow.include_segment_names = true;
        flow.include_segment_timestamps = true;
    });
    assert_eq!(
        (full[0].name.as_deref(), full[0].stamps),
        (None, None),
        "nothing about unmapped segments"
    );
    assert_eq!(full[1].name.as_deref(), Some("Segment korea"));
    let stamps = full[1].stamps.expect("the mapped segment has its times");
    let ms = [
        stamps.created,
        stamps.updated,
        stamps.mapping_created,
        stamps.mapping_updated,
    ]
    .map(model::Timestamp::millis);
    assert_eq!(ms, [10, 20, 30, 40]);
}

#[test]
fn identities_show_as_selected() {
    let post = |identities: Option<Vec<NamespaceSelection>>| {
        let mut flow = flow(&["korea"], &[]);
        flow.identities = identities;
        let mut person = Person::new(&definitions(
            vec![segment(0, "korea", r#"country = "KR""#)],
            vec![flow],
        ));
        let entity = r#"{"identityMap":{"email":[{"id":"b@b.test"},{"id":"a@b.test"}],"crm":[{"id":"1"}]},"country":"KR"}"#;
        let shown = person.post(1000, entity).remove(0).identities;
        shown
            .into_iter()
            .map(|(ns, values)| format!("{ns}={}", values.join(",")))
            .collect::<Vec<_>>()
    };
    assert_eq!(post(None), ["crm=1", "email=a@b.test,b@b.test"]);
    let select = |namespace: &str, sha256| NamespaceSelection {
        namespace: namespace.to_owned(),
        sha256,
    };
    assert_eq!(
        post(Some(vec![select("email", false)])),
        ["email=a@b.test,b@b.test"]
    );
    assert_eq!(
        post(Some(vec![select("crm", true), select("none", false)])),
        ["crm_sha256=6b86b273ff34fce19d6b804eff5a3f5747ada4eaa22f1d49c01e52ddb7875b4b"]
    );
}

#[test]
fn revisions_count_and_the_ledger_says_what_was_told() {
    let mut person = Person::new(&definitions(
        vec![segment(0, "korea", r#"country = "KR""#)],
        vec![flow(&["korea"], &["name"])],
    ));
    let revisions: Vec<u64> = [
        format!("{{{KOREAN}}}"),
        format!(r#"{{{KOREAN},"name":1}}"#),
        format!(r#"{{{KOREAN},"country":"JP"}}"#),
    ]
    .iter()
    .zip(1000..)
    .flat_map(|(entity, now)| person.post(now, entity))
    .map(|export| export.revision.0)
    .collect();
    assert_eq!(revisions, [1, 2, 3]);
    let entry = &person.state.profile.hot.ledger[0];
    assert_eq!((entry.revision.0, entry.told.as_slice()), (3, [].as_slice()));
}

/// `korea` with the filter `age >= 18`: hidden segment number 7.
fn filtered() -> Dataflow {
    let mut flow = flow(&[], &[]);
    flow.segments = vec![model::Mapping {
        hidden: Some(SegmentNo(7)),
        ..mapping("korea")
    }];
    flow.filter = Some("age >= 18".to_owned());
    flow
}

#[test]
fn nobody_stays_a_member_downstream_by_moving_out_of_the_filter() {
    let mut person = Person::new(&definitions(
        vec![segment(0, "korea", r#"country = "KR""#)],
        vec![filtered()],
    ));
    assert_eq!(
        causes(&person.post(1000, &format!("{{{KOREAN}}}"))),
        [""; 0],
        "in the segment, not in the filter"
    );
    let entered = person.post(2000, &format!(r#"{{{KOREAN},"age":20}}"#));
    let shown: Vec<_> = entered[0]
        .memberships
        .iter()
        .map(|m| (m.segment.as_str(), m.status, m.last_qualification.millis()))
        .collect();
    assert_eq!(
        shown,
        [("korea", Status::Realized, 2000)],
        "the status that counts, under the segment's own id"
    );
    assert_eq!(entered[0].transitions[0].segment.as_str(), "korea");
    let left = person.post(3000, &format!(r#"{{{KOREAN},"age":10}}"#));
    let shown: Vec<_> = left[0]
        .memberships
        .iter()
        .map(|m| (m.segment.as_str(), m.status))
        .collect();
    assert_eq!(shown, [("korea", Status::Exited)]);
    assert!(
        person.state.realized(SegmentNo(0)),
        "the segment itself still has the person"
    );
}

#[test]
fn a_filter_made_later_sets_its_baseline_without_a_transition() {
    let plain = definitions(vec![segment(0, "korea", r#"country = "KR""#)], vec![]);
    let mut person = Person::new(&plain);
    person.post(1000, &format!(r#"{{{KOREAN},"age":20}}"#));
    let mut flow = filtered();
    flow.segments[0].baseline_in = RulesVersion(2);
    let mut later = definitions(plain.segments, vec![flow]);
    later.version = RulesVersion(2);
    later.published_at = crate::person::at(1500);
    person.rules = crate::person::rules(&later);
    assert_eq!(causes(&person.visit(2000)), [""; 0]);
    assert!(person.state.realized(SegmentNo(7)));
    let left = person.post(3000, &format!(r#"{{{KOREAN},"age":10}}"#));
    assert_eq!(
        causes(&left),
        ["membership"],
        "the exit is a transition like any other"
    );
}
