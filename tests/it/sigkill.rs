//! SIGKILL under load, again and again: what was acknowledged is there, and every export it makes is delivered.

use crate::common::client::Client;
use crate::common::load::{DEFINITIONS, Load};
use crate::common::server::Server;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use tokio::task::LocalSet;
use tokio_util::sync::CancellationToken;

#[tokio::test]
async fn fifty_kills_under_load_lose_nothing() {
    kills_lose_nothing("sled", 50).await;
}

#[tokio::test]
async fn kills_under_load_lose_nothing_on_fjall() {
    kills_lose_nothing("fjall", 15).await;
}

async fn kills_lose_nothing(engine: &str, kills: u64) {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().join("weir");
    std::fs::create_dir(&data).expect("a folder");
    let load = Load::new(400);
    LocalSet::new()
        .run_until(cycles(&data, &load, engine, kills))
        .await;

    let server = start(&data, engine).await;
    let client = Client::of(&server);
    // The last visitors leave one second after they came.
    tokio::time::sleep(Duration::from_millis(1500)).await;
    let account = client.drained("flow").await;
    assert!(server.stop(), "a clean stop");
    let delivered = load.verify(&data.join("exports"));
    assert_eq!(account["decided"], delivered, "{account}");
    assert_eq!(account["delivered"], delivered, "{account}");
    assert!(
        load.count() as u64 > kills,
        "the load got through: {}",
        load.count()
    );
}

async fn start(data: &Path, engine: &str) -> Server {
    Server::start_with(data, &[], &[("WEIR_STORE_ENGINE", engine)]).await
}

async fn cycles(data: &Path, load: &Arc<Load>, engine: &str, kills: u64) {
    for cycle in 0..kills {
        let server = start(data, engine).await;
        if cycle == 0 {
            server.apply(DEFINITIONS);
        }
        let stop = CancellationToken::new();
        let life = Duration::from_millis(20 + cycle * 37 % 300);
        let kill = async {
            tokio::time::sleep(life).await;
            stop.cancel();
        };
        // The load goes on while the server dies: its last requests get no answer.
        let posting = load.run(&server, &stop);
        tokio::select! {
            () = posting => {}
            () = kill => {}
        }
        server.kill();
    }
}
