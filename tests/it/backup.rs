//! `weir backup` of a server that is busy, and `weir restore`: nothing that was acknowledged before is missing, and nobody
//! who posts notices.

use crate::common::client::Client;
use crate::common::exports;
use crate::common::load::DEFINITIONS;
use crate::common::server::{Server, clean, weir};
use serde_json::Value;
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Stdio;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tempfile::TempDir;
use tokio::task::LocalSet;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

/// People whose numbers go up.
const PEOPLE: u64 = 4_000;
/// Lines of one request.
const LINES: u64 = 50;
/// Text that a record carries, so that there is something to save.
const BALLAST: usize = 4_000;

/// Posts numbers that go up, and remembers which were acknowledged.
#[derive(Default)]
struct Numbers {
    next: AtomicU64,
    /// By person, the highest that was acknowledged.
    acknowledged: Mutex<BTreeMap<u64, u64>>,
    /// The longest that an answer took since somebody asked.
    longest: Mutex<Duration>,
}

impl Numbers {
    /// Each lane has people of its own, so that their numbers are posted in order.
    async fn post(&self, client: &Client, lane: u64) {
        let first = self.next.fetch_add(LINES, Ordering::Relaxed);
        let posted: Vec<(u64, u64)> = (first..first + LINES)
            .map(|n| (n % (PEOPLE / 2) * 2 + lane, n + 1))
            .collect();
        let ballast = "x".repeat(BALLAST);
        let line = |(person, n): &(u64, u64)| {
            format!(r#"{{"identityMap":{{"crm":[{{"id":"p{person}"}}]}},"number":{n},"note":"{ballast}"}}"#)
        };
        let lines: Vec<String> = posted.iter().map(line).collect();
        let begun = Instant::now();
        let answers = client.post_lines("shop", &lines).await.expect("an answer");
        let took = begun.elapsed();
        let mut longest = self.longest.lock().expect("no poison");
        *longest = took.max(*longest);
        drop(longest);
        let mut acknowledged = self.acknowledged.lock().expect("no poison");
        for ((person, n), taken) in posted.into_iter().zip(answers) {
            assert!(taken, "number {n} was refused");
            acknowledged.insert(person, n);
        }
    }

    fn acknowledged(&self) -> BTreeMap<u64, u64> {
        self.acknowledged.lock().expect("no poison").clone()
    }

    fn longest(&self) -> Duration {
        std::mem::take(&mut *self.longest.lock().expect("no poison"))
    }
}

#[tokio::test]
async fn a_backup_of_a_busy_server_has_what_was_acknowledged_and_holds_nobody_up_on_sled() {
    LocalSet::new().run_until(busy("sled")).await;
}

#[tokio::test]
async fn a_backup_of_a_busy_server_has_what_was_acknowledged_and_holds_nobody_up_on_fjall() {
    LocalSet::new().run_until(busy("fjall")).await;
}

async fn busy(engine: &str) {
    let folder = TempDir::new().expect("a folder");
    let (data, file) = (folder.path().join("d"), folder.path().join("saved.weir"));
    fs::create_dir(&data).expect("a folder");
    let engine = [("WEIR_STORE_ENGINE", engine)];
    let server = Server::start_with(&data, &[], &engine).await;
    server.apply(DEFINITIONS);
    let numbers = Arc::new(Numbers::default());
    let client = Client::of(&server);
    while numbers.next.load(Ordering::Relaxed) < 2 * PEOPLE {
        numbers.post(&client, 0).await;
        numbers.post(&client, 1).await;
    }

    let stop = CancellationToken::new();
    let lanes = [0, 1].map(|lane| {
        let (numbers, client, stop) = (Arc::clone(&numbers), client.clone(), stop.clone());
        tokio::task::spawn_local(async move {
            while !stop.is_cancelled() {
                numbers.post(&client, lane).await;
            }
        })
    });
    tokio::time::sleep(Duration::from_millis(500)).await;
    let usual = numbers.longest();
    let before = numbers.acknowledged();
    let said = backup(&["--data", text(&data), text(&file)]).await;
    let meanwhile = numbers.longest();
    let after = numbers.acknowledged();
    stop.cancel();
    for lane in lanes {
        lane.await.expect("a lane ends well");
    }
    assert!(
        meanwhile < Duration::from_secs(1),
        "{meanwhile:?}, and {usual:?} before: {said}"
    );
    assert!(before != after, "the server was busy");
    assert!(server.stop(), "a clean stop");

    let restored = folder.path().join("e");
    let (code, said) = run(&["restore", "--data", text(&restored), text(&file)], &engine);
    assert!(code == 0 && said.contains("brought back"), "{said}");
    let server = Server::start_with(&restored, &[], &engine).await;
    let client = Client::of(&server);
    let account = client.drained("flow").await;
    assert_eq!(account["balanced"], true, "{account}");
    assert!(
        account["decided"].as_u64() >= Some(before.len() as u64),
        "{account}"
    );
    for (person, least) in &before {
        let number = number_of(&client, *person).await;
        let most = numbers.acknowledged()[person];
        assert!(
            (*least..=most).contains(&number),
            "p{person} has {number}, which is not within {least} to {most}"
        );
    }
    // What was pending when it was saved is delivered by the restored one, and each line is whole.
    exports::read(&restored.join("exports"));
    let taken = Numbers {
        next: AtomicU64::new(1 << 40),
        ..Numbers::default()
    };
    taken.post(&client, 0).await;
    client.drained("flow").await;
    let delivered = exports::read(&restored.join("exports"));
    for (person, number) in taken.acknowledged() {
        let name = format!("p{person}");
        let of_person = |line: &&exports::Line| line.body["identityMap"]["crm"][0]["id"] == *name;
        let last = delivered.iter().rfind(of_person).expect("a line of everybody");
        assert_eq!(last.body["number"], number);
        assert!(
            last.revision >= 1 << 48,
            "of the new incarnation: {}",
            last.revision
        );
    }
    assert!(server.stop(), "a clean stop");
}

#[tokio::test]
async fn a_lost_engine_is_made_again_from_the_last_backup_and_the_log() {
    let folder = TempDir::new().expect("a folder");
    let (data, file) = (folder.path().join("d"), folder.path().join("saved.weir"));
    fs::create_dir(&data).expect("a folder");
    let server = Server::start(&data, &["--set", "store.keep_log=256MiB"]).await;
    server.apply(DEFINITIONS);
    let numbers = Numbers::default();
    let client = Client::of(&server);
    numbers.post(&client, 0).await;
    backup(&["--data", text(&data), text(&file)]).await;
    for _ in 0..20 {
        numbers.post(&client, 0).await;
        numbers.post(&client, 1).await;
    }
    server.kill();
    fs::remove_dir_all(data.join("store/sled")).expect("the engine's folder");

    let restored = folder.path().join("e");
    let log = data.join("store/log");
    let arguments = [
        "restore",
        "--data",
        text(&restored),
        "--log",
        text(&log),
        text(&file),
    ];
    let (code, said) = run(&arguments, &[]);
    assert!(code == 0 && said.contains("commits behind it"), "{said}");
    let server = Server::start(&restored, &[]).await;
    let client = Client::of(&server);
    let account = client.drained("flow").await;
    assert_eq!(account["balanced"], true, "{account}");
    for (person, number) in numbers.acknowledged() {
        assert_eq!(number_of(&client, person).await, number, "p{person}");
    }
}

#[tokio::test]
async fn what_cannot_be_saved_is_said_and_leaves_nothing() {
    let folder = TempDir::new().expect("a folder");
    let (data, file) = (folder.path().join("d"), folder.path().join("saved.weir"));
    fs::create_dir(&data).expect("a folder");
    let arguments = ["backup", "--data", text(&data), text(&file)];
    let (code, said) = run(&arguments, &[]);
    assert!(code == 1 && said.contains("there is no store in"), "{said}");

    let server = Server::start(&data, &[]).await;
    server.apply(DEFINITIONS);
    fs::write(&file, "mine").expect("a file");
    let (code, said) = run(&arguments, &[]);
    assert!(
        code == 1 && said.contains("saved.weir is there already"),
        "{said}"
    );
    assert_eq!(fs::read(&file).expect("a file"), b"mine");
    fs::remove_file(&file).expect("a file");
    // As a disk that has no room left: more than 512 bytes are refused.
    let program = weir().get_program().to_owned();
    let mut small = clean("sh");
    small.args(["-c", "trap '' XFSZ; ulimit -f 1; exec \"$@\"", "sh"]);
    let done = small.arg(program).args(arguments).output().expect("a shell");
    let said = String::from_utf8_lossy(&done.stderr).into_owned();
    assert!(!done.status.success(), "{said}");
    assert!(
        said.contains("saved.weir") && said.contains("too large"),
        "{said}"
    );
    assert!(!file.exists() && !folder.path().join("saved.weir.part").exists());

    let url = server.url.clone();
    let token = server.token.clone();
    let wrong = run(
        &["backup", "--server", &url, "--token", "wrong", text(&file)],
        &[],
    );
    assert!(wrong.0 == 1 && wrong.1.contains("401"), "{}", wrong.1);
    let elsewhere = run(&["backup", "--server", &url, "--token", &token, text(&file)], &[]);
    assert_eq!(elsewhere.0, 0, "{}", elsewhere.1);
    assert!(server.stop(), "a clean stop");
    let again = folder.path().join("again.weir");
    let down = run(
        &["backup", "--server", &url, "--token", &token, text(&again)],
        &[],
    );
    assert!(down.0 == 1 && down.1.contains("does not answer"), "{}", down.1);

    let restored = folder.path().join("e");
    let mut bytes = fs::read(&file).expect("a file");
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    fs::write(&again, bytes).expect("a file");
    let (code, said) = run(&["restore", "--data", text(&restored), text(&again)], &[]);
    assert!(code == 1 && said.contains("is not a whole backup"), "{said}");
    assert!(!restored.join("store").exists());
    let (code, said) = run(&["restore", "--data", text(&data), text(&file)], &[]);
    assert!(code == 1 && said.contains("is not empty"), "{said}");
}

/// The number of a person, who has a note of the right length.
async fn number_of(client: &Client, person: u64) -> u64 {
    let found = client
        .get(&format!("/api/profiles?namespace=crm&value=p{person}"))
        .await;
    let attribute = |path: &str| -> Value {
        let all = found["attributes"].as_array().expect("attributes");
        let of_path = all.iter().find(|attribute| attribute["path"] == path);
        of_path.unwrap_or_else(|| panic!("no {path} in {found}"))["value"].clone()
    };
    let note = attribute("note");
    assert_eq!(note.as_str().map(str::len), Some(BALLAST), "{found}");
    attribute("number").as_u64().expect("a number")
}

/// `weir backup`, while the tasks of the test go on.
async fn backup(arguments: &[&str]) -> String {
    let mut command = tokio::process::Command::from(weir());
    let done = command
        .arg("backup")
        .args(arguments)
        .stdin(Stdio::null())
        .output();
    let done = done.await.expect("weir runs");
    let said = String::from_utf8_lossy(&[done.stdout, done.stderr].concat()).into_owned();
    assert!(done.status.success(), "{said}");
    said
}

fn run(arguments: &[&str], environment: &[(&str, &str)]) -> (i32, String) {
    let done = weir()
        .args(arguments)
        .envs(environment.iter().copied())
        .stdin(Stdio::null())
        .output()
        .expect("weir runs");
    let said = [done.stdout, done.stderr].concat();
    (
        done.status.code().expect("an exit code"),
        String::from_utf8_lossy(&said).into_owned(),
    )
}

fn text(path: &Path) -> &str {
    path.to_str().expect("text")
}
