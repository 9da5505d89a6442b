//! One accepted input, parsed and checked, before anyone knows whose it is.

use crate::{DatasetId, Identity, Path, Timestamp};
use compact_str::CompactString;

/// A record or an event as received.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// The dataset it belongs to.
    pub dataset: DatasetId,
    /// All identities it names, the primary one first, without repeats; never empty.
    pub identities: Vec<Identity>,
    /// What it says.
    pub body: Body,
    /// The time the message itself carries: `_weir.receivedAt`, else an event's `timestamp`, else a record's
    /// business time. It is the clock where input drives the clock, and nothing elsewhere.
    pub own_time: Option<Timestamp>,
    /// The size of the message as received, in bytes.
    pub bytes: usize,
}

/// What a message says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Body {
    /// Attributes of one person from one dataset.
    Record(RecordBody),
    /// Something that happened.
    Event(EventBody),
}

/// A record: a JSON Merge Patch, taken apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecordBody {
    /// The writes it makes, in order of path.
    pub patch: Vec<PatchLeaf>,
    /// `extSourceSystemAudit.lastUpdatedDate`.
    pub business_time: Option<Timestamp>,
}

/// One write of a record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PatchLeaf {
    /// Where.
    pub path: Path,
    /// What.
    pub written: Written,
}

/// What a record writes at a path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Written {
    /// A scalar or an array, as compact JSON, numbers and strings verbatim.
    Value(CompactString),
    /// Null: the subtree is removed.
    Null,
    /// An object, whose own keys are writes of their own: it ends a scalar or array here.
    Object,
}

impl Written {
    /// The compact JSON of a value.
    pub fn json(&self) -> Option<&str> {
        match self {
            Self::Value(json) => Some(json),
            Self::Null | Self::Object => None,
        }
    }
}

/// An event, ready to be kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EventBody {
    /// The producer's `_id`.
    pub id: String,
    /// When it happened.
    pub timestamp: Timestamp,
    /// Not seen from this instant on.
    pub valid_until: Option<Timestamp>,
    /// The entity as compact JSON, without `identityMap` and `_weir`.
    pub json: String,
}
