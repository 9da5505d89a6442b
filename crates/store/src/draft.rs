//! The batch that the committer is building for a group of requests, and what follows once it is durable.

use crate::account::Counters;
use crate::bounds::Bounds;
use crate::claims::{Claims, Holder};
use crate::engine::{Batch, Engine};
use crate::error::Result;
use crate::keys::{COUNTERS, META};
use crate::meta::Meta;
use crate::overlay::Overlay;
use crate::queue::{self, Queue, Together};
use crate::shared::locked;
use model::{DataflowNo, ExportSeq, Lane, ProfileId, WhenFull};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

/// Writes, and their effects on what is known in memory.
pub(crate) struct Draft<'a> {
    pub(crate) rows: Overlay<'a>,
    pub(crate) meta: Meta,
    /// What may wait.
    pub(crate) bounds: Arc<Bounds>,
    /// How all queues together stood before this batch.
    together: Together,
    claims: &'a Mutex<Claims>,
    effects: Effects,
}

/// What to do in memory once the batch is durable, in order of decision.
pub(crate) struct Effects {
    /// Exports whose flight has ended.
    pub(crate) ended: Vec<ExportSeq>,
    /// Exports that nobody had claimed, held against claims while their end is being committed.
    pub(crate) held: Vec<ExportSeq>,
    /// Lanes that have something new to look at, and the first export to look at.
    pub(crate) offered: Vec<(Lane, ExportSeq)>,
    /// What dataflows keep, of those whose counters changed.
    pub(crate) kept: BTreeMap<DataflowNo, Queue>,
    /// Full ones for which an export was decided that could take nobody's place.
    pub(crate) stuck: Vec<DataflowNo>,
    /// The bounds in force after it.
    pub(crate) bounds: Arc<Bounds>,
}

/// A point to go back to if a request cannot be carried out.
pub(crate) struct Mark {
    writes: usize,
    meta: Meta,
    bounds: Arc<Bounds>,
    stuck: usize,
    ended: usize,
    held: usize,
    offered: usize,
}

impl<'a> Draft<'a> {
    pub(crate) fn new(
        engine: &'a dyn Engine,
        meta: Meta,
        claims: &'a Mutex<Claims>,
        bounds: Arc<Bounds>,
        together: Together,
    ) -> Self {
        let effects = Effects {
            ended: Vec::new(),
            held: Vec::new(),
            offered: Vec::new(),
            kept: BTreeMap::new(),
            stuck: Vec::new(),
            bounds: Arc::clone(&bounds),
        };
        Self {
            rows: Overlay::new(engine),
            meta,
            bounds,
            together,
            claims,
            effects,
        }
    }

    pub(crate) fn mark(&self) -> Mark {
        Mark {
            writes: self.rows.mark(),
            meta: self.meta,
            bounds: Arc::clone(&self.bounds),
            stuck: self.effects.stuck.len(),
            ended: self.effects.ended.len(),
            held: self.effects.held.len(),
            offered: self.effects.offered.len(),
        }
    }

    pub(crate) fn back_to(&mut self, mark: &Mark) {
        self.rows.back_to(mark.writes);
        self.meta = mark.meta;
        self.bounds = Arc::clone(&mark.bounds);
        self.effects.stuck.truncate(mark.stuck);
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
            let counters = self.counters(dataflow)?;
            self.effects.kept.insert(dataflow, counters.kept());
        }
        self.effects.bounds = Arc::clone(&self.bounds);
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

    /// What the dataflow does with another export, if its queue is full.
    pub(crate) fn full(&self, dataflow: DataflowNo) -> Result<Option<WhenFull>> {
        let bounds = self.bounds.of(dataflow);
        let bytes = self.counters(dataflow)?.queue.bytes;
        let full = bytes >= bounds.bytes || self.together.overfull == Some(dataflow);
        Ok(full.then_some(bounds.full))
    }

    /// Whether the queue is below 80 % of its bound.
    pub(crate) fn takes_bulk(&self, dataflow: DataflowNo) -> Result<bool> {
        let bytes = self.counters(dataflow)?.queue.bytes;
        Ok(!self.together.high && !queue::high(bytes, self.bounds.of(dataflow).bytes))
    }

    /// Whether the dataflow keeps all the dead letters it may.
    pub(crate) fn letters_full(&self, dataflow: DataflowNo) -> Result<bool> {
        let letters = self.counters(dataflow)?.letters;
        let all = &self.bounds.all;
        Ok(letters.rows >= all.letters || letters.bytes >= all.letter_bytes)
    }

    /// Nothing more may be taken in while the queue of `dataflow` is full.
    pub(crate) fn stick(&mut self, dataflow: DataflowNo) {
        self.effects.stuck.push(dataflow);
    }

    /// The counters of a dataflow.
    pub(crate) fn counters(&self, dataflow: DataflowNo) -> Result<Counters> {
        Ok(COUNTERS.get(&self.rows, &dataflow)?.unwrap_or_default())
    }

    /// Changes the counters of a dataflow.
    pub(crate) fn count(&mut self, dataflow: DataflowNo, delta: impl FnOnce(&mut Counters)) -> Result<()> {
        let mut counters = self.counters(dataflow)?;
        delta(&mut counters);
        // What was counted by a request that is taken back is read anew at the end.
        self.effects.kept.insert(dataflow, Queue::default());
        COUNTERS.put(&mut self.rows, &dataflow, &counters)
    }
}
