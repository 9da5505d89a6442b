//! The plug is pulled under load: what was answered and what was settled is there afterwards.

use crate::common::client::Client;
use crate::common::load::{DEFINITIONS, Load};
use crate::common::native;
use crate::common::server::Server;
use crate::mount::Disk;
use std::process::Command;
use std::time::Duration;
use tokio::task::LocalSet;
use tokio_util::sync::CancellationToken;

const CUTS: u64 = 50;

#[tokio::test]
async fn fifty_power_cuts_lose_nothing() {
    let folder = tempfile::tempdir().expect("a folder");
    let plug = native::compile("pull_plug", folder.path(), false);
    let disk = Disk::new(folder.path(), 1024);
    let data = disk.folder.join("weir");
    std::fs::create_dir(&data).expect("a folder");
    let load = Load::new(400);
    let cycles = async {
        for cut in 0..CUTS {
            let server = Server::start(&data, &[]).await;
            if cut == 0 {
                server.apply(DEFINITIONS);
            }
            let stop = CancellationToken::new();
            let life = Duration::from_millis(20 + cut * 53 % 400);
            tokio::select! {
                () = load.run(&server, &stop) => {}
                () = tokio::time::sleep(life) => {}
            }
            let pulled = Command::new(&plug)
                .arg(&disk.folder)
                .status()
                .expect("the plug runs");
            assert!(pulled.success(), "the plug needs root");
            stop.cancel();
            server.kill();
            disk.unmount();
            disk.mount();
        }
    };
    LocalSet::new().run_until(cycles).await;

    let server = Server::start(&data, &[]).await;
    tokio::time::sleep(Duration::from_millis(1500)).await;
    let account = Client::of(&server).drained("flow").await;
    assert!(server.stop(), "a clean stop");
    // A settled export whose line was lost would be a gap in its profile's revisions.
    let delivered = load.verify(&data.join("exports"));
    assert_eq!(account["decided"], delivered, "{account}");
    assert_eq!(account["delivered"], delivered, "{account}");
    println!(
        "{CUTS} of {CUTS} cuts, {} messages acknowledged, {delivered} exports",
        load.count()
    );
}
