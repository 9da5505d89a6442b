//! A batch being built: reads see what it has written so far.

use crate::decisions::RawInput;
use crate::engine::{Batch, Change, Engine, Key, Read, Row};
use crate::error::Result;
use crate::keys::Write;
use std::collections::BTreeMap;
use std::ops::{Bound, Range};

/// Writes over an engine.
pub(crate) struct Overlay<'a> {
    base: &'a dyn Engine,
    batch: Batch,
    /// What every write found, in order, so that one request of a group can be taken back.
    undo: Vec<Undo>,
}

/// A point to go back to.
#[derive(Clone, Copy)]
pub(crate) struct Mark {
    writes: usize,
    inputs: usize,
}

/// What the batch had at a key: nothing, or an earlier write.
struct Undo {
    key: Key,
    before: Option<Change>,
}

impl<'a> Overlay<'a> {
    pub(crate) fn new(base: &'a dyn Engine) -> Self {
        Self {
            base,
            batch: Batch::default(),
            undo: Vec::new(),
        }
    }

    /// A point to go back to.
    pub(crate) fn mark(&self) -> Mark {
        Mark {
            writes: self.undo.len(),
            inputs: self.batch.inputs().len(),
        }
    }

    /// Takes back all that was written since `mark`.
    pub(crate) fn back_to(&mut self, mark: Mark) {
        for Undo { key, before } in self.undo.drain(mark.writes..).rev() {
            self.batch.restore(key, before);
        }
        self.batch.forget_inputs(mark.inputs);
    }

    /// Notes what the writes are decided on.
    pub(crate) fn note_inputs(&mut self, inputs: &[RawInput]) {
        self.batch.note_inputs(inputs);
    }

    /// What was written.
    pub(crate) fn into_batch(self) -> Batch {
        self.batch
    }
}

impl Write for Overlay<'_> {
    fn write(&mut self, key: Key, change: Change) {
        let before = self.batch.write(key.clone(), change);
        self.undo.push(Undo { key, before });
    }
}

impl Read for Overlay<'_> {
    fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>> {
        match self.batch.writes().get(key) {
            Some(change) => Ok(change.value().map(<[u8]>::to_vec)),
            None => self.base.get(key),
        }
    }

    fn scan(&self, range: Range<Vec<u8>>, limit: usize, reverse: bool) -> Result<Vec<Row>> {
        if range.is_empty() {
            return Ok(Vec::new());
        }
        let bounds = (Bound::Included(&range.start[..]), Bound::Excluded(&range.end[..]));
        let writes: Vec<_> = self.batch.writes().range::<[u8], _>(bounds).collect();
        // Each write can hide one row of the engine, so this many rows are always enough.
        let base = self
            .base
            .scan(range, limit.saturating_add(writes.len()), reverse)?;
        let mut rows: BTreeMap<Vec<u8>, Vec<u8>> = base.into_iter().collect();
        for (key, write) in writes {
            match write.value() {
                Some(value) => rows.insert(key.to_vec(), value.to_vec()),
                None => rows.remove(&**key),
            };
        }
        let rows = rows.into_iter();
        Ok(if reverse {
            rows.rev().take(limit).collect()
        } else {
            rows.take(limit).collect()
        })
    }
}

#[cfg(test)]
mod tests;
