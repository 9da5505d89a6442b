//! Power cuts at random moments, on a file system of its own: every acknowledged batch is there, whole.
//!
//! The file system is ext4 in a file on a loop device. A cut is its shutdown without flushing the log, which is
//! what xfstests uses for pulling the plug: everything that was not written back is gone. It does not model a
//! volatile cache inside the drive. Needs root, a loop device, `mkfs.ext4` and `perl`.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on panics")]

#[path = "../crash/driver.rs"]
mod driver;
mod full;
mod mount;

use driver::{Writer, verify};
use mount::Mount;
use rustix::fs::{IFlags, ioctl_getflags};
use std::path::Path;
use store::EngineKind;

const CUTS: u64 = 50;

#[tokio::test]
async fn what_was_acknowledged_survives_a_power_cut_on_sled() {
    survives_power_cuts(EngineKind::Sled).await;
}

#[tokio::test]
async fn what_was_acknowledged_survives_a_power_cut_on_fjall() {
    survives_power_cuts(EngineKind::Fjall).await;
}

/// Without this a few cuts in a thousand ruin sled, too few to be seen here.
fn is_written_through(store: &Path) -> bool {
    // The youngest have none yet.
    std::fs::File::open(store.join("sled").join("db"))
        .is_ok_and(|file| ioctl_getflags(file).unwrap().contains(IFlags::SYNC))
}

async fn survives_power_cuts(engine: EngineKind) {
    let mount = Mount::ext4(1500);
    let (mut total, mut through) = (0, 0);
    let mut last = 0;
    let mut wrong = Vec::new();
    for cycle in 0..CUTS {
        // Young stores are in the greatest danger: a new one every fifth cut.
        let store = mount.path().join(format!("{}", cycle / 5));
        if cycle % 5 == 0 {
            last = 0;
        }
        let plug = mount.plug();
        let mut writer = Writer::start(engine, &store);
        writer.live(cycle).await;
        through += u64::from(is_written_through(&store));
        plug.pull();
        // What it acknowledged after the cut counts too: it would have been a lie.
        let acked = writer.kill().await.max(last);
        total += acked - last;
        mount.remount();
        match verify(engine, &store, acked).await {
            Ok(found) => last = found,
            Err(what) => {
                wrong.push(format!("cut {cycle}: {what}"));
                std::fs::remove_dir_all(&store).unwrap();
                last = 0;
            }
        }
    }
    assert!(
        wrong.is_empty(),
        "{} of {CUTS} cuts lost something:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
    assert!(
        engine != EngineKind::Sled || through >= CUTS * 3 / 4,
        "the file was written through before {through} cuts only"
    );
    assert!(
        total >= CUTS / 2,
        "{total} batches acknowledged: next to nothing was tested"
    );
    eprintln!("{CUTS} of {CUTS} cuts survived, {total} batches acknowledged");
}
