//! Backup and restore of a whole store.

use crate::support::{Running, at, batch, everything, on_every_engine, options_of, start_on};
use std::fs;
use std::path::Path;
use store::{Dumped, EngineKind, Error, Memory, Result, open, restore};

on_every_engine!(
    a_store_comes_back_whole_in_a_new_incarnation,
    every_restore_of_one_file_begins_a_later_incarnation,
    nothing_is_overwritten,
    a_restore_that_was_cut_does_not_pass_for_a_store,
);

async fn exported(to: &Path) -> Dumped {
    let running = start_on(Box::new(Memory::new())).unwrap();
    running.store.commit(everything(&running.store)).await.unwrap();
    let dumped = running.store.backup(to, |_| ()).unwrap();
    running.stop().await;
    dumped
}

fn restore_at(engine: EngineKind, file: &Path, folder: &Path, ms: i64) -> Result<Dumped> {
    let restored = restore(file, None, folder, &options_of(engine), at(ms), |_| ())?;
    Ok(restored.dumped)
}

async fn a_store_comes_back_whole_in_a_new_incarnation(engine: EngineKind) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("store.dump");
    let dumped = exported(&file).await;
    assert_eq!(dumped.bytes, fs::metadata(&file).unwrap().len());
    let into = folder.path().join("restored/here");
    assert_eq!(restore_at(engine, &file, &into, 2_000).unwrap(), dumped);

    let restored = Running::start(open(&into, &options_of(engine)).unwrap());
    let store = &restored.store;
    let meta = store.meta();
    assert_eq!((meta.incarnation, meta.batch, meta.clock), (1, 1, at(1_000)));
    assert_eq!(meta.profile(meta.next_profile).to_bits(), (1 << 48) + 4);
    assert_eq!(meta.revision_floor().0, 1 << 48);
    let again = folder.path().join("again.dump");
    let again = store.backup(&again, |_| ()).unwrap();
    // Of an engine with a log it has a list of changes as well, which ends with zeros, a count, a record and a checksum.
    assert_eq!((again.rows, again.changes), (dumped.rows, 0));
    assert_eq!(
        again.bytes,
        dumped.bytes + 40,
        "the same rows, other numbers in one"
    );
    store.commit(batch(store, Vec::new())).await.unwrap();
    restored.stop().await;
}

async fn every_restore_of_one_file_begins_a_later_incarnation(engine: EngineKind) {
    const HOUR: i64 = 3_600_000;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("store.dump");
    exported(&file).await;
    let mut last = 0;
    // The last commit was at 1 s. A restore of a restore counts on.
    for (hours, wanted) in [(0, 1), (1, 2), (30, 31), (1_000_000, 8_761)] {
        let into = folder.path().join(format!("{hours}"));
        restore_at(engine, &file, &into, 1_000 + hours * HOUR).unwrap();
        let (store, _committer) = open(&into, &options_of(engine)).unwrap();
        assert_eq!(store.meta().incarnation, wanted);
        assert!(store.meta().incarnation > last);
        last = wanted;
        if hours == 30 {
            let second = folder.path().join("second.dump");
            store.backup(&second, |_| ()).unwrap();
            let into = folder.path().join("second");
            restore_at(engine, &second, &into, 1_000).unwrap();
            assert_eq!(open(&into, &options_of(engine)).unwrap().0.meta().incarnation, 32);
        }
    }
}

#[tokio::test]
async fn a_torn_or_altered_file_is_refused_before_anything_is_written() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("store.dump");
    exported(&file).await;
    let whole = fs::read(&file).unwrap();
    let bad = folder.path().join("bad.dump");
    let into = folder.path().join("into");
    for cut in 0..whole.len() {
        fs::write(&bad, &whole[..cut]).unwrap();
        let Err(Error::Torn { at, .. }) = restore_at(EngineKind::Sled, &bad, &into, 0) else {
            panic!("cut at {cut}")
        };
        assert!(at <= cut as u64, "cut at {cut}, told {at}");
    }
    for altered in 0..whole.len() {
        let mut bytes = whole.clone();
        bytes[altered] ^= 0x10;
        fs::write(&bad, &bytes).unwrap();
        let answer = restore_at(EngineKind::Sled, &bad, &into, 0);
        assert!(
            matches!(answer, Err(Error::Torn { .. })),
            "byte {altered}: {answer:?}"
        );
    }
    let mut longer = whole.clone();
    longer.push(0);
    fs::write(&bad, &longer).unwrap();
    let Err(error) = restore_at(EngineKind::Sled, &bad, &into, 0) else {
        panic!("bytes behind the end")
    };
    assert!(
        error.to_string().contains(&format!("at byte {}", whole.len())),
        "{error}"
    );
    assert!(!into.exists());
}

#[tokio::test]
async fn a_row_left_out_or_put_in_twice_is_noticed() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("store.dump");
    let rows = exported(&file).await.rows;
    let whole = fs::read(&file).unwrap();
    // Entries begin behind the head of 16 bytes: lengths, key, value, checksum.
    let length = |at: usize| u32::from_be_bytes(whole[at..at + 4].try_into().unwrap()) as usize;
    let mut starts = vec![16];
    while length(starts[starts.len() - 1]) > 0 {
        let at = starts[starts.len() - 1];
        starts.push(at + 8 + length(at) + length(at + 4) + 8);
    }
    assert_eq!(starts.len() as u64 - 1, rows);
    let bad = folder.path().join("bad.dump");
    let into = folder.path().join("into");
    for pair in starts.windows(2) {
        let (from, to) = (pair[0], pair[1]);
        let without = [&whole[..from], &whole[to..]].concat();
        let twice = [&whole[..to], &whole[from..]].concat();
        for bytes in [without, twice] {
            fs::write(&bad, &bytes).unwrap();
            assert!(matches!(
                restore_at(EngineKind::Sled, &bad, &into, 0),
                Err(Error::Torn { .. })
            ));
        }
    }
}

async fn nothing_is_overwritten(engine: EngineKind) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("store.dump");
    exported(&file).await;
    let running = start_on(Box::new(Memory::new())).unwrap();
    assert!(running.store.backup(&file, |_| ()).is_err(), "the file is there");
    running.stop().await;
    let answer = restore_at(engine, &file, folder.path(), 0);
    assert!(matches!(answer, Err(Error::NotEmpty { .. })), "{answer:?}");
}

async fn a_restore_that_was_cut_does_not_pass_for_a_store(engine: EngineKind) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("store.dump");
    exported(&file).await;
    let into = folder.path().join("into");
    restore_at(engine, &file, &into, 0).unwrap();
    // As a cut before the last commit leaves it: without the format row.
    let place = engine.place(&into, &options_of(engine));
    let mut undo = store::Batch::default();
    undo.delete(b"Zformat".to_vec());
    place.open().unwrap().commit(undo).unwrap();
    let Err(error) = open(&into, &options_of(engine)) else {
        panic!("opened")
    };
    assert!(error.to_string().contains("restore again"), "{error}");

    // As a cut before the first row leaves it: nothing but the mark, and perhaps an engine.
    let into = folder.path().join("earlier");
    restore_at(engine, &file, &into, 0).unwrap();
    fs::remove_dir_all(into.join(engine.name())).unwrap();
    fs::write(into.join("unfinished"), "").unwrap();
    for _ in 0..2 {
        let answer = open(&into, &options_of(engine)).map(drop);
        assert!(matches!(answer, Err(Error::Unfinished)), "{answer:?}");
        drop(engine.place(&into, &options_of(engine)).open().unwrap());
    }
}
