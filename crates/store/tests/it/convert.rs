//! A store of one engine becomes one of the other.

use crate::support::{Running, at, batch, everything, on_every_engine, options, options_of};
use model::DatasetId;
use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use store::{Converted, DeadMessage, Decisions, EngineKind, Error, Options, Progress, convert, open};

on_every_engine!(
    there_and_back_it_is_the_same_byte_for_byte,
    a_conversion_cut_anywhere_leaves_the_old_store_and_no_new_one,
    what_cannot_be_converted_is_refused,
);

/// A store with some of everything, and more rows than are copied at once.
async fn fill(folder: &Path, engine: EngineKind) {
    let running = Running::start(open(folder, &options_of(engine)).unwrap());
    running.store.commit(everything(&running.store)).await.unwrap();
    let message = |number: usize| DeadMessage {
        at: at(1_000),
        inlet: None,
        dataset: DatasetId::new("web").unwrap(),
        code: "malformed".to_owned(),
        reason: format!("number {number}"),
        body: vec![7; if number == 9 { 300_000 } else { number % 100 }],
    };
    let many = Decisions {
        dead_messages: (0..2_500).map(message).collect(),
        ..batch(&running.store, Vec::new())
    };
    running.store.commit(many).await.unwrap();
    running.stop().await;
}

/// Everything that is stored.
fn exported(folder: &Path, engine: EngineKind) -> Vec<u8> {
    let file = tempfile::tempdir().unwrap();
    let path = file.path().join("export");
    let (store, _committer) = open(folder, &options_of(engine)).unwrap();
    store.backup(&path, |_| ()).unwrap();
    let mut bytes = fs::read(path).unwrap();
    // At its end is told where the log is, and a checksum of that too: each store has its own.
    bytes.truncate(bytes.len() - 24);
    bytes
}

async fn there_and_back_it_is_the_same_byte_for_byte(engine: EngineKind) {
    let folder = tempfile::tempdir().unwrap();
    let (old, new, back) = (
        folder.path().join("old"),
        folder.path().join("new/store"),
        folder.path().join("back"),
    );
    fill(&old, engine).await;
    let before = exported(&old, engine);
    let mut told = Vec::new();
    let there = convert(&old, &new, &options(), |progress| told.push(progress)).unwrap();
    assert_eq!((there.from, there.to), (engine, engine.other()));
    assert!(exported(&new, engine.other()) == before);
    assert!(exported(&old, engine) == before, "the old one is as it was");
    assert_told(&told, &there);

    let stats = open(&new, &options_of(engine.other()))
        .unwrap()
        .0
        .stats()
        .unwrap();
    for (space, stats) in stats.spaces {
        let sum = there.spaces.iter().find(|sum| sum.space == space.name());
        // The format row is not counted.
        let rows = stats.rows - u64::from(space.name() == "meta");
        assert_eq!(sum.map_or(0, |sum| sum.rows), rows, "{}", space.name());
    }
    let again = convert(&new, &back, &options(), |_| {}).unwrap();
    assert_eq!(again.spaces, there.spaces);
    assert!(exported(&back, engine) == before);
}

/// Copying and comparing were told, each up to nearly the last row.
fn assert_told(told: &[Progress], converted: &Converted) {
    let all: u64 = converted.spaces.iter().map(|sum| sum.rows).sum();
    for comparing in [false, true] {
        let rows: Vec<u64> = told
            .iter()
            .filter(|progress| progress.comparing == comparing)
            .map(|progress| progress.rows)
            .collect();
        assert!(rows.is_sorted() && rows.len() >= 2, "{rows:?}");
        assert!(
            rows.last().is_some_and(|last| last + 1_000 > all),
            "{rows:?} of {all}"
        );
    }
}

async fn a_conversion_cut_anywhere_leaves_the_old_store_and_no_new_one(engine: EngineKind) {
    let folder = tempfile::tempdir().unwrap();
    let old = folder.path().join("old");
    fill(&old, engine).await;
    let before = exported(&old, engine);
    let mut cuts = 0;
    loop {
        let new = folder.path().join(format!("new{cuts}"));
        match convert(&old, &new, &failing_after(cuts), |_| {}) {
            Ok(_) => break,
            Err(error) => assert!(error.to_string().contains("Input/output error"), "{error}"),
        }
        // As far as it came before the cut, it is no store.
        if new.exists() {
            for kind in EngineKind::ALL {
                let answer = open(&new, &options_of(kind)).map(drop);
                assert!(matches!(answer, Err(Error::Unfinished)), "{cuts}: {answer:?}");
            }
            let answer = convert(&new, &folder.path().join("next"), &options(), |_| {});
            assert!(answer.is_err(), "{cuts}: half a store was converted");
        }
        assert!(exported(&old, engine) == before, "{cuts}");
        cuts += 1;
    }
    assert!(cuts > 5, "{cuts} syncs: hardly anything was cut");
}

/// Options with a sync that works so many times.
fn failing_after(syncs: u64) -> Options {
    let done = AtomicU64::new(0);
    let sync = move |file: &fs::File| {
        if done.fetch_add(1, Ordering::SeqCst) < syncs {
            file.sync_data()
        } else {
            // EIO
            Err(std::io::Error::from_raw_os_error(5))
        }
    };
    Options {
        sync: Arc::new(sync),
        ..options()
    }
}

async fn what_cannot_be_converted_is_refused(engine: EngineKind) {
    let folder = tempfile::tempdir().unwrap();
    let (old, new) = (folder.path().join("old"), folder.path().join("new"));
    let refused = |from: &Path, to: &Path| convert(from, to, &options(), |_| {}).unwrap_err();
    let error = refused(&old, &new);
    assert!(matches!(error, Error::NoStore { .. }), "{error}");
    assert!(!old.exists() && !new.exists(), "nothing was made");

    let running = Running::start(open(&old, &options_of(engine)).unwrap());
    let error = refused(&old, &new);
    assert!(matches!(error, Error::Locked { .. }), "{error}");
    running.stop().await;
    assert!(!new.exists());

    fs::create_dir(&new).unwrap();
    fs::write(new.join("something"), "").unwrap();
    for full in [&new, &old] {
        let error = refused(&old, full);
        assert!(matches!(error, Error::NotEmpty { .. }), "{error}");
    }
    fs::write(old.join("unfinished"), "").unwrap();
    let error = refused(&old, &folder.path().join("other"));
    assert!(matches!(error, Error::Unfinished), "{error}");
}
