//! One accepted input, parsed and checked, before anyone knows whose it is.

use crate::{DatasetId, Identity, Patch, Timestamp};
use compact_str::CompactString;
use std::sync::Arc;

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
    /// The writes it makes. A fragment keeps them as they are.
    pub patch: Arc<Patch>,
    /// `extSourceSystemAudit.lastUpdatedDate`.
    pub business_time: Option<Timestamp>,
}

/// An event, ready to be kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EventBody {
    /// The producer's `_id`.
    pub id: CompactString,
    /// When it happened.
    pub timestamp: Timestamp,
    /// Not seen from this instant on.
    pub valid_until: Option<Timestamp>,
    /// The entity as compact JSON, without `identityMap` and `_weir`. The event keeps it as it is.
    pub json: Arc<str>,
}
