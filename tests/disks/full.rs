//! The disk fills up: refuse, lose nothing, and go on by yourself when there is room again.

use crate::common::client::Client;
use crate::common::exports;
use crate::common::load::{DEFINITIONS, Load};
use crate::common::server::Server;
use crate::mount::Disk;
use std::time::Duration;
use tokio::task::LocalSet;
use tokio_util::sync::CancellationToken;

#[tokio::test]
async fn a_full_disk_is_refused_and_recovers_without_a_restart_on_sled() {
    recovers_without_a_restart("sled").await;
}

#[tokio::test]
async fn a_full_disk_is_refused_and_recovers_without_a_restart_on_fjall() {
    recovers_without_a_restart("fjall").await;
}

async fn recovers_without_a_restart(engine: &str) {
    let folder = tempfile::tempdir().expect("a folder");
    let disk = Disk::new(folder.path(), 96);
    let data = disk.folder.join("weir");
    std::fs::create_dir(&data).expect("a folder");
    // No mark: the disk is really run full, under the store and the export files alike.
    let environment = [("WEIR_STORE_MIN_FREE", "0B"), ("WEIR_STORE_ENGINE", engine)];
    let server = Server::start_with(&data, &[], &environment).await;
    server.apply(DEFINITIONS);
    let client = Client::of(&server);
    let load = Load::new(8_000);

    let ballast = disk.folder.join("ballast");
    fill(&ballast);
    let posting = async {
        let stop = CancellationToken::new();
        tokio::select! {
            () = load.run(&server, &stop) => {}
            () = tokio::time::sleep(Duration::from_mins(1)) => panic!("the disk never filled up"),
        }
    };
    LocalSet::new().run_until(posting).await;
    std::fs::remove_file(&ballast).expect("room is made");
    ready(&client).await;
    let more = async {
        let stop = CancellationToken::new();
        tokio::select! {
            () = load.run(&server, &stop) => panic!("refused although there is room:\n{}", server.log()),
            () = tokio::time::sleep(Duration::from_secs(1)) => {}
        }
    };
    LocalSet::new().run_until(more).await;
    tokio::time::sleep(Duration::from_millis(1500)).await;
    let account = client.drained("flow").await;
    assert_eq!(
        account["suppressed"],
        serde_json::json!({}),
        "too few people: {account}"
    );
    let delivered = load.verify(&data.join("exports"));
    assert_eq!(account["decided"], delivered, "{account}");
    assert_eq!(
        exports::check(&exports::read(&data.join("exports")))
            .values()
            .map(Vec::len)
            .sum::<usize>(),
        delivered
    );
}

/// Leaves a few MiB.
fn fill(ballast: &std::path::Path) {
    use std::io::Write;
    let mut file = std::fs::File::create(ballast).expect("the ballast");
    let block = vec![1u8; 1 << 20];
    let mut written = 0;
    while file.write_all(&block).is_ok() {
        written += 1;
    }
    file.set_len((written - 6) << 20).expect("a little room");
    file.sync_all().expect("synced");
}

async fn ready(client: &Client) {
    for _ in 0..600 {
        if client.get_text("/readyz").await.0 == 200 {
            return;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("not ready again: {:?}", client.get_text("/readyz").await);
}
