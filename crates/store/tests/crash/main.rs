//! The crash harness: a writer that is killed, and a verifier that forgives nothing.
//!
//! `store-crash write ENGINE FOLDER` commits batches that are pure functions of their number and prints each number once
//! its commit resolved. `store-crash verify ENGINE FOLDER ACKED` opens the store, recomputes every row from the number of
//! the last batch it finds, and compares all key spaces byte for byte: lost acknowledgements, torn batches and
//! ghosts all show. It prints `OK <last>`, or what is wrong and exits with 1.
//!
//! The tests `crash` and `power` drive it.

#![expect(
    clippy::unwrap_used,
    reason = "a part of tests: it dies of what it did not expect"
)]
#![expect(clippy::print_stdout, reason = "its output is how it talks to the driver")]

mod batches;

use batches::commit;
use std::collections::BTreeMap;
use std::io::Write as _;
use std::path::Path;
use std::time::Duration;
use store::{EngineKind, LogOptions, Memory, Options, Row, Space, open, open_on};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    match words[..] {
        ["write", engine, folder] => write(&options(engine), Path::new(folder)).await,
        ["verify", engine, folder, acked] => {
            verify(&options(engine), Path::new(folder), acked.parse().unwrap()).await;
        }
        _ => panic!("store-crash write ENGINE FOLDER | verify ENGINE FOLDER ACKED"),
    }
}

fn options(engine: &str) -> Options {
    Options {
        engine: EngineKind::named(engine).unwrap(),
        cache_bytes: 32 << 20,
        // So that files of the log and tables change many times in a short life, and some lives end in it.
        log: LogOptions {
            segment_bytes: 1 << 20,
            table_bytes: 512 << 10,
            every: Duration::from_millis(50),
            ..LogOptions::default()
        },
        min_free_bytes: 0,
        ..Options::default()
    }
}

async fn write(options: &Options, folder: &Path) {
    let (store, committer) = open(folder, options).unwrap();
    let mut tasks = JoinSet::new();
    tasks.spawn(committer.run(CancellationToken::new()));
    loop {
        let number = store.meta().batch + 1;
        commit(&store, number).await.unwrap();
        // A power cut is played by shutting the file system down, and then this process lives on: a sync that was under
        // way can answer that all is well although the log was given up. Without power it could say nothing any more,
        // so it says nothing once the file system is gone. Reading tells that, and makes nothing durable.
        std::fs::read(folder.join("lock")).unwrap();
        println!("{number}");
        std::io::stdout().flush().unwrap();
    }
}

async fn verify(options: &Options, folder: &Path, acked: u64) {
    let (store, committer) = open(folder, options).unwrap();
    let last = store.meta().batch;
    drop((store, committer));
    let found = rows(options, folder);
    let wanted = recompute(options, last).await;
    let mut wrong = Vec::new();
    if last < acked {
        wrong.push(format!(
            "LOST: the last batch is {last}, acknowledged was {acked}"
        ));
    }
    for space in Space::ALL {
        let of = |rows: &BTreeMap<Vec<u8>, Vec<u8>>| -> Vec<Row> {
            let prefix = vec![space.prefix()]..vec![space.prefix() + 1];
            rows.range(prefix)
                .map(|(key, value)| (key.clone(), value.clone()))
                .collect()
        };
        let (found, wanted) = (of(&found), of(&wanted));
        if found != wanted {
            let missing = wanted.iter().filter(|row| !found.contains(row)).count();
            let ghosts = found.iter().filter(|row| !wanted.contains(row)).count();
            wrong.push(format!(
                "{}: {missing} rows missing or different, {ghosts} too many",
                space.name()
            ));
        }
    }
    if wrong.is_empty() {
        println!("OK {last}");
    } else {
        println!("after batch {last}: {}", wrong.join("; "));
    }
    std::io::stdout().flush().unwrap();
    // Without closing the store properly: the verifier, too, ends as if it was killed.
    std::process::exit(i32::from(!wrong.is_empty()));
}

fn rows(options: &Options, folder: &Path) -> BTreeMap<Vec<u8>, Vec<u8>> {
    let engine = options.engine.place(folder, options).open().unwrap();
    let rows = engine.scan(vec![0]..vec![0xff], usize::MAX, false).unwrap();
    std::mem::forget(engine);
    rows.into_iter().collect()
}

/// Every row of a store after batch `last`, from an engine that cannot lose any.
async fn recompute(options: &Options, last: u64) -> BTreeMap<Vec<u8>, Vec<u8>> {
    let memory = Memory::new();
    let (store, committer) = open_on(Box::new(memory.clone()), options).unwrap();
    let mut tasks = JoinSet::new();
    tasks.spawn(committer.run(CancellationToken::new()));
    for number in 1..=last {
        commit(&store, number).await.unwrap();
    }
    memory.durable()
}
