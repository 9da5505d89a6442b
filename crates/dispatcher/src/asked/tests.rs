use super::*;
use serde_json::{Value, json};

#[test]
fn a_test_record_is_a_message_that_says_it_is_a_test() {
    let id = DestinationId::new("stream").unwrap();
    let record = test_record(&id, Timestamp::from_millis(1_000));
    let body: Value = serde_json::from_slice(&record.body).unwrap();
    let told = &body["_weir"];
    assert_eq!(told["test"], "test of stream");
    assert_eq!(told["id"], record.id.to_string());
    assert_eq!((&told["profile"], &told["causes"]), (&json!("0"), &json!([])));
    assert_eq!(
        (&body["identityMap"], &body["segmentMembership"]),
        (&json!({}), &json!({"ups": {}}))
    );
    assert_eq!(record.properties[0], ("test", "test of stream".to_owned()));
    assert_ne!(record.id, test_record(&id, Timestamp::from_millis(1_001)).id);
}
