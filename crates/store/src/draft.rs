//! The batch that the committer is building for a group of requests, and what follows once it is durable.

use crate::account::Counters;
use crate::bounds::Bounds;
use crate::claims::{Claims, Flight, Holder};
use crate::engine::{Batch, Engine};
use crate::error::Result;
use crate::keys::{COUNTERS, META};
use crate::meta::Meta;
use crate::overlay::{self, Overlay};
use crate::queue::{self, Queue, Together};
use crate::shared::locked;
use model::{DataflowNo, ExportSeq, Lane, Timestamp, WhenFull};
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
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
    /// The counters of dataflows as the requests carried out so far have them: read once, written once.
    counted: BTreeMap<DataflowNo, Counters>,
    /// The same as the request at hand has them.
    counting: BTreeMap<DataflowNo, Counters>,
    effects: Effects,
}

/// What to do in memory once the batch is durable, in order of decision.
pub(crate) struct Effects {
    /// Exports whose flight has ended.
    pub(crate) ended: Vec<ExportSeq>,
    /// Exports that nobody had claimed, held against claims while their end is being committed.
    pub(crate) held: Vec<ExportSeq>,
    /// Exports that are not alone any more.
    pub(crate) crowded: Vec<ExportSeq>,
    /// The earliest timer that was put.
    pub(crate) timer: Option<Timestamp>,
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
    writes: overlay::Mark,
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
            crowded: Vec::new(),
            timer: None,
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
            counted: BTreeMap::new(),
            counting: BTreeMap::new(),
            effects,
        }
    }

    /// The point before a request. What the one before it did stays.
    pub(crate) fn mark(&mut self) -> Mark {
        self.counted.append(&mut self.counting);
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
        self.counting.clear();
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
        self.counted.append(&mut self.counting);
        for (dataflow, counters) in &self.counted {
            COUNTERS.put(&mut self.rows, dataflow, counters)?;
            self.effects.kept.insert(*dataflow, counters.kept());
        }
        self.effects.bounds = Arc::clone(&self.bounds);
        if self.meta != *before {
            META.put(&mut self.rows, &(), &self.meta)?;
        }
        Ok((self.rows.into_batch(), self.meta, self.effects))
    }

    /// What the claim on `seq` tells, if it is in flight.
    pub(crate) fn in_flight(&self, seq: ExportSeq) -> Option<Flight> {
        locked(self.claims).in_flight(seq)
    }

    /// Keeps claims away from an export of `lane`; `false` if it is in flight.
    pub(crate) fn hold(&mut self, seq: ExportSeq, lane: Lane) -> bool {
        let mut claims = locked(self.claims);
        if claims.in_flight(seq).is_some() {
            return false;
        }
        if claims.hold(seq, Holder::Committer { lane }) {
            self.effects.held.push(seq);
        }
        true
    }

    /// An export is not alone in its chain any more: its settlement has to look there. If the request is taken back,
    /// it looks for nothing.
    pub(crate) fn crowd(&mut self, seq: ExportSeq) {
        // At once for the settlements of this batch, and once it is durable for a claim that is made meanwhile.
        locked(self.claims).crowd(seq);
        self.effects.crowded.push(seq);
    }

    /// The flight of `seq`, if it is alone in its chain and is not settled yet in this batch.
    pub(crate) fn lone_flight(&self, seq: ExportSeq) -> Option<Flight> {
        locked(self.claims).crowd(seq)
    }

    /// A profile is due at `due`. If the request is taken back, who is due is looked for too early.
    pub(crate) fn set_timer(&mut self, due: Timestamp) {
        let before = self.effects.timer.unwrap_or(due);
        self.effects.timer = Some(before.min(due));
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
    pub(crate) fn full(&mut self, dataflow: DataflowNo) -> Result<Option<WhenFull>> {
        let bounds = self.bounds.of(dataflow);
        let bytes = self.counters(dataflow)?.queue.bytes;
        let full = bytes >= bounds.bytes || self.together.overfull == Some(dataflow);
        Ok(full.then_some(bounds.full))
    }

    /// Whether the queue is below 80 % of its bound.
    pub(crate) fn takes_bulk(&mut self, dataflow: DataflowNo) -> Result<bool> {
        let bytes = self.counters(dataflow)?.queue.bytes;
        Ok(!self.together.high && !queue::high(bytes, self.bounds.of(dataflow).bytes))
    }

    /// Whether the dataflow keeps all the dead letters it may.
    pub(crate) fn letters_full(&mut self, dataflow: DataflowNo) -> Result<bool> {
        let letters = self.counters(dataflow)?.letters;
        let all = &self.bounds.all;
        Ok(letters.rows >= all.letters || letters.bytes >= all.letter_bytes)
    }

    /// Nothing more may be taken in while the queue of `dataflow` is full.
    pub(crate) fn stick(&mut self, dataflow: DataflowNo) {
        self.effects.stuck.push(dataflow);
    }

    /// The counters of a dataflow.
    pub(crate) fn counters(&mut self, dataflow: DataflowNo) -> Result<&mut Counters> {
        match self.counting.entry(dataflow) {
            Entry::Occupied(counters) => Ok(counters.into_mut()),
            Entry::Vacant(none) => {
                let counters = match self.counted.get(&dataflow) {
                    Some(counters) => counters.clone(),
                    None => COUNTERS.get(&self.rows, &dataflow)?.unwrap_or_default(),
                };
                Ok(none.insert(counters))
            }
        }
    }

    /// Changes the counters of a dataflow.
    pub(crate) fn count(&mut self, dataflow: DataflowNo, delta: impl FnOnce(&mut Counters)) -> Result<()> {
        self.counters(dataflow).map(delta)
    }
}
