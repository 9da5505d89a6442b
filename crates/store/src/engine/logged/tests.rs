//! A log, a table and a base read like one map, whatever happens when.

mod damage;
mod model;
mod pressure;

use super::LoggedFolder;
use crate::engine::{Batch, Engine, Memory, Reopen};
use crate::options::{LogOptions, Options};
use std::path::Path;
use std::time::Duration;

/// Small files, and nothing in the background but what a test asks for.
fn options() -> Options {
    Options {
        log: LogOptions {
            segment_bytes: 64 << 10,
            table_bytes: 64 << 20,
            every: Duration::from_hours(1),
            keep_bytes: 0,
        },
        ..Options::default()
    }
}

fn place(folder: &Path, base: &Memory, options: &Options) -> LoggedFolder {
    LoggedFolder::new(folder, Box::new(base.clone()), options)
}

fn open(folder: &Path, base: &Memory) -> Box<dyn Engine> {
    place(folder, base, &options()).open().unwrap()
}

/// One row with this number in its key and its value.
fn batch(number: u32, bytes: usize) -> Batch {
    let mut batch = Batch::default();
    batch.put(key(number), vec![number as u8; bytes]);
    batch
}

fn key(number: u32) -> Vec<u8> {
    [&b"P"[..], &number.to_be_bytes()].concat()
}

/// The numbers of the rows there are.
fn numbers(engine: &dyn Engine) -> Vec<u32> {
    let rows = engine.scan(vec![b'P']..vec![b'Q'], usize::MAX, false).unwrap();
    let number = |key: &[u8]| u32::from_be_bytes(key[1..].try_into().unwrap());
    rows.iter().map(|(key, _)| number(key)).collect()
}
