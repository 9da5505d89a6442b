use super::{Sort, table};
use serde_json::{Value, json};

fn answer() -> Value {
    json!({
        "since": "2026-11-22T10:00:00Z", "sampledOneIn": 128, "seconds": 700.0, "segmentSeconds": 12.25,
        "profilesInMemory": 2_000, "profilesMeasured": 2_000, "segmentBytes": 3_500_000, "sharedBytes": 2_000,
        "segments": [
            {"id": "b", "evaluations": 128, "flips": 7, "fallbacks": 0, "seconds": 0.25, "share": 0.25 / 700.0, "bytes": 100},
            {"id": "a", "evaluations": 1_280, "flips": 9, "fallbacks": 1_280, "seconds": 12.0, "share": 12.0 / 700.0, "bytes": 0},
            {"id": "a", "dataflow": "crm", "evaluations": 0, "flips": 9, "fallbacks": 0, "seconds": 0.0, "share": 0.0, "bytes": 3_499_900},
        ]
    })
}

fn order(sort: Sort) -> Vec<u64> {
    let mut answer = answer();
    let segments = answer["segments"].as_array_mut().unwrap();
    sort.sort(segments);
    segments
        .iter()
        .map(|entry| entry["bytes"].as_u64().unwrap())
        .collect()
}

#[test]
fn the_largest_comes_first_and_of_equals_the_name_decides() {
    let (a, b, filtered) = (0, 100, 3_499_900);
    assert_eq!(order(Sort::Time), [a, b, filtered]);
    assert_eq!(order(Sort::Evaluations), [a, b, filtered]);
    assert_eq!(order(Sort::Flips), [filtered, a, b]);
    assert_eq!(order(Sort::Fallbacks), [a, filtered, b]);
    assert_eq!(order(Sort::Memory), [filtered, b, a]);
    assert_eq!(order(Sort::Name), [filtered, a, b]);
}

#[test]
fn as_a_table() {
    let text = table::of(&answer(), 3);
    let expected = "\
since 2026-11-22T10:00:00Z: 12 min for changes of profiles, of which 12.2 s for segments; 2000 profiles in memory take 3.3 MiB for segments and 2.0 KiB whatever they are

SEGMENT             EVALUATIONS       FLIPS   FALLBACKS      TIME   SHARE     MEMORY
b                           128           7           0  250.0 ms   0.0 %      100 B
a                          1280           9        1280    12.0 s   1.7 %        0 B
a (filter of crm)             0           9           0       0 s   0.0 %    3.3 MiB
and 3 more: --limit 0 shows them all";
    assert_eq!(text, expected);
    assert_eq!(table::of(&json!({"segments": []}), 0), "there are no segments");
}
