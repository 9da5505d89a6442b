//! Claimed exports on their way to one call.

use crate::policy::{ATTEMPTS, Tries, buried};
use crate::{BatchLimits, RenderError, Rendered, render};
use model::{DeadReason, Export, ExportSeq, Timestamp};
use std::collections::{BTreeSet, VecDeque};
use std::panic::{AssertUnwindSafe, catch_unwind};
use store::{Claimed, Outcome, Store};

/// Exports claimed from the store. What is not settled when it is dropped, for whatever reason (a stop, an open
/// breaker, a panic), is given back: no claim can be forgotten.
pub(crate) struct Held {
    store: Store,
    seqs: Vec<ExportSeq>,
}

impl Held {
    pub(crate) fn new(store: &Store, seqs: Vec<ExportSeq>) -> Self {
        Self {
            store: store.clone(),
            seqs,
        }
    }

    /// These are settled: the store has let go of them.
    pub(crate) fn settled(&mut self, settled: &BTreeSet<ExportSeq>) {
        self.seqs.retain(|seq| !settled.contains(seq));
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        if !self.seqs.is_empty() {
            self.store.release(&self.seqs);
        }
    }
}

/// One call to be made.
pub(crate) struct Call {
    pub(crate) held: Held,
    /// What is remembered of each export.
    pub(crate) tries: Vec<Tries>,
    /// What is sent, in the same order.
    pub(crate) batch: Vec<Rendered>,
    /// Body bytes in all.
    pub(crate) bytes: usize,
}

/// Claimed exports, sorted into calls.
pub(crate) struct Plan {
    /// In the order of their first exports.
    pub(crate) calls: VecDeque<Call>,
    /// Exports that cannot be sent at all, and their end.
    pub(crate) dead: Vec<(Tries, Outcome)>,
    /// Holds these.
    pub(crate) dead_held: Held,
}

/// Renders claimed exports and packs them into calls within `limits`. One that failed in all its attempts but
/// the last is sent singly, so that it cannot take others down with it.
pub(crate) fn plan(
    store: &Store,
    claimed: Vec<Claimed>,
    limits: BatchLimits,
    always_envelope: bool,
    now: Timestamp,
) -> Plan {
    let mut calls = VecDeque::new();
    let mut group = Draft::with_capacity(claimed.len().min(limits.records));
    let mut dead = Vec::new();
    for one in claimed {
        let tries = Tries::of(&one);
        match sendable(
            &one.export,
            always_envelope || one.export.envelope,
            limits,
            render,
        ) {
            Err((reason, answer)) => {
                dead.push((tries, buried(reason, &answer, one.attempts, now)));
            }
            Ok(rendered) if one.attempts + 1 >= ATTEMPTS => {
                let mut single = Draft::with_capacity(1);
                single.push(tries, rendered);
                calls.push_back(single.call(store));
            }
            Ok(rendered) => {
                if !group.has_room(rendered.body.len(), limits) {
                    calls.push_back(std::mem::take(&mut group).call(store));
                }
                group.push(tries, rendered);
            }
        }
    }
    if !group.batch.is_empty() {
        calls.push_back(group.call(store));
    }
    let dead_held = Held::new(store, dead.iter().map(|(tries, _)| tries.seq).collect());
    Plan {
        calls,
        dead,
        dead_held,
    }
}

/// Renders an export, if it can be rendered and is not too large. `render` is an argument because a panic in it
/// is answered like an error, and a test must be able to cause one.
fn sendable(
    export: &Export,
    envelope: bool,
    limits: BatchLimits,
    render: impl FnOnce(&Export, bool) -> Result<Rendered, RenderError>,
) -> Result<Rendered, (DeadReason, String)> {
    let rendered = catch_unwind(AssertUnwindSafe(|| render(export, envelope)))
        .map_err(|_| (DeadReason::Unrenderable, "rendering it panicked".to_owned()))?
        .map_err(|error| (DeadReason::Unrenderable, error.to_string()))?;
    let size = rendered.body.len();
    if size > limits.record_bytes {
        let answer = format!(
            "it has {size} bytes, the destination takes at most {}",
            limits.record_bytes
        );
        return Err((DeadReason::Refused, answer));
    }
    Ok(rendered)
}

/// A call in the making.
#[derive(Default)]
struct Draft {
    tries: Vec<Tries>,
    batch: Vec<Rendered>,
    bytes: usize,
}

impl Draft {
    fn with_capacity(exports: usize) -> Self {
        Self {
            tries: Vec::with_capacity(exports),
            batch: Vec::with_capacity(exports),
            bytes: 0,
        }
    }

    fn has_room(&self, bytes: usize, limits: BatchLimits) -> bool {
        self.batch.is_empty() || (self.batch.len() < limits.records && self.bytes + bytes <= limits.bytes)
    }

    fn push(&mut self, tries: Tries, rendered: Rendered) {
        self.bytes += rendered.body.len();
        self.tries.push(tries);
        self.batch.push(rendered);
    }

    fn call(self, store: &Store) -> Call {
        let held = Held::new(store, self.tries.iter().map(|tries| tries.seq).collect());
        Call {
            held,
            tries: self.tries,
            batch: self.batch,
            bytes: self.bytes,
        }
    }
}

#[cfg(test)]
mod tests;
