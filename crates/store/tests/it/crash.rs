//! SIGKILL at random moments: every acknowledged batch is there, whole, and nothing else.

#[path = "../crash/driver.rs"]
mod driver;

use crate::support::on_every_engine;
use driver::{Writer, verify};
use store::EngineKind;

on_every_engine!(what_was_acknowledged_survives_sigkill);

async fn what_was_acknowledged_survives_sigkill(engine: EngineKind) {
    let folder = tempfile::tempdir().unwrap();
    let mut total = 0;
    let mut last = 0;
    for cycle in 0..10 {
        let store = folder.path().join(format!("{}", cycle / 5));
        if cycle % 5 == 0 {
            last = 0;
        }
        let mut writer = Writer::start(engine, &store);
        writer.live(cycle).await;
        let acked = writer.kill().await.max(last);
        total += acked - last;
        last = verify(engine, &store, acked)
            .await
            .unwrap_or_else(|wrong| panic!("cycle {cycle}: {wrong}"));
    }
    assert!(
        total > 8,
        "{total} batches acknowledged in 10 cycles: next to nothing was tested"
    );
    eprintln!("{total} batches acknowledged");
}
