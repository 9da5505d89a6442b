//! The batch that the committer is building for a group of requests, and what follows once it is durable.

use crate::account::Counters;
use crate::claims::{Claims, Holder};
use crate::engine::{Batch, Engine};
use crate::error::Result;
use crate::keys::{COUNTERS, META};
use crate::meta::Meta;
use crate::overlay::Overlay;
use crate::queue::Queue;
use crate::shared::locked;
use model::{DataflowNo, ExportSeq, Lane, ProfileId};
use std::collections::BTreeMap;
use std::sync::Mutex;

/// Writes, and their effects on what is known in memory.
pub(crate) struct Draft<'a> {
    pub(crate) rows: Overlay<'a>,
    pub(crate) meta: Meta,
    claims: &'a Mutex<Claims>,
    effects: Effects,
}

/// What to do in memory once the batch is durable, in order of decision.
#[derive(Default)]
pub(crate) struct Effects {
    /// Exports whose flight has ended.
    pub(crate) ended: Vec<ExportSeq>,
    /// Exports that nobody had claimed, held against claims while their end is being committed.
    pub(crate) held: Vec<ExportSeq>,
    /// Lanes that have something new to look at, and the first export to look at.
    pub(crate) offered: Vec<(Lane, ExportSeq)>,
    /// What dataflows keep, of those whose counters changed.
    pub(crate) kept: BTreeMap<DataflowNo, Queue>,
}

/// A point to go back to if a request cannot be carried out.
pub(crate) struct Mark {
    writes: usize,
    meta: Meta,
    ended: usize,
    held: usize,
    offered: usize,
}

impl<'a> Draft<'a> {
    pub(crate) fn new(engine: &'a dyn Engine, meta: Meta, claims: &'a Mutex<Claims>) -> Self {
        Self {
            rows: Overlay::new(engine),
            meta,
            claims,
            effects: Effects::default(),
        }
    }

    pub(crate) fn mark(&self) -> Mark {
        Mark {
            writes: self.rows.mark(),
            meta: self.meta,
            ended: self.effects.ended.len(),
            held: self.effects.held.len(),
            offered: self.effects.offered.len(),
        }
    }

    pub(crate) fn back_to(&mut self, mark: &Mark) {
        self.rows.back_to(mark.writes);
        self.meta = mark.meta;
        self.effects.ended.truncate(mark.ended);
        self.effects.offered.truncate(mark.offered);
        let mut claims = locked(self.claims);
        for seq in self.effects.held.drain(mark.held..) {
            claims.release(seq);
        }
    }

    /// The writes, the numbers as they will be, and what follows.
    pub(crate) fn finish(mut self, before: &Meta) -> Result<(Batch, Meta, Effects)> {
        let counted = std::mem::take(&mut self.effects.kept);
        for dataflow in counted.into_keys() {
            let counters = COUNTERS.get(&self.rows, &dataflow)?.unwrap_or_default();
            self.effects.kept.insert(dataflow, counters.kept());
        }
        if self.meta != *before {
            META.put(&mut self.rows, &(), &self.meta)?;
        }
        Ok((self.rows.into_batch(), self.meta, self.effects))
    }

    /// Where the claim on `seq` is, if it is in flight.
    pub(crate) fn in_flight(&self, seq: ExportSeq) -> Option<(DataflowNo, ProfileId)> {
        locked(self.claims).in_flight(seq)
    }

    /// Keeps claims away from an export of `lane`; `false` if it is in flight.
    pub(crate) fn hold(&mut self, seq: ExportSeq, lane: Lane) -> bool {
        let mut claims = locked(self.claims);
        if claims.in_flight(seq).is_some() {
            return false;
        }
        if claims.is_free(seq) {
            claims.hold(seq, Holder::Committer { lane });
            self.effects.held.push(seq);
        }
        true
    }

    /// The flight of `seq` is over once this batch is durable.
    pub(crate) fn end(&mut self, seq: ExportSeq) {
        self.effects.ended.push(seq);
    }

    /// `lane` has something to look at once this batch is durable.
    pub(crate) fn offer(&mut self, lane: Lane, seq: ExportSeq) {
        self.effects.offered.push((lane, seq));
    }

    /// Changes the counters of a dataflow.
    pub(crate) fn count(&mut self, dataflow: DataflowNo, delta: impl FnOnce(&mut Counters)) -> Result<()> {
        let mut counters = COUNTERS.get(&self.rows, &dataflow)?.unwrap_or_default();
        delta(&mut counters);
        // What was counted by a request that is taken back is read anew at the end.
        self.effects.kept.insert(dataflow, Queue::default());
        COUNTERS.put(&mut self.rows, &dataflow, &counters)
    }
}
