//! What the Kinesis peer adds to kinesalite, asked as plainly as a client can ask.

use serde_json::{Value, json};
use testkit::outside::Kinesis;

/// A request signed by nobody in particular; the status and the answer.
async fn ask(kinesis: &Kinesis, op: &str, input: &Value) -> reqwest::Result<(u16, Value)> {
    let signature = "AWS4-HMAC-SHA256 Credential=me/20000101/us-east-1/kinesis/aws4_request, SignedHeaders=host, Signature=0";
    let request = reqwest::Client::new()
        .post(kinesis.endpoint())
        .header("content-type", "application/x-amz-json-1.1")
        .header("x-amz-target", format!("Kinesis_20131202.{op}"))
        .header("x-amz-date", "20000101T000000Z")
        .header("authorization", signature)
        .body(input.to_string());
    let response = request.send().await?;
    let status = response.status().as_u16();
    Ok((status, response.json().await?))
}

fn records(keys: impl Iterator<Item = u32>) -> Value {
    let records: Vec<Value> = keys
        .map(|key| json!({"PartitionKey": key.to_string(), "Data": "aGk="}))
        .collect();
    json!({"StreamName": "s", "Records": records})
}

#[tokio::test]
async fn a_shard_takes_so_many_records_a_second_and_fails_the_rest_one_by_one() {
    let kinesis = Kinesis::with_stream("s", 1).await;
    kinesis.limit(10, 1 << 20).await;
    let (status, answer) = ask(&kinesis, "PutRecords", &records(0..15)).await.unwrap();
    assert_eq!(status, 200);
    let failed = answer["FailedRecordCount"].as_u64().unwrap();
    // A busy machine may take long enough for a record or two more to find room.
    assert!((1..=5).contains(&failed), "{answer}");
    let code = &answer["Records"][14]["ErrorCode"];
    assert_eq!(code, "ProvisionedThroughputExceededException");
    assert_eq!(kinesis.stored("s").await.len() as u64, 15 - failed);
    assert_eq!(kinesis.stats().await.throttled, failed);
}

#[tokio::test]
async fn a_shard_takes_so_many_bytes_a_second() {
    let kinesis = Kinesis::with_stream("s", 1).await;
    // Each has two bytes and a key of one.
    kinesis.limit(1000, 7).await;
    let (_, answer) = ask(&kinesis, "PutRecords", &records(0..3)).await.unwrap();
    assert_eq!(answer["FailedRecordCount"], 1, "{answer}");
}

#[tokio::test]
async fn faults_happen_as_scripted_and_are_then_over() {
    let kinesis = Kinesis::with_stream("s", 2).await;
    kinesis
        .script(&json!([
            {"op": "PutRecords", "action": "error", "status": 503, "code": "ServiceUnavailable", "times": 1},
            {"op": "PutRecords", "action": "partial", "keys": ["2"], "times": 1},
            {"op": "PutRecords", "action": "reset", "times": 1},
            {"op": "PutRecords", "action": "lost-answer", "times": 1},
            {"op": "PutRecords", "action": "malformed", "times": 1},
        ]))
        .await;
    let put = |key: u32| {
        let kinesis = &kinesis;
        async move { ask(kinesis, "PutRecords", &records(key..key + 2)).await }
    };
    let (status, answer) = put(0).await.unwrap();
    assert_eq!((status, &answer["__type"]), (503, &json!("ServiceUnavailable")));
    let (status, answer) = put(2).await.unwrap();
    assert_eq!((status, &answer["FailedRecordCount"]), (200, &json!(1)));
    assert_eq!(answer["Records"][0]["ErrorCode"], "InternalFailure");
    assert!(put(4).await.is_err(), "reset");
    assert!(put(6).await.is_err(), "lost answer");
    assert!(put(8).await.unwrap_err().is_decode(), "malformed");
    assert_eq!(put(10).await.unwrap().0, 200);

    let mut stored: Vec<u32> = kinesis
        .stored("s")
        .await
        .iter()
        .map(|one| one.key.parse().unwrap())
        .collect();
    stored.sort_unstable();
    assert_eq!(
        stored,
        [3, 6, 7, 8, 9, 10, 11],
        "what was stored before the answer was spoilt stays"
    );
    let asked = kinesis.asked(0).await;
    let faults: Vec<Option<&str>> = asked.iter().map(|one| one.fault.as_deref()).collect();
    let expected = ["error", "partial", "reset", "lost-answer", "malformed"];
    assert_eq!(faults[..5], expected.map(Some));
    assert_eq!(faults[5], None);
    assert_eq!(asked[1].failed, ["2"]);
}

#[tokio::test]
async fn a_split_moves_keys_to_new_shards() {
    let kinesis = Kinesis::with_stream("s", 1).await;
    kinesis.split_shard("s", "shardId-000000000000").await;
    let (status, answer) = ask(&kinesis, "PutRecords", &records(0..20)).await.unwrap();
    assert_eq!((status, &answer["FailedRecordCount"]), (200, &json!(0)));
    let mut shards: Vec<String> = kinesis
        .stored("s")
        .await
        .into_iter()
        .map(|one| one.shard)
        .collect();
    shards.dedup();
    assert_eq!(shards, ["shardId-000000000001", "shardId-000000000002"]);
}

#[tokio::test]
async fn a_signature_has_to_be_right_once_keys_are_asked_for() {
    let kinesis = Kinesis::with_stream("s", 1).await;
    kinesis.accept_only(&json!({"me": {"secret": "known"}})).await;
    let (status, answer) = ask(&kinesis, "PutRecords", &records(0..1)).await.unwrap();
    assert_eq!(
        (status, &answer["__type"]),
        (400, &json!("InvalidSignatureException"))
    );
    kinesis.accept_only(&json!({"you": {"secret": "known"}})).await;
    let (_, answer) = ask(&kinesis, "PutRecords", &records(0..1)).await.unwrap();
    assert_eq!(answer["__type"], "UnrecognizedClientException");
    assert_eq!(kinesis.stats().await.refused, 2);
    assert_eq!(kinesis.stored("s").await, []);
}
