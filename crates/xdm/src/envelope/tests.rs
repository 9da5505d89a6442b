use super::{Envelope, SchemaRef, parse_envelope};
use crate::{BadMessage, parse_entity};
use model::{DatasetId, Message};

const SCHEMA: &str = r#"{"id":"https://ns.adobe.com/acme/schemas/1","contentType":"application/vnd.adobe.xed-full+json;version=1"}"#;
const ENTITY: &str =
    r#"{"_id":"r-1","identityMap":{"email":[{"id":"a@b.test"}]},"person":{"name":{"firstName":"Ana"}}}"#;

fn dataset() -> DatasetId {
    DatasetId::new("crm").expect("it is an id")
}

fn parse(header: &str, body: &str) -> Result<(Message, Envelope), BadMessage> {
    parse_envelope(
        format!(r#"{{"header":{header},"body":{body}}}"#).as_bytes(),
        &dataset(),
    )
}

fn header(more: &str) -> String {
    format!(r#"{{"schemaRef":{SCHEMA},"datasetId":"crm","flowId":"F"{more}}}"#)
}

fn body(schema: &str, entity: &str) -> String {
    format!(r#"{{"xdmMeta":{{"schemaRef":{schema}}},"xdmEntity":{entity}}}"#)
}

#[test]
fn the_entity_is_read_as_if_it_came_bare() {
    let (header, body) = (header(""), body(SCHEMA, ENTITY));
    let (message, _) = parse(&header, &body).expect("it is an envelope");
    let bare = parse_entity(ENTITY.as_bytes(), &dataset()).expect("it is an entity");
    let bytes = header.len() + body.len() + r#"{"header":,"body":}"#.len();
    assert_eq!(message, Message { bytes, ..bare });
}

#[test]
fn the_header_is_handed_on() {
    let more = r#","imsOrgId":"X@AdobeOrg","source":{"name":"s"},"msgType":"xdmEntityCreate","msgId":"m",
        "msgVersion":"1.0","xactionId":"x","createdAt":1526283801869,"operations":null"#;
    let (_, envelope) = parse(&header(more), &body(SCHEMA, ENTITY)).expect("it is an envelope");
    let expected = Envelope {
        schema: SchemaRef {
            id: "https://ns.adobe.com/acme/schemas/1".to_owned(),
            content_type: "application/vnd.adobe.xed-full+json;version=1".to_owned(),
        },
        flow: "F".to_owned(),
        organisation: Some("X@AdobeOrg".to_owned()),
        xaction: Some("x".to_owned()),
        message: Some("m".to_owned()),
    };
    assert_eq!(envelope, expected);
    let (_, envelope) = parse(&header(""), &body(SCHEMA, ENTITY)).expect("it is an envelope");
    assert_eq!(
        envelope,
        Envelope {
            organisation: None,
            xaction: None,
            message: None,
            ..expected
        }
    );
}

#[test]
fn the_order_of_the_members_of_a_schema_does_not_matter() {
    let turned = r#"{"contentType":"application/vnd.adobe.xed-full+json;version=1", "id":"https:\/\/ns.adobe.com/acme/schemas/1"}"#;
    assert!(parse(&header(""), &body(turned, ENTITY)).is_ok());
}

#[test]
fn every_required_member_is_missed_by_name() {
    let whole = format!(r#"{{"header":{},"body":{}}}"#, header(""), body(SCHEMA, ENTITY));
    for (member, at) in [
        (r#""schemaRef":"#, "header.schemaRef"),
        (r#""id":"https"#, "header.schemaRef.id"),
        (r#""contentType":"#, "header.schemaRef.contentType"),
        (r#""datasetId":"#, "header.datasetId"),
        (r#""flowId":"#, "header.flowId"),
        (r#""header":"#, "header"),
        (r#""body":"#, "body"),
        (r#""xdmMeta":"#, "body.xdmMeta"),
        (r#""xdmEntity":"#, "body.xdmEntity"),
    ] {
        // The member under another name, once each way of naming it.
        let renamed = whole.replacen(member, &member.replacen('"', "\"other_", 1), 1);
        let missing = BadMessage::Missing {
            at: at.to_owned(),
            why: "an envelope needs it",
        };
        assert_eq!(
            parse_envelope(renamed.as_bytes(), &dataset()),
            Err(missing),
            "{renamed}"
        );
    }
    let at = "body.xdmMeta.schemaRef".to_owned();
    let missing = BadMessage::Missing {
        at,
        why: "an envelope needs it",
    };
    assert_eq!(
        parse(&header(""), r#"{"xdmMeta":{},"xdmEntity":{}}"#),
        Err(missing)
    );
}
