//! The program from outside: what it prints, how it ends, and what its exit code says.

use crate::common::server::{Server, weir};
use std::fs;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Output, Stdio};
use std::time::Duration;
use tempfile::TempDir;

const DEFINITIONS: &str = "
inlets: [{id: web}]
segments: [{id: gold, pql: points >= 1000}]
destinations: [{id: files, kind: file, settings: {folder: f}}]
dataflows: [{id: flow, destination: files, segments: [gold]}]
";

/// Those that show from the start on; the others come with what they count.
const METRICS: [&str; 3] = [
    "weir_timer_lag_seconds",
    "weir_evaluate_seconds",
    "weir_commit_wait_seconds",
];

fn run(folder: &Path, arguments: &[&str]) -> (i32, String, String) {
    let Output {
        status,
        stdout,
        stderr,
    } = weir()
        .args(arguments)
        .current_dir(folder)
        .stdin(Stdio::null())
        .output()
        .expect("weir runs");
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("text");
    (status.code().expect("an exit code"), text(stdout), text(stderr))
}

/// What it prints at its start, once all of it is there.
async fn welcome(server: &Server) -> String {
    loop {
        // The log has the welcomes of earlier starts too.
        let log = server.log();
        let own = log.rsplit("listens on ").next().unwrap_or_default();
        if own.starts_with(address(server)) && own.contains("\nstop ") {
            return log;
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

/// `<host>:<port>`.
fn address(server: &Server) -> &str {
    server.url.trim_start_matches("http://")
}

async fn serve(folder: &TempDir) -> Server {
    Server::start(&folder.path().join("d"), &[]).await
}

fn definitions(folder: &Path) -> PathBuf {
    let file = folder.join("definitions.yaml");
    fs::write(&file, DEFINITIONS).expect("a file");
    file
}

#[tokio::test]
async fn a_server_says_where_everything_is_and_ends_softly() {
    let folder = TempDir::new().unwrap();
    let mut server = serve(&folder).await;
    let welcome = welcome(&server).await;
    for part in [
        format!("listens on {}", address(&server)),
        "d/admin-token".to_owned(),
        "d/exports".to_owned(),
        format!("weir apply --data {}", server.data.display()),
        format!("curl {}/readyz", server.url),
    ] {
        assert!(welcome.contains(&part), "{part} is not in\n{welcome}");
    }
    let token = fs::read_to_string(folder.path().join("d/admin-token")).unwrap();
    assert!(
        !welcome.contains(token.trim()),
        "the token is nobody's on the screen"
    );

    definitions(folder.path());
    let (code, out, err) = run(
        folder.path(),
        &["apply", "--data", "d", "-f", "definitions.yaml", "--dry-run"],
    );
    assert_eq!(code, 0, "{err}");
    assert!(
        out.contains("+ segment gold") && out.contains("nothing was changed"),
        "{out}"
    );
    let (code, out, err) = run(folder.path(), &["apply", "--data", "d", "-f", "definitions.yaml"]);
    assert_eq!(code, 0, "{err}");
    assert!(out.contains("in force as version 1"), "{out}");
    let (code, out, err) = run(
        folder.path(),
        &[
            "apply",
            "--server",
            &server.url,
            "--data",
            "d",
            "-f",
            "definitions.yaml",
        ],
    );
    assert_eq!(code, 0, "{err}");
    assert!(out.contains("nothing changes"), "{out}");

    let metrics = reqwest::Client::new()
        .get(format!("{}/metrics", server.url))
        .bearer_auth(&server.token)
        .send()
        .await;
    let metrics = metrics.expect("an answer").text().await.expect("a text");
    for name in METRICS {
        assert!(metrics.contains(&format!("# HELP {name} ")), "{name}:\n{metrics}");
    }

    server.terminate();
    assert_eq!(server.exit_code(), 0);
    let log = server.log();
    assert!(
        log.contains("stopped") && !log.contains("ERROR") && !log.contains("WARN"),
        "{log}"
    );
    assert!(!folder.path().join("d/address").exists());
}

#[tokio::test]
async fn a_second_signal_does_not_wait() {
    let folder = TempDir::new().unwrap();
    let mut server = serve(&folder).await;
    definitions(folder.path());
    assert_eq!(
        run(folder.path(), &["apply", "--data", "d", "-f", "definitions.yaml"]).0,
        0
    );
    let mut socket = TcpStream::connect(address(&server)).unwrap();
    let head = format!(
        "POST /collection/batch/web HTTP/1.1\r\nhost: {}\r\ncontent-type: application/x-ndjson\r\nexpect: 100-continue\r\ncontent-length: 10\r\n\r\n",
        address(&server)
    );
    socket.write_all(head.as_bytes()).unwrap();
    socket.read_exact(&mut [0; 25]).unwrap();
    server.terminate();
    // The first one is at work once nobody new is let in.
    while TcpStream::connect(address(&server)).is_ok() {
        std::thread::yield_now();
    }
    server.terminate();
    assert_eq!(server.exit_code(), 3);
}

#[tokio::test]
async fn starts_that_cannot_be() {
    let folder = TempDir::new().unwrap();
    fs::write(
        folder.path().join("weir.toml"),
        "[server]\nlisen = \"127.0.0.1:0\"\n",
    )
    .unwrap();
    let (code, _, err) = run(folder.path(), &["serve", "--data", "d"]);
    assert_eq!(code, 1);
    assert!(
        err.contains("weir.toml line 2: `server.lisen` is not a setting; did you mean `server.listen`?"),
        "{err}"
    );
    assert!(!folder.path().join("d").exists(), "nothing was made");
    fs::remove_file(folder.path().join("weir.toml")).unwrap();

    let (code, _, err) = run(folder.path(), &["serve", "--config", "other.toml"]);
    assert_eq!(code, 1);
    assert!(err.contains("other.toml"), "{err}");

    let (code, _, err) = run(folder.path(), &["serve", "--listen", "0.0.0.0:0", "--data", "d"]);
    assert_eq!(code, 1);
    assert!(err.contains("--behind-proxy"), "{err}");

    let server = serve(&folder).await;
    let (code, _, err) = run(
        folder.path(),
        &["serve", "--listen", "127.0.0.1:0", "--data", "d"],
    );
    assert_eq!(code, 1);
    assert!(
        err.contains(&format!("in use by another process (pid {})", server.child.id())),
        "{err}"
    );

    assert_eq!(run(folder.path(), &["serv"]).0, 2);
    assert_eq!(run(folder.path(), &["serve", "--lisen", "x"]).0, 2);
    assert_eq!(run(folder.path(), &["--help"]).0, 0);
}

#[test]
fn the_examples_of_the_documentation_have_no_mistakes() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/examples");
    let examples: Vec<_> = fs::read_dir(&folder)
        .expect("the examples")
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "yaml"))
        .collect();
    assert!(!examples.is_empty());
    for example in examples {
        let (code, out, err) = run(&folder, &["check", "-f", example.to_str().expect("text")]);
        assert_eq!(code, 0, "{out}{err}");
    }
}

#[test]
fn a_file_is_checked_without_a_server() {
    let folder = TempDir::new().unwrap();
    definitions(folder.path());
    let (code, out, _) = run(folder.path(), &["check", "-f", "definitions.yaml"]);
    assert_eq!(code, 0, "{out}");
    assert!(out.contains("no mistakes in definitions.yaml"), "{out}");
    assert!(out.contains("without `schemas` the store is untyped"), "{out}");

    fs::write(
        folder.path().join("bad.yaml"),
        "segments:\n  - {id: gold, pql: 'points >'}\n  - {id: gold}\n",
    )
    .unwrap();
    let (code, out, _) = run(folder.path(), &["check", "-f", "bad.yaml"]);
    assert_eq!(code, 1);
    assert!(
        out.contains("bad.yaml:2:") && out.contains("bad.yaml:3:"),
        "every mistake at once:\n{out}"
    );
    let (code, out, _) = run(folder.path(), &["check", "-f", "bad.yaml", "--json"]);
    assert_eq!(code, 1);
    assert!(
        out.trim_start().starts_with('{') && out.contains("\"line\": 2"),
        "{out}"
    );

    let (code, _, err) = run(folder.path(), &["check", "-f", "missing.yaml"]);
    assert_eq!(code, 1);
    assert!(err.contains("cannot read missing.yaml"), "{err}");
    let (code, _, err) = run(folder.path(), &["apply", "--data", "d", "-f", "definitions.yaml"]);
    assert_eq!(code, 1);
    assert!(err.contains("no server runs on d"), "{err}");
}

#[test]
fn a_rule_in_every_form() {
    let folder = tempfile::tempdir().expect("a folder");
    let rule = r#"homeAddress.country = "KR" and loyalty.points >= 1000"#;
    let pql = |arguments: &[&str]| run(folder.path(), &[&["pql"], arguments].concat());
    let (code, said, wrong) = pql(&[rule]);
    assert_eq!((code, wrong.as_str()), (0, ""));
    assert_eq!(
        said,
        "People in Korea whose loyalty point balance is at least 1000.\n"
    );
    let (code, said, _) = pql(&["--to", "korean", rule]);
    assert_eq!(
        (code, said.as_str()),
        (0, "한국에 살고 로열티 포인트가 1000 이상인 사람.\n")
    );
    let (code, json, _) = pql(&["--to", "json", rule]);
    assert_eq!(code, 0);
    let parsed: serde_json::Value = serde_json::from_str(&json).expect("json");
    assert_eq!(parsed["fnName"], "and");
    // A file with JSON in it, and back.
    fs::write(folder.path().join("rule.json"), json).expect("a file");
    let (code, text, _) = pql(&["--to", "text", "-f", "rule.json"]);
    assert_eq!((code, text.trim_end()), (0, rule));

    // What is wrong is shown under its line.
    let (code, said, wrong) = pql(&["points => 10"]);
    assert_eq!((code, said.as_str()), (1, ""));
    assert!(
        wrong.contains("rule:1:8: error: PQL writes `>=` for `=>`"),
        "{wrong}"
    );
    assert!(
        wrong.contains("1 | points => 10\n  |        ^^\n  = help: write `>=`"),
        "{wrong}"
    );
    fs::write(
        folder.path().join("wrong.json"),
        "{\"nodeType\": \"fnApply\",\n  \"fnName\": \"startWith\"}",
    )
    .expect("a file");
    let (code, _, wrong) = pql(&["-f", "wrong.json"]);
    assert_eq!(code, 1);
    assert!(
        wrong.contains("wrong.json:2:13: error: there is no function `startWith`"),
        "{wrong}"
    );
    assert!(wrong.contains("in the JSON it is `/fnName`"), "{wrong}");
    let (code, said, wrong) = pql(&["1 = 1"]);
    assert_eq!(
        (code, said.is_empty()),
        (0, false),
        "a lint is no mistake: {wrong}"
    );
    let (code, _, _) = pql(&[]);
    assert_eq!(code, 2);
}

#[tokio::test]
async fn an_apply_that_is_refused() {
    let folder = TempDir::new().unwrap();
    let server = serve(&folder).await;
    fs::write(
        folder.path().join("bad.yaml"),
        "segments:\n  - {id: gold, pql: 'points >'}\n",
    )
    .unwrap();
    let (code, out, err) = run(folder.path(), &["apply", "--data", "d", "-f", "bad.yaml"]);
    assert_eq!(code, 1);
    assert!(
        out.is_empty() && err.contains("bad.yaml:2:") && err.contains("nothing was changed"),
        "{out}{err}"
    );

    fs::write(folder.path().join("d/admin-token"), "another\n").unwrap();
    definitions(folder.path());
    let (code, _, err) = run(folder.path(), &["apply", "--data", "d", "-f", "definitions.yaml"]);
    assert_eq!(code, 1);
    assert!(err.contains("answered 401"), "{err}");
    drop(server);
}

#[tokio::test]
async fn a_store_is_looked_at_saved_and_brought_back() {
    let folder = TempDir::new().unwrap();
    let mut server = serve(&folder).await;
    definitions(folder.path());
    assert_eq!(
        run(folder.path(), &["apply", "--data", "d", "-f", "definitions.yaml"]).0,
        0
    );
    let (code, _, err) = run(folder.path(), &["store", "stats", "--data", "d"]);
    assert_eq!(code, 1);
    assert!(err.contains("in use by another process"), "{err}");
    server.terminate();
    assert_eq!(server.exit_code(), 0);

    let (code, out, err) = run(folder.path(), &["store", "stats", "--data", "d"]);
    assert_eq!(code, 0, "{err}");
    assert!(
        out.contains("definitions") && out.contains("bytes on disk"),
        "{out}"
    );
    let (code, out, err) = run(folder.path(), &["store", "stats", "--data", "d", "--json"]);
    assert_eq!(code, 0, "{err}");
    assert!(out.contains("\"diskBytes\""), "{out}");

    // Also by the name that it once had.
    let earlier = run(folder.path(), &["store", "export", "--data", "d", "earlier.weir"]);
    assert_eq!(earlier.0, 0, "{}", earlier.2);
    let (code, out, err) = run(folder.path(), &["backup", "--data", "d", "saved.weir"]);
    assert_eq!(code, 0, "{err}");
    assert!(
        out.contains("saved") && folder.path().join("saved.weir").is_file(),
        "{out}"
    );
    let bytes = |name| fs::read(folder.path().join(name)).unwrap();
    assert!(bytes("saved.weir") == bytes("earlier.weir"));
    let (code, _, err) = run(folder.path(), &["store", "import", "--data", "d", "saved.weir"]);
    assert_eq!(code, 1, "over a store that is there");
    assert!(err.contains("d/store"), "{err}");
    let (code, out, err) = run(folder.path(), &["restore", "--data", "e", "saved.weir"]);
    assert_eq!(code, 0, "{err}");
    assert!(out.contains("brought back"), "{out}");
    let converted = [
        &["store", "convert", "--data", "e", "new"][..],
        &["store", "convert", "--data", "e", "new"],
    ]
    .map(|words| run(folder.path(), words));
    let [(code, out, err), (again, _, refused)] = converted;
    assert_eq!(code, 0, "{err}");
    assert!(
        out.contains("definitions") && out.contains("engine = \"fjall\""),
        "{out}"
    );
    assert!(again == 1 && refused.contains("new is not empty"), "{refused}");
    fs::rename(folder.path().join("e/store"), folder.path().join("sled")).unwrap();
    fs::rename(folder.path().join("new"), folder.path().join("e/store")).unwrap();
    let (code, _, err) = run(folder.path(), &["store", "stats", "--data", "e"]);
    assert_eq!(code, 0, "the engine is the folder's: {err}");
    let (code, _, err) = run(folder.path(), &["serve", "--data", "e"]);
    assert!(code == 1 && err.contains("weir store convert"), "{err}");
    let (code, _, err) = run(folder.path(), &["store", "stats", "--data", "nowhere"]);
    assert_eq!(code, 1);
    assert!(err.contains("there is no store in nowhere/store"), "{err}");

    fs::rename(folder.path().join("d"), folder.path().join("old")).unwrap();
    fs::rename(folder.path().join("e"), folder.path().join("d")).unwrap();
    let server = Server::start(&folder.path().join("d"), &["--set", "store.engine=fjall"]).await;
    assert!(
        welcome(&server).await.contains("/collection/web"),
        "the inlet is there again"
    );
}
