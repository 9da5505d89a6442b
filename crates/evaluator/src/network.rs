//! All that segments ask, each question once, and what a change can have flipped of it.
//!
//! A predicate is taken apart into *leaves*: its parts below `and`, `or`, `not` and `inSegment`. Equal leaves are one,
//! whichever segments have them. [`Network`] holds the leaves of all segments and finds those that a change concerns: by
//! the path that was written ([`paths`], [`watch`]), by the event that came ([`guards`], [`aggregate`], [`threshold`], [`interest`]), by the
//! instant that came ([`tally`]). [`Findings`] is what one profile answers to them. A leaf that flips leads to its
//! segments ([`formula`]), and they to the segments that refer to them.
//!
//! What no index answers is asked of the oracle, leaf by leaf, when something that the leaf reads has changed or its
//! answer is not certain any more.

mod aggregate;
mod bits;
mod charge;
mod code;
mod compile;
mod entries;
mod facts;
mod findings;
mod formula;
mod guards;
mod interest;
mod lists;
mod paths;
mod question;
mod reads;
mod tallies;
mod tally;
mod threshold;
mod watch;
mod window;

pub(crate) use bits::Bits;
pub(crate) use facts::Facts;
pub(crate) use findings::{Findings, News};

use aggregate::Aggregate;
use code::Code;
use guards::Guards;
use interest::Interest;
use lists::Lists;
use model::SegmentId;
use paths::Paths;
use pql::Program;
use std::collections::HashMap;
use watch::Watch;
use xdm::Glance;

/// More than two leaves are hardly ever needed to see that somebody is not in a segment.
type Needs = [Option<LeafNo>; 2];

/// The number of a leaf.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
struct LeafNo(u32);

/// The leaves of all segments, and what leads to them.
#[derive(Debug)]
pub(crate) struct Network {
    /// Tells one network from another.
    fingerprint: u64,
    leaves: Vec<Leaf>,
    blank: Blank,
    /// How the segments follow from them.
    code: Code,
    /// By a leaf, the segments whose formulas have it.
    segments_of: Lists,
    /// By a segment, leaves that hold of everybody in it, those first that hold of the fewest.
    needs: Vec<Needs>,
    /// The leaves that some segment needs first.
    needed: Bits,
    /// By a leaf, the segments that need it first.
    needed_by: Lists,
    /// The segments that need no leaf in particular.
    needless: Vec<usize>,
    /// By a segment, those that refer to it.
    referring: Lists,
    /// By a segment, those of its leaves that refer to others and are asked when the segment is looked at.
    late: Vec<Vec<LeafNo>>,
    by_id: HashMap<SegmentId, usize>,
    paths: Paths,
    /// By the number that `paths` gives.
    watches: Vec<Watch>,
    /// Leaves to be asked when the identities have changed.
    on_identities: Vec<LeafNo>,
    aggregates: Vec<Aggregate>,
    /// The aggregates that an event may be part of.
    counting: Guards,
    /// Which events matter to leaves that the oracle is asked about.
    interests: Vec<Interest>,
    /// The interests that an event may be in.
    gathering: Guards,
    /// What of an event decides all that.
    glance: Glance,
    /// Leaves to be asked when any event came.
    on_event: Vec<LeafNo>,
}

/// What is known of somebody of whom nothing is known.
#[derive(Debug)]
struct Blank {
    /// The leaves that hold.
    leaves: Bits,
    /// Those that have to be asked all the same: their answers differ in time, or with other segments.
    restless: Vec<LeafNo>,
    /// The segments that follow of the leaves that hold.
    members: Bits,
}

/// A question about a profile that holds or does not.
#[derive(Debug)]
struct Leaf {
    /// What is asked; `None` is whether the person opted out.
    program: Option<Program>,
    /// Whether the oracle has to be asked, and nothing else can answer.
    asked: bool,
    reads_attributes: bool,
    reads_identities: bool,
    reads_events: bool,
    /// Which events matter to it, if not all do.
    interest: Option<usize>,
    /// Whether it refers to other segments, so that it can be asked only after them.
    late: bool,
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
        Bits::all(self.code.segments())
    }
}
