//! All that segments ask, each question once, and what a change can have flipped of it.
//!
//! A predicate is taken apart into *leaves*: its parts below `and`, `or`, `not` and `inSegment`. Equal leaves are one,
//! whichever segments have them. [`Network`] holds the leaves of all segments and finds those that a change concerns: by
//! the path that was written ([`paths`], [`watch`]), by the event that came ([`aggregate`], [`threshold`]), by the
//! instant that came ([`tally`]). [`Findings`] is what one profile answers to them. A leaf that flips leads to its
//! segments ([`formula`]), and they to the segments that refer to them.
//!
//! What no index answers is asked of the oracle, leaf by leaf, when something that the leaf reads has changed or its
//! answer is not certain any more.

mod aggregate;
mod bits;
mod compile;
mod facts;
mod findings;
mod formula;
mod paths;
mod question;
mod reads;
mod tally;
mod threshold;
mod watch;
mod window;

pub(crate) use bits::Bits;
pub(crate) use facts::Facts;
pub(crate) use findings::{Findings, News};

use aggregate::{Aggregate, Guards};
use formula::Formula;
use model::SegmentId;
use paths::Paths;
use pql::Program;
use std::collections::HashMap;
use watch::Watch;

/// The number of a leaf.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
struct LeafNo(u32);

/// The leaves of all segments, and what leads to them.
#[derive(Debug)]
pub(crate) struct Network {
    /// Tells one network from another.
    fingerprint: u64,
    leaves: Vec<Leaf>,
    /// What holds of somebody without attributes and events, of the leaves that an index answers.
    blank: Bits,
    /// One a segment, in the order of the rules.
    formulas: Vec<Formula>,
    /// By a segment, those that refer to it.
    referring: Vec<Vec<usize>>,
    /// By a segment, those of its leaves that refer to others and are asked when the segment is looked at.
    late: Vec<Vec<LeafNo>>,
    by_id: HashMap<SegmentId, usize>,
    paths: Paths,
    /// By the number that `paths` gives.
    watches: Vec<(pql::Path, Watch)>,
    /// Leaves to be asked when the identities have changed.
    on_identities: Vec<LeafNo>,
    /// Leaves to be asked when an event came.
    on_event: Vec<LeafNo>,
    aggregates: Vec<Aggregate>,
    guards: Guards,
}

/// A question about a profile that holds or does not.
#[derive(Debug)]
struct Leaf {
    /// What is asked; `None` is whether the person opted out.
    program: Option<Program>,
    /// Whether the oracle has to be asked, and nothing else can answer.
    asked: bool,
    reads_events: bool,
    /// Whether it refers to other segments, so that it can be asked only after them.
    late: bool,
    /// The segments whose formulas have it.
    segments: Vec<usize>,
}

impl Network {
    fn leaf(&self, LeafNo(at): LeafNo) -> &Leaf {
        &self.leaves[at as usize]
    }

    fn position(&self, id: &SegmentId) -> Option<usize> {
        self.by_id.get(id).copied()
    }

    /// All segments, by their places among the rules.
    pub(crate) fn segments(&self) -> Bits {
        Bits::all(self.formulas.len())
    }
}
