//! An engine that falls behind, has no room, or breaks.

use super::{batch, numbers, open, options, place};
use crate::engine::{Batch, Change, Fault, Memory, OpenBase, Reopen};
use crate::error::Error;
use crate::options::{LogOptions, Options};
use std::time::Duration;

/// With room for two rows of 1,000 bytes in memory.
fn small() -> Options {
    let log = LogOptions {
        table_bytes: 2_000,
        ..options().log
    };
    Options { log, ..options() }
}

#[test]
fn what_goes_before_the_engine_hears_of_it_leaves_no_trace() {
    let folder = tempfile::tempdir().unwrap();
    let base = Memory::new();
    let engine = open(folder.path(), &base);
    let new = |number: u8| {
        let mut batch = Batch::default();
        batch.write([b'X', number].into(), Change::New(vec![number; 10]));
        batch
    };
    let gone = |number: u8| {
        let mut batch = Batch::default();
        batch.delete([b'X', number]);
        batch
    };
    (0..9).for_each(|number| engine.commit(new(number)).unwrap());
    (0..8).for_each(|number| engine.commit(gone(number)).unwrap());
    assert_eq!(engine.weight().unwrap().table_bytes, 106, "one row of ten bytes");
    engine.catch_up().unwrap();
    let rows: Vec<_> = base.durable().into_keys().filter(|key| key[0] == b'X').collect();
    assert_eq!(rows, [vec![b'X', 8]]);
    // The engine has this one, so it has to hear of its end, also if it comes back in between.
    engine.commit(gone(8)).unwrap();
    engine.commit(new(8)).unwrap();
    engine.commit(gone(8)).unwrap();
    engine.catch_up().unwrap();
    assert!(base.durable().keys().all(|key| key[0] != b'X'));
    assert_eq!(engine.get(&[b'X', 8]).unwrap(), None);
}

#[test]
fn a_full_table_is_handed_over_by_itself_and_so_is_an_old_one() {
    for (options, count) in [
        (small(), 30),
        (
            Options {
                log: LogOptions {
                    every: Duration::from_millis(20),
                    ..options().log
                },
                ..options()
            },
            1,
        ),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let base = Memory::new();
        let engine = place(folder.path(), &base, &options).open().unwrap();
        (0..count).for_each(|number| engine.commit(batch(number, 1_000)).unwrap());
        let rows = || base.durable().len() - 1;
        for _ in 0..500 {
            if rows() + 2 >= count as usize && rows() > 0 {
                break;
            }
            pause(Duration::from_millis(10));
        }
        assert!(
            rows() + 2 >= count as usize && rows() > 0,
            "{} of {count}",
            rows()
        );
    }
}

#[test]
fn while_the_engine_has_no_room_batches_are_taken_as_long_as_memory_lasts() {
    let folder = tempfile::tempdir().unwrap();
    let base = Memory::new();
    let engine = place(folder.path(), &base, &small()).open().unwrap();
    for _ in 0..1_000 {
        base.fail_next(Fault::Full);
    }
    let mut taken = 0;
    let error = loop {
        match engine.commit(batch(taken, 1_000)) {
            Ok(()) => taken += 1,
            Err(error) => break error,
        }
        assert!(taken < 100, "memory has no end");
        pause(Duration::from_millis(10));
    };
    assert!(matches!(error, Error::Full { .. }), "{error}");
    assert!(taken >= 4, "{taken}");
    base.heal();
    engine.catch_up().unwrap();
    engine.commit(batch(taken, 1_000)).unwrap();
    assert_eq!(numbers(&*engine), (0..=taken).collect::<Vec<_>>());
}

#[test]
fn a_broken_engine_is_told_to_who_commits_and_loses_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let base = Memory::new();
    let engine = open(folder.path(), &base);
    (0..5).for_each(|number| engine.commit(batch(number, 10)).unwrap());
    base.fail_next(Fault::Refused);
    assert!(engine.catch_up().is_err());
    let error = engine.commit(batch(5, 10)).unwrap_err();
    assert!(matches!(error, Error::Engine { .. }), "{error}");
    drop(engine);
    let engine = open(folder.path(), &base);
    engine.commit(batch(6, 10)).unwrap();
    engine.catch_up().unwrap();
    assert_eq!(numbers(&*engine), [0, 1, 2, 3, 4, 6]);
}

#[test]
fn more_is_redone_than_memory_holds() {
    let folder = tempfile::tempdir().unwrap();
    let base = Memory::new();
    let engine = open(folder.path(), &base);
    (0..50).for_each(|number| engine.commit(batch(number, 1_000)).unwrap());
    drop(engine);
    assert_eq!(
        base.durable().len(),
        1,
        "the engine knows of nothing but its position"
    );
    let engine = place(folder.path(), &base, &small()).open().unwrap();
    assert!(OpenBase::open(&base).is_ok());
    assert!(engine.weight().unwrap().table_bytes < 3_000);
    assert_eq!(numbers(&*engine), (0..50).collect::<Vec<_>>());
}

#[test]
fn who_comes_faster_than_the_engine_takes_is_slowed_down_step_by_step() {
    let folder = tempfile::tempdir().unwrap();
    let base = Memory::new();
    let options = Options {
        log: LogOptions {
            table_bytes: 50_000,
            ..options().log
        },
        ..options()
    };
    let engine = place(folder.path(), &base, &options).open().unwrap();
    engine.commit(batch(0, 1_000)).unwrap();
    engine.catch_up().unwrap();
    assert!(engine.pause().is_zero());
    // From here on it takes nothing in, and all that is in memory stays there.
    for _ in 0..1_000 {
        base.fail_next(Fault::Full);
    }
    let pauses: Vec<Duration> = (1..130)
        .map_while(|number| {
            engine.commit(batch(number, 1_000)).ok()?;
            Some(engine.pause())
        })
        .collect();
    assert!(pauses.is_sorted(), "{pauses:?}");
    let none = pauses.iter().filter(|pause| pause.is_zero()).count();
    assert!(none >= 40, "{none} without a pause");
    assert!(pauses.len() > none, "never slowed down: {pauses:?}");
    assert!(pauses.iter().all(|pause| *pause <= Duration::from_millis(100)));
}

#[expect(
    clippy::disallowed_methods,
    reason = "what it waits for happens on a thread in real time"
)]
fn pause(span: Duration) {
    std::thread::sleep(span);
}

#[test]
fn the_next_file_of_the_log_is_made_before_it_is_needed() {
    let folder = tempfile::tempdir().unwrap();
    let engine = open(folder.path(), &Memory::new());
    let files = || std::fs::read_dir(folder.path().join("log")).unwrap().count();
    pause(Duration::from_millis(100));
    assert_eq!(files(), 1, "nothing is written yet");
    engine.commit(batch(0, 10)).unwrap();
    // The engine takes nothing in for an hour: the thread is woken for the file alone.
    for _ in 0..500 {
        if files() == 2 {
            break;
        }
        pause(Duration::from_millis(10));
    }
    assert_eq!(files(), 2);
}
