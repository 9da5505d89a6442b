//! A set of writes that is applied whole or not at all.

use std::collections::BTreeMap;

/// What a key gets: a value, or `None` to delete what is there.
pub type Change = Option<Vec<u8>>;

/// Puts and deletes by key. A later write of a key replaces an earlier one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Batch {
    writes: BTreeMap<Vec<u8>, Change>,
}

impl Batch {
    /// Puts `value` at `key`.
    pub fn put(&mut self, key: Vec<u8>, value: Vec<u8>) {
        self.writes.insert(key, Some(value));
    }

    /// Deletes what is at `key`, if anything is.
    pub fn delete(&mut self, key: Vec<u8>) {
        self.writes.insert(key, None);
    }

    /// The writes, ascending by key.
    pub fn writes(&self) -> &BTreeMap<Vec<u8>, Change> {
        &self.writes
    }

    /// Bytes of its keys and values.
    pub fn bytes(&self) -> u64 {
        let length = |(key, change): (&Vec<u8>, &Change)| key.len() + change.as_ref().map_or(0, Vec::len);
        self.writes.iter().map(length).sum::<usize>() as u64
    }

    /// Whether there is nothing to do.
    pub fn is_empty(&self) -> bool {
        self.writes.is_empty()
    }

    /// Puts back what a key had before, as [`Batch::writes`] showed it.
    pub(crate) fn restore(&mut self, key: Vec<u8>, before: Option<Change>) {
        match before {
            Some(write) => self.writes.insert(key, write),
            None => self.writes.remove(&key),
        };
    }
}
