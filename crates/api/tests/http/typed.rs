//! Datasets with schemas: what is refused, what is said of it, and what is kept.

use crate::rig::{DEFINITIONS, Rig, envelope, record};
use serde_json::json;

const SCHEMAS: &str = r"
fieldGroups:
  - id: shop
    title: Shop
    description: What the shop knows
    fields:
      _shop.tier: {type: string, title: Tier, description: How good}
      _shop.visits[].at: date-time
  - {id: club, class: profile, fields: {'_club.scores{}': number}}
schemas:
  - id: customers
    class: profile
    fieldGroups: [profile-person-details, profile-personal-details, profile-loyalty-details, shop, club]
    identities:
      - {path: personalEmail.address, namespace: email}
  - {id: orders, class: event, description: What people buy, fieldGroups: [experienceevent-commerce]}
datasets:
  - {id: crm, schema: customers}
  - {id: orders, name: Orders, schema: orders, retention: 30 days}
inlets:
  - {id: orders}
";

fn typed() -> String {
    let (_, rest) = DEFINITIONS.split_once("inlets:").expect("it has inlets");
    let rest = rest.replace("  - {id: closed, token: \"env:WEIR_SECRET_CLOSED\"}\n", "");
    format!("{}{}", SCHEMAS.trim_end(), rest)
}

/// With the definitions above in force.
async fn start() -> Rig {
    let rig = Rig::start().await;
    let reply = rig.admin("POST", "/api/definitions", &typed()).await;
    assert_eq!(reply.status, 200, "{}", reply.text);
    rig
}

#[tokio::test]
async fn what_is_shown_of_schemas_can_be_applied_and_changes_nothing() {
    let rig = start().await;
    let shown = rig.get("/api/definitions").await;
    let definitions = &shown["definitions"];
    assert_eq!(
        definitions["fieldGroups"][1]["fields"]["_shop.tier"],
        json!({"type": "string", "title": "Tier", "description": "How good"})
    );
    assert_eq!(definitions["schemas"][0]["identities"][0]["namespace"], "email");
    assert_eq!(definitions["datasets"][1]["retention"], "2592000 seconds");
    let reply = rig
        .admin("POST", "/api/definitions", &definitions.to_string())
        .await;
    assert_eq!(reply.json()["outcome"], "unchanged", "{}", reply.text);
}

#[tokio::test]
async fn a_message_that_does_not_fit_is_refused_whole_and_kept() {
    let rig = start().await;
    let bad = envelope(&record(
        "a@b.test",
        r#","person":{"birthYear":"1990"},"loyalty":{"points":3}"#,
    ));
    let reply = rig.post("/collection/web", "application/json", bad.clone()).await;
    assert_eq!(reply.status, 400, "{}", reply.text);
    let reason = "the message does not fit schema `customers`: `person.birthYear` must be a whole number, and is the text \"1990\"";
    assert_eq!(reply.adobe(), reason);
    assert!(reply.json()["report"]["cause"].is_null());
    // Not a part of it was taken, and nothing of it is lost.
    assert!(rig.profile("a@b.test").is_none());
    let dead = rig.dead_messages().remove(0);
    assert_eq!(
        (dead.code.as_str(), dead.reason.as_str(), dead.body),
        ("schema", reason, bad.into_bytes())
    );
}

#[tokio::test]
async fn synchronous_validation_points_at_every_violation() {
    let rig = start().await;
    let bad = envelope(&record(
        "a@b.test",
        r#","person":{"birthYear":"1990","nam":{}},"_shop":{"visits":[{"at":"today"}]}"#,
    ));
    let reply = rig
        .post("/collection/web?syncValidation=true", "application/json", bad)
        .await;
    assert_eq!(reply.status, 400, "{}", reply.text);
    let json = reply.json();
    assert_eq!(json["title"], "Invalid XDM Message Format");
    let found = &json["report"]["cause"]["_streamingValidation"];
    let found: Vec<_> = found
        .as_array()
        .unwrap()
        .iter()
        .map(|one| (&one["pointerToViolation"], &one["keyword"]))
        .collect();
    assert_eq!(
        found,
        [
            (&json!("#/_shop/visits/0/at"), &json!("format")),
            (&json!("#/person/birthYear"), &json!("type")),
            (&json!("#/person/nam"), &json!("additionalProperties")),
        ]
    );
    assert_eq!(rig.dead_messages().len(), 1);
    let good = envelope(&record("a@b.test", r#","person":{"birthYear":1990}"#));
    let reply = rig
        .post(
            "/collection/web?syncValidation=true",
            "application/json",
            good.clone(),
        )
        .await;
    assert_eq!(reply.status, 200, "{}", reply.text);
    // In a batch each message has its reason anyway.
    let batch = format!(r#"{{"messages":[{good}]}}"#);
    let reply = rig
        .post(
            "/collection/batch/web?syncValidation=true",
            "application/json",
            batch,
        )
        .await;
    assert_eq!(reply.status, 400, "{}", reply.text);
    assert!(reply.adobe().contains("one message at a time"), "{}", reply.text);
}

#[tokio::test]
async fn one_bad_message_costs_no_other() {
    let rig = start().await;
    let reply = rig
        .lines(&[
            record("a@b.test", r#","loyalty":{"points":1200}"#),
            record("b@b.test", r#","loyalty":{"points":"1200"}"#),
            record("c@b.test", r#","loyalty":{"point":1200}"#),
            record("d@b.test", r#","_club":{"scores":{"chess":1}},"loyalty":null"#),
            r#"{"personalEmail":{"address":"e@b.test"}}"#.to_owned(),
        ])
        .await;
    assert_eq!(reply.status, 207, "{}", reply.text);
    let responses = &reply.json()["responses"];
    let said = |at: usize| responses[at]["message"].as_str();
    assert_eq!([said(0), said(3), said(4)], [None; 3]);
    assert_eq!(responses[1]["statusCode"], 400);
    assert!(
        said(1)
            .unwrap()
            .contains("`loyalty.points` must be a number, and is the text \"1200\""),
        "{responses}"
    );
    assert!(
        said(2)
            .unwrap()
            .contains("`loyalty.point` is not in the schema (did you mean `loyalty.points`?)"),
        "{responses}"
    );
    let known = ["a", "b", "c", "d", "e"].map(|name| rig.profile(&format!("{name}@b.test")).is_some());
    assert_eq!(known, [true, false, false, true, true]);
}

#[tokio::test]
async fn a_dataset_of_records_takes_no_events_and_the_other_way_round() {
    let rig = start().await;
    let event = record(
        "a@b.test",
        r#","_id":"e1","timestamp":"2023-11-14T22:00:00Z","eventType":"purchase""#,
    );
    let reply = rig.lines(&[event.as_str()]).await;
    assert!(
        reply.text.contains("schema `customers` is of records"),
        "{}",
        reply.text
    );
    let reply = rig
        .post(
            "/collection/batch/orders",
            "application/x-ndjson",
            record("a@b.test", ""),
        )
        .await;
    assert!(
        reply.text.contains("schema `orders` is of events"),
        "{}",
        reply.text
    );
    let reply = rig
        .post("/collection/batch/orders", "application/x-ndjson", event)
        .await;
    assert!(!reply.text.contains("statusCode"), "{}", reply.text);
    let seen = rig.get("/api/profiles?namespace=email&value=a@b.test").await;
    assert_eq!(seen["memberships"][0]["segment"], json!("shopper"));
}

/// What the schema says holds for the next message, with no restart.
#[tokio::test]
async fn a_schema_changes_live() {
    let rig = start().await;
    let line = record("a@b.test", r#","_shop":{"size":"XL"}"#);
    assert!(
        rig.lines(&[line.as_str()])
            .await
            .text
            .contains("`_shop.size` is not in the schema")
    );
    let file = typed().replace("      _shop.tier:", "      _shop.size: string\n      _shop.tier:");
    let reply = rig.admin("POST", "/api/definitions", &file).await;
    assert_eq!(
        reply.json()["changes"][0]["edits"],
        json!(["`_shop.size` added"]),
        "{}",
        reply.text
    );
    let reply = rig.lines(&[line]).await;
    assert!(!reply.text.contains("statusCode"), "{}", reply.text);
    // Untyped again: whatever comes is taken.
    let reply = rig.admin("POST", "/api/definitions", DEFINITIONS).await;
    assert!(
        reply.json()["text"]
            .as_str()
            .unwrap()
            .contains("without `schemas` the store is untyped"),
        "{}",
        reply.text
    );
    let reply = rig.lines(&[record("a@b.test", r#","_shop":7"#)]).await;
    assert!(!reply.text.contains("statusCode"), "{}", reply.text);
}
