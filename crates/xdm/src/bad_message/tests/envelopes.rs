//! What can be wrong with an envelope.

use super::{Case, envelope, raw};

pub(super) fn cases() -> Vec<Case> {
    let schema = r#"{"id":"s","contentType":"c"}"#;
    vec![
        Case {
            envelope: true,
            ..raw("{}", 400, "missing", "`header` is missing: an envelope needs it")
        },
        Case {
            envelope: true,
            ..raw("7", 400, "shape", "`message` must be an object, and is a number")
        },
        envelope(
            r#","flowId":[]"#,
            schema,
            400,
            "shape",
            "`header.flowId` must be a text, and is an array",
        ),
        envelope(
            r#","datasetId":"web""#,
            schema,
            422,
            "dataset_mismatch",
            "`header.datasetId` is \"web\" and this inlet takes crm: post it to the inlet of its dataset",
        ),
        envelope(
            "",
            r#"{"id":"t","contentType":"c"}"#,
            422,
            "schema_mismatch",
            "`body.xdmMeta.schemaRef` differs from `header.schemaRef` in `id`: send the same one in both",
        ),
        envelope(
            "",
            r#"{"id":"s","contentType":"d"}"#,
            422,
            "schema_mismatch",
            "`body.xdmMeta.schemaRef` differs from `header.schemaRef` in `contentType`: send the same one in both",
        ),
        envelope(
            r#","operations":{"data":"merge"}"#,
            schema,
            501,
            "operations",
            "`header.operations` is not built yet: leave it out (a record is merged into its profile, a null removes)",
        ),
        envelope(
            r#","msgType":"xdmEntityUpdate""#,
            schema,
            501,
            "message_type",
            "`header.msgType` is \"xdmEntityUpdate\", and only \"xdmEntityCreate\" is built: send the entity itself, \
             not a patch",
        ),
    ]
}
