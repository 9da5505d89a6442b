//! `weir demo`: what it prints adds up, what it shows comes and goes with the terminal, and it leaves nothing behind.

mod kinesis;
mod terminal;

use crate::common::exports;
use crate::common::server::weir;
use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;
use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, ChildStdout, Output, Stdio};
use std::time::Duration;
use terminal::Terminal;
use tokio::time::Instant;

/// The lines that a demo printed, the last one apart.
fn lines(output: &Output) -> (Vec<Value>, Value) {
    let text = std::str::from_utf8(&output.stdout).expect("text");
    let parse = |line: &str| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"));
    let mut lines: Vec<Value> = text.lines().map(parse).collect();
    let last = lines
        .pop()
        .unwrap_or_else(|| panic!("it printed nothing: {}", words(output)));
    (lines, last)
}

fn words(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

fn count(value: &Value) -> u64 {
    value.as_u64().unwrap_or_else(|| panic!("{value} is no count"))
}

fn sum(map: &Value) -> u64 {
    map.as_object()
        .unwrap_or_else(|| panic!("{map} is no object"))
        .values()
        .map(count)
        .sum()
}

fn assert_balanced(account: &Value) {
    let parts = count(&account["delivered"]) + count(&account["pending"]);
    let rest = sum(&account["suppressed"]) + sum(&account["dead"]);
    assert_eq!(count(&account["decided"]), parts + rest, "{account}");
}

fn run(data: &Path, seconds: u32) -> Output {
    let output = weir()
        .args(["demo", "--seconds", &seconds.to_string(), "--data"])
        .arg(data)
        .stdin(Stdio::null())
        .output()
        .expect("weir runs");
    assert!(output.status.success(), "{}: {}", output.status, words(&output));
    output
}

/// Distinct exports in the files, each profile's in order.
fn delivered(data: &Path) -> u64 {
    let lines = exports::read(&data.join("exports"));
    exports::check(&lines).values().map(Vec::len).sum::<usize>() as u64
}

#[test]
fn what_is_printed_adds_up_with_the_files() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().join("demo");
    let output = run(&data, 5);
    let (seconds, last) = lines(&output);
    assert!((3..=6).contains(&seconds.len()), "a line a second: {seconds:?}");
    for (before, after) in seconds.iter().zip(&seconds[1..]) {
        for counter in ["accepted", "evaluated", "exported", "bad", "duplicates"] {
            assert!(
                count(&before[counter]) <= count(&after[counter]),
                "{counter}: {before} {after}"
            );
        }
    }
    for second in &seconds {
        assert_balanced(&second["account"]);
    }
    let end = seconds.last().expect("a line");
    assert!(count(&end["accepted"]) > 500, "{end}");
    assert!(sum(&end["entered"]) > 50, "{end}");
    assert!(sum(&end["exited"]) > 0, "{end}");
    for stage in ["postToAnswer", "answerToDelivery"] {
        let latency = &end["latencyMs"][stage];
        assert!(count(&latency["p50"]) <= count(&latency["p95"]), "{end}");
        assert!(count(&latency["p95"]) <= count(&latency["p99"]), "{end}");
    }

    let account = &last["account"];
    let keys: Vec<&String> = account.as_object().expect("an object").keys().collect();
    assert_eq!(keys, ["dead", "decided", "delivered", "pending", "suppressed"]);
    assert_eq!(last.as_object().map(serde_json::Map::len), Some(1), "{last}");
    assert_balanced(account);
    assert_eq!(count(&account["pending"]), 0, "{account}");
    assert_eq!(count(&account["delivered"]), delivered(&data), "{account}");
    let words = words(&output);
    assert!(
        words.contains("exports decided = ") && words.contains("weir serve --data"),
        "{words}"
    );

    // The folder serves again, and its account goes on.
    let (_, again) = lines(&run(&data, 1));
    assert_balanced(&again["account"]);
    assert!(
        count(&again["account"]["decided"]) > count(&account["decided"]),
        "{again}"
    );
    assert_eq!(count(&again["account"]["delivered"]), delivered(&data), "{again}");
}

/// A demo without a folder of its own, whose temporary folders are in `parent`.
struct Demo {
    child: Child,
    stdout: BufReader<ChildStdout>,
    begun: Instant,
}

/// It would run for a minute, and nobody waits that long for its end.
const WHOLE: &str = "60";
const EARLY: Duration = Duration::from_secs(30);

impl Demo {
    fn begin(parent: &Path) -> Self {
        let child = weir()
            .args(["demo", "--seconds", WHOLE])
            .env("TMPDIR", parent)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn();
        let mut child = child.expect("weir runs");
        let stdout = BufReader::new(child.stdout.take().expect("a pipe"));
        let begun = Instant::now();
        let mut demo = Self { child, stdout, begun };
        demo.stdout.read_line(&mut String::new()).expect("a line");
        assert_eq!(fs::read_dir(parent).expect("the folder").count(), 1);
        demo
    }

    /// It ended early, with this code, and left nothing behind.
    fn assert_ended(mut self, parent: &Path, code: i32) {
        assert_eq!(self.child.wait().expect("it ends").code(), Some(code));
        assert!(self.begun.elapsed() < EARLY, "it ended by itself");
        assert_eq!(fs::read_dir(parent).expect("the folder").count(), 0);
    }
}

#[test]
fn ctrl_c_ends_it_well_and_takes_the_folder_away() {
    let parent = tempfile::tempdir().expect("a folder");
    let mut demo = Demo::begin(parent.path());
    kill_process(Pid::from_child(&demo.child), Signal::INT).expect("signalled");
    let mut rest = String::new();
    demo.stdout.read_to_string(&mut rest).expect("text");
    demo.assert_ended(parent.path(), 0);
    let last: Value = serde_json::from_str(rest.lines().last().expect("a last line")).expect("JSON");
    assert_balanced(&last["account"]);
    assert_eq!(last["account"]["pending"], 0, "{last}");
}

#[test]
fn a_reader_who_has_gone_ends_it_well() {
    let parent = tempfile::tempdir().expect("a folder");
    let mut demo = Demo::begin(parent.path());
    // The pipe is closed; its place is taken by one that nobody writes to.
    let (nobody, _) = std::io::pipe().expect("a pipe");
    demo.stdout = BufReader::new(ChildStdout::from(std::os::fd::OwnedFd::from(nobody)));
    demo.assert_ended(parent.path(), 0);
}

#[test]
fn what_cannot_be_used_is_said() {
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(folder.path().join("letters"), "mine").expect("written");
    let taken = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = taken.local_addr().expect("an address").port().to_string();
    let data = folder.path().to_str().expect("text");
    let cases: [(&[&str], i32, &str); 4] = [
        (&["--port", &port], 1, "without --port any free one is taken"),
        (&["--data", data], 1, "holds something that no demo made"),
        (&["--data", "/proc/demo"], 1, "/proc/demo"),
        (&["--rate", "0"], 2, "--rate"),
    ];
    for (arguments, code, sentence) in cases {
        let output = weir()
            .args(["demo", "--seconds", "1"])
            .args(arguments)
            .output()
            .expect("weir runs");
        assert_eq!(output.status.code(), Some(code), "{}", words(&output));
        assert!(words(&output).contains(sentence), "{}", words(&output));
        assert!(output.stdout.is_empty());
    }
    assert_eq!(
        fs::read_dir(folder.path()).expect("the folder").count(),
        1,
        "nothing was put there"
    );
}

#[test]
fn the_terminal_is_given_back() {
    let parent = tempfile::tempdir().expect("a folder");
    for way in ["q", "signal", "time"] {
        let mut terminal = Terminal::open();
        let mut command = weir();
        let seconds = if way == "time" { "2" } else { WHOLE };
        command
            .args(["demo", "--seconds", seconds])
            .env("TMPDIR", parent.path());
        let mut child = terminal.spawn(command);
        terminal.wait_for("Latest transitions");
        assert!(terminal.is_raw(), "{way}");
        match way {
            "q" => terminal.press(b"q"),
            "signal" => kill_process(Pid::from_child(&child), Signal::TERM).expect("signalled"),
            _ => {}
        }
        terminal.wait_for("which is removed");
        assert_eq!(child.wait().expect("it ends").code(), Some(0), "{way}");
        let shown = terminal.shown();
        let (_, after) = shown
            .split_once("\x1b[?1049l")
            .unwrap_or_else(|| panic!("{way}: {shown}"));
        assert!(
            !after.contains("\x1b[?1049h"),
            "{way}: it took the terminal again: {after}"
        );
        assert!(after.contains("exports decided = "), "{way}: {after}");
        assert!(!terminal.is_raw(), "{way}");
    }
    assert_eq!(fs::read_dir(parent.path()).expect("the folder").count(), 0);
}
