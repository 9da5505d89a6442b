mod entities;
mod envelopes;
mod identities;

use crate::{BadMessage, parse_entity, parse_envelope};
use model::DatasetId;
use std::collections::BTreeSet;

/// One kind of bad input: what is sent, and the answer.
struct Case {
    sent: Vec<u8>,
    envelope: bool,
    status: u16,
    code: &'static str,
    sentence: &'static str,
}

fn raw(sent: impl Into<Vec<u8>>, status: u16, code: &'static str, sentence: &'static str) -> Case {
    Case {
        sent: sent.into(),
        envelope: false,
        status,
        code,
        sentence,
    }
}

/// A record with these members beside its identity.
fn record(members: &str, status: u16, code: &'static str, sentence: &'static str) -> Case {
    raw(
        format!(r#"{{"identityMap":{{"email":[{{"id":"a"}}]}}{members}}}"#),
        status,
        code,
        sentence,
    )
}

/// An event with these members beside its identity, type and the rest.
fn event(members: &str, status: u16, code: &'static str, sentence: &'static str) -> Case {
    let members = format!(r#","timestamp":"2026-01-01T00:00:00Z","eventType":"x","_id":"e"{members}"#);
    record(&members, status, code, sentence)
}

/// A record with this identity map.
fn identities(map: &str, status: u16, code: &'static str, sentence: &'static str) -> Case {
    raw(format!(r#"{{"identityMap":{map}}}"#), status, code, sentence)
}

/// An envelope with these further members of its header, and this schema in its body.
fn envelope(header: &str, schema: &str, status: u16, code: &'static str, sentence: &'static str) -> Case {
    let sent = format!(
        r#"{{"header":{{"schemaRef":{{"id":"s","contentType":"c"}},"datasetId":"crm","flowId":"F"{header}}},
            "body":{{"xdmMeta":{{"schemaRef":{schema}}},"xdmEntity":{{"identityMap":{{"email":[{{"id":"a"}}]}}}}}}}}"#
    );
    Case {
        envelope: true,
        ..raw(sent, status, code, sentence)
    }
}

fn cases() -> Vec<Case> {
    [entities::cases(), identities::cases(), envelopes::cases()]
        .into_iter()
        .flatten()
        .collect()
}

fn answer(case: &Case) -> Result<(), BadMessage> {
    let dataset = DatasetId::new("crm").expect("it is an id");
    if case.envelope {
        parse_envelope(&case.sent, &dataset).map(drop)
    } else {
        parse_entity(&case.sent, &dataset).map(drop)
    }
}

#[test]
fn every_kind_of_bad_input_has_its_answer() {
    for case in cases() {
        let shown = String::from_utf8_lossy(&case.sent[..case.sent.len().min(300)]).into_owned();
        let bad = answer(&case).expect_err(&shown);
        let found = (bad.status(), bad.code(), bad.to_string());
        assert_eq!(
            found,
            (case.status, case.code, case.sentence.to_owned()),
            "{shown}"
        );
    }
}

#[test]
fn every_code_has_a_case() {
    let codes: BTreeSet<&str> = cases().iter().map(|case| case.code).collect();
    // As many as `BadMessage` has variants, but for the two that a schema makes: `schema::tests::fit` has those.
    assert_eq!(codes.len(), 25, "{codes:?}");
}

#[test]
fn what_is_refused_is_refused_inside_an_envelope_too() {
    for case in cases()
        .into_iter()
        .filter(|case| !case.envelope && case.sent.starts_with(b"{\"identityMap"))
    {
        let bad = answer(&case).expect_err("it is bad");
        let sent = [
            br#"{"header":{"schemaRef":{"id":"s","contentType":"c"},"datasetId":"crm","flowId":"F"},"body":{"xdmMeta":
                {"schemaRef":{"id":"s","contentType":"c"}},"xdmEntity":"#,
            case.sent.as_slice(),
            b"}}",
        ]
        .concat();
        assert_eq!(
            answer(&Case {
                sent,
                envelope: true,
                ..case
            }),
            Err(bad)
        );
    }
}
