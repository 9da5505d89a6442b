//! `weir backtest` from outside: segments and lines in, transitions out.

use crate::common::server::weir;
use std::fs;
use std::process::Stdio;
use tempfile::TempDir;

const SEGMENTS: &str = r#"[
    {"id": "utc", "pql": "appointment occurs today"},
    {"id": "seoul", "timeZone": "asia/seoul", "pql": "appointment occurs today"}
]"#;

/// The last line is somebody else: all that is due up to its time is replayed.
const INPUT: &str = r#"{"identityMap":{"crm":[{"id":"1"}]},"appointment":"2023-11-15","_weir":{"receivedAt":"2023-11-14T09:00:00Z"}}
{"identityMap":{"crm":[{"id":"2"}]},"_weir":{"receivedAt":"2023-11-16T00:00:00Z"}}
"#;

#[test]
fn each_segment_has_the_days_of_its_zone() {
    let folder = TempDir::new().unwrap();
    let write = |name: &str, text: &str| fs::write(folder.path().join(name), text).unwrap();
    write("segments.json", SEGMENTS);
    write("input.ndjson", INPUT);
    let arguments = "backtest --segments segments.json --input input.ndjson --transitions out.ndjson";
    let status = weir()
        .args(arguments.split(' '))
        .current_dir(folder.path())
        .stdout(Stdio::null())
        .status()
        .expect("weir runs");
    assert!(status.success());
    let out = fs::read_to_string(folder.path().join("out.ndjson")).unwrap();
    let mut told: Vec<String> = out
        .lines()
        .map(|line| {
            let line: serde_json::Value = serde_json::from_str(line).unwrap();
            let text = |key: &str| line[key].as_str().expect("a text").to_owned();
            [text("at"), text("profile"), text("segment"), text("status")].join(" ")
        })
        .collect();
    told.sort();
    assert_eq!(
        told,
        [
            "2023-11-14T15:00:00.000Z crm:1 seoul realized",
            "2023-11-15T00:00:00.000Z crm:1 utc realized",
            "2023-11-15T15:00:00.000Z crm:1 seoul exited",
            "2023-11-16T00:00:00.000Z crm:1 utc exited",
        ]
    );
}
