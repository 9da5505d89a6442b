//! A backfill that is killed again and again while members change: everybody is told, the totals add up, and nobody is
//! told twice but by the same id.

use crate::common::client::Client;
use crate::common::exports;
use crate::common::server::{Server, weir};
use serde_json::Value;
use std::time::Duration;

const PEOPLE: usize = 2_000;
const BEFORE: &str = r"
inlets:
  - {id: shop}
segments:
  - {id: numbered, pql: number >= 0}
destinations:
  - {id: files, kind: file, settings: {folder: out}}
";
const FLOW: &str = r"
dataflows:
  - {id: flow, destination: files, segments: [numbered], attributes: [number]}
";

fn lines(people: std::ops::Range<usize>, number: u32) -> Vec<String> {
    let line = |n| format!(r#"{{"identityMap":{{"crm":[{{"id":"{n}"}}]}},"number":{number}}}"#);
    people.map(line).collect()
}

/// Runs `weir jobs` and gives what it printed.
fn jobs(server: &Server, arguments: &[&str]) -> String {
    let mut command = weir();
    command.arg("jobs").args(arguments);
    command
        .args(["--server", &server.url, "--data"])
        .arg(&server.data);
    let done = command.output().expect("weir runs");
    let said = String::from_utf8_lossy(&done.stderr).into_owned();
    assert!(done.status.success(), "weir jobs {arguments:?}: {said}");
    String::from_utf8_lossy(&done.stdout).into_owned()
}

fn job(server: &Server, number: u64) -> Value {
    serde_json::from_str(&jobs(server, &["show", &number.to_string(), "--json"])).expect("JSON")
}

#[tokio::test]
async fn a_backfill_is_finished_whatever_kills_it() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().join("weir");
    std::fs::create_dir(&data).expect("a folder");
    let mut server = Server::start(&data, &[]).await;
    server.apply(BEFORE);
    for from in (0..PEOPLE).step_by(500) {
        let taken = Client::of(&server)
            .post_lines("shop", &lines(from..from + 500, 1))
            .await;
        assert!(taken.is_some_and(|taken| taken.iter().all(|durable| *durable)));
    }
    let said = server.apply(&format!("{BEFORE}{FLOW}"));
    assert!(
        said.contains("backfill of numbered: who is in it already is sent now, by a job (2000 profiles)"),
        "{said}"
    );
    // Slow enough to be killed on the way, and held for a while.
    jobs(&server, &["rate", "1", "500"]);
    let held = jobs(&server, &["pause", "1"]);
    assert!(held.contains("is paused"), "{held}");
    let done = job(&server, 1)["done"].clone();
    server.kill();
    server = Server::start(&data, &[]).await;
    assert_eq!(
        (&job(&server, 1)["state"], &job(&server, 1)["done"]),
        (&Value::from("paused"), &done)
    );
    jobs(&server, &["resume", "1"]);
    for kill in 0..6 {
        let changed = kill * 100..kill * 100 + 100;
        drop(Client::of(&server).post_lines("shop", &lines(changed, 2)).await);
        tokio::time::sleep(Duration::from_millis(60)).await;
        server.kill();
        server = Server::start(&data, &[]).await;
    }
    jobs(&server, &["rate", "1", "0"]);
    let watched = jobs(&server, &["show", "1", "--watch"]);
    assert!(
        watched.contains("is done: 2000 of 2000 profiles (100 %)"),
        "{watched}"
    );
    let job = job(&server, 1);
    let number = |member: &str| job[member].as_u64().expect("a number");
    assert_eq!(number("exported") + number("live"), 2_000, "{job}");
    let account = Client::of(&server).drained("flow").await;
    assert_eq!(account["balanced"], true, "{account}");
    assert!(server.stop(), "a clean stop");

    let by_profile = exports::check(&exports::read(&data.join("exports")));
    assert_eq!(by_profile.len(), PEOPLE, "everybody is told");
    let told = by_profile.values().flatten();
    let backfilled = told.filter(|line| line.body["_weir"]["causes"] == serde_json::json!(["backfill"]));
    assert_eq!(backfilled.count() as u64, number("exported"));
    let last = by_profile.values().filter_map(|lines| lines.last());
    let current = last.filter(|line| line.body["number"] == 2).count();
    assert!(current >= 500, "{current} show what they were last told");
}
