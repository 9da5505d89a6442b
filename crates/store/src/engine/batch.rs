//! A set of writes that is applied whole or not at all.

use super::Key;
use crate::decisions::RawInput;
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

/// What a key gets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// A value, where nothing is: whoever takes it away before anybody below has heard of it leaves no trace.
    New(Vec<u8>),
    /// A value, in place of what may be there.
    Put(Vec<u8>),
    /// Nothing: what may be there goes.
    Delete,
}

impl Change {
    /// What is there afterwards.
    pub fn value(&self) -> Option<&[u8]> {
        match self {
            Self::New(value) | Self::Put(value) => Some(value),
            Self::Delete => None,
        }
    }

    /// The same for a place where something may be.
    pub(super) fn over_anything(self) -> Self {
        match self {
            Self::New(value) => Self::Put(value),
            other => other,
        }
    }

    /// The one change that does what `earlier` and then this one do; `None` if that is nothing at all.
    pub(super) fn after(self, earlier: &Self) -> Option<Self> {
        match (earlier, self) {
            (Self::New(_), Self::Delete) => None,
            (Self::New(_), Self::Put(value)) => Some(Self::New(value)),
            // What was there before the delete is still there below.
            (Self::Delete | Self::Put(_), Self::New(value)) => Some(Self::Put(value)),
            (_, later) => Some(later),
        }
    }

    /// Bytes of its value.
    pub(super) fn bytes(&self) -> usize {
        self.value().map_or(0, <[u8]>::len)
    }
}

/// Writes by key, each the last of what was written there, and what they were decided on.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Batch {
    writes: BTreeMap<Key, Change>,
    inputs: Vec<RawInput>,
}

impl Batch {
    /// Puts `value` at `key`.
    pub fn put(&mut self, key: impl Into<Key>, value: Vec<u8>) {
        self.write(key.into(), Change::Put(value));
    }

    /// Deletes what is at `key`, if anything is.
    pub fn delete(&mut self, key: impl Into<Key>) {
        self.write(key.into(), Change::Delete);
    }

    /// Writes, and returns what was to be written there before.
    pub(crate) fn write(&mut self, key: Key, change: Change) -> Option<Change> {
        match self.writes.entry(key) {
            Entry::Vacant(none) => {
                none.insert(change);
                None
            }
            Entry::Occupied(mut earlier) => match change.after(earlier.get()) {
                Some(both) => Some(earlier.insert(both)),
                None => Some(earlier.remove()),
            },
        }
    }

    /// Adds what the writes were decided on.
    pub(crate) fn note_inputs(&mut self, inputs: &[RawInput]) {
        self.inputs.extend_from_slice(inputs);
    }

    /// Forgets all inputs but the first `count`.
    pub(crate) fn forget_inputs(&mut self, count: usize) {
        self.inputs.truncate(count);
    }

    /// What the writes were decided on, in order: for the log, no engine keeps it.
    pub fn inputs(&self) -> &[RawInput] {
        &self.inputs
    }

    /// The writes, ascending by key.
    pub fn writes(&self) -> &BTreeMap<Key, Change> {
        &self.writes
    }

    pub(crate) fn into_writes(self) -> BTreeMap<Key, Change> {
        self.writes
    }

    /// Bytes of its keys and values, and of what they were decided on.
    pub fn bytes(&self) -> u64 {
        let length = |(key, change): (&Key, &Change)| key.len() + change.bytes();
        let inputs: usize = self.inputs.iter().map(|input| input.raw.len()).sum();
        (inputs + self.writes.iter().map(length).sum::<usize>()) as u64
    }

    /// Whether there is nothing to do.
    pub fn is_empty(&self) -> bool {
        self.writes.is_empty()
    }

    /// Puts back what a key had before, as [`Batch::write`] returned it.
    pub(crate) fn restore(&mut self, key: Key, before: Option<Change>) {
        match before {
            Some(write) => self.writes.insert(key, write),
            None => self.writes.remove(&key),
        };
    }
}
