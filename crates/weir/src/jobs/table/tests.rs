use super::{of, one};
use serde_json::json;

#[test]
fn jobs_as_people_read_them() {
    let job = json!({
        "job": 3, "kind": "backfill", "dataflow": "loyalty", "scope": "gold", "state": "running", "waitsFor": "queue",
        "total": 200, "done": 50, "exported": 40, "live": 6, "left": 4, "failed": 0, "rate": 12.4, "etaSeconds": 3_700,
        "rateLimit": 20,
    });
    assert_eq!(
        one(&job),
        "job 3 (backfill of dataflow loyalty: gold) is running: 50 of 200 profiles (25 %): 40 exported, 6 live, 4 left, \
         0 failed; it waits for its queue; 12 a second, at most 20; done in about 1 h 1 min"
    );
    let table = of(std::slice::from_ref(&job));
    let line = table.lines().nth(1).expect("a line a job");
    let words: Vec<&str> = line.split_whitespace().collect();
    assert_eq!(
        words,
        [
            "3", "backfill", "loyalty", "gold", "waits", "for", "queue", "200", "40", "6", "4", "12", "1",
            "h", "1", "min"
        ]
    );
    let failed = json!({"job": 4, "state": "failed", "total": 0, "done": 0, "why": "11 errors"});
    assert!(one(&failed).ends_with("\nbecause 11 errors"), "{}", one(&failed));
    assert_eq!(of(&[]), "there are no bulk jobs");
}

#[test]
fn columns_stand_under_their_heads() {
    let job = serde_json::json!({
        "job": 7, "kind": "backfill", "dataflow": "flow", "scope": "gold", "state": "done",
        "total": 201, "exported": 200, "live": 1, "left": 0,
    });
    let text = of(&[job]);
    let mut lines = text.lines();
    let (head, line) = (lines.next().unwrap_or_default(), lines.next().unwrap_or_default());
    for (name, value) in [
        ("JOB", "7"),
        ("TOTAL", "201"),
        ("EXPORTED", "200"),
        ("LIVE", "1"),
        ("LEFT", "0"),
    ] {
        let end = head.find(name).map(|at| at + name.len()).expect("a head");
        assert!(line[..end].ends_with(&format!(" {value}")), "{name}\n{text}");
    }
}
