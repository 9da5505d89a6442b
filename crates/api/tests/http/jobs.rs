//! Bulk jobs over HTTP. What they do is tested in `control`; here, what is said of them.

use crate::rig::{DEFINITIONS, Rig, record};
use serde_json::json;

#[tokio::test]
async fn what_is_not_there_is_said_so() {
    let rig = Rig::start().await;
    assert_eq!(rig.get("/api/jobs").await, json!({"jobs": []}));
    for (method, path, status) in [
        ("GET", "/api/jobs/7", 404),
        ("GET", "/api/jobs/seven", 400),
        ("POST", "/api/jobs/7/pause", 404),
        ("POST", "/api/jobs/7/rate?perSecond=fast", 400),
        ("POST", "/api/jobs/7/explode", 404),
        ("POST", "/api/jobs/7/pause?perSecond=1", 400),
        ("GET", "/api/jobs?colour=red", 400),
    ] {
        let reply = rig.admin(method, path, "").await;
        assert_eq!(reply.status, status, "{method} {path}: {}", reply.text);
        reply.problem();
    }
}

#[tokio::test]
async fn what_cannot_be_sent_again_is_refused() {
    let rig = Rig::start().await;
    for (body, status, detail) in [
        ("", 400, "EOF"),
        (
            r#"{"dataflow": "nowhere"}"#,
            409,
            "there is no dataflow `nowhere`",
        ),
        (r#"{"dataflow": "flow", "colour": "red"}"#, 400, "colour"),
        (r#"{"dataflow": "flow", "rate": 0}"#, 400, "never end"),
        (r#"{"dataflow": "flow", "changedFrom": "noon"}"#, 400, "noon"),
        (
            r#"{"dataflow": "flow", "segment": "gold", "profiles": [1]}"#,
            400,
            "two scopes",
        ),
        (
            r#"{"dataflow": "flow", "identities": [{"namespace": "email", "value": "x"}]}"#,
            404,
            "identity",
        ),
    ] {
        let reply = rig.admin("POST", "/api/jobs", body).await;
        assert_eq!(reply.status, status, "{body}: {}", reply.text);
        assert!(reply.problem().contains(detail), "{body}: {}", reply.text);
    }
}

/// The choices of an apply are parameters; one that means nothing is refused.
#[tokio::test]
async fn choices_are_parameters_of_an_apply() {
    let rig = Rig::start().await;
    rig.lines(&[record("a@b.test", r#","loyalty":{"points":2000}"#)])
        .await;
    let quiet = "/api/definitions?dryRun=true&backfill=false&reExport=true&exitSweep=true&reconcile=true";
    assert_eq!(rig.admin("POST", quiet, DEFINITIONS).await.status, 200);
    let reply = rig
        .admin("POST", "/api/definitions?dryRun=true&backfill=maybe", DEFINITIONS)
        .await;
    assert_eq!(reply.status, 400, "{}", reply.text);
}
