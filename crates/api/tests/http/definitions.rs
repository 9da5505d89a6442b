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

/// Each segment in a sentence; a rule as JSON stays JSON and is evaluated like a text.
#[tokio::test]
async fn a_rule_as_json_is_kept_and_every_rule_is_said() {
    let rig = Rig::start().await;
    let rule = "{nodeType: fnApply, fnName: '=', params: [{nodeType: fieldLookup, fieldName: country, object: {nodeType: fieldLookup, fieldName: homeAddress}}, {nodeType: literal, value: KR}]}";
    let segment = format!("  - {{id: korea, expression: {{format: pql/json, value: {rule}}}}}\n");
    let file = format!("{DEFINITIONS}{segment}");
    assert_eq!(rig.admin("POST", "/api/definitions", &file).await.status, 200);
    let shown = rig.get("/api/definitions").await;
    let segments = shown["definitions"]["segments"].as_array().expect("a list");
    let korea = segments
        .iter()
        .find(|segment| segment["id"] == "korea")
        .expect("the segment");
    assert_eq!(korea["pql"], serde_json::Value::Null);
    assert_eq!(korea["expression"]["format"], "pql/json");
    let value = korea["expression"]["value"].as_str().expect("a text");
    assert!(
        value.starts_with(r#"{"nodeType":"fnApply","fnName":"=","#),
        "{value}"
    );
    assert_eq!(
        shown["meanings"]["korea"],
        serde_json::json!({"en": "People in Korea.", "ko": "한국에 사는 사람."})
    );
    let count = shown["meanings"].as_object().expect("an object").len();
    assert_eq!(count, segments.len());
    // It can be applied as it is, and the text it means is another spelling of the same rule.
    let reply = rig
        .admin("POST", "/api/definitions", &shown["definitions"].to_string())
        .await;
    assert_eq!(reply.json()["outcome"], "unchanged", "{}", reply.text);
    rig.lines(&[record("hana@b.test", r#","homeAddress":{"country":"KR"}"#)])
        .await;
    let found = rig.get("/api/profiles?namespace=email&value=hana@b.test").await;
    let memberships = found["memberships"].to_string();
    assert!(
        memberships.contains("korea") && memberships.contains("realized"),
        "{found}"
    );
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
