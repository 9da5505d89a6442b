//! A store in a folder: one writer, guarded opening, a disk that fails.

use crate::support::{Running, at, batch, everything, export, live, on_every_engine, options_of, profile};
use model::{DataflowNo, ExportSeq};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use store::{Batch, EngineKind, Error, Health, Memory, Options, OutboxOp, open, open_on};

on_every_engine!(
    a_second_writer_is_refused_until_the_first_is_gone,
    a_newer_format_is_refused,
    a_missing_or_damaged_data_file_is_refused_and_left_as_it_is,
    a_creation_that_was_cut_is_begun_again,
    a_folder_keeps_its_engine,
    a_sync_that_fails_acknowledges_nothing_and_the_store_goes_on_after_it,
    every_commit_is_synced_before_it_is_answered,
    health_tells_of_little_space,
    flights_end_with_the_process,
);

fn start(folder: &Path, options: &Options) -> Running {
    Running::start(open(folder, options).unwrap())
}

async fn a_second_writer_is_refused_until_the_first_is_gone(engine: EngineKind) {
    let folder = tempfile::tempdir().unwrap();
    let running = start(folder.path(), &options_of(engine));
    let Err(error) = open(folder.path(), &options_of(engine)) else {
        panic!("two writers")
    };
    let (text, pid) = (error.to_string(), std::process::id());
    assert!(
        matches!(error, Error::Locked { pid: Some(found), .. } if found == pid),
        "{text}"
    );
    assert!(
        text.contains(&folder.path().display().to_string()) && text.contains("stop it"),
        "{text}"
    );
    running.stop().await;
    start(folder.path(), &options_of(engine)).stop().await;
}

async fn a_newer_format_is_refused(engine: EngineKind) {
    let folder = tempfile::tempdir().unwrap();
    start(folder.path(), &options_of(engine)).stop().await;
    let place = engine.place(folder.path(), &options_of(engine));
    let mut newer = Batch::default();
    newer.put(
        b"Zformat".to_vec(),
        (migrations::FORMAT + 1).to_be_bytes().to_vec(),
    );
    place.open().unwrap().commit(newer).unwrap();
    let Err(error) = open(folder.path(), &options_of(engine)) else {
        panic!("opened")
    };
    assert!(error.to_string().contains("use a newer weir"), "{error}");
}

/// The file that a batch is synced in.
fn log_file(folder: &Path) -> PathBuf {
    let files = fs::read_dir(folder.join("log")).unwrap();
    files.map(|file| file.unwrap().path()).min().unwrap()
}

/// The file that the engine wrote last.
fn data_file(engine: EngineKind, folder: &Path) -> PathBuf {
    let number = |path: &PathBuf| path.file_stem()?.to_str()?.parse::<u64>().ok();
    match engine {
        EngineKind::Sled => folder.join("sled/db"),
        EngineKind::Fjall => {
            let files = fs::read_dir(folder.join("fjall")).unwrap();
            files.map(|file| file.unwrap().path()).max_by_key(number).unwrap()
        }
    }
}

async fn a_missing_or_damaged_data_file_is_refused_and_left_as_it_is(engine: EngineKind) {
    let folder = tempfile::tempdir().unwrap();
    let running = start(folder.path(), &options_of(engine));
    running.store.commit(everything(&running.store)).await.unwrap();
    running.stop().await;
    let data = data_file(engine, folder.path());
    let aside = folder.path().join("aside");
    fs::rename(&data, &aside).unwrap();
    let Err(error) = open(folder.path(), &options_of(engine)) else {
        panic!("opened without data")
    };
    let text = error.to_string();
    assert!(
        text.contains("is missing") && text.contains("weir restore"),
        "{text}"
    );
    assert!(!data.exists(), "the engine would have begun an empty one");

    fs::rename(&aside, &data).unwrap();
    // Both take an empty file, and some ruins, for an empty database.
    let length = fs::read(&data).unwrap().len();
    for file in fs::read_dir(data.parent().unwrap()).unwrap() {
        let path = file.unwrap().path();
        if path.file_name().unwrap().to_str().unwrap().starts_with("snap.") {
            fs::remove_file(path).unwrap();
        }
    }
    for ruin in [Vec::new(), vec![0; length], vec![0xaa; length]] {
        fs::write(&data, &ruin).unwrap();
        let Err(error) = open(folder.path(), &options_of(engine)) else {
            panic!("opened a ruin as an empty store")
        };
        assert!(matches!(error, Error::Unopenable { .. }), "{error}");
        if engine == EngineKind::Fjall {
            assert_eq!(fs::read(&data).unwrap(), ruin);
        }
    }
}

async fn a_creation_that_was_cut_is_begun_again(engine: EngineKind) {
    let folder = tempfile::tempdir().unwrap();
    let aside = folder.path().join(format!("{}.new", engine.name()));
    fs::create_dir_all(aside.join("blobs")).unwrap();
    for torn in ["conf", "version", "from_the_cut"] {
        fs::write(aside.join(torn), "torn").unwrap();
    }
    fs::write(aside.join("db"), vec![0xaa; 600_000]).unwrap();
    start(folder.path(), &options_of(engine)).stop().await;
    assert!(!aside.exists());
    assert!(!folder.path().join(engine.name()).join("from_the_cut").exists());
}

async fn a_folder_keeps_its_engine(engine: EngineKind) {
    let folder = tempfile::tempdir().unwrap();
    assert_eq!(EngineKind::of(folder.path()).unwrap(), None);
    start(folder.path(), &options_of(engine)).stop().await;
    assert_eq!(EngineKind::of(folder.path()).unwrap(), Some(engine));
    let other = engine.other();
    let Err(error) = open(folder.path(), &options_of(other)) else {
        panic!("opened with another engine")
    };
    let text = error.to_string();
    assert!(
        matches!(error, Error::OtherEngine { found, wanted, .. } if (found, wanted) == (engine, other)),
        "{text}"
    );
    assert!(
        text.contains("weir store convert") && text.contains(&format!("engine = \"{}\"", engine.name())),
        "{text}"
    );
    assert!(!folder.path().join(other.name()).exists(), "nothing was made");
    fs::create_dir(folder.path().join(other.name())).unwrap();
    let Err(error) = open(folder.path(), &options_of(engine)) else {
        panic!("opened with two engines in it")
    };
    assert!(error.to_string().contains("it holds two"), "{error}");
}

/// Options with a sync that fails while the switch is on.
fn failing_sync(engine: EngineKind) -> (Options, Arc<AtomicBool>) {
    let failing = Arc::new(AtomicBool::new(false));
    let switch = Arc::clone(&failing);
    let sync = move |file: &fs::File| {
        if switch.load(Ordering::SeqCst) {
            // EIO
            return Err(io::Error::from_raw_os_error(5));
        }
        file.sync_data()
    };
    let options = Options {
        sync: Arc::new(sync),
        ..options_of(engine)
    };
    (options, failing)
}

async fn a_sync_that_fails_acknowledges_nothing_and_the_store_goes_on_after_it(engine: EngineKind) {
    let folder = tempfile::tempdir().unwrap();
    let (options, failing) = failing_sync(engine);
    let running = start(folder.path(), &options);
    let store = running.store.clone();
    store.commit(everything(&store)).await.unwrap();
    let claimed = store.claim(live(1), at(2_000), 1, usize::MAX).unwrap()[0].seq;

    failing.store(true, Ordering::SeqCst);
    let answer = store.commit(everything(&store)).await;
    assert!(
        matches!(answer, Err(Error::Engine { doing: "sync", .. })),
        "{answer:?}"
    );
    let outcome = store::Outcome::Delivered;
    let settlement = store::Settlement {
        seq: claimed,
        outcome,
    };
    // It is not even read again before what is read can be made durable.
    assert!(matches!(store.health(), Health::Failed { .. }));
    let answer = store.settle(vec![settlement.clone()]).await;
    assert!(answer.is_err(), "no settle either");
    failing.store(false, Ordering::SeqCst);
    while store.health() != Health::Ok {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    assert!(store.generation() > 0);
    store.settle(vec![settlement]).await.unwrap();
    let next = batch(&store, vec![OutboxOp::Export(export(live(1), profile(9), 1))]);
    store.commit(next).await.unwrap();
    assert!(store.account(DataflowNo(1)).unwrap().balanced());
    running.stop().await;
}

async fn every_commit_is_synced_before_it_is_answered(engine: EngineKind) {
    let folder = tempfile::tempdir().unwrap();
    let syncs = Arc::new(std::sync::Mutex::new(Vec::new()));
    let seen = Arc::clone(&syncs);
    let sync = move |file: &fs::File| {
        use std::os::unix::fs::MetadataExt;
        seen.lock().unwrap().push(file.metadata()?.ino());
        file.sync_data()
    };
    let options = Options {
        sync: Arc::new(sync),
        ..options_of(engine)
    };
    let running = start(folder.path(), &options);
    let ino = std::os::unix::fs::MetadataExt::ino(&fs::metadata(log_file(folder.path())).unwrap());
    for n in 1..=3_u64 {
        syncs.lock().unwrap().clear();
        let next = batch(
            &running.store,
            vec![OutboxOp::Export(export(live(1), profile(n), 1))],
        );
        running.store.commit(next).await.unwrap();
        assert_eq!(*syncs.lock().unwrap(), [ino], "one sync, of the log");
    }
    running.stop().await;
}

async fn health_tells_of_little_space(engine: EngineKind) {
    let folder = tempfile::tempdir().unwrap();
    let wide = Options {
        min_free_bytes: u64::MAX,
        ..options_of(engine)
    };
    let running = start(folder.path(), &wide);
    assert!(matches!(running.store.health(), Health::LowSpace { free, min: u64::MAX } if free > 0));
    let next = batch(&running.store, Vec::new());
    running.store.commit(next).await.unwrap();
    running.stop().await;

    let memory = Memory::new();
    let low = Options {
        min_free_bytes: 1_000,
        ..options_of(engine)
    };
    let (store, _committer) = open_on(Box::new(memory.clone()), &low).unwrap();
    assert_eq!(store.health(), Health::Ok);
    memory.set_free_bytes(999);
    assert_eq!(
        store.health(),
        Health::LowSpace {
            free: 999,
            min: 1_000
        }
    );
}

async fn flights_end_with_the_process(engine: EngineKind) {
    let folder = tempfile::tempdir().unwrap();
    let running = start(folder.path(), &options_of(engine));
    running.store.commit(everything(&running.store)).await.unwrap();
    assert_eq!(
        running
            .store
            .claim(live(1), at(2_000), 9, usize::MAX)
            .unwrap()
            .len(),
        1
    );
    running.stop().await;
    let again = start(folder.path(), &options_of(engine));
    let claimed = again.store.claim(live(1), at(2_000), 9, usize::MAX).unwrap();
    assert_eq!(claimed[0].seq, ExportSeq(1));
    again.stop().await;
}
