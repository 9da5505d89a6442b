use crate::{BadMessage, MAX_DEPTH, MAX_MESSAGE_BYTES, parse_entity};
use model::{Body, DatasetId, EventBody, Message, Timestamp};

fn parse(json: &str) -> Result<Message, BadMessage> {
    parse_entity(json.as_bytes(), &DatasetId::new("crm").expect("it is an id"))
}

fn entity(members: &str) -> Message {
    parse(&format!(
        r#"{{"identityMap":{{"email":[{{"id":"a"}}]}}{members}}}"#
    ))
    .expect("it is an entity")
}

fn time(text: &str) -> Option<Timestamp> {
    let parsed = Timestamp::parse(text);
    assert!(parsed.is_some(), "{text}");
    parsed
}

#[test]
fn timestamp_and_event_type_together_make_an_event() {
    let is_event = |members: &str| matches!(entity(members).body, Body::Event(_));
    assert!(is_event(
        r#","_id":"e","timestamp":"2026-01-01T00:00:00Z","eventType":"login""#
    ));
    assert!(!is_event(r#","_id":"e","timestamp":"2026-01-01T00:00:00Z""#));
    assert!(!is_event(r#","_id":"e","eventType":"login""#));
    assert!(!is_event(""));
}

#[test]
fn an_event_keeps_all_but_identity_map_and_weir() {
    let message = entity(
        r#", "timestamp": "2026-01-01T09:00:00.5+09:00" ,"eventType":"buy", "_id":"e\u0031",
        "_weir":{"validUntil":"2026-02-01T00:00:00Z"},"segmentMembership":{}, "cart":[ {"price": 1.10} ]"#,
    );
    let expected = EventBody {
        id: "e1".into(),
        timestamp: Timestamp::from_millis(1_767_225_600_500),
        valid_until: time("2026-02-01T00:00:00Z"),
        json: concat!(
            r#"{"_id":"e\u0031","cart":[{"price":1.10}],"eventType":"buy","segmentMembership":{},"#,
            r#""timestamp":"2026-01-01T09:00:00.5+09:00"}"#
        )
        .into(),
    };
    assert_eq!(message.body, Body::Event(expected));
}

#[test]
fn own_time_is_received_at_else_the_entity_s() {
    let event = r#","_id":"e","timestamp":"2026-01-02T00:00:00Z","eventType":"x""#;
    let audit = r#","extSourceSystemAudit":{"lastUpdatedDate":"2026-01-03T00:00:00Z"}"#;
    let received = r#","_weir":{"receivedAt":"2026-01-04T00:00:00Z"}"#;
    for (members, expected) in [
        (String::new(), None),
        (event.to_owned(), time("2026-01-02T00:00:00Z")),
        (format!("{event}{audit}"), time("2026-01-02T00:00:00Z")),
        (audit.to_owned(), time("2026-01-03T00:00:00Z")),
        (received.to_owned(), time("2026-01-04T00:00:00Z")),
        (format!("{event}{received}"), time("2026-01-04T00:00:00Z")),
        (format!("{audit}{received}"), time("2026-01-04T00:00:00Z")),
        (r#","extSourceSystemAudit":null"#.to_owned(), None),
        (
            r#","extSourceSystemAudit":{"lastUpdatedDate":null}"#.to_owned(),
            None,
        ),
    ] {
        assert_eq!(entity(&members).own_time, expected, "{members}");
    }
}

#[test]
fn a_record_keeps_its_business_time_whatever_the_clock() {
    let message = entity(
        r#","extSourceSystemAudit":{"lastUpdatedDate":"2026-01-03T00:00:00Z"},
        "_weir":{"receivedAt":"2026-01-04T00:00:00Z"}"#,
    );
    let Body::Record(record) = message.body else {
        panic!("it is a record");
    };
    assert_eq!(record.business_time, time("2026-01-03T00:00:00Z"));
}

#[test]
fn a_record_may_say_nothing_but_names() {
    let json = r#" {"identityMap":{"email":[{"id":"a"}],"crmId":[{"id":"7"}]}} "#;
    let message = parse(json).expect("it is a record");
    assert_eq!((message.bytes, message.identities.len()), (json.len(), 2));
    let Body::Record(record) = message.body else {
        panic!("it is a record");
    };
    assert!(record.patch.is_empty());
}

#[test]
fn limits_are_exact() {
    // The entity is the first level.
    let nested = |levels: usize| {
        format!(
            r#","a":{}1{}"#,
            r#"{"a":"#.repeat(levels - 1),
            "}".repeat(levels - 1)
        )
    };
    entity(&nested(MAX_DEPTH));
    let deeper = format!(
        r#"{{"identityMap":{{"e":[{{"id":"a"}}]}}{}}}"#,
        nested(MAX_DEPTH + 1)
    );
    assert_eq!(parse(&deeper), Err(BadMessage::TooDeep));
    let padded = |bytes: usize| {
        let short = r#"{"identityMap":{"e":[{"id":"a"}]},"a":""}"#;
        short.replace("\"\"}", &format!("\"{}\"}}", "x".repeat(bytes - short.len())))
    };
    assert_eq!(
        parse(&padded(MAX_MESSAGE_BYTES)).map(|m| m.bytes),
        Ok(MAX_MESSAGE_BYTES)
    );
    let bytes = MAX_MESSAGE_BYTES + 1;
    assert_eq!(parse(&padded(bytes)), Err(BadMessage::TooLarge { bytes }));
}
