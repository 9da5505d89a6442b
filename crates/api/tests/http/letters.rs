//! Dead letters over HTTP.

use crate::rig::{DEFINITIONS, NOON, Rig, record};
use model::{DataflowNo, DeadReason, Lane, Timestamp};
use std::time::Duration;
use store::{Outcome, Settlement};

/// Two people become members; what is decided for them is refused.
async fn with_letters() -> Rig {
    let rig = Rig::start().await;
    let more = "destinations: [{id: files, kind: fake, settings: {}}]\ndataflows: [{id: all, destination: files, segments: [gold]}]\n";
    let reply = rig
        .admin("POST", "/api/definitions", &format!("{DEFINITIONS}{more}"))
        .await;
    assert_eq!(reply.status, 200, "{}", reply.text);
    rig.lines(&[
        record("ana@b.test", r#","loyalty":{"points":1000}"#),
        record("bo@b.test", r#","loyalty":{"points":1000}"#),
    ])
    .await;
    let dataflow = rig.store.dataflows().expect("read")[0];
    let class = model::Class::Live;
    let claimed = rig
        .store
        .claim(Lane { dataflow, class }, Timestamp::MAX, 9, usize::MAX)
        .expect("read");
    let settlements = claimed.into_iter().map(|one| Settlement {
        seq: one.seq,
        outcome: Outcome::Dead {
            at: Timestamp::from_millis(NOON),
            reason: DeadReason::Refused,
            answer: "HTTP 400: no".to_owned(),
            attempts: 1,
        },
    });
    rig.store.settle(settlements.collect()).await.expect("durable");
    assert_eq!(dataflow, DataflowNo(0));
    rig
}

#[tokio::test]
async fn letters_are_listed_shown_masked_replayed_and_purged() {
    let rig = with_letters().await;
    let all = rig.get("/api/dead-letters").await;
    let items = all["items"].as_array().expect("a list");
    assert_eq!(items.len(), 2, "{all}");
    let (flow, number) = (items[0]["dataflow"].as_str().expect("text"), &items[0]["number"]);
    assert_eq!(
        (&items[0]["reason"], &items[0]["answer"]),
        (&"refused".into(), &"HTTP 400: no".into())
    );
    let first = rig
        .get(&format!("/api/dead-letters?dataflow={flow}&limit=1"))
        .await;
    let next = first["next"].as_str().expect("another page");
    let second = rig
        .get(&format!("/api/dead-letters?dataflow={flow}&from={next}"))
        .await;
    assert_eq!(second["items"], serde_json::json!([items[1]]));
    for none in ["reason=expired", "segment=other", "before=2000-01-01T00:00:00Z"] {
        let page = rig.get(&format!("/api/dead-letters?{none}")).await;
        assert_eq!(page["items"], serde_json::json!([]), "{none}");
    }
    let shown = rig.get(&format!("/api/dead-letters/{flow}/{number}")).await;
    let body = shown["request"]["identityMap"].to_string();
    assert!(
        body.contains("an***") && !shown.to_string().contains("ana@"),
        "{shown}"
    );

    let ask = async |what: &str| {
        let reply = rig.admin("POST", &format!("/api/dead-letters/{what}"), "").await;
        assert_eq!(reply.status, 200, "{}", reply.text);
        reply.json()
    };
    let dry = ask(&format!("replay?dataflow={flow}&dryRun=true")).await;
    assert_eq!((&dry["letters"], &dry["done"]), (&2.into(), &2.into()), "{dry}");
    let dry = ask(&format!("replay?dataflow={flow}&as=current&dryRun=true")).await;
    assert_eq!((&dry["letters"], &dry["done"]), (&2.into(), &2.into()), "{dry}");
    let none = ask(&format!("replay?dataflow={flow}&reason=expired")).await;
    assert_eq!(none, serde_json::json!({}));
    let dry = ask(&format!("purge?dataflow={flow}&dryRun=true")).await;
    assert_eq!(dry["done"], 2);
    assert_eq!(ask(&format!("purge?dataflow={flow}&limit=1")).await["done"], 1);
    let path = format!("/api/dead-letters/replay?dataflow={flow}&reason=refused");
    let made = rig.admin("POST", &path, "").await;
    assert_eq!(made.status, 202, "{}", made.text);
    let job = made.json();
    assert_eq!(
        (&job["kind"], &job["scope"]),
        (&"replay".into(), &"1 dead letter".into())
    );
    let mut job = job;
    for _ in 0..1_000 {
        if job["state"] == "done" {
            break;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
        job = rig.get(&format!("/api/jobs/{}", job["job"])).await;
    }
    assert_eq!(
        (&job["state"], &job["exported"]),
        (&"done".into(), &1.into()),
        "{job}"
    );
    let dataflows = rig.get("/api/dataflows").await;
    let entry = &dataflows["dataflows"][0];
    let account = &entry["account"];
    assert_eq!(
        (
            &account["pending"],
            &account["dead"]["refused"],
            &account["balanced"]
        ),
        (&1.into(), &1.into(), &true.into()),
        "one is pending again, the purged one stays counted: {account}"
    );
    assert_eq!(entry["queue"]["deadLetters"], 0, "{entry}");
}

#[tokio::test]
async fn a_change_of_letters_names_a_dataflow_and_means_what_it_says() {
    let rig = with_letters().await;
    for (path, status) in [
        ("replay", 400),
        ("replay?dataflow=none", 404),
        ("replay?dataflow=all&as=new", 400),
        ("replay?dataflow=all&limit=1", 400),
        ("purge", 400),
        ("purge?dataflow=none", 404),
        ("purge?dataflow=all&reason=bored", 400),
        ("purge?dataflow=all&from=here", 400),
        ("purge?dataflow=all&all=true", 400),
    ] {
        let path = format!("/api/dead-letters/{path}");
        let reply = rig.admin("POST", &path, "").await;
        assert_eq!(reply.status, status, "{path}: {}", reply.text);
    }
    assert_eq!(
        rig.get("/api/dead-letters").await["items"]
            .as_array()
            .map(Vec::len),
        Some(2)
    );
}
