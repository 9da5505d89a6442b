//! Which files of a log stay.

use super::{Log, recover};
use crate::engine::Batch;
use crate::error::Error;
use crate::options::{LogOptions, SyncFile};
use std::fs::{self, File};
use std::os::unix::fs::FileExt;
use std::path::Path;
use std::sync::Arc;

const FILE: u64 = 64 << 10;

fn options(keep_bytes: u64) -> LogOptions {
    LogOptions {
        segment_bytes: FILE,
        keep_bytes,
        ..LogOptions::default()
    }
}

fn sync() -> SyncFile {
    Arc::new(File::sync_data)
}

/// Seven of them are a file.
fn append(log: &Log) -> Result<u64, Error> {
    let mut batch = Batch::default();
    batch.put(b"P".to_vec(), vec![1; 8_000]);
    log.append(&batch)
}

/// Reopens a log of which the engine has all up to `position`; the numbers of the records that it is handed.
fn reopened(folder: &Path, keep: u64, position: u64) -> (Log, Vec<u64>) {
    let mut handed = Vec::new();
    let found = recover(folder, options(keep), &sync(), position, &mut |number, _| {
        handed.push(number);
        Ok(())
    });
    (found.unwrap().log, handed)
}

#[test]
fn the_newest_files_are_kept_as_far_as_they_may_and_are_not_read_again() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path().join("log");
    let log = Log::begin(&folder, options(4 * FILE), &sync()).unwrap();
    for _ in 0..100 {
        let last = append(&log).unwrap();
        log.trim(last).unwrap();
    }
    let (all, behind) = log.bytes();
    // Four that are kept, one or two to be used again, and the one that is written to.
    assert!((6 * FILE..=7 * FILE).contains(&all), "{all}");
    assert_eq!(behind, FILE);
    let first = log.files_from(0).remove(0);
    drop(log);
    // Nobody reads what the engine has, so it does no harm there.
    File::options()
        .write(true)
        .open(&first)
        .unwrap()
        .write_all_at(b"spoilt", 20_000)
        .unwrap();
    let (log, handed) = reopened(&folder, 4 * FILE, 98);
    assert_eq!(handed, [99, 100]);
    assert!(first.exists());
    assert_eq!(append(&log).unwrap(), 101);
    drop(log);
    let (log, handed) = reopened(&folder, 0, 100);
    assert_eq!((handed, log.last()), (vec![101], 101));
    assert_eq!(log.bytes().1, FILE);
}

#[test]
fn a_file_whose_last_records_the_engine_lacks_is_read_whatever_follows() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path().join("log");
    let log = Log::begin(&folder, options(1 << 30), &sync()).unwrap();
    for _ in 0..40 {
        append(&log).unwrap();
    }
    drop(log);
    for position in 0..=40 {
        let (log, handed) = reopened(&folder, 1 << 30, position);
        assert_eq!(handed, (position + 1..=40).collect::<Vec<_>>());
        assert_eq!(log.last(), 40);
    }
}

#[test]
fn what_is_kept_goes_before_anything_new_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path().join("log");
    let log = Log::begin(&folder, options(1 << 30), &sync()).unwrap();
    for _ in 0..100 {
        let last = append(&log).unwrap();
        log.trim(last).unwrap();
    }
    let files = fs::read_dir(&folder).unwrap().count();
    // As if the disk were full.
    log.reserve(u64::MAX / 2);
    let mut more = 0;
    let refused = loop {
        match append(&log) {
            Ok(_) => more += 1,
            Err(error) => break error,
        }
    };
    assert!(matches!(refused, Error::Full { .. }), "{refused}");
    assert!(more > 60, "{more}");
    assert_eq!(fs::read_dir(&folder).unwrap().count(), files);
}

#[test]
fn a_log_under_load_keeps_what_it_fills_and_one_that_rests_gives_it_back() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path().join("log");
    let log = Log::begin(&folder, options(0), &sync()).unwrap();
    let files = || fs::read_dir(&folder).unwrap().count();
    let mut most = 0;
    for cycle in 0..4 {
        // Seventy are ten files.
        let last = (0..70).map(|_| append(&log).unwrap()).max().unwrap();
        // Where in a file a cycle begins makes one more or less.
        if cycle > 1 {
            assert_eq!(files(), most, "none is made in cycle {cycle}");
        }
        most = files();
        log.trim(last).unwrap();
        assert_eq!(files(), most, "none is removed in cycle {cycle}");
    }
    assert!(most >= 10, "{most}");
    let full = log.bytes().0;
    log.rest().unwrap();
    assert_eq!(files(), 3, "the one that is written to, and two to be used again");
    assert!(log.bytes().0 < full);
    // As it is when the engine catches up with little.
    let last = append(&log).unwrap();
    log.trim(last).unwrap();
    assert!(files() <= 4, "{}", files());
}

#[test]
fn a_log_says_when_it_wants_its_next_file() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path().join("log");
    let log = Log::begin(&folder, options(0), &sync()).unwrap();
    assert!(log.wants_file());
    log.prepare();
    assert!(!log.wants_file());
    assert_eq!((0..8).map(|_| append(&log).unwrap()).max(), Some(8));
    assert!(log.wants_file(), "the one that was ready is written to");
}
