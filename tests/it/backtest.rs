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

/// Runs a backtest of the inputs; gives the transitions and what it complained of.
fn backtest(folder: &TempDir, inputs: &[&str], threads: &str) -> (String, Vec<String>) {
    let mut weir = weir();
    weir.args(["backtest", "--threads", threads, "--segments", "segments.json"]);
    for input in inputs {
        weir.args(["--input", input]);
    }
    let ran = weir
        .args(["--transitions", "out.ndjson"])
        .current_dir(folder.path())
        .output()
        .expect("weir runs");
    let told = String::from_utf8_lossy(&ran.stderr);
    assert!(ran.status.success(), "{told}");
    let complaints = told.lines().filter(|line| line.contains(".ndjson:"));
    let out = fs::read_to_string(folder.path().join("out.ndjson")).expect("it wrote");
    (out, complaints.map(str::to_owned).collect())
}

#[test]
fn however_many_threads_the_same_bytes_and_complaints_come_out() {
    const PEOPLE: u64 = 50;
    let folder = TempDir::new().unwrap();
    let write = |name: &str, text: &str| fs::write(folder.path().join(name), text).unwrap();
    write(
        "segments.json",
        r#"[{"id": "busy", "pql": "xEvent[timestamp occurs < 1 hours before now].count() >= 3"}]"#,
    );
    // Several blocks of lines, with padding that is parsed and kept by nobody's rule.
    let start = 1_700_000_000_000;
    let padding = "x".repeat(400);
    let line = |n: u64| {
        let at = model::Timestamp::from_millis(start + n as i64 * 30_000);
        let person = n * 7 % PEOPLE;
        format!(
            r#"{{"_id":"{n}","timestamp":"{at}","identityMap":{{"crm":[{{"id":"{person}"}}]}},"eventType":"view","pad":"{padding}"}}"#
        )
    };
    let timeless = r#"{"identityMap":{"crm":[{"id":"1"}]},"a":1}"#;
    let mut first = format!("{timeless}\n\nnothing\n{timeless}\n");
    for n in 0..4000 {
        let bad = if n % 1000 == 999 { "not a line\n \n" } else { "" };
        first.extend([line(n).as_str(), "\n", bad]);
    }
    write("first.ndjson", &first);
    write("second.ndjson", &format!("{}\n{{}}", line(4000)));
    let inputs = ["first.ndjson", "second.ndjson"];
    let (out, complaints) = backtest(&folder, &inputs, "1");
    assert!(out.lines().count() > 100, "something happened");
    let places: Vec<&str> = complaints
        .iter()
        .map(|told| &told[..told.find(": ").unwrap()])
        .collect();
    let lines = [1, 3, 4, 1005, 2007, 3009, 4011];
    let mut expected: Vec<String> = lines.iter().map(|line| format!("first.ndjson:{line}")).collect();
    expected.push("second.ndjson:2".to_owned());
    assert_eq!(places, expected);
    for threads in ["2", "5"] {
        let again = backtest(&folder, &inputs, threads);
        assert!(again.0 == out, "{threads} threads wrote something else");
        assert_eq!(again.1, complaints);
    }
}
