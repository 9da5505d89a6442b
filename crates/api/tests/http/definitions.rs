//! Definitions over HTTP.

use crate::rig::{DEFINITIONS, Rig, record};

#[tokio::test]
async fn what_is_shown_can_be_applied_and_changes_nothing() {
    let rig = Rig::start().await;
    let shown = rig.get("/api/definitions").await;
    assert_eq!(shown["version"], 1);
    assert_eq!(shown["definitions"]["inlets"][0]["id"], "closed");
    let reply = rig
        .admin("POST", "/api/definitions", &shown["definitions"].to_string())
        .await;
    assert_eq!(reply.status, 200, "{}", reply.text);
    assert_eq!(reply.json()["outcome"], "unchanged", "{}", reply.text);
    assert_eq!(rig.get("/api/definitions").await, shown);
}

#[tokio::test]
async fn a_dry_run_changes_nothing() {
    let rig = Rig::start().await;
    let file = DEFINITIONS.replace("points >= 1000", "points >= 2000");
    let reply = rig
        .admin("POST", "/api/definitions?dryRun=true&file=loyalty.yaml", &file)
        .await;
    assert_eq!(reply.status, 200, "{}", reply.text);
    assert_eq!(reply.json()["outcome"], "planned", "{}", reply.text);
    assert_eq!(rig.get("/api/definitions").await["version"], 1);
    let reply = rig.admin("POST", "/api/definitions", &file).await;
    assert_eq!(reply.json()["outcome"], "applied", "{}", reply.text);
    assert_eq!(rig.get("/api/definitions").await["version"], 2);
}

#[tokio::test]
async fn mistakes_are_a_422_with_their_places() {
    let rig = Rig::start().await;
    let reply = rig
        .admin(
            "POST",
            "/api/definitions?file=my.yaml",
            "segments:\n  - {id: a b, pql: 'x >'}\n",
        )
        .await;
    assert_eq!(reply.status, 422, "{}", reply.text);
    reply.problem();
    let json = reply.json();
    assert_eq!(json["outcome"], "invalid");
    assert_eq!(json["report"]["file"], "my.yaml");
    assert_eq!(json["report"]["diagnostics"][0]["line"], 2, "{json}");
    assert!(json["text"].as_str().unwrap().contains("my.yaml:2"), "{json}");
}

#[tokio::test]
async fn what_may_not_be_done_is_a_409() {
    let rig = Rig::start().await;
    let users =
        format!("{DEFINITIONS}  - {{id: both, pql: 'inSegment(\"gold\") and inSegment(\"shopper\")'}}\n");
    assert_eq!(rig.admin("POST", "/api/definitions", &users).await.status, 200);
    let archived = users
        .replace("{id: gold,", "{id: gold, state: draft,")
        .replace("inSegment(\"gold\") and ", "");
    let reply = rig.admin("POST", "/api/definitions", &archived).await;
    assert_eq!(reply.status, 409, "{}", reply.text);
    reply.problem();
    assert!(
        reply.json()["refusals"][0].as_str().unwrap().contains("`gold`"),
        "{}",
        reply.text
    );
    assert_eq!(rig.get("/api/definitions").await["version"], 2);
}

#[tokio::test]
async fn a_new_inlet_takes_messages_at_once() {
    let rig = Rig::start().await;
    assert_eq!(
        rig.post(
            "/collection/batch/new",
            "application/x-ndjson",
            record("a@b.test", "")
        )
        .await
        .status,
        404
    );
    let file = DEFINITIONS.replace("inlets:\n", "inlets:\n  - {id: new}\n");
    let reply = rig.admin("POST", "/api/definitions", &file).await;
    assert_eq!(reply.status, 200, "{}", reply.text);
    assert_eq!(
        rig.post(
            "/collection/batch/new",
            "application/x-ndjson",
            record("a@b.test", "")
        )
        .await
        .status,
        207
    );
    let inlets = rig.get("/api/inlets").await;
    let new = inlets["inlets"]
        .as_array()
        .unwrap()
        .iter()
        .find(|inlet| inlet["id"] == "new")
        .unwrap();
    assert_eq!(new["url"], "http://127.0.0.1:8080/collection/new");
    assert_eq!(new["batchUrl"], "http://127.0.0.1:8080/collection/batch/new");
    assert_eq!(new["needsToken"], false);
    assert!(!inlets.to_string().contains("WEIR_SECRET"), "{inlets}");
}

#[tokio::test]
async fn parameters_that_mean_nothing() {
    let rig = Rig::start().await;
    for path in ["/api/definitions?dryrun=true", "/api/definitions?dryRun=maybe"] {
        let reply = rig.admin("POST", path, DEFINITIONS).await;
        assert_eq!(reply.status, 400, "{path}: {}", reply.text);
        reply.problem();
    }
}
