//! A disk that cannot sync: no 200 and no settle, and all is well again when the disk is.

use crate::common::client::Client;
use crate::common::exports;
use crate::common::load::DEFINITIONS;
use crate::common::native;
use crate::common::server::Server;
use std::path::Path;
use std::time::Duration;

fn record(n: u32) -> String {
    format!(r#"{{"identityMap":{{"crm":[{{"id":"1"}}]}},"number":{n}}}"#)
}

/// A server whose syncs of files with `part` in their path fail while `flag` exists.
async fn start(folder: &Path, part: &str) -> (Server, std::path::PathBuf) {
    let data = folder.join("weir");
    std::fs::create_dir(&data).expect("a folder");
    let library = native::compile("syncs", folder, true);
    let flag = folder.join("fail");
    let environment = [
        ("LD_PRELOAD", library.to_str().expect("text")),
        ("FAIL_SYNC_WHILE", flag.to_str().expect("text")),
        ("FAIL_SYNC_BELOW", part),
    ];
    let server = Server::start_with(&data, &[], &environment).await;
    server.apply(DEFINITIONS);
    (server, flag)
}

#[tokio::test]
async fn a_store_that_cannot_sync_acknowledges_nothing() {
    let folder = tempfile::tempdir().expect("a folder");
    let (server, flag) = start(folder.path(), "/store/").await;
    let client = Client::of(&server);
    assert_eq!(client.post_lines("shop", &[record(1)]).await, Some(vec![true]));
    std::fs::write(&flag, "").expect("written");
    let lines = [record(2)];
    for attempt in 0..3 {
        let refused = tokio::time::timeout(Duration::from_secs(10), client.post_lines("shop", &lines));
        let answer = refused
            .await
            .expect("an answer at once, not when the disk is well");
        assert_eq!(answer, None, "no 207 for what is not durable ({attempt})");
    }
    std::fs::remove_file(&flag).expect("removed");
    wait_until_ready(&client).await;
    assert_eq!(client.post_lines("shop", &[record(3)]).await, Some(vec![true]));
    let account = client.drained("flow").await;
    let lines = exports::read(&server.data.join("exports"));
    let delivered: usize = exports::check(&lines).values().map(Vec::len).sum();
    assert_eq!(account["decided"], delivered, "{account}");
    let numbers: Vec<u64> = lines
        .iter()
        .filter_map(|line| line.body["number"].as_u64())
        .collect();
    assert!(numbers.contains(&1) && numbers.contains(&3), "{numbers:?}");
}

#[tokio::test]
async fn a_file_that_cannot_sync_settles_nothing() {
    let folder = tempfile::tempdir().expect("a folder");
    let (server, flag) = start(folder.path(), "/exports/").await;
    let client = Client::of(&server);
    std::fs::write(&flag, "").expect("written");
    assert_eq!(
        client.post_lines("shop", &[record(1)]).await,
        Some(vec![true]),
        "intake goes on"
    );
    tokio::time::sleep(Duration::from_secs(2)).await;
    let account = client.account("flow").await;
    assert_eq!(
        (&account["delivered"], &account["pending"]),
        (&0.into(), &1.into()),
        "{account}"
    );
    std::fs::remove_file(&flag).expect("removed");
    let account = client.drained("flow").await;
    assert_eq!(account["delivered"], 1, "{account}");
    let lines = exports::read(&server.data.join("exports"));
    exports::check(&lines);
    assert!(!lines.is_empty());
}

async fn wait_until_ready(client: &Client) {
    for _ in 0..200 {
        if client.get_text("/readyz").await.0 == 200 {
            return;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!(
        "the server does not become ready: {:?}",
        client.get_text("/readyz").await
    );
}
