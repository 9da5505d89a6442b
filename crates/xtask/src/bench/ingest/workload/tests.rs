use super::stream::EVENT_TYPES;
use super::{Size, Workload};
use serde_json::Value;

fn small(seed: u64) -> Workload {
    Workload::draw(
        seed,
        Size {
            profiles: 50,
            updates: 2_000,
            segments: 100,
        },
    )
}

fn values(lines: &[String]) -> Vec<Value> {
    lines
        .iter()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

fn time(line: &Value) -> &str {
    let time = line
        .get("timestamp")
        .unwrap_or(&line["extSourceSystemAudit"]["lastUpdatedDate"]);
    time.as_str().unwrap()
}

#[test]
fn the_seed_decides_everything() {
    let (one, same, other) = (small(1), small(1), small(2));
    assert_eq!(one.base, same.base);
    assert_eq!(one.updates, same.updates);
    assert_eq!(one.definitions(true).unwrap(), same.definitions(true).unwrap());
    assert_ne!(one.updates, other.updates);
    assert_ne!(one.segments, other.segments);
}

#[test]
fn every_person_has_one_full_record_first() {
    let base = values(&small(1).base);
    let users: Vec<&str> = base
        .iter()
        .map(|line| line["identityMap"]["crmId"][0]["id"].as_str().unwrap())
        .collect();
    let expected: Vec<String> = (0..50).map(|user| format!("u{user:06}")).collect();
    assert_eq!(users, expected);
    assert!(
        base.iter()
            .all(|line| line["_acme"].as_object().unwrap().len() == 26)
    );
    assert_eq!(time(&base[0]), "2023-11-14T22:13:20.001Z");
}

#[test]
fn times_rise_and_ids_are_told_apart() {
    let workload = small(1);
    let lines = values(&[workload.base, workload.updates].concat());
    assert!(lines.windows(2).all(|pair| time(&pair[0]) < time(&pair[1])));
    let ids: std::collections::BTreeSet<&str> =
        lines.iter().map(|line| line["_id"].as_str().unwrap()).collect();
    assert_eq!(ids.len(), lines.len());
}

#[test]
fn three_in_ten_updates_are_records() {
    let records = values(&small(1).updates)
        .iter()
        .filter(|line| line.get("eventType").is_none())
        .count();
    assert!((500..700).contains(&records), "{records} of 2000");
}

#[test]
fn the_shares_of_event_types_add_up() {
    assert_eq!(EVENT_TYPES.iter().map(|(_, share)| share).sum::<u32>(), 100);
}

#[test]
fn the_dataflow_is_an_option() {
    let definitions = |with| -> Value { serde_json::from_str(&small(1).definitions(with).unwrap()).unwrap() };
    assert!(definitions(false).get("dataflows").is_none());
    let mapped = &definitions(true)["dataflows"][0]["segments"];
    assert_eq!(mapped.as_array().unwrap().len(), 10);
    assert_eq!(mapped[9], "seg-9");
}

#[test]
fn fewer_segments_are_the_first_of_more() {
    let size = |segments| Size {
        profiles: 5,
        updates: 5,
        segments,
    };
    let (few, many) = (Workload::draw(1, size(10)), Workload::draw(1, size(100)));
    assert_eq!(few.segments, many.segments[..10]);
    assert_eq!(few.updates, many.updates);
}

#[test]
fn the_five_families_are_there() {
    let segments = small(1).segments;
    let text = |segment: &Value| segment["pql"].as_str().unwrap().to_owned();
    for (index, word) in [
        (2, ".count() >= "),
        (3, ".sum(_acme.amount) >= "),
        (4, "not (exists E from xEvent"),
    ] {
        assert!(
            segments
                .iter()
                .skip(index)
                .step_by(5)
                .all(|segment| text(segment).contains(word)),
            "{word}"
        );
    }
    assert!(
        segments
            .iter()
            .any(|segment| text(segment).contains("inSegment(\"seg-"))
    );
}
