//! A disk that is full: refuse, lose nothing, go on by itself when there is room again.

use crate::mount::Mount;
use model::{Seq, Timestamp};
use std::time::Duration;
use store::{DeadMessage, Decisions, EngineKind, Health, Options, Store, open};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

fn batch(store: &Store) -> Decisions {
    let meta = store.meta();
    let number = meta.batch + 1;
    Decisions {
        clock: Timestamp::from_millis(number.cast_signed()),
        batch: number,
        next_seq: Seq(number),
        next_profile: meta.next_profile,
        dead_messages: vec![DeadMessage {
            at: Timestamp::from_millis(0),
            inlet: None,
            dataset: model::DatasetId::new("web").unwrap(),
            code: "malformed".to_owned(),
            reason: format!("number {number}"),
            body: vec![b'x'; 30_000],
        }],
        ..Decisions::default()
    }
}

#[tokio::test]
async fn a_full_disk_loses_nothing_and_needs_no_restart_on_sled() {
    loses_nothing(EngineKind::Sled).await;
}

#[tokio::test]
async fn a_full_disk_loses_nothing_and_needs_no_restart_on_fjall() {
    loses_nothing(EngineKind::Fjall).await;
}

async fn loses_nothing(engine: EngineKind) {
    let mount = Mount::ext4(192);
    let options = Options {
        engine,
        cache_bytes: 8 << 20,
        // More than either engine wants to have left.
        min_free_bytes: 48 << 20,
        ..Options::default()
    };
    let folder = mount.path().join("store");
    let (store, committer) = open(&folder, &options).unwrap();
    let stop = CancellationToken::new();
    let mut tasks = JoinSet::new();
    tasks.spawn(committer.run(stop.clone()));
    let ballast = mount.path().join("ballast");
    std::fs::write(&ballast, vec![0; 72 << 20]).unwrap();

    let mut acknowledged = Vec::new();
    let mut warned = false;
    loop {
        warned |= matches!(store.health(), Health::LowSpace { .. });
        let next = batch(&store);
        let number = next.batch;
        match store.commit(next).await {
            Ok(()) => acknowledged.push(number),
            Err(_) => break,
        }
        assert!(number < 20_000, "the disk never got full");
    }
    assert!(warned, "health must have warned before the disk was full");
    for _ in 0..20 {
        let next = batch(&store);
        let number = next.batch;
        if store.commit(next).await.is_ok() {
            acknowledged.push(number);
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }

    std::fs::remove_file(&ballast).unwrap();
    let well = async {
        while store.health() != Health::Ok {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    let recovered = tokio::time::timeout(Duration::from_secs(20), well).await;
    recovered.unwrap_or_else(|_| panic!("still {:?}", store.health()));
    assert_eq!(store.generation(), 0, "the engine has met the full disk");
    for _ in 0..20 {
        let next = batch(&store);
        let number = next.batch;
        store.commit(next).await.unwrap();
        acknowledged.push(number);
    }
    assert_there(&store, &acknowledged);
    stop.cancel();
    while tasks.join_next().await.is_some() {}
    drop(store);
    let (store, _committer) = open(&folder, &options).unwrap();
    assert_there(&store, &acknowledged);
}

fn assert_there(store: &Store, acknowledged: &[u64]) {
    let kept = store.dead_messages(0, usize::MAX).unwrap();
    for number in acknowledged {
        let reason = format!("number {number}");
        assert!(
            kept.iter().any(|(_, message)| message.reason == reason),
            "{reason} is lost"
        );
    }
    assert_eq!(
        kept.len() as u64,
        store.meta().batch,
        "one message a batch, none twice"
    );
}
