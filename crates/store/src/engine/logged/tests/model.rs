//! Random lives against a plain map.

use super::place;
use crate::engine::{Batch, Change, Fault, Memory, Reopen};
use crate::options::{LogOptions, Options};
use proptest::prelude::*;
use std::collections::BTreeMap;
use std::time::Duration;

#[derive(Clone, Debug)]
enum Act {
    /// Keys with a value or none.
    Commit(Vec<(u8, Option<u16>)>),
    CatchUp,
    /// As after SIGKILL, or a cut: what the base did not sync is gone.
    Reopen,
    /// The base has taken in all there is when it ends, and has not noted so.
    EndUnnoted,
    Scan {
        from: u8,
        to: u8,
        limit: usize,
        reverse: bool,
    },
}

fn acts() -> impl Strategy<Value = Vec<Act>> {
    let write = (0..24_u8, prop::option::weighted(0.6, 0..3_000_u16));
    let scan = (0..14_u8, 10..26_u8, 0..9_usize, any::<bool>());
    let act = prop_oneof![
        6 => prop::collection::vec(write, 1..12).prop_map(Act::Commit),
        1 => Just(Act::CatchUp),
        1 => Just(Act::Reopen),
        1 => Just(Act::EndUnnoted),
        4 => scan.prop_map(|(from, to, limit, reverse)| Act::Scan { from, to, limit, reverse }),
    ];
    prop::collection::vec(act, 1..60)
}

/// Three first bytes, so that some kinds of rows come and go altogether.
fn key(number: u8) -> Vec<u8> {
    vec![b'A' + number % 3, number]
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 200, ..ProptestConfig::default() })]
    #[test]
    fn it_reads_like_one_map(acts in acts(), table_bytes in prop_oneof![Just(1_usize), Just(3_000), Just(1 << 30)]) {
        let folder = tempfile::tempdir().unwrap();
        let base = Memory::new();
        let log = LogOptions { segment_bytes: 16 << 10, table_bytes, every: Duration::from_hours(1), keep_bytes: 0 };
        let place = place(folder.path(), &base, &Options { log, ..Options::default() });
        let mut engine = place.open().unwrap();
        let mut rows: BTreeMap<Vec<u8>, Vec<u8>> = BTreeMap::new();
        for act in acts {
            match act {
                Act::Commit(writes) => {
                    let mut batch = Batch::default();
                    for (number, size) in writes {
                        let key = key(number);
                        let change = match size.map(|size| vec![number; usize::from(size)]) {
                            None => Change::Delete,
                            Some(value) if rows.contains_key(&key) => Change::Put(value),
                            Some(value) => Change::New(value),
                        };
                        match change.value() {
                            Some(value) => rows.insert(key.clone(), value.to_vec()),
                            None => rows.remove(&key),
                        };
                        batch.write(key.into(), change);
                    }
                    engine.commit(batch).unwrap();
                }
                Act::CatchUp => engine.catch_up().unwrap(),
                Act::Reopen => {
                    drop(engine);
                    base.crash();
                    engine = place.open().unwrap();
                }
                Act::EndUnnoted => {
                    base.fail_after(1, Fault::Refused);
                    // With nothing to take in, or when the thread was at work by itself, it may come to nothing.
                    drop(engine.catch_up());
                    drop(engine);
                    base.heal();
                    engine = place.open().unwrap();
                }
                Act::Scan { from, to, limit, reverse } => {
                    let range = vec![b'A', from]..vec![b'C', to];
                    let mut wanted: Vec<_> = rows
                        .range(range.clone())
                        .map(|(key, value)| (key.clone(), value.clone()))
                        .collect();
                    if reverse {
                        wanted.reverse();
                    }
                    wanted.truncate(limit);
                    prop_assert_eq!(engine.scan(range, limit, reverse).unwrap(), wanted);
                }
            }
            for number in 0..24 {
                let key = key(number);
                prop_assert_eq!(engine.get(&key).unwrap(), rows.get(&key).cloned());
            }
        }
        engine.catch_up().unwrap();
        drop(engine);
        let mut stored = base.durable();
        stored.remove(&b"\xe0position"[..]);
        prop_assert_eq!(stored, rows);
    }
}
