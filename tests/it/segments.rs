//! `weir segments cost` against a running server.

use crate::common::client::Client;
use crate::common::server::{Server, weir};
use serde_json::Value;

const FILE: &str = r#"
inlets:
  - {id: shop}
segments:
  - {id: numbered, pql: number >= 10}
  - {id: noted, pql: 'note.contains("x")'}
  - {id: never, pql: 'nothing = "here"'}
"#;

fn cost(server: &Server, arguments: &[&str]) -> String {
    let mut command = weir();
    command.args(["segments", "cost"]).args(arguments);
    command
        .args(["--server", &server.url, "--data"])
        .arg(&server.data);
    let done = command.output().expect("weir runs");
    let said = String::from_utf8_lossy(&done.stderr).into_owned();
    assert!(done.status.success(), "weir segments cost {arguments:?}: {said}");
    String::from_utf8_lossy(&done.stdout).into_owned()
}

#[tokio::test]
async fn the_segments_that_cost_most_come_first() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().join("weir");
    std::fs::create_dir(&data).expect("a folder");
    let server = Server::start(&data, &[]).await;
    assert_eq!(cost(&server, &[]).trim(), "there are no segments");
    server.apply(FILE);
    let line = |n: usize| {
        format!(
            r#"{{"identityMap":{{"crm":[{{"id":"{}"}}]}},"number":{},"note":"{n}"}}"#,
            n % 300,
            if n < 300 { 10 } else { 0 }
        )
    };
    let lines: Vec<String> = (0..3_000).map(line).collect();
    for lines in lines.chunks(500) {
        let taken = Client::of(&server).post_lines("shop", lines).await;
        assert!(taken.is_some_and(|taken| taken.iter().all(|durable| *durable)));
    }
    let text = cost(&server, &["--sort", "flips", "--limit", "2"]);
    let lines: Vec<&str> = text.lines().collect();
    assert!(lines[0].contains("300 profiles in memory"), "{text}");
    assert!(lines[2].starts_with("SEGMENT"), "{text}");
    assert!(
        lines[3].starts_with("numbered") && lines[3].contains(" 600 "),
        "{text}"
    );
    assert_eq!(lines[5], "and 1 more: --limit 0 shows them all", "{text}");

    let json: Value = serde_json::from_str(&cost(&server, &["--json", "--sort", "fallbacks"])).expect("JSON");
    let segments = json["segments"].as_array().expect("a list");
    assert_eq!(segments.len(), 3);
    assert_eq!(
        segments[0]["id"], "noted",
        "a function of a text is asked of the oracle"
    );
    assert!(segments[0]["fallbacks"].as_u64() > Some(1_000), "{json}");
    assert!(
        segments[0]["seconds"].as_f64() > Some(0.0) && segments[0]["share"].as_f64() < Some(1.0),
        "{json}"
    );
    assert!(server.stop(), "a clean stop");
}
