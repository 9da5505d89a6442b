//! Rows that the engine does not have yet, in memory.

use super::rows::{Rows, Written};
use crate::engine::{Batch, Change, Key};
use std::ops::Range;
use tokio::time::Instant;

/// What a row takes beside its value: its key, its place in the tree, what the allocator adds.
const OVERHEAD: usize = 96;

/// The last change of each key since the engine was told last.
#[derive(Default)]
pub(super) struct Table {
    rows: Rows,
    bytes: usize,
    /// What the last record added or put in place.
    latest: usize,
    /// The number of the last record of the log that is in it.
    pub(super) upto: u64,
    /// When the first row came.
    since: Option<Instant>,
}

impl Table {
    /// Adds the writes of record `number`.
    pub(super) fn apply(&mut self, number: u64, batch: Batch, now: Instant) {
        self.add(number, batch.into_writes(), now);
    }

    pub(super) fn add(&mut self, number: u64, writes: impl IntoIterator<Item = (Key, Change)>, now: Instant) {
        self.upto = number;
        self.since.get_or_insert(now);
        self.latest = 0;
        for (key, change) in writes {
            let coming = size(&change);
            self.latest += coming;
            let Written { earlier, stays } = self.rows.write(key, change);
            self.bytes -= earlier.as_ref().map_or(0, size);
            self.bytes += if stays { coming } else { 0 };
        }
    }

    /// What is known of `key`.
    pub(super) fn get(&self, key: &[u8]) -> Option<&Change> {
        self.rows.get(key)
    }

    /// The changes in a range that is not empty, ascending.
    pub(super) fn range<'a>(
        &'a self,
        range: &'a Range<Vec<u8>>,
    ) -> impl DoubleEndedIterator<Item = (&'a [u8], &'a Change)> + use<'a> {
        self.rows.range(range).map(|(key, change)| (&**key, change))
    }

    /// All changes, ascending.
    pub(super) fn rows(&self) -> impl Iterator<Item = (&Key, &Change)> {
        self.rows.iter()
    }

    /// How many there are.
    pub(super) fn len(&self) -> usize {
        self.rows.len()
    }

    /// What it takes in memory, roughly.
    pub(super) fn bytes(&self) -> usize {
        self.bytes
    }

    /// What the last record took.
    pub(super) fn latest(&self) -> usize {
        self.latest
    }

    /// When its first row came; `None` if none did.
    pub(super) fn since(&self) -> Option<Instant> {
        self.since
    }
}

fn size(change: &Change) -> usize {
    OVERHEAD + change.bytes()
}
