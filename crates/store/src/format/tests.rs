//! Formats and the steps between them, on steps made for the test.

use super::{migrate, read, write};
use crate::engine::{Batch, Engine, Fault, Memory, Reopen};
use crate::error::Error;
use migrations::{Change, Step};

/// Format 2 writes values with version 2 and doubles them; rows of `P` move to `p`, which lies ahead, and rows of
/// `T` are dropped.
const TO_2: Step = Step {
    to: 2,
    what: "doubles",
    row: |key, value| {
        let [1, number] = *value else {
            return Ok(Vec::new());
        };
        let new = vec![2, number.checked_mul(2).ok_or("too large")?];
        Ok(match key[0] {
            b'P' => {
                let moved = [&b"p"[..], &key[1..]].concat();
                vec![Change::Delete(key.to_vec()), Change::Put(moved, new)]
            }
            b'T' => vec![Change::Delete(key.to_vec())],
            _ => vec![Change::Put(key.to_vec(), new)],
        })
    },
};

const TO_1: Step = Step {
    to: 1,
    what: "the first",
    row: |_, _| Err("there is nothing before it".to_owned()),
};

const STEPS: &[Step] = &[TO_1, TO_2];

fn old_store() -> Memory {
    let memory = Memory::new();
    let mut batch = Batch::default();
    write(&mut batch, 1);
    for n in 0..1500_u16 {
        let [high, low] = n.to_be_bytes();
        for space in [b'E', b'P', b'T'] {
            batch.put(vec![space, high, low], vec![1, low / 2]);
        }
    }
    memory.commit(batch).unwrap();
    memory
}

#[test]
fn an_older_store_is_brought_up_to_date() {
    let memory = old_store();
    assert!(migrate(&memory, STEPS).unwrap());
    assert_eq!(read(&memory).unwrap(), Some(2));
    let rows = memory.durable();
    assert_eq!(rows.len(), 2 * 1500 + 1, "nothing else is left");
    for (key, value) in rows.iter().filter(|(key, _)| key[0] != b'Z') {
        assert!(matches!(key[0], b'E' | b'p'));
        assert_eq!(value, &[2, key[2] / 2 * 2]);
    }
    assert!(migrate(&memory, STEPS).unwrap(), "nothing is left to do");
    assert_eq!(memory.durable(), rows);
}

#[test]
fn a_migration_can_be_cut_anywhere() {
    let whole = old_store();
    migrate(&whole, STEPS).unwrap();
    for cut in 0..6 {
        for fault in [Fault::Refused, Fault::Unsynced, Fault::Unanswered] {
            let memory = old_store();
            // Cut twice, the second time a little later.
            for cut in [cut, cut + 1] {
                memory.fail_after(cut, fault);
                if let Err(error) = migrate(&*memory.open().unwrap(), STEPS) {
                    assert!(matches!(error, Error::Engine { .. }), "{error}");
                }
                memory.heal();
            }
            migrate(&*memory.open().unwrap(), STEPS).unwrap();
            assert_eq!(memory.durable(), whole.durable(), "{fault:?} after {cut} commits");
        }
    }
}

#[test]
fn a_row_that_cannot_be_converted_stops_the_migration_and_is_named() {
    let memory = old_store();
    let mut batch = Batch::default();
    batch.put(b"Ebad".to_vec(), vec![1, 200]);
    memory.commit(batch).unwrap();
    let error = migrate(&memory, STEPS).unwrap_err();
    assert!(
        matches!(&error, Error::Migration { to: 2, key, .. } if key == "45626164"),
        "{error}"
    );
    assert_eq!(read(&memory).unwrap(), Some(1));
}

#[test]
fn a_newer_or_unfinished_store_is_refused_untouched() {
    let memory = Memory::new();
    assert!(!migrate(&memory, STEPS).unwrap(), "there is no store yet");
    let mut batch = Batch::default();
    write(&mut batch, 3);
    memory.commit(batch).unwrap();
    let answer = migrate(&memory, STEPS);
    assert!(
        matches!(answer, Err(Error::FormatTooNew { found: 3, known: 2 })),
        "{answer:?}"
    );

    let memory = Memory::new();
    let mut batch = Batch::default();
    batch.put(b"P1".to_vec(), vec![1, 1]);
    memory.commit(batch).unwrap();
    let before = memory.durable();
    assert!(matches!(migrate(&memory, STEPS), Err(Error::Unfinished)));
    assert_eq!(memory.durable(), before);
}
