use super::over;
use serde_json::{Value, json};

#[test]
fn every_segment_is_taken_as_it_is_and_mapped() {
    let segment = |id: &str| -> Value {
        let rule = json!({"type": "PQL", "format": "pql/text", "value": "_acme.vip = true"});
        json!({"id": id, "name": id, "expression": rule})
    };
    let segments = [segment("seg-0"), segment("seg-1")];
    let definitions = over(&segments);
    assert_eq!(definitions["segments"], json!(segments));
    assert_eq!(definitions["dataflows"][0]["segments"], json!(["seg-0", "seg-1"]));
}
