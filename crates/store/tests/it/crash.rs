//! SIGKILL at random moments: every acknowledged batch is there, whole, and nothing else.

#[path = "../crash/driver.rs"]
mod driver;

use driver::{Writer, verify};

#[tokio::test]
async fn what_was_acknowledged_survives_sigkill() {
    let folder = tempfile::tempdir().unwrap();
    let mut total = 0;
    let mut last = 0;
    for cycle in 0..10 {
        let store = folder.path().join(format!("{}", cycle / 5));
        if cycle % 5 == 0 {
            last = 0;
        }
        let mut writer = Writer::start(&store);
        writer.live(cycle).await;
        let acked = writer.kill().await.max(last);
        total += acked - last;
        last = verify(&store, acked)
            .await
            .unwrap_or_else(|wrong| panic!("cycle {cycle}: {wrong}"));
    }
    assert!(
        total > 8,
        "{total} batches acknowledged in 10 cycles: next to nothing was tested"
    );
    println!("{total} batches acknowledged");
}
