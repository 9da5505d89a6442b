//! Why a person is in a segment or not, asked of a server.

use crate::rig::{DEFINITIONS, NOON, Rig, record};
use axum::body::Body;
use axum::http::Request;

const DAY: i64 = 86_400_000;
const GOLD: &str = "/api/profiles/why?namespace=email&value=a@b.test&segment=gold";
const SHOPPER: &str = "/api/profiles/why?namespace=email&value=a@b.test&segment=shopper";
const WOULD: &str = "/api/profiles/why?namespace=email&value=a@b.test";

/// Somebody with points who bought something an hour ago.
async fn shop(rig: &Rig) {
    let bought = record(
        "a@b.test",
        r#","_id":"e1","timestamp":"2023-11-14T21:13:20Z","eventType":"purchase""#,
    );
    let reply = rig
        .lines(&[record("a@b.test", r#","loyalty":{"points":900}"#), bought])
        .await;
    assert_eq!(reply.status, 207, "{}", reply.text);
}

#[tokio::test]
async fn each_clause_with_its_value_and_what_the_store_says() {
    let rig = Rig::start().await;
    shop(&rig).await;
    let seen = rig.get(GOLD).await;
    assert_eq!(seen["holds"], false, "{seen}");
    assert_eq!(seen["flips"], serde_json::json!({"never": true}));
    assert_eq!(
        seen["segment"],
        serde_json::json!({"id": "gold", "name": "Gold members", "state": "published"})
    );
    assert_eq!(seen["clause"]["parts"][0]["text"], "loyalty.points");
    assert_eq!(seen["clause"]["parts"][0]["value"], "900");
    assert_eq!(seen["clause"]["span"], serde_json::json!({"start": 0, "end": 22}));
    assert_eq!(seen["source"], "loyalty.points >= 1000");
    assert_eq!(seen["stored"]["member"], false);
    assert!(seen["stored"].get("status").is_none(), "{seen}");
    assert_eq!(seen["optOut"]["holds"], true);
    assert_eq!(seen["notes"], serde_json::json!([]));

    let seen = rig.get(SHOPPER).await;
    assert_eq!(seen["holds"], true);
    assert_eq!(seen["flips"]["at"], "2023-11-21T21:13:20.000Z");
    assert_eq!(seen["cause"]["turns"][0]["event"]["id"], "e1");
    assert_eq!(
        seen["cause"]["turns"][0]["clause"],
        "timestamp occurs < 7 days before now"
    );
    assert_eq!(seen["stored"]["status"], "realized");
    assert_eq!(seen["stored"]["since"], "2023-11-14T22:13:20.000Z");
    let profile = rig.get("/api/profiles?namespace=email&value=a@b.test").await;
    assert_eq!(
        seen["flips"]["at"], profile["evaluated"]["nextDue"],
        "the timer is the flip"
    );
    assert_eq!(seen["profile"], profile["profile"]);
}

/// A predicate that nobody saved, and one that cannot be read.
#[tokio::test]
async fn would_this_person_be_in() {
    let rig = Rig::start().await;
    shop(&rig).await;
    let before = rig.get("/api/status").await["batches"].clone();
    let seen = rig
        .admin("POST", WOULD, "loyalty.points >= 500 and inSegment(\"shoper\")")
        .await;
    assert_eq!(seen.status, 200, "{}", seen.text);
    let seen = seen.json();
    assert_eq!(seen["holds"], false);
    assert_eq!(seen["clause"]["parts"][0]["holds"], true);
    assert!(
        seen.get("segment").is_none() && seen.get("stored").is_none(),
        "{seen}"
    );
    assert_eq!(
        seen["notes"],
        serde_json::json!(["There is no segment `shoper`, so nobody is in it. Did you mean `shopper`?"])
    );
    assert_eq!(
        rig.get("/api/status").await["batches"],
        before,
        "nothing was changed"
    );

    let opted_out = record("a@b.test", r#","consents":{"collect":{"val":"n"}}"#);
    rig.lines(&[opted_out]).await;
    for (query, holds) in [
        ("", false),
        ("&excludeOptOut=false", true),
        ("&excludeOptOut=true", false),
    ] {
        let seen = rig
            .admin("POST", &format!("{WOULD}{query}"), "loyalty.points >= 500")
            .await
            .json();
        assert_eq!(seen["holds"], holds, "{query}: {seen}");
    }

    let reply = rig
        .admin("POST", WOULD, "loyalty.points >=\n and x.cont(1)")
        .await;
    assert_eq!(reply.status, 422, "{}", reply.text);
    let text = reply.json()["text"].as_str().unwrap_or_default().to_owned();
    assert!(text.contains("the expression:2:"), "{text}");
    assert!(!reply.problem().is_empty());
}

#[tokio::test]
async fn what_the_question_needs() {
    let rig = Rig::start().await;
    shop(&rig).await;
    for (method, path, body, status, says) in [
        (
            "GET",
            "/api/profiles/why?namespace=email&value=nobody&segment=gold",
            "",
            404,
            "no profile",
        ),
        (
            "GET",
            "/api/profiles/why?namespace=email&value=a@b.test&segment=glod",
            "",
            404,
            "`glod`",
        ),
        (
            "GET",
            "/api/profiles/why?namespace=email&value=a@b.test&segment=gold&dataflow=crm",
            "",
            404,
            "no dataflow `crm`",
        ),
        (
            "GET",
            "/api/profiles/why?namespace=email&value=a@b.test",
            "",
            400,
            "`segment` is missing",
        ),
        (
            "GET",
            "/api/profiles/why?namespace=email&value=a@b.test&segment=a%20b",
            "",
            400,
            "no id",
        ),
        (
            "GET",
            "/api/profiles/why?namespace=email&segment=gold",
            "",
            400,
            "`value` is missing",
        ),
        (
            "GET",
            "/api/profiles/why?namespace=email&value=a@b.test&segment=gold&at=1",
            "",
            400,
            "`at`",
        ),
        (
            "POST",
            "/api/profiles/why?namespace=email&value=nobody",
            "true",
            404,
            "no profile",
        ),
        (
            "POST",
            "/api/profiles/why?namespace=email&value=a@b.test",
            "",
            422,
            "1 error",
        ),
        (
            "POST",
            "/api/profiles/why?namespace=email&value=a@b.test&excludeOptOut=no",
            "true",
            400,
            "excludeOptOut",
        ),
    ] {
        let reply = rig.admin(method, path, body).await;
        assert_eq!(reply.status, status, "{path}: {}", reply.text);
        assert!(reply.problem().contains(says), "{path}: {}", reply.text);
    }
    let long = "a ".repeat(200 * 1024);
    let reply = rig.admin("POST", WOULD, &long).await;
    assert_eq!(reply.status, 413, "{}", reply.text);
    for method in ["GET", "POST"] {
        let request = Request::builder().method(method).uri(GOLD);
        let reply = rig
            .send(request.body(Body::from("true")).expect("a request"))
            .await;
        assert_eq!(reply.status, 401, "{}", reply.text);
    }
}

#[tokio::test]
async fn of_a_segment_that_is_not_in_force() {
    let rig = Rig::start().await;
    shop(&rig).await;
    let drafted = format!(
        "{DEFINITIONS}  - {{id: soon, state: draft, pql: loyalty.points >= 500 and inSegment(\"shopper\")}}\n"
    );
    let reply = rig.admin("POST", "/api/definitions", &drafted).await;
    assert_eq!(reply.status, 200, "{}", reply.text);
    let seen = rig
        .get("/api/profiles/why?namespace=email&value=a@b.test&segment=soon")
        .await;
    assert_eq!(seen["holds"], true);
    assert_eq!(seen["segment"]["state"], "draft");
    assert!(seen.get("stored").is_none(), "{seen}");
    assert_eq!(
        seen["flips"]["at"], "2023-11-21T21:13:20.000Z",
        "as the segment it refers to"
    );
    let notes = seen["notes"].to_string();
    assert!(notes.contains("is a draft: nobody is in it"), "{notes}");
}

/// A timer is due and nobody acted on it yet.
#[tokio::test]
async fn where_store_and_evaluation_differ_it_says_why() {
    let rig = Rig::start().await;
    shop(&rig).await;
    // The loop is gone, so nothing acts on what is due.
    rig.stop_ingest.cancel();
    while rig.handle.trust_clock().await.is_ok() {
        tokio::task::yield_now().await;
    }
    rig.clock.set(NOON + 7 * DAY);
    let seen = rig.get(SHOPPER).await;
    assert_eq!(
        (&seen["holds"], &seen["stored"]["member"]),
        (&false.into(), &true.into()),
        "{seen}"
    );
    let notes = seen["notes"].to_string();
    assert!(
        notes.contains("a timer that was due at 2023-11-21T21:13:20.000Z"),
        "{notes}"
    );
}

/// A dataflow with a filter sees another segment under the same name, and was told of that one.
#[tokio::test]
async fn as_a_dataflow_sees_it() {
    let rig = Rig::start().await;
    shop(&rig).await;
    let flows = format!(
        "{DEFINITIONS}{}",
        r"
destinations: [{id: files, kind: fake}]
dataflows:
  - {id: rich, destination: files, segments: [shopper], filter: loyalty.points >= 1000}
  - {id: all, destination: files, segments: [shopper]}
"
    );
    let reply = rig.admin("POST", "/api/definitions", &flows).await;
    assert_eq!(reply.status, 200, "{}", reply.text);
    while rig.get("/api/status").await["upgrade"]["finished"] != true {
        tokio::task::yield_now().await;
    }
    let plain = rig.get(SHOPPER).await;
    assert!(
        plain["holds"] == true && plain.get("dataflow").is_none(),
        "{plain}"
    );
    let seen = rig.get(&format!("{SHOPPER}&dataflow=rich")).await;
    assert_eq!(seen["holds"], false, "{seen}");
    assert_eq!(seen["stored"]["member"], false);
    assert_eq!(seen["dataflow"]["filter"], "loyalty.points >= 1000");
    let parts: Vec<_> = seen["clause"]["parts"]
        .as_array()
        .expect("parts")
        .iter()
        .map(|part| part["holds"].clone())
        .collect();
    assert_eq!(parts, [true, false]);
    assert!(seen["dataflow"].get("told").is_none(), "{seen}");
    // Whom it tells of from now on.
    rig.lines(&[record("a@b.test", r#","loyalty":{"points":1000}"#)])
        .await;
    let seen = rig.get(&format!("{SHOPPER}&dataflow=rich")).await;
    assert!(
        seen["holds"] == true && seen["dataflow"]["told"] == true,
        "{seen}"
    );
    assert_eq!(seen["stored"]["status"], "realized");
    let seen = rig.get(&format!("{SHOPPER}&dataflow=all")).await;
    assert!(
        seen["holds"] == true && seen["dataflow"].get("filter").is_none(),
        "{seen}"
    );
    let path = GOLD.to_owned() + "&dataflow=rich";
    let reply = rig.admin("GET", &path, "").await;
    assert_eq!(reply.status, 404, "{}", reply.text);
    assert!(
        reply.problem().contains("does not map segment `gold`"),
        "{}",
        reply.text
    );
}
