//! What can be wrong with `identityMap`.

use super::{Case, identities};

pub(super) fn cases() -> Vec<Case> {
    vec![
        identities(
            "[]",
            400,
            "shape",
            "`identityMap` must be an object, and is an array",
        ),
        identities(
            "null",
            400,
            "shape",
            "`identityMap` must be an object, and is null",
        ),
        identities(
            r#"{"email":"a"}"#,
            400,
            "shape",
            "`identityMap.email` must be an array, and is a text",
        ),
        identities(
            r#"{"email":["a"]}"#,
            400,
            "shape",
            "`identityMap.email[]` must be an object, and is a text",
        ),
        identities(
            r#"{"email":[{"id":7}]}"#,
            400,
            "shape",
            "`identityMap.email[].id` must be a text, and is a number",
        ),
        identities(
            r#"{"email":[{"id":"a","primary":"true"}]}"#,
            400,
            "shape",
            "`identityMap.email[].primary` must be a boolean, and is a text",
        ),
        identities(
            r#"{"email":[{"primary":true}]}"#,
            400,
            "missing",
            "`identityMap.email[].id` is missing: an identity is an object such as {\"id\":\"a@b.test\"}",
        ),
        identities(
            "{}",
            422,
            "no_identity",
            "`identityMap` holds no identity: name at least one, such as {\"email\":[{\"id\":\"a@b.test\"}]}",
        ),
        identities(
            r#"{"email":[]}"#,
            422,
            "no_identity",
            "`identityMap` holds no identity: name at least one, such as {\"email\":[{\"id\":\"a@b.test\"}]}",
        ),
        identities(
            &format!(
                "{{\"n\":[{}]}}",
                (0..21)
                    .map(|n| format!("{{\"id\":\"{n}\"}}"))
                    .collect::<Vec<_>>()
                    .join(",")
            ),
            422,
            "too_many_identities",
            "the message names more than 20 identities: send fewer at a time",
        ),
        identities(
            r#"{"email":[{"id":"a","primary":true}],"crmId":[{"id":"7","primary":true}]}"#,
            422,
            "two_primaries",
            "`identityMap` flags both crmId:7 and email:a as primary: flag one",
        ),
        identities(
            r#"{"email":[{"id":" \t"}]}"#,
            422,
            "identity_value",
            "`identityMap.email` holds the value \" \\t\", which is blank: leave it out or send the real one",
        ),
        identities(
            r#"{"email":[{"id":"null"}]}"#,
            422,
            "identity_value",
            "`identityMap.email` holds the value \"null\", which stands for nobody: leave it out or send the real one",
        ),
        identities(
            r#"{"email":[{"id":"Anonymous"}]}"#,
            422,
            "identity_value",
            "`identityMap.email` holds the value \"Anonymous\", which stands for nobody: leave it out or send the real one",
        ),
        identities(
            r#"{"email":[{"id":"invalid"}]}"#,
            422,
            "identity_value",
            "`identityMap.email` holds the value \"invalid\", which stands for nobody: leave it out or send the real one",
        ),
        identities(
            &format!(r#"{{"email":[{{"id":"{}"}}]}}"#, "é".repeat(1025)),
            422,
            "identity_value",
            "`identityMap.email` holds the value \"éééééééééééééééééééééééééééééééééééééééé…\", which is longer than \
             1024 characters: leave it out or send the real one",
        ),
        identities(
            r#"{"":[{"id":"a"}]}"#,
            422,
            "namespace",
            "`identityMap` has the namespace \"\", which is blank: name the kind of identity, such as \"email\"",
        ),
        identities(
            &format!(r#"{{"{}":[{{"id":"a"}}]}}"#, "n".repeat(129)),
            422,
            "namespace",
            "`identityMap` has the namespace \"nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn…\", which is longer than 128 \
             characters: name the kind of identity, such as \"email\"",
        ),
    ]
}
