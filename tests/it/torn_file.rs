//! A file that was cut in mid-line is mended when the server starts again.

use crate::common::client::Client;
use crate::common::exports;
use crate::common::load::DEFINITIONS;
use crate::common::server::Server;
use std::fs::OpenOptions;
use std::io::Write;

#[tokio::test]
async fn a_file_cut_in_mid_line_is_mended_on_restart() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().join("weir");
    std::fs::create_dir(&data).expect("a folder");
    let server = Server::start(&data, &[]).await;
    server.apply(DEFINITIONS);
    let client = Client::of(&server);
    let record = |n: u32| format!(r#"{{"identityMap":{{"crm":[{{"id":"1"}}]}},"number":{n}}}"#);
    assert_eq!(client.post_lines("shop", &[record(1)]).await, Some(vec![true]));
    client.drained("flow").await;
    server.kill();

    let file = newest(&data.join("exports"));
    let mut torn = OpenOptions::new()
        .append(true)
        .open(&file)
        .expect("the export file");
    torn.write_all(br#"{"_weir":{"id":"half of a li"#)
        .expect("written");
    drop(torn);

    let server = Server::start(&data, &[]).await;
    let client = Client::of(&server);
    assert_eq!(client.post_lines("shop", &[record(2)]).await, Some(vec![true]));
    client.drained("flow").await;
    let lines = exports::read(&data.join("exports"));
    exports::check(&lines);
    let numbers: Vec<u64> = lines
        .iter()
        .filter_map(|line| line.body["number"].as_u64())
        .collect();
    assert_eq!(numbers, [1, 2]);
    assert!(
        server.log().contains("cut off what was never acknowledged"),
        "the mending is logged:\n{}",
        server.log()
    );
}

fn newest(folder: &std::path::Path) -> std::path::PathBuf {
    let mut files = vec![folder.to_owned()];
    let mut found = Vec::new();
    while let Some(path) = files.pop() {
        if path.is_dir() {
            files.extend(
                std::fs::read_dir(&path)
                    .expect("a folder")
                    .map(|e| e.expect("an entry").path()),
            );
        } else {
            found.push(path);
        }
    }
    found.sort();
    found.pop().expect("an export file")
}
