//! The whole store, as one file that comes in parts.

use crate::rig::{Rig, record};
use http_body_util::BodyExt;
use std::time::Duration;

/// More than may wait for a client: the server has to wait for it.
async fn filled() -> Rig {
    let rig = Rig::start().await;
    let note = "x".repeat(50_000);
    for n in 0..200 {
        let line = record(&format!("{n}@b.test"), &format!(r#","note":"{note}""#));
        assert_eq!(rig.lines(&[line]).await.status, 207);
    }
    rig
}

#[tokio::test(flavor = "multi_thread")]
async fn it_is_the_file_that_the_store_writes() {
    let rig = filled().await;
    let answer = rig.open("/api/backup").await;
    assert_eq!(answer.status(), 200);
    let came = answer
        .into_body()
        .collect()
        .await
        .expect("a whole body")
        .to_bytes();
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("backup");
    let dumped = store::receive(&came[..], &file, |_| ()).expect("a whole file");
    assert!(
        dumped.rows > 600 && dumped.bytes == came.len() as u64,
        "{dumped:?}"
    );
    let own = folder.path().join("own");
    rig.store.backup(&own, |_| ()).expect("a backup");
    assert!(std::fs::read(own).expect("a file") == came);
}

#[tokio::test(flavor = "multi_thread")]
async fn one_is_made_at_a_time_and_a_stop_breaks_it_off() {
    let rig = filled().await;
    let first = rig.open("/api/backup").await;
    let second = rig.admin("GET", "/api/backup", "").await;
    assert_eq!(second.status, 409);
    assert!(second.problem().contains("another backup"), "{}", second.text);
    rig.stopping.cancel();
    assert!(
        first.into_body().collect().await.is_err(),
        "it must not pass for whole"
    );
    while rig.open("/api/backup").await.status() == 409 {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_hangs_up_ends_it() {
    let rig = filled().await;
    drop(rig.open("/api/backup").await);
    let mut again = rig.open("/api/backup").await;
    while again.status() == 409 {
        tokio::time::sleep(Duration::from_millis(1)).await;
        again = rig.open("/api/backup").await;
    }
    assert_eq!(again.status(), 200);
}

#[tokio::test]
async fn a_store_that_failed_is_told_before_anything_comes() {
    let rig = Rig::start().await;
    rig.disk.fail_reads();
    let reply = rig.admin("GET", "/api/backup", "").await;
    assert_eq!(reply.status, 503);
    assert!(reply.problem().contains("input/output error"), "{}", reply.text);
    let unknown = rig.admin("GET", "/api/backup?to=here", "").await;
    assert_eq!(unknown.status, 400);
}
