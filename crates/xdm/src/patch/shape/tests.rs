use super::Shapes;
use crate::json::{Document, Nodes};
use crate::met::{MOST, Met, PATIENCE};
use crate::patch::patch;
use crate::{Door, parse_entity, parse_envelope};
use model::{Body, DatasetId};
use std::sync::Arc;

/// Records of which most are like another one but for a little, and some are none.
const RECORDS: &[&str] = &[
    r#"{"a":{"x":1},"y":2,"l":[1]}"#,
    r#"{"a":{"x":"1"},"y":null,"l":[]}"#,
    r#"{"a":{"x":{}},"y":[2],"l":"\u00e9"}"#,
    r#"{"a":{"x":{"k":1}},"y":2,"l":[1]}"#,
    r#"{ "l" : [ 1 , {"k":[ ]} ], "y":1e2, "a" : { "x" : true } }"#,
    // The same keys in the same order, but not in the same objects.
    r#"{"a":{"x":1,"y":2},"l":[1]}"#,
    r#"{"a":{"x":{"y":2},"l":[1]}}"#,
    r#"{"a":{"x":{"y":2}},"l":[1]}"#,
    r#"{"a":1,"x":1,"y":2,"l":[1]}"#,
    r#"{"a":{"x":1,"y":2}}"#,
    r#"{"o":{"a":{"x":1},"y":2}}"#,
    r#"{"o":{"a":{"x":1,"y":2}}}"#,
    r#"{"a":{},"y":2,"l":[1]}"#,
    // More and fewer of them, repeated ones, and others that are as long.
    r#"{"a":{"x":1},"y":2,"l":[1],"z":3}"#,
    r#"{"a":{"x":1},"y":2}"#,
    r#"{"a":{"x":1,"x":2},"y":2,"l":[1]}"#,
    r#"{"a":{"x":1},"a":{"x":3},"y":2,"l":[1]}"#,
    r#"{"a":{"w":1},"y":2,"l":[1]}"#,
    r#"{"a":{"z":1,"b":{"n":2,"m":3},"c":4}}"#,
    r#"{"a":{"b":{"m":5,"n":6},"c":7,"z":8}}"#,
    r#"{"a":{"z":1,"b":{"n":2,"\u006d":3},"c":4}}"#,
    "{}",
    // Fault is found with these.
    r#"{"a":{"x":1e999},"y":2,"l":[1]}"#,
    r#"{"a":{"x":1},"y":"\ud800","l":[1e999]}"#,
    r#"{"a":{"x":1},"y":2,"l":[{"":1}]}"#,
    r#"{"a":{"x":1},"y":2,"l":[1,]}"#,
    r#"{"a":{"":1},"y":2,"l":[1]}"#,
    r#"{"":{"x":1},"y":2,"l":[1]}"#,
];

fn dataset() -> DatasetId {
    DatasetId::new("crm").expect("it is an id")
}

/// A record in an envelope, which has no form.
fn enveloped(record: &str) -> String {
    const SCHEMA: &str = r#"{"id":"https://ns.adobe.com/acme/schemas/1","contentType":"application/vnd.adobe.xed-full+json;version=1"}"#;
    format!(
        r#"{{"header":{{"schemaRef":{SCHEMA},"datasetId":"crm","flowId":"f"}},"body":{{"xdmMeta":{{"schemaRef":{SCHEMA}}},"xdmEntity":{record}}}}}"#
    )
}

#[test]
fn what_was_read_before_makes_no_difference() {
    let deep = format!(
        r#"{{"a":{{"x":1}},"y":2,"l":{}{}}}"#,
        "[".repeat(64),
        "]".repeat(64)
    );
    let records = RECORDS.iter().copied().chain([deep.as_str()]).map(|record| {
        let comma = if record == "{}" { "" } else { "," };
        record.replacen(
            '{',
            &format!(r#"{{"identityMap":{{"email":[{{"id":"a"}}]}}{comma}"#),
            1,
        )
    });
    let records: Vec<String> = records.collect();
    let door = Door::untyped(dataset());
    for usual in &records {
        let mut reader = door.reader();
        // Of what is read by itself most is of a form, and goes another way.
        let mut hold = |record: &str| {
            let (plain, wrapped) = (record.as_bytes(), enveloped(record));
            let (fresh, anew) = (
                parse_entity(plain, &dataset()),
                parse_envelope(wrapped.as_bytes(), &dataset()),
            );
            assert_eq!(reader.entity(plain), fresh, "{record} after {usual}");
            assert_eq!(
                reader.envelope(wrapped.as_bytes()),
                anew,
                "{record} after {usual}"
            );
        };
        for _ in 0..=PATIENCE {
            hold(usual);
        }
        for record in &records {
            hold(record);
            // So that the usual one is the usual one still.
            hold(usual);
        }
    }
}

#[test]
fn the_usual_record_is_learnt_and_unlearnt() {
    let met = Met::default();
    let mut shapes = Shapes::of(&met);
    let mut unlike = |json: &str| {
        let mut nodes = Nodes::default();
        let document = Document::parse(json, &mut nodes).expect("it is JSON");
        let members = document.root().members().expect("nothing in it is refused");
        patch(&members.expect("it is an object"), &mut shapes).expect("it has no fault");
        shapes.known.is_some().then_some(shapes.unlike)
    };
    let (one, other) = (r#"{"k":{"a":1}}"#, r#"{"k":{"b":1}}"#);
    assert!((1..PATIENCE).all(|_| unlike(one).is_none()));
    assert_eq!((unlike(one), unlike(one)), (Some(0), Some(0)));
    assert!((1..PATIENCE).all(|count| unlike(other) == Some(count)));
    assert_eq!(
        (unlike(one), unlike(other)),
        (Some(0), Some(1)),
        "the one known is still the usual one"
    );
    assert!((2..PATIENCE).all(|count| unlike(other) == Some(count)));
    assert_eq!(
        (unlike(other), unlike(one)),
        (Some(0), Some(1)),
        "it is the other one now"
    );
}

#[test]
fn readers_of_one_door_share_what_they_learn() {
    let door = Door::untyped(dataset());
    let read = |key: &str, count: u32| {
        let mut reader = door.reader();
        let json = enveloped(&format!(
            r#"{{"identityMap":{{"email":[{{"id":"a"}}]}},"{key}":1}}"#
        ));
        let read = (0..count).map(|_| reader.envelope(json.as_bytes()).expect("it is a record"));
        match read.last().map(|(message, _)| message.body) {
            Some(Body::Record(record)) => Arc::clone(record.patch.paths()),
            _ => panic!("it is a record"),
        }
    };
    let one = read("a", PATIENCE + 1);
    assert!(Arc::ptr_eq(&one, &read("a", 1)), "the next reader begins with it");
    let other = read("b", PATIENCE + 1);
    assert!(Arc::ptr_eq(&other, &read("b", 1)), "with the latest");
    assert!(
        Arc::ptr_eq(&one, &read("a", PATIENCE + 1)),
        "the one before is not forgotten"
    );
    for key in 0..2 * MOST {
        read(&format!("k{key}"), PATIENCE);
    }
    assert!(
        !Arc::ptr_eq(&one, &read("a", PATIENCE + 1)),
        "only so many are remembered"
    );
}
