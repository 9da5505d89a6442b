//! The table of the product specification, section 5, row by row.

use super::case::{Case, at, dataflow, id, level, path, vip};
use model::{DataflowState, MembershipScope, NamespaceSelection, SegmentStamps, Triggers};

const NONE: Triggers = Triggers {
    membership: false,
    identity: false,
    attribute: false,
};

/// Mapped: `v` and attribute `level`.
fn case(triggers: Triggers) -> Case {
    let mut case = Case::of(&[("v", vip())]);
    case.flow().triggers = triggers;
    case.flow().attributes = [path("level")].into();
    case.publish(1);
    case
}

/// Enters, writes, gets a name, writes outside, leaves, writes, gets a name, enters again.
fn life(case: &mut Case) -> Vec<String> {
    case.record(100, "a", "\"vip\":true");
    case.record(101, "a", "\"level\":\"gold\"");
    case.record(102, "a b", "\"x\":1");
    case.record(103, "a", "\"x\":2");
    case.record(104, "a", "\"vip\":false");
    case.record(105, "a", "\"level\":\"gold\"");
    case.record(106, "a c", "\"x\":1");
    case.record(107, "a", "\"vip\":true");
    let causes = case.exports();
    causes
        .into_iter()
        .map(|export| export.split(" [").next().unwrap_or_default().to_owned())
        .collect()
}

#[test]
fn all_three_triggers() {
    let mut case = case(Triggers::default());
    assert_eq!(
        life(&mut case),
        [
            "P1 #1 membership identity @100",
            "P1 #2 attribute @101",
            "P1 #3 identity @102",
            "P1 #4 membership @104",
            "P1 #5 membership @107",
        ]
    );
}

#[test]
fn each_trigger_alone() {
    let membership = [
        "P1 #1 membership @100",
        "P1 #2 membership @104",
        "P1 #3 membership @107",
    ];
    assert_eq!(
        life(&mut case(Triggers {
            membership: true,
            ..NONE
        })),
        membership
    );
    let identity = ["P1 #1 identity @100", "P1 #2 identity @102"];
    assert_eq!(
        life(&mut case(Triggers {
            identity: true,
            ..NONE
        })),
        identity
    );
    assert_eq!(
        life(&mut case(Triggers {
            attribute: true,
            ..NONE
        })),
        ["P1 #1 attribute @101"]
    );
}

#[test]
fn all_causes_of_a_step_make_one_export() {
    let mut case = case(Triggers::default());
    case.record(100, "a", "\"vip\":true,\"level\":\"gold\"");
    assert_eq!(
        case.exports(),
        ["P1 #1 membership identity attribute @100 [v realized] {v realized@100}"]
    );
}

#[test]
fn one_hundred_members_and_five_new_ones_are_five_exports() {
    let mut case = case(Triggers::default());
    for n in 0..100 {
        case.record(100, &format!("m{n}"), "\"vip\":true");
    }
    for n in 0..5 {
        case.record(200, &format!("n{n}"), "\"vip\":true");
    }
    assert_eq!(case.exports().len(), 105);
    assert!(
        case.judge.exports()[100..]
            .iter()
            .all(|export| export.revision == 1)
    );
}

#[test]
fn an_unmapped_segment_moves_nobody_but_may_show() {
    let mut case = Case::of(&[("g", level("gold")), ("v", vip())]);
    case.flow().segments.remove(&id("g"));
    case.publish(1);
    case.record(100, "a", "\"level\":\"gold\"");
    assert_eq!(case.exports(), [""; 0]);
    case.record(101, "a", "\"vip\":true");
    assert_eq!(
        case.exports(),
        ["P1 #1 membership @101 [v realized] {g realized@100, v realized@101}"]
    );
    case.flow().segment_membership = MembershipScope::Mapped;
    case.publish(102);
    case.record(103, "a", "\"vip\":false");
    assert_eq!(
        case.exports()[1..],
        ["P1 #2 membership @103 [v exited] {v exited@103}"]
    );
}

#[test]
fn names_and_times_of_mapped_segments_show_where_asked_for() {
    let mut case = Case::of(&[("g", level("gold")), ("v", vip())]);
    case.flow().segments.remove(&id("g"));
    case.publish(1);
    case.flow().segments.insert(id("g"));
    case.flow().segments.remove(&id("v"));
    case.publish(2);
    case.segment("g").name = "Golden".to_owned();
    case.flow().include_segment_names = true;
    case.flow().include_segment_timestamps = true;
    case.publish(3);
    case.record(100, "a", "\"level\":\"gold\",\"vip\":true");
    let shown = &case.last_export().memberships;
    // `g` was made at 0, renamed at 3, mapped again at 2; `v` is not mapped any more.
    let stamps = SegmentStamps {
        created: at(0),
        updated: at(3),
        mapping_created: at(2),
        mapping_updated: at(2),
    };
    assert_eq!(
        (shown[0].name.as_deref(), shown[0].stamps),
        (Some("Golden"), Some(stamps))
    );
    assert_eq!((shown[1].name.as_deref(), shown[1].stamps), (None, None));
    // A filter is an edit of the mapping.
    case.flow().filter = Some(level("gold"));
    case.publish(110);
    case.visit(110);
    case.record(111, "a b", "\"x\":1");
    let stamps = case.last_export().memberships[0].stamps;
    assert_eq!(
        stamps.map(|s| (s.mapping_created, s.mapping_updated)),
        Some((at(2), at(110)))
    );
}

#[test]
fn identities_show_all_or_as_selected() {
    let select = |namespace: &str, sha256| NamespaceSelection {
        namespace: namespace.to_owned(),
        sha256,
    };
    let mut case = case(Triggers::default());
    case.record(100, "b a", "\"vip\":true");
    let plain = ["a".to_owned(), "b".to_owned()];
    assert_eq!(
        case.last_export().identities,
        [("email".to_owned(), plain.to_vec())].into()
    );
    case.flow().identities = Some(vec![select("email", true), select("ecid", false)]);
    case.publish(101);
    case.record(102, "a", "\"level\":\"x\"");
    // sha256("b") = 3e23.., sha256("a") = ca97..: ascending by what shows.
    let hashed = [
        "3e23e8160039594a33894f6564e1b1348bbd7a0088d42c4acb73eeaed59c009d".to_owned(),
        "ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb".to_owned(),
    ];
    assert_eq!(
        case.last_export().identities,
        [("email_sha256".to_owned(), hashed.to_vec())].into()
    );
}

#[test]
fn a_disabled_dataflow_decides_nothing_and_a_paused_one_does() {
    let mut case = case(Triggers::default());
    case.flow().state = DataflowState::Paused;
    case.publish(2);
    case.record(100, "a", "\"vip\":true");
    assert_eq!(case.exports().len(), 1);
    case.flow().state = DataflowState::Disabled;
    case.publish(101);
    case.record(102, "a", "\"vip\":false");
    assert_eq!(case.exports().len(), 1);
    // Enabled again it goes on with the next revision; the exit in between was not told.
    case.flow().state = DataflowState::Enabled;
    case.publish(103);
    case.record(104, "a", "\"vip\":true");
    assert_eq!(
        case.exports()[1..],
        ["P1 #2 membership @104 [v realized] {v realized@104}"]
    );
}

#[test]
fn dataflows_decide_each_for_itself() {
    let mut case = case(Triggers::default());
    let mut other = case.plan.dataflows[&dataflow()].clone();
    other.triggers = Triggers {
        attribute: true,
        ..NONE
    };
    case.plan
        .dataflows
        .insert(model::DataflowId::new("g").unwrap(), other);
    case.publish(2);
    case.record(100, "a", "\"vip\":true");
    case.record(101, "a", "\"level\":\"gold\"");
    let decided: Vec<_> = case
        .judge
        .exports()
        .iter()
        .map(|e| format!("{} #{} @{}", e.dataflow, e.revision, e.emitted_at.millis()))
        .collect();
    assert_eq!(decided, ["f #1 @100", "f #2 @101", "g #1 @101"]);
}
