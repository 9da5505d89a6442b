//! What can be wrong with bytes and with an entity.

use super::{Case, event, raw, record};

pub(super) fn cases() -> Vec<Case> {
    vec![
        raw(
            vec![b' '; 1_048_577],
            413,
            "too_large",
            "the message has 1048577 bytes and at most 1048576 are taken: send less in one message",
        ),
        raw(
            *b"{\"a\":\"\xff\"}",
            400,
            "not_utf8",
            "the message is not UTF-8 at byte 6: encode it as UTF-8",
        ),
        raw(
            "",
            400,
            "not_json",
            "the message is not JSON at byte 0 (EOF while parsing a value): send one JSON object",
        ),
        raw(
            "{\"a\":\n {]}",
            400,
            "not_json",
            "the message is not JSON at byte 8 (key must be a string): send one JSON object",
        ),
        raw(
            "{} {}",
            400,
            "not_json",
            "the message is not JSON at byte 3 (trailing characters): send one JSON object",
        ),
        raw("[]", 400, "shape", "`entity` must be an object, and is an array"),
        raw("null", 400, "shape", "`entity` must be an object, and is null"),
        raw(
            "[".repeat(200_000),
            400,
            "not_json",
            "the message is not JSON at byte 199999 (EOF while parsing a list): send one JSON object",
        ),
        record(
            &format!(r#","a":{}{}"#, "[".repeat(100_000), "]".repeat(100_000)),
            400,
            "too_deep",
            "objects and arrays are nested deeper than 64 levels: flatten the entity",
        ),
        record(
            r#","a":[{"b":1E400}]"#,
            400,
            "number_out_of_range",
            "the number 1E400 is beyond the range of a 64-bit float: send it as a text",
        ),
        event(
            r#","a":-1e999"#,
            400,
            "number_out_of_range",
            "the number -1e999 is beyond the range of a 64-bit float: send it as a text",
        ),
        record(
            r#","a":"\ud83d!""#,
            400,
            "escape",
            "the text \"\\ud83d!\" holds half of a surrogate pair: escape the whole pair, or send the character itself",
        ),
        event(
            r#","a":{"\udc00":1}"#,
            400,
            "escape",
            "the text \"\\udc00\" holds half of a surrogate pair: escape the whole pair, or send the character itself",
        ),
        record(
            r#","a":{"":1}"#,
            400,
            "empty_key",
            "an object has a member with an empty key, which no path can name: give it a name",
        ),
        record(
            r#","a":[{"":1}]"#,
            400,
            "empty_key",
            "an object has a member with an empty key, which no path can name: give it a name",
        ),
        event(
            r#","":1"#,
            400,
            "empty_key",
            "an object has a member with an empty key, which no path can name: give it a name",
        ),
        raw(
            "{}",
            400,
            "missing",
            "`identityMap` is missing: it says whose the entity is, such as {\"email\":[{\"id\":\"a@b.test\"}]}",
        ),
        record(
            r#","timestamp":"2026-01-01T00:00:00Z","eventType":"x""#,
            400,
            "missing",
            "`_id` is missing: an event needs one, unique within its dataset, so that a repeated delivery counts once",
        ),
        event(
            r#","_id":5"#,
            400,
            "shape",
            "`_id` must be a text, and is a number",
        ),
        event(
            r#","_id":" ""#,
            422,
            "event_id",
            "`_id` is \" \", which is blank: give the event an id of its own, unique within its dataset",
        ),
        event(
            r#","eventType":null"#,
            400,
            "shape",
            "`eventType` must be a text, and is null",
        ),
        event(
            r#","timestamp":1767225600000"#,
            422,
            "time",
            "`timestamp` must be a time in RFC 3339 form such as 2026-01-31T09:30:00.000Z, and is 1767225600000",
        ),
        event(
            r#","timestamp":"2026-02-30T00:00:00Z""#,
            422,
            "time",
            "`timestamp` must be a time in RFC 3339 form such as 2026-01-31T09:30:00.000Z, and is \
             \"2026-02-30T00:00:00Z\"",
        ),
        record(
            r#","extSourceSystemAudit":{"lastUpdatedDate":"2026-01-01"}"#,
            422,
            "time",
            "`extSourceSystemAudit.lastUpdatedDate` must be a time in RFC 3339 form such as \
             2026-01-31T09:30:00.000Z, and is \"2026-01-01\"",
        ),
        record(
            r#","extSourceSystemAudit":"now""#,
            400,
            "shape",
            "`extSourceSystemAudit` must be an object, and is a text",
        ),
        record(
            r#","_weir":{"receivedAt":null}"#,
            422,
            "time",
            "`_weir.receivedAt` must be a time in RFC 3339 form such as 2026-01-31T09:30:00.000Z, and is null",
        ),
        event(
            r#","_weir":{"validUntil":"soon"}"#,
            422,
            "time",
            "`_weir.validUntil` must be a time in RFC 3339 form such as 2026-01-31T09:30:00.000Z, and is \"soon\"",
        ),
        record(
            r#","_weir":[]"#,
            400,
            "shape",
            "`_weir` must be an object, and is an array",
        ),
        record(
            r#","_weir":{"received":1}"#,
            422,
            "unknown_aside",
            "`_weir.received` means nothing to Weir: `_weir` holds `receivedAt` and, on an event, `validUntil`",
        ),
        record(
            r#","_weir":{"validUntil":"2026-01-01T00:00:00Z"}"#,
            501,
            "overlay",
            "`_weir.validUntil` makes the write an overlay, and overlays are not built yet: leave it out",
        ),
        record(
            r#","_weir":{"ttl":60}"#,
            501,
            "overlay",
            "`_weir.ttl` makes the write an overlay, and overlays are not built yet: leave it out",
        ),
        event(
            r#","_weir":{"caller":"web"}"#,
            501,
            "overlay",
            "`_weir.caller` makes the write an overlay, and overlays are not built yet: leave it out",
        ),
        record(
            r#","segmentMembership":{"ups":{}}"#,
            422,
            "segment_membership",
            "`segmentMembership` is computed by Weir and cannot be written: leave it out",
        ),
        record(
            &format!(r#","a":{{"{}":{{"b":1}}}}"#, "k".repeat(1021)),
            422,
            "path_too_long",
            "the path that begins with `a.kkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkk…` is longer than 1024 bytes: use \
             shorter names",
        ),
        record(
            &(0..10_001).fold(String::new(), |members, n| members + &format!(r#","a{n}":1"#)),
            422,
            "too_many_writes",
            "the record writes more than 10000 attributes, or paths of more than 1048576 bytes together: split it, \
             keep lists in arrays, or use shorter names",
        ),
        record(
            &format!(
                r#","{}":{{"a":0{}}}"#,
                "k".repeat(1000),
                (0..1_100).fold(String::new(), |members, n| members + &format!(r#","a{n}":1"#))
            ),
            422,
            "too_many_writes",
            "the record writes more than 10000 attributes, or paths of more than 1048576 bytes together: split it, \
             keep lists in arrays, or use shorter names",
        ),
    ]
}
