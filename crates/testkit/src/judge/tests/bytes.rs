//! The message byte for byte: product specification, section 5.

use super::case::{Case, id, level, path, vip};
use model::NamespaceSelection;

#[test]
fn the_message_is_in_the_order_of_the_specification() {
    let mut case = Case::of(&[("s", vip()), ("t", level("gold"))]);
    case.flow().attributes = [path("person"), path("n"), path("absent")].into();
    case.segment("s").name = "High \"5\"".to_owned();
    case.flow().segments.remove(&id("t"));
    case.flow().include_segment_names = true;
    case.flow().include_segment_timestamps = true;
    case.publish(7);
    // 1970-01-01T00:00:01.500Z
    case.record(
        1_500,
        "b a",
        r#""vip":true,"level":"gold","n":1.10,"person":{"name":{"last":"Ito","first":"Ana"},"birth":"1990-04-02"}"#,
    );
    // Keys in byte order, values verbatim, instants cut to seconds; names and times of the mapped segment only.
    // The segment was made at 0, named at 7; it is mapped since 0.
    let expected = concat!(
        r#"{"n":1.10,"person":{"birth":"1990-04-02","name":{"first":"Ana","last":"Ito"}},"#,
        r#""segmentMembership":{"ups":{"s":{"lastQualificationTime":"1970-01-01T00:00:01Z","status":"realized","#,
        r#""createdAt":0,"updatedAt":7,"mappingCreatedAt":0,"mappingUpdatedAt":0,"name":"High \"5\""},"#,
        r#""t":{"lastQualificationTime":"1970-01-01T00:00:01Z","status":"realized"}}},"#,
        r#""identityMap":{"email":[{"id":"a"},{"id":"b"}]}}"#,
    );
    assert_eq!(case.last_export().body(), expected);
}

#[test]
fn empty_maps_are_there() {
    let mut case = Case::of(&[("s", vip())]);
    let nobody = NamespaceSelection {
        namespace: "phone".to_owned(),
        sha256: false,
    };
    case.flow().identities = Some(vec![nobody]);
    case.publish(1);
    case.record(100, "a", "\"vip\":true");
    case.record(200, "a", "\"vip\":false");
    // The exit is 30 days old to the millisecond and shows, or one millisecond older and does not.
    let mut old = case.last_export().clone();
    let thirty_days = 30 * 86_400_000;
    old.emitted_at = super::case::at(200 + thirty_days);
    let shown = r#"{"segmentMembership":{"ups":{"s":{"lastQualificationTime":"1970-01-01T00:00:00Z","status":"exited"}}},"identityMap":{}}"#;
    assert_eq!(old.body(), shown);
    old.emitted_at = super::case::at(201 + thirty_days);
    assert_eq!(old.body(), r#"{"segmentMembership":{"ups":{}},"identityMap":{}}"#);
}

#[test]
fn the_envelope_comes_first() {
    let mut case = Case::of(&[("s", vip())]);
    case.record(100, "a", "\"vip\":true");
    case.record(110, "b", "\"vip\":true");
    case.flow().envelope = true;
    case.publish(115);
    case.record(120, "a b", "\"vip\":false");
    // sha256("f\n1\n2"), its first 16 bytes: `printf 'f\n1\n2' | sha256sum`.
    let expected = concat!(
        r#"{"_weir":{"id":"ID","dataflow":"f","profile":"1","revision":"00000000000000000002","#,
        r#""causes":["membership","merged"],"transitions":[{"at":"1970-01-01T00:00:00.120Z","segment":"s","status":"exited"}],"#,
        r#""merged":["2"],"emittedAt":"1970-01-01T00:00:00.120Z"},"#,
        r#""segmentMembership":{"ups":{"s":{"lastQualificationTime":"1970-01-01T00:00:00Z","status":"exited"}}},"#,
        r#""identityMap":{"email":[{"id":"a"},{"id":"b"}]}}"#,
    );
    let id = "68c711736476b8b006077cea321d3fcc";
    assert_eq!(case.last_export().body(), expected.replace("ID", id));
}
