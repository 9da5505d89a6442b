//! `weir why` against a real server, and the page about it: what it shows is what is printed.

use crate::common::client::Client;
use crate::common::server::{Server, weir};
use serde_json::Value;
use std::fs;
use std::path::{Path, PathBuf};
use tempfile::TempDir;

fn docs() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs")
}

/// A server that stands at the time of the last message of the example.
async fn example(folder: &TempDir) -> Server {
    let server = Server::start(&folder.path().join("d"), &["--clock", "input"]).await;
    let read = |name: &str| fs::read_to_string(docs().join("examples").join(name)).expect("the example");
    server.apply(&read("why.yaml"));
    let lines: Vec<String> = read("why.ndjson").lines().map(str::to_owned).collect();
    let taken = Client::of(&server).post_lines("web", &lines).await;
    assert_eq!(taken, Some(vec![true; lines.len()]));
    server
}

/// The exit code, and what was printed: to stdout if it went well, else to stderr.
fn why(server: &Server, arguments: &[&str]) -> (i32, String) {
    let output = weir()
        .arg("why")
        .args(arguments)
        .arg("--data")
        .arg(&server.data)
        .output()
        .expect("weir runs");
    let said = if output.status.success() {
        output.stdout
    } else {
        output.stderr
    };
    (
        output.status.code().expect("an exit code"),
        String::from_utf8(said).expect("text"),
    )
}

/// The commands of the page and what it says they print: `$ weir why ..` in fenced blocks, up to an empty prompt or the
/// end of the block.
fn examples(page: &str) -> Vec<(String, String)> {
    let blocks = page.split("```text\n").skip(1);
    let block = |block: &str| {
        let block = block.split("```").next()?;
        let (command, printed) = block.strip_prefix("$ weir why ")?.split_once('\n')?;
        Some((command.to_owned(), printed.to_owned()))
    };
    blocks.filter_map(block).collect()
}

/// A command line into words; words in single quotes are one.
fn words(command: &str) -> Vec<&str> {
    let quoted = command.split('\'').enumerate();
    quoted
        .flat_map(|(at, part)| {
            if at % 2 == 1 {
                vec![part]
            } else {
                part.split_whitespace().collect()
            }
        })
        .collect()
}

#[tokio::test]
async fn the_page_shows_what_is_printed() {
    let folder = TempDir::new().expect("a folder");
    let server = example(&folder).await;
    let page = fs::read_to_string(docs().join("why.md")).expect("the page");
    let examples = examples(&page);
    assert!(examples.len() >= 4, "{examples:?}");
    for (command, printed) in examples {
        let (code, said) = why(&server, &words(&command));
        assert_eq!(code, 0, "{command}: {said}");
        assert_eq!(said, printed, "docs/why.md is behind: {command}\n{said}");
    }
}

#[tokio::test]
async fn what_it_answers_programs_and_mistakes() {
    let folder = TempDir::new().expect("a folder");
    let server = example(&folder).await;
    let ana = "email:ana@example.test";
    let (code, said) = why(&server, &[ana, "big-spenders", "--json"]);
    assert_eq!(code, 0, "{said}");
    let answer: Value = serde_json::from_str(&said).expect("JSON");
    assert_eq!(answer["flips"]["at"], "2026-11-24T10:00:00.000Z", "{answer}");
    assert_eq!(answer["stored"]["status"], "realized");
    assert_eq!(answer["now"], "2026-11-22T07:00:00.000Z", "the time of the input");

    for (arguments, says) in [
        (
            &["email:bo@example.test", "big-spenders"][..],
            "no profile has this identity",
        ),
        (&[ana, "big-spender"], "did you mean `big-spenders`?"),
        (&["ana", "big-spenders"], "NAMESPACE:VALUE"),
        (
            &[ana, "--expression", "loyalty.points >= and"],
            "the expression:1:",
        ),
        (&[ana, "--expression", "true", "--token", "wrong"], "answered 401"),
    ] {
        let (code, said) = why(&server, arguments);
        assert_eq!(code, 1, "{arguments:?}: {said}");
        assert!(said.contains(says), "{arguments:?}: {said}");
    }
    // Neither a segment nor a predicate.
    assert_eq!(why(&server, &[ana]).0, 2);
    assert_eq!(why(&server, &[ana, "big-spenders", "--expression", "true"]).0, 2);
    let (code, said) = why(&server, &["--help"]);
    assert!(
        code == 0 && said.contains("weir why email:ana@example.test big-spenders"),
        "{said}"
    );
}
