//! Entities that fit, and what is said of those that do not.

use super::schema;
use crate::{BadMessage, Door};
use model::{Body, DatasetId, SchemaClass};

const FIELDS: &[&str] = &[
    "text: string",
    "number: number",
    "whole: integer",
    "flag: boolean",
    "day: date",
    "at: date-time",
    "box.in: string",
    "list[]: integer",
    "orders[].price: number",
    "by{}: number",
    "homes{}.city: string",
];

fn door(class: SchemaClass) -> Door {
    Door::typed(DatasetId::new("crm").unwrap(), schema(class, FIELDS, &[]))
}

fn sent(members: &str) -> Result<model::Message, BadMessage> {
    let json = format!(r#"{{"identityMap":{{"crm":[{{"id":"1"}}]}},{members}}}"#);
    door(SchemaClass::Profile).entity(json.as_bytes())
}

#[test]
fn what_fits_is_taken_as_it_is() {
    for members in [
        r#""text":"a","number":1.10,"flag":true"#,
        r#""number":-1e3,"whole":12"#,
        // Whole whatever the spelling, and however long.
        r#""whole":2.0"#,
        r#""whole":1e3"#,
        r#""whole":123456789012345678901234567890"#,
        r#""day":"2024-02-29","at":"2026-01-31T09:30:00+09:00""#,
        r#""box":{"in":"a"},"list":[1,2,3],"orders":[{"price":1},{}]"#,
        r#""by":{"any key, even this":1,"b":2},"homes":{"x":{"city":"Seoul"},"y":{}}"#,
        // Null removes, wherever it stands.
        r#""text":null,"box":null,"list":null,"by":{"a":null},"homes":{"x":null},"orders":[{"price":null}]"#,
        r#""box":{},"list":[],"by":{},"orders":[]"#,
        // Of a repeated key the last counts, here too.
        r#""number":"no","number":1,"box":{"in":1,"in":"a"}"#,
        // What is every record's.
        r#""_id":"r1","extSourceSystemAudit":{"lastUpdatedDate":"2026-01-01T00:00:00Z"},"_weir":{"receivedAt":"2026-01-01T00:00:00Z"}"#,
    ] {
        let message = sent(members).unwrap_or_else(|bad| panic!("{members}: {bad}"));
        let untyped = crate::parse_entity(
            format!(r#"{{"identityMap":{{"crm":[{{"id":"1"}}]}},{members}}}"#).as_bytes(),
            &DatasetId::new("crm").unwrap(),
        );
        assert_eq!(Ok(message), untyped, "{members}");
    }
}

#[test]
fn what_does_not_fit_is_refused_with_path_and_reason() {
    for (members, pointer, keyword, expected) in [
        (r#""text":1"#, "/text", "type", "`text` must be a text, and is 1"),
        (
            r#""text":{"a":1}"#,
            "/text",
            "type",
            "`text` must be a text, and is an object",
        ),
        (
            r#""number":"1""#,
            "/number",
            "type",
            "`number` must be a number, and is the text \"1\"",
        ),
        (
            r#""number":true"#,
            "/number",
            "type",
            "`number` must be a number, and is true",
        ),
        (
            r#""whole":1.5"#,
            "/whole",
            "type",
            "`whole` must be a whole number, and is 1.5",
        ),
        (
            r#""whole":1e-3"#,
            "/whole",
            "type",
            "`whole` must be a whole number, and is 1e-3",
        ),
        (
            r#""flag":"true""#,
            "/flag",
            "type",
            "`flag` must be true or false, and is the text \"true\"",
        ),
        (
            r#""flag":0"#,
            "/flag",
            "type",
            "`flag` must be true or false, and is 0",
        ),
        (
            r#""day":"31.1.2026""#,
            "/day",
            "format",
            "`day` must be a date such as \"2026-01-31\", and is the text \"31.1.2026\"",
        ),
        (
            r#""day":"2026-02-30""#,
            "/day",
            "format",
            "`day` must be a date such as \"2026-01-31\", and is the text \"2026-02-30\"",
        ),
        (
            r#""day":20260131"#,
            "/day",
            "type",
            "`day` must be a date such as \"2026-01-31\", and is 20260131",
        ),
        (
            r#""at":"2026-01-31""#,
            "/at",
            "format",
            "`at` must be a date and time such as \"2026-01-31T09:30:00Z\", and is the text \"2026-01-31\"",
        ),
        (
            r#""box":"a""#,
            "/box",
            "type",
            "`box` must be an object, and is the text \"a\"",
        ),
        (
            r#""box":{"in":1}"#,
            "/box/in",
            "type",
            "`box.in` must be a text, and is 1",
        ),
        (r#""list":1"#, "/list", "type", "`list` must be a list, and is 1"),
        (
            r#""list":[1,"2"]"#,
            "/list/1",
            "type",
            "`list.1` must be a whole number, and is the text \"2\"",
        ),
        (
            r#""list":[null]"#,
            "/list/0",
            "type",
            "`list.0` must be a whole number, and is null",
        ),
        (
            r#""orders":[{"price":"a"}]"#,
            "/orders/0/price",
            "type",
            "`orders.0.price` must be a number, and is the text \"a\"",
        ),
        (
            r#""orders":{"price":1}"#,
            "/orders",
            "type",
            "`orders` must be a list, and is an object",
        ),
        (
            r#""by":{"a/b~c":"x"}"#,
            "/by/a~1b~0c",
            "type",
            "`by.a/b~c` must be a number, and is the text \"x\"",
        ),
        (
            r#""texd":"a""#,
            "/texd",
            "additionalProperties",
            "`texd` is not in the schema (did you mean `text`?)",
        ),
        (
            r#""box":{"inn":"a"}"#,
            "/box/inn",
            "additionalProperties",
            "`box.inn` is not in the schema (did you mean `box.in`?)",
        ),
        (
            r#""orders":[{"prize":1}]"#,
            "/orders/0/prize",
            "additionalProperties",
            "`orders.0.prize` is not in the schema (did you mean `orders.price`?)",
        ),
        (
            r#""qqqqqq":null"#,
            "/qqqqqq",
            "additionalProperties",
            "`qqqqqq` is not in the schema",
        ),
    ] {
        let bad = sent(members).expect_err(members);
        let [violation] = bad.violations() else {
            panic!("{members}: {bad}");
        };
        assert_eq!(
            (
                violation.pointer.as_str(),
                violation.keyword,
                violation.message.as_str()
            ),
            (pointer, keyword, expected)
        );
        assert_eq!(
            bad.to_string(),
            format!("the message does not fit schema `own`: {expected}")
        );
        assert_eq!((bad.status(), bad.code()), (400, "schema"));
    }
}

#[test]
fn all_violations_are_said_up_to_five() {
    let bad = sent(r#""text":1,"number":"a","flag":3,"day":4"#).unwrap_err();
    assert_eq!(bad.violations().len(), 4);
    assert!(!bad.to_string().ends_with("more"), "{bad}");
    let bad = sent(r#""list":["a","b","c","d","e"]"#).unwrap_err();
    assert!(!bad.to_string().ends_with("more"), "{bad}");
    // The sixth may be beside the others or below one.
    let bad = sent(r#""a1":1,"a2":1,"a3":1,"a4":1,"a5":1,"a6":1"#).unwrap_err();
    assert!(bad.to_string().ends_with("; and more"), "{bad}");
    let bad = sent(r#""list":["a","b","c","d","e","f"],"text":1"#).unwrap_err();
    assert_eq!(bad.violations().len(), 5);
    assert!(bad.to_string().ends_with("; and more"), "{bad}");
}

#[test]
fn a_dataset_takes_what_its_class_says() {
    let event = br#"{"identityMap":{"crm":[{"id":"1"}]},"_id":"e","timestamp":"2026-01-01T00:00:00Z","eventType":"x","text":"a"}"#;
    let record = br#"{"identityMap":{"crm":[{"id":"1"}]},"text":"a"}"#;
    let taken = door(SchemaClass::Event).entity(event).unwrap();
    assert!(matches!(taken.body, Body::Event(_)));
    for (class, json, expected) in [
        (
            SchemaClass::Profile,
            &event[..],
            "schema `own` is of records, and this is an event, because it has both `timestamp` and `eventType`",
        ),
        (
            SchemaClass::Event,
            &record[..],
            "schema `own` is of events, which have `timestamp` and `eventType`, and this is a record",
        ),
    ] {
        let bad = door(class).entity(json).unwrap_err();
        assert_eq!(
            (bad.to_string().as_str(), bad.status(), bad.code()),
            (expected, 422, "schema_class")
        );
    }
}

#[test]
fn an_envelope_is_held_to_the_schema_too() {
    let envelope = |entity: &str| {
        format!(
            r#"{{"header":{{"schemaRef":{{"id":"s","contentType":"c"}},"datasetId":"crm","flowId":"F"}},
                "body":{{"xdmMeta":{{"schemaRef":{{"id":"s","contentType":"c"}}}},"xdmEntity":{entity}}}}}"#
        )
    };
    let door = door(SchemaClass::Profile);
    let good = envelope(r#"{"identityMap":{"crm":[{"id":"1"}]},"text":"a"}"#);
    assert!(door.envelope(good.as_bytes()).is_ok());
    let bad = envelope(r#"{"identityMap":{"crm":[{"id":"1"}]},"text":1}"#);
    assert_eq!(
        door.envelope(bad.as_bytes()).unwrap_err().violations()[0].pointer,
        "/text"
    );
}
