//! What is refused, and what is mended.

use super::{batch, numbers, open, options, place};
use crate::engine::{Memory, Reopen};
use crate::error::Error;
use std::fs::{self, File};
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

const BLOCK: u64 = 4096;

fn files(folder: &Path) -> Vec<PathBuf> {
    let files = fs::read_dir(folder.join("log")).unwrap();
    let mut files: Vec<PathBuf> = files.map(|file| file.unwrap().path()).collect();
    files.sort();
    files
}

fn spoil(path: &Path, at: u64) {
    let file = File::options().write(true).open(path).unwrap();
    file.write_all_at(b"spoilt", at).unwrap();
}

#[test]
fn a_torn_end_is_cut_and_written_over() {
    let folder = tempfile::tempdir().unwrap();
    let base = Memory::new();
    let engine = open(folder.path(), &base);
    for number in 1..=5 {
        engine.commit(batch(number, 6_000)).unwrap();
    }
    drop(engine);
    // Each takes two blocks, behind that of the file. The last one is torn in its second.
    spoil(&files(folder.path())[0], 10 * BLOCK + 100);
    let engine = open(folder.path(), &base);
    assert_eq!(numbers(&*engine), [1, 2, 3, 4]);
    engine.commit(batch(6, 10)).unwrap();
    engine.commit(batch(7, 10)).unwrap();
    drop(engine);
    assert_eq!(numbers(&*open(folder.path(), &base)), [1, 2, 3, 4, 6, 7]);
}

#[test]
fn damage_before_the_end_is_refused_with_what_is_kept() {
    let folder = tempfile::tempdir().unwrap();
    let base = Memory::new();
    let engine = open(folder.path(), &base);
    for number in 1..=5 {
        engine.commit(batch(number, 6_000)).unwrap();
    }
    drop(engine);
    let file = files(folder.path()).remove(0);
    let before = fs::read(&file).unwrap();
    spoil(&file, 5 * BLOCK + 100);
    let refused = place(folder.path(), &base, &options()).open().err().unwrap();
    let Error::DamagedLog {
        path,
        at,
        kept,
        found,
    } = &refused
    else {
        panic!("{refused}");
    };
    assert_eq!((path, *at, *kept, *found), (&file, 5 * BLOCK, 2, 4));
    assert!(refused.to_string().contains("restore a backup"), "{refused}");
    // Nothing was changed by looking.
    fs::write(&file, before).unwrap();
    assert_eq!(numbers(&*open(folder.path(), &base)), [1, 2, 3, 4, 5]);
}

#[test]
fn damage_where_the_engine_has_all_does_no_harm() {
    let folder = tempfile::tempdir().unwrap();
    let base = Memory::new();
    let engine = open(folder.path(), &base);
    (1..=3).for_each(|number| engine.commit(batch(number, 6_000)).unwrap());
    engine.catch_up().unwrap();
    (4..=5).for_each(|number| engine.commit(batch(number, 6_000)).unwrap());
    drop(engine);
    spoil(&files(folder.path())[0], 3 * BLOCK + 100);
    assert_eq!(numbers(&*open(folder.path(), &base)), [1, 2, 3, 4, 5]);
}

/// Whoever posts a message decides what stands in a file behind a torn end.
#[test]
fn a_record_that_was_not_written_to_this_file_is_none() {
    let logs = [1, 2].map(|count| {
        let folder = tempfile::tempdir().unwrap();
        let base = Memory::new();
        let engine = open(folder.path(), &base);
        (1..=count).for_each(|number| engine.commit(batch(number, 100)).unwrap());
        drop(engine);
        (folder, base)
    });
    let [(folder, base), (other, _)] = logs;
    let wanted = fs::read(&files(other.path())[0]).unwrap();
    let file = File::options()
        .write(true)
        .open(&files(folder.path())[0])
        .unwrap();
    let second = 2 * BLOCK as usize;
    file.write_all_at(&wanted[second..second + BLOCK as usize], second as u64)
        .unwrap();
    assert_eq!(numbers(&*open(folder.path(), &base)), [1]);
}

#[test]
fn a_log_that_is_not_the_engines_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let base = Memory::new();
    let engine = open(folder.path(), &base);
    (1..=40).for_each(|number| engine.commit(batch(number, 6_000)).unwrap());
    drop(engine);
    let log = files(folder.path());
    assert!(log.len() > 3, "{} files", log.len());
    let why = |base: &Memory| {
        let refused = place(folder.path(), base, &options()).open().err();
        refused.unwrap().to_string()
    };
    // The oldest file is gone, then one in the middle, then all.
    let aside = folder.path().join("aside");
    fs::rename(&log[0], &aside).unwrap();
    assert!(
        why(&base).contains("the engine has records up to 0 only"),
        "{}",
        why(&base)
    );
    fs::rename(&aside, &log[0]).unwrap();
    fs::rename(&log[1], &aside).unwrap();
    assert!(why(&base).contains("is damaged"), "{}", why(&base));
    fs::rename(&aside, &log[1]).unwrap();
    fs::rename(folder.path().join("log"), &aside).unwrap();
    assert!(why(&base).contains("its log is missing"), "{}", why(&base));
    fs::rename(&aside, folder.path().join("log")).unwrap();

    // The engine of another day: newer than the log.
    let newer = tempfile::tempdir().unwrap();
    let other = Memory::new();
    let engine = open(newer.path(), &other);
    (1..=50).for_each(|number| engine.commit(batch(number, 10)).unwrap());
    engine.catch_up().unwrap();
    drop(engine);
    assert!(why(&other).contains("it ends at record 40"), "{}", why(&other));
    assert_eq!(numbers(&*open(folder.path(), &base)).len(), 40);
}

#[test]
fn files_are_used_again_and_what_was_in_them_is_not_read() {
    let folder = tempfile::tempdir().unwrap();
    let base = Memory::new();
    for round in 0..6 {
        let engine = open(folder.path(), &base);
        for number in 0..60 {
            engine.commit(batch(round * 60 + number, 5_000)).unwrap();
            if number % 7 == 6 {
                engine.catch_up().unwrap();
            }
        }
        drop(engine);
        assert!(files(folder.path()).len() <= 6, "{:?}", files(folder.path()));
    }
    assert_eq!(
        numbers(&*open(folder.path(), &base)),
        (0..360).collect::<Vec<_>>()
    );
}

#[test]
fn after_a_failed_sync_only_what_is_on_the_disk_is_there() {
    let folder = tempfile::tempdir().unwrap();
    let base = Memory::new();
    let broken = Arc::new(AtomicBool::new(false));
    let fails = Arc::clone(&broken);
    let options = crate::options::Options {
        sync: Arc::new(move |file: &File| {
            if fails.load(Ordering::SeqCst) {
                return Err(std::io::ErrorKind::Other.into());
            }
            file.sync_data()
        }),
        ..options()
    };
    let place = place(folder.path(), &base, &options);
    let engine = place.open().unwrap();
    engine.commit(batch(1, 100)).unwrap();
    broken.store(true, Ordering::SeqCst);
    let error = engine.commit(batch(2, 100)).unwrap_err();
    assert!(error.to_string().contains("sync"), "{error}");
    assert_eq!(numbers(&*engine), [1], "nobody saw it");
    drop(engine);
    assert!(place.open().is_err(), "what is read must be synced first");
    broken.store(false, Ordering::SeqCst);
    let engine = place.open().unwrap();
    // Here the kernel has written it all the same, or not.
    assert!([vec![1], vec![1, 2]].contains(&numbers(&*engine)));
    engine.commit(batch(3, 100)).unwrap();
}
