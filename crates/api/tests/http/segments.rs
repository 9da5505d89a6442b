//! What segments cost.

use crate::rig::{DEFINITIONS, Rig, record};
use serde_json::Value;

const FILTERED: &str = "
destinations:
  - {id: files, kind: fake}
dataflows:
  - {id: flow, destination: files, segments: [gold], attributes: [], filter: 'loyalty.points < 5000'}
";

fn entry<'v>(cost: &'v Value, id: &str, dataflow: &Value) -> &'v Value {
    let segments = cost["segments"].as_array().expect("a list");
    let found = segments
        .iter()
        .find(|entry| entry["id"] == id && entry["dataflow"] == *dataflow);
    found.unwrap_or_else(|| panic!("{id} is not in {cost}"))
}

#[tokio::test]
async fn every_segment_with_what_it_cost() {
    let rig = Rig::start().await;
    let points = |n: usize, points: u32| {
        record(
            &format!("{n}@b.test"),
            &format!(r#","loyalty":{{"points":{points}}}"#),
        )
    };
    let lines: Vec<String> = (0..2_000)
        .map(|n| points(n % 500, if n < 500 { 1_000 } else { n as u32 % 7 }))
        .collect();
    for lines in lines.chunks(250) {
        rig.lines(lines).await;
    }
    let cost = rig.get("/api/segments/cost").await;
    assert_eq!(cost["sampledOneIn"], 128);
    assert_eq!(cost["profilesInMemory"], 500);
    let number = |value: &Value| value.as_f64().expect("a number");
    assert!(
        number(&cost["seconds"]) > number(&cost["segmentSeconds"]),
        "{cost}"
    );
    assert!(number(&cost["sharedBytes"]) > 0.0);
    let (gold, shopper) = (
        entry(&cost, "gold", &Value::Null),
        entry(&cost, "shopper", &Value::Null),
    );
    assert_eq!(
        (&gold["name"], &gold["flips"]),
        (&"Gold members".into(), &1_000.into()),
        "in and out, all of them"
    );
    assert!(
        number(&gold["evaluations"]) > 0.0 && number(&gold["seconds"]) > 0.0,
        "{gold}"
    );
    assert_eq!(gold["evaluations"].as_u64().map(|scaled| scaled % 128), Some(0));
    assert_eq!((&shopper["flips"], &shopper["fallbacks"]), (&0.into(), &0.into()));
    assert!(
        number(&gold["bytes"]) > number(&shopper["bytes"]),
        "a membership of everybody"
    );

    let reply = rig
        .admin("POST", "/api/definitions", &format!("{DEFINITIONS}{FILTERED}"))
        .await;
    assert_eq!(reply.status, 200, "{}", reply.text);
    let after = rig.get("/api/segments/cost").await;
    let hidden = entry(&after, "gold", &"flow".into());
    assert_eq!(
        (&hidden["evaluations"], &hidden["flips"]),
        (&0.into(), &0.into()),
        "it is new"
    );
    assert_eq!(
        entry(&after, "gold", &Value::Null)["flips"],
        1_000,
        "and the segment itself is not"
    );
    let reply = rig.admin("GET", "/api/segments/cost?sort=time", "").await;
    assert_eq!(reply.status, 400, "{}", reply.text);
}
