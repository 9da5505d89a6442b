//! Backups of a store that is written to meanwhile.

use super::{Aside, Dumped, Filling, check, fill, receive, restore};
use crate::engine::{Batch, Change, EngineKind, Read};
use crate::error::Error;
use crate::group;
use crate::keys::{FORMAT, RESTORED};
use crate::open;
use crate::options::{LogOptions, Options};
use crate::store::Store;
use model::Timestamp;
use proptest::prelude::*;
use std::collections::BTreeMap;
use std::fs;
use std::io::{self, Read as _};
use std::path::Path;
use std::time::Duration;

type Rows = BTreeMap<Vec<u8>, Vec<u8>>;

/// So small that files of the log come and go, and the engine catches up, all the time.
fn options(engine: EngineKind) -> Options {
    Options {
        engine,
        cache_bytes: 4 << 20,
        min_free_bytes: 0,
        log: LogOptions {
            segment_bytes: 16 << 10,
            table_bytes: 6_000,
            every: Duration::from_millis(1),
            ..LogOptions::default()
        },
        ..Options::default()
    }
}

/// What one batch does: keys with the size of their value, or none.
type Writes = Vec<(u16, Option<u16>)>;

fn writes() -> impl Strategy<Value = Writes> {
    let write = (0..300_u16, prop::option::weighted(0.7, 0..900_u16));
    prop::collection::vec(write, 1..12)
}

/// Batches before a backup, and batches between two pages of it.
fn life() -> impl Strategy<Value = (Vec<Writes>, Vec<Vec<Writes>>)> {
    let before = prop::collection::vec(writes(), 10..40);
    let between = prop::collection::vec(prop::collection::vec(writes(), 0..6), 1..20);
    (before, between)
}

/// In several key spaces.
fn key(number: u16) -> Vec<u8> {
    let space = [b'A', b'F', b'P', b'X'][usize::from(number % 4)];
    [&[space][..], &(number / 4).to_be_bytes()].concat()
}

/// A batch that says in each value which it is.
fn batch(writes: &Writes, number: &mut u32, model: &mut Rows) -> Batch {
    *number += 1;
    let mut batch = Batch::default();
    for &(row, size) in writes {
        let key = key(row);
        if let Some(size) = size {
            let mut value = number.to_be_bytes().to_vec();
            value.resize(4 + usize::from(size), row as u8);
            let change = if model.insert(key.clone(), value.clone()).is_some() {
                Change::Put(value)
            } else {
                Change::New(value)
            };
            batch.write(key.into(), change);
        } else {
            model.remove(&key);
            batch.delete(key);
        }
    }
    batch
}

fn commit(store: &Store, batch: Batch) {
    store.read(|engine| engine.commit(batch)).unwrap();
}

/// All rows of a store.
fn rows(of: &dyn Read) -> Rows {
    of.scan(vec![0]..vec![0xe0], usize::MAX, false)
        .unwrap()
        .into_iter()
        .collect()
}

/// What an engine holds after a restore, but for what the restore says of itself.
fn restored(file: &Path, options: &Options) -> Rows {
    let folder = tempfile::tempdir().unwrap();
    let engine = options.engine.base(folder.path(), options).open().unwrap();
    let mut filling = Filling::of(&*engine);
    fill(&mut filling, file, |_| ()).unwrap();
    filling.finish(1, Timestamp::MIN).unwrap();
    let mut rows = rows(&*engine);
    assert!(rows.remove(FORMAT).is_some() && rows.remove(RESTORED).is_some());
    rows
}

/// Restores what is saved while the batches of `between` are committed, one entry behind each page of `page` rows.
fn saved_meanwhile(engine: EngineKind, page: usize, before: &[Writes], between: &[Vec<Writes>]) {
    let folder = tempfile::tempdir().unwrap();
    let options = options(engine);
    let (store, _committer) = open(&folder.path().join("store"), &options).unwrap();
    let mut model = store.read(|engine| Ok(rows(engine))).unwrap();
    model.remove(FORMAT);
    let mut number = 0;
    for writes in before {
        commit(&store, batch(writes, &mut number, &mut model));
    }
    let mut coming = between.iter();
    let mut out = Vec::new();
    let dumped = store.dump(&mut out, Path::new("memory"), page, |so_far| {
        // None while the changes are written: what comes then is not in the file.
        if so_far.changes == 0 {
            for writes in coming.next().into_iter().flatten() {
                commit(&store, batch(writes, &mut number, &mut model));
            }
        }
    });
    assert_eq!(dumped.unwrap().bytes, out.len() as u64);
    let file = folder.path().join("backup");
    fs::write(&file, out).unwrap();
    assert!(restored(&file, &options) == model, "other rows came back");
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 12, ..ProptestConfig::default() })]

    #[test]
    fn what_is_restored_is_what_was_there_at_the_last_record_on_sled((before, between) in life(), page in 1..60_usize) {
        saved_meanwhile(EngineKind::Sled, page, &before, &between);
    }

    #[test]
    fn what_is_restored_is_what_was_there_at_the_last_record_on_fjall((before, between) in life(), page in 1..60_usize) {
        saved_meanwhile(EngineKind::Fjall, page, &before, &between);
    }
}

/// A store with a few rows.
fn small(folder: &Path) -> Store {
    let (store, _committer) = open(&folder.join("store"), &options(EngineKind::Sled)).unwrap();
    for row in 0..60 {
        commit(&store, one(row, 300));
    }
    store
}

fn one(row: u16, size: u16) -> Batch {
    batch(&vec![(row, Some(size))], &mut 0, &mut Rows::new())
}

/// The files of its log, by name.
fn log_files(folder: &Path) -> Vec<String> {
    let files = fs::read_dir(folder.join("store/log")).unwrap();
    let name = |file: io::Result<fs::DirEntry>| file.unwrap().file_name().into_string().unwrap();
    let mut names: Vec<String> = files.map(name).collect();
    names.sort();
    names
}

#[test]
fn a_batch_that_is_durable_but_not_seen_yet_when_a_backup_begins_is_in_it() {
    let folder = tempfile::tempdir().unwrap();
    let store = small(folder.path());
    let late = one(0, 500);
    store.read(|engine| engine.prepare(&late)).unwrap();
    let mut late = Some(late);
    let mut out = Vec::new();
    let told = |_| {
        if let Some(late) = late.take() {
            store.read(|engine| engine.apply(late)).unwrap();
        }
    };
    store.dump(&mut out, Path::new("memory"), 10, told).unwrap();
    let file = folder.path().join("backup");
    fs::write(&file, out).unwrap();
    assert_eq!(restored(&file, &options(EngineKind::Sled))[&key(0)].len(), 504);
}

#[test]
fn the_log_is_kept_while_a_backup_runs_and_not_longer_however_it_ends() {
    let folder = tempfile::tempdir().unwrap();
    let store = small(folder.path());
    let settle = |store: &Store| {
        for row in 0..60 {
            commit(store, one(row, 800));
        }
        store.read(|engine| engine.catch_up()).unwrap();
    };
    settle(&store);
    let few = log_files(folder.path()).len();
    let mut held = 0;
    let file = folder.path().join("backup");
    let ends: [&dyn Fn(); 2] = [&|| (), &|| store.shared.tell_of_room(Some(u64::MAX))];
    for (count, end) in ends.into_iter().enumerate() {
        let mut first = true;
        let answer = store.backup(&file, |_| {
            if std::mem::take(&mut first) {
                let begun = log_files(folder.path());
                settle(&store);
                settle(&store);
                let now = log_files(folder.path());
                held = now.len();
                assert!(now.contains(begun.last().unwrap()), "{begun:?} {now:?}");
                end();
            }
        });
        store.shared.tell_of_room(None);
        if count == 0 {
            assert!(answer.unwrap().changes >= 120);
            fs::remove_file(&file).unwrap();
        } else {
            assert!(matches!(answer, Err(Error::GaveWay { .. })), "{answer:?}");
            assert!(!file.exists() && !folder.path().join("backup.part").exists());
        }
        settle(&store);
        let after = log_files(folder.path()).len();
        assert!(held > few + 3 && after <= few + 2, "{few} {held} {after}");
    }
}

#[test]
fn a_backup_does_not_outlive_the_engine_it_began_on() {
    let folder = tempfile::tempdir().unwrap();
    let store = small(folder.path());
    let mut reopened = false;
    let answer = store.dump(Vec::new(), Path::new("memory"), 10, |_| {
        if !std::mem::replace(&mut reopened, true) {
            group::close(&store.shared, "a test");
            store.shared.reopen().unwrap();
        }
    });
    assert!(matches!(answer, Err(Error::GaveWay { .. })), "{answer:?}");
}

#[test]
fn a_file_with_changes_is_held_to_every_byte() {
    let folder = tempfile::tempdir().unwrap();
    let store = small(folder.path());
    let file = folder.path().join("backup");
    let mut goes = Batch::default();
    goes.delete(key(7));
    let mut goes = Some(goes);
    let dumped = store.backup(&file, |_| {
        if let Some(goes) = goes.take() {
            commit(&store, goes);
        }
    });
    let dumped = dumped.unwrap();
    assert_eq!(dumped.changes, 1);
    let whole = fs::read(&file).unwrap();
    // The end of the rows, the change and the end of the changes.
    let last = whole.len() - 24 - (8 + 3 + 8) - 40;
    let bad = folder.path().join("bad");
    let torn = |bytes: &[u8]| {
        fs::write(&bad, bytes).unwrap();
        matches!(check(&bad), Err(Error::Torn { .. }))
    };
    for at in (0..whole.len()).filter(|at| *at > last || at % 97 == 0) {
        assert!(torn(&whole[..at]), "cut at {at}");
        let mut altered = whole.clone();
        altered[at] ^= 0x10;
        assert!(torn(&altered), "byte {at}");
    }
    assert!(torn(&[&whole[..], &[0]].concat()), "something behind the end");

    // Over a wire: whole, or not at all.
    let arrived = folder.path().join("arrived");
    assert_eq!(receive(&whole[..], &arrived, |_| ()).unwrap(), dumped);
    assert!(fs::read(&arrived).unwrap() == whole);
    let again = receive(&whole[..], &arrived, |_| ());
    assert!(again.unwrap_err().to_string().contains("exists"));
    fs::remove_file(&arrived).unwrap();
    for cut in [0, 10, last, whole.len() - 1] {
        let mut sent = whole[..cut].chain(Breaks);
        let answer = receive(&mut sent, &arrived, |_| ());
        assert!(matches!(answer, Err(Error::Io { .. })), "{answer:?}");
        let answer = receive(&whole[..cut], &arrived, |_| ());
        assert!(matches!(answer, Err(Error::Torn { .. })), "{answer:?}");
        assert!(!arrived.exists() && !folder.path().join("arrived.part").exists());
    }
}

/// A wire that breaks.
struct Breaks;

impl io::Read for Breaks {
    fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
        Err(io::ErrorKind::ConnectionReset.into())
    }
}

#[test]
fn a_file_that_is_read_back_otherwise_than_it_was_written_gets_no_name() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("backup");
    let mut whole = Vec::new();
    let store = small(folder.path());
    let dumped = store.dump(&mut whole, &file, 10, |_| ()).unwrap();
    let finished = |bytes: &[u8], dumped: Dumped| {
        let aside = Aside::create(&file).unwrap();
        io::Write::write_all(&mut aside.file(), bytes).unwrap();
        aside.finish(dumped)
    };
    let rows = dumped.rows + 1;
    let answer = finished(&whole, Dumped { rows, ..dumped });
    assert!(matches!(answer, Err(Error::Torn { .. })), "{answer:?}");
    let mut altered = whole.clone();
    altered[300] ^= 1;
    let answer = finished(&altered, dumped);
    assert!(matches!(answer, Err(Error::Torn { .. })), "{answer:?}");
    assert!(!file.exists());
    assert_eq!(finished(&whole, dumped).unwrap(), dumped);
}

/// A store whose engine is lost, a backup of it, its log, which was kept, and what was in it at the end.
fn lost(folder: &Path, options: &Options) -> Rows {
    let (store, _committer) = open(&folder.join("store"), options).unwrap();
    let (mut number, mut model) = (0, Rows::new());
    let mut live = |count: u16| {
        for n in 0..count {
            // Fragments, for which nothing is counted.
            let writes = (0..5).map(|k| {
                (
                    ((n * 7 + k * 13) % 60) * 4 + 1,
                    (n % 5 > 0).then_some(n * 9 % 700),
                )
            });
            commit(&store, batch(&writes.collect(), &mut number, &mut model));
        }
        store.read(|engine| engine.catch_up()).unwrap();
    };
    live(60);
    let mut between = true;
    store
        .backup(&folder.join("backup"), |_| {
            if std::mem::take(&mut between) {
                live(20);
            }
        })
        .unwrap();
    live(80);
    drop(store);
    fs::remove_dir_all(folder.join("store").join(options.engine.name())).unwrap();
    model
}

/// All that is known of people in the store that is restored.
fn restored_with_log(folder: &Path, into: &str, options: &Options) -> crate::Result<(u64, Rows)> {
    let (from, log) = (folder.join("backup"), folder.join("store/log"));
    let into = folder.join(into);
    let restored = restore(&from, Some(&log), &into, options, Timestamp::MIN, |_| ())?;
    let (store, _committer) = open(&into, options).unwrap();
    let mut rows = store.read(|engine| Ok(rows(engine))).unwrap();
    rows.retain(|key, _| key[0] == b'F');
    Ok((restored.records, rows))
}

#[test]
fn a_lost_engine_is_made_again_from_a_backup_and_the_log_behind_it() {
    for engine in EngineKind::ALL {
        let folder = tempfile::tempdir().unwrap();
        let mut options = options(engine);
        options.log.keep_bytes = 16 << 20;
        let model = lost(folder.path(), &options);
        assert!(log_files(folder.path()).len() > 4);
        let (records, rows) = restored_with_log(folder.path(), "again", &options).unwrap();
        assert_eq!(records, 80, "all behind the backup");
        assert!(rows == model, "all that was committed is there");
    }
}

#[test]
fn a_log_that_does_not_go_on_where_the_backup_ends_is_refused_and_nothing_is_made() {
    let folder = tempfile::tempdir().unwrap();
    let mut options = options(EngineKind::Sled);
    options.log.keep_bytes = 16 << 20;
    lost(folder.path(), &options);
    let names = log_files(folder.path());
    let log = folder.path().join("store/log");
    let refused = |wanted: &str| {
        let error = restored_with_log(folder.path(), "again", &options).err().unwrap();
        assert!(error.to_string().contains(wanted), "{wanted}: {error}");
        assert!(!folder.path().join("again").exists());
    };
    // What is missing: the beginning, a part in the middle, all that comes after the backup.
    let aside = folder.path().join("aside");
    fs::create_dir(&aside).unwrap();
    let without = |gone: &[String], wanted: &str| {
        for name in gone {
            fs::rename(log.join(name), aside.join(name)).unwrap();
        }
        refused(wanted);
        for name in gone {
            fs::rename(aside.join(name), log.join(name)).unwrap();
        }
    };
    let last = names.len() - 1;
    without(&names[..last - 1], "and the log begins with record");
    without(&names[last - 3..last - 2], "is damaged");
    without(&names[1..], "which is not in it");
    // Another store with as many records.
    let other = tempfile::tempdir().unwrap();
    let (store, _committer) = open(&other.path().join("store"), &options).unwrap();
    (0..200).for_each(|row| commit(&store, one(row, 10)));
    drop(store);
    fs::rename(&log, aside.join("log")).unwrap();
    fs::rename(other.path().join("store/log"), &log).unwrap();
    refused("the log of another store");
}
