//! An overlay over an engine reads like the engine after the commit.

use super::Overlay;
use crate::engine::{Batch, Change, Engine, Memory, Read};
use crate::keys::Write;
use proptest::prelude::*;
use std::collections::BTreeMap;

/// Writes by key: a value, or a delete.
fn writes() -> impl Strategy<Value = Vec<(u8, Option<u8>)>> {
    prop::collection::vec((0..20_u8, any::<Option<u8>>()), 0..40)
}

fn write(to: &mut impl Write, rows: &mut BTreeMap<Vec<u8>, Vec<u8>>, writes: &[(u8, Option<u8>)]) {
    for (key, value) in writes {
        let key = vec![*key];
        let change = match value {
            None => Change::Delete,
            Some(value) if rows.contains_key(&key) => Change::Put(vec![*value]),
            Some(value) => Change::New(vec![*value]),
        };
        match change.value() {
            Some(value) => rows.insert(key.clone(), value.to_vec()),
            None => rows.remove(&key),
        };
        to.write(key.into(), change);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]
    #[test]
    fn reads_see_the_writes(
        stored in writes(), kept in writes(), taken_back in writes(),
        from in 0..12_u8, to in 6..22_u8, limit in 0..8_usize, reverse: bool,
    ) {
        let (memory, mut rows) = (Memory::new(), BTreeMap::new());
        let mut batch = Batch::default();
        write(&mut batch, &mut rows, &stored);
        memory.commit(batch).unwrap();
        let mut overlay = Overlay::new(&memory);
        write(&mut overlay, &mut rows, &kept);
        let mark = overlay.mark();
        write(&mut overlay, &mut rows.clone(), &taken_back);
        overlay.back_to(mark);

        for key in 0..20_u8 {
            prop_assert_eq!(overlay.get(&[key]).unwrap(), rows.get(&vec![key]).cloned());
        }
        let inside = |key: &[u8]| key >= &[from][..] && key < &[to][..];
        let mut wanted: Vec<_> = rows.clone().into_iter().filter(|(key, _)| inside(key)).collect();
        if reverse {
            wanted.reverse();
        }
        wanted.truncate(limit);
        prop_assert_eq!(overlay.scan(vec![from]..vec![to], limit, reverse).unwrap(), wanted);
        memory.commit(overlay.into_batch()).unwrap();
        prop_assert_eq!(memory.durable(), rows);
    }
}
