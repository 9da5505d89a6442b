//! What the store never sees of fjall.

use super::FjallFolder;
use crate::engine::{Batch, OpenBase};
use crate::options::Options;
use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::sync::{Arc, Mutex};

/// The last journal: its number and inode.
fn last(folder: &Path) -> (u64, u64) {
    let journal = |entry: fs::DirEntry| {
        let name = entry.file_name().into_string().unwrap();
        let number = name.strip_suffix(".jnl")?.parse().ok()?;
        Some((number, entry.metadata().ok()?.ino()))
    };
    let journals = fs::read_dir(folder.join("fjall")).unwrap();
    journals
        .filter_map(|entry| journal(entry.unwrap()))
        .max()
        .unwrap()
}

#[test]
fn a_batch_is_synced_in_whichever_journal_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let synced = Arc::new(Mutex::new(BTreeSet::new()));
    let seen = Arc::clone(&synced);
    let sync = move |file: &fs::File| {
        seen.lock().unwrap().insert(file.metadata()?.ino());
        file.sync_data()
    };
    let options = Options {
        sync: Arc::new(sync),
        ..Options::default()
    };
    let engine = FjallFolder::new(folder.path(), &options).open().unwrap();
    let mut begun = 0;
    // fjall goes on to a new journal when it flushes and 64 MB are in the old one.
    for number in 0..90_u8 {
        let before = last(folder.path());
        synced.lock().unwrap().clear();
        let mut batch = Batch::default();
        batch.put(vec![b'B', number % 8], vec![number; 2 << 20]);
        engine.fill(&batch).unwrap();
        let after = last(folder.path());
        let synced = synced.lock().unwrap();
        assert!(
            synced.contains(&before.1),
            "batch {number}: the journal at its beginning"
        );
        // One that fjall began since may have come after the sync, and is then synced with the next batch.
        begun += u64::from(before.0 != after.0);
    }
    assert!(begun > 0, "no second journal was begun: nothing was tested");
    drop(engine);
    let engine = FjallFolder::new(folder.path(), &options).open().unwrap();
    for key in 0..8 {
        let newest = (0..90).rev().find(|number| number % 8 == key);
        let found = engine.get(&[b'B', key]).unwrap().unwrap();
        assert_eq!((found.len(), found.first().copied()), (2 << 20, newest));
    }
}

#[test]
fn work_in_the_background_that_fails_fails_commits_and_loses_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let place = FjallFolder::new(folder.path(), &Options::default());
    let engine = place.open().unwrap();
    // Nothing can be flushed from here on.
    let tables = folder.path().join("fjall/keyspaces/1/tables");
    let aside = folder.path().join("aside");
    fs::rename(&tables, &aside).unwrap();
    let batch = |number: u16| {
        let mut batch = Batch::default();
        batch.put([&b"B"[..], &number.to_be_bytes()].concat(), vec![1; 2 << 20]);
        batch
    };
    let failed = (0..200).find(|&number| engine.fill(&batch(number)).is_err());
    let acknowledged = failed.expect("the background never failed");
    assert!(acknowledged > 10, "only {acknowledged}: a memtable holds more");
    drop(engine);
    fs::rename(&aside, &tables).unwrap();
    let engine = place.open().unwrap();
    for number in 0..acknowledged {
        let key = [&b"B"[..], &number.to_be_bytes()].concat();
        assert!(engine.get(&key).unwrap().is_some(), "{number}");
    }
    engine.fill(&batch(0)).unwrap();
}
