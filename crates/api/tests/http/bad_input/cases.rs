//! The kinds of bad messages, and what each is answered.

use crate::rig::{envelope, record};

/// A message, and what it is answered.
pub(super) struct Case {
    pub(super) what: &'static str,
    pub(super) message: Vec<u8>,
    pub(super) status: u64,
    pub(super) code: &'static str,
    /// A part of the sentence.
    pub(super) says: &'static str,
}

fn case(
    what: &'static str,
    message: impl Into<Vec<u8>>,
    status: u64,
    code: &'static str,
    says: &'static str,
) -> Case {
    Case {
        what,
        message: message.into(),
        status,
        code,
        says,
    }
}

pub(super) fn bare() -> Vec<Case> {
    let who = |map: &str| format!(r#"{{"identityMap":{map}}}"#);
    let event = |rest: &str| record("x@b.test", &format!(r#","eventType":"purchase"{rest}"#));
    let crowd: Vec<String> = (0..21).map(|i| format!(r#"{{"id":"i{i}"}}"#)).collect();
    let deep = format!(r#","a":{}1{}"#, "[".repeat(80), "]".repeat(80));
    let flood = (0..10_001).fold(String::new(), |flood, i| flood + &format!(r#","k{i}":1"#));
    vec![
        case("a word", "nope", 400, "not_json", "not JSON"),
        case(
            "an object that breaks off",
            r#"{"identityMap":"#,
            400,
            "not_json",
            "not JSON",
        ),
        case(
            "two objects",
            format!("{0}{0}", record("x@b.test", "")),
            400,
            "not_json",
            "not JSON",
        ),
        case(
            "bytes that are no text",
            b"{\"a\":\"\xff\"}",
            400,
            "not_utf8",
            "not UTF-8",
        ),
        case("an array", "[1]", 400, "shape", "must be an object"),
        case("a number", "42", 400, "shape", "must be an object"),
        case("nobody", "{}", 400, "missing", "`identityMap` is missing"),
        case(
            "identities as a list",
            who("[]"),
            400,
            "shape",
            "`identityMap` must be",
        ),
        case("no identities", who("{}"), 422, "no_identity", "no identity"),
        case(
            "an empty list of identities",
            who(r#"{"email":[]}"#),
            422,
            "no_identity",
            "no identity",
        ),
        case(
            "a blank namespace",
            who(r#"{" ":[{"id":"x"}]}"#),
            422,
            "namespace",
            "blank",
        ),
        case(
            "a blank identity",
            who(r#"{"email":[{"id":" "}]}"#),
            422,
            "identity_value",
            "blank",
        ),
        case(
            "an identity for nobody",
            who(r#"{"email":[{"id":"null"}]}"#),
            422,
            "identity_value",
            "stands for nobody",
        ),
        case(
            "an identity without id",
            who(r#"{"email":[{}]}"#),
            400,
            "missing",
            "`identityMap.email[].id` is missing",
        ),
        case(
            "a number as identity",
            who(r#"{"email":[{"id":7}]}"#),
            400,
            "shape",
            "must be a text",
        ),
        case(
            "an endless identity",
            who(&format!(r#"{{"email":[{{"id":"{}"}}]}}"#, "x".repeat(1025))),
            422,
            "identity_value",
            "longer than 1024",
        ),
        case(
            "a word as primary",
            who(r#"{"email":[{"id":"x","primary":"yes"}]}"#),
            400,
            "shape",
            "must be a boolean",
        ),
        case(
            "two primaries",
            who(r#"{"a":[{"id":"x","primary":true}],"b":[{"id":"y","primary":true}]}"#),
            422,
            "two_primaries",
            "flag one",
        ),
        case(
            "a crowd",
            who(&format!(r#"{{"e":[{}]}}"#, crowd.join(","))),
            422,
            "too_many_identities",
            "more than 20",
        ),
        case(
            "an event without _id",
            event(r#","timestamp":"2026-01-01T00:00:00Z""#),
            400,
            "missing",
            "`_id` is missing",
        ),
        case(
            "an event with a blank _id",
            event(r#","_id":" ","timestamp":"2026-01-01T00:00:00Z""#),
            422,
            "event_id",
            "blank",
        ),
        case(
            "a date as time",
            event(r#","_id":"e","timestamp":"2026-01-01""#),
            422,
            "time",
            "RFC 3339",
        ),
        case(
            "a number as business time",
            record(
                "x@b.test",
                r#","extSourceSystemAudit":{"lastUpdatedDate":"yesterday"}"#,
            ),
            422,
            "time",
            "RFC 3339",
        ),
        case(
            "half a character",
            record("x@b.test", r#","a":"\ud800""#),
            400,
            "escape",
            "surrogate",
        ),
        case(
            "a number beyond all",
            record("x@b.test", r#","a":1e400"#),
            400,
            "number_out_of_range",
            "64-bit float",
        ),
        case(
            "a well without bottom",
            record("x@b.test", &deep),
            400,
            "too_deep",
            "deeper than 64",
        ),
        case(
            "a key without a name",
            record("x@b.test", r#","":1"#),
            400,
            "empty_key",
            "empty key",
        ),
        case(
            "a key as long as a page",
            record("x@b.test", &format!(r#","{}":1"#, "k".repeat(1025))),
            422,
            "path_too_long",
            "1024",
        ),
        case(
            "a flood of keys",
            record("x@b.test", &flood),
            422,
            "too_many_writes",
            "10000",
        ),
        case(
            "a membership",
            record("x@b.test", r#","segmentMembership":{}"#),
            422,
            "segment_membership",
            "computed by Weir",
        ),
        case(
            "an overlay",
            record(
                "x@b.test",
                r#","_weir":{"validUntil":"2026-01-01T00:00:00Z"},"a":1"#,
            ),
            501,
            "overlay",
            "not built yet",
        ),
        case(
            "a strange aside",
            record("x@b.test", r#","_weir":{"priority":1}"#),
            422,
            "unknown_aside",
            "means nothing",
        ),
        case(
            "more than a MiB",
            record("x@b.test", &format!(r#","a":"{}""#, "x".repeat(1 << 20))),
            413,
            "too_large",
            "at most 1048576",
        ),
    ]
}

pub(super) fn enveloped() -> Vec<Case> {
    let good = envelope(&record("x@b.test", ""));
    let edit = |from: &str, to: &str| {
        assert!(good.contains(from), "{from}");
        good.replacen(from, to, 1)
    };
    vec![
        case(
            "a bare entity",
            record("x@b.test", ""),
            400,
            "missing",
            "`header` is missing",
        ),
        case(
            "an envelope without body",
            edit(r#""body""#, r#""bdy""#),
            400,
            "missing",
            "`body` is missing",
        ),
        case(
            "an envelope without entity",
            edit(r#""xdmEntity""#, r#""entity""#),
            400,
            "missing",
            "`body.xdmEntity`",
        ),
        case(
            "an envelope without flow",
            edit(r#","flowId":"F""#, ""),
            400,
            "missing",
            "`header.flowId` is missing",
        ),
        case(
            "another dataset",
            edit(r#""datasetId":"crm""#, r#""datasetId":"web""#),
            422,
            "dataset_mismatch",
            "takes crm",
        ),
        case(
            "another schema",
            edit("/schemas/1", "/schemas/2"),
            422,
            "schema_mismatch",
            "differs",
        ),
        case(
            "mapped upserts",
            edit(r#""flowId":"F""#, r#""flowId":"F","operations":{"data":"merge"}"#),
            501,
            "operations",
            "not built yet",
        ),
        case(
            "a patch",
            edit(r#""flowId":"F""#, r#""flowId":"F","msgType":"xdmEntityUpdate""#),
            501,
            "message_type",
            "only \"xdmEntityCreate\" is built",
        ),
    ]
}
