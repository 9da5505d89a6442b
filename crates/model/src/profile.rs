//! Everything known of one person, as plain data.

use crate::{DataflowNo, DatasetId, Leaves, ProfileId, Revision, RulesVersion, SegmentNo, Seq, Timestamp};
use compact_str::CompactString;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::sync::Arc;

/// One name of a person: `email` and `a@b.test`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Identity {
    /// The namespace, as in the keys of `identityMap`.
    pub namespace: CompactString,
    /// The value within the namespace.
    pub value: CompactString,
}

impl fmt::Display for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.namespace, self.value)
    }
}

/// An identity of a profile and when it came.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct IdentityLink {
    /// The identity.
    pub identity: Identity,
    /// Arrival of the message that brought it: the oldest is evicted first.
    pub seq: Seq,
    /// When it came.
    pub since: Timestamp,
}

/// Decides between two writes of one attribute: the later business or receive time, then the later arrival.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Stamp {
    /// Business time if the record gave a credible one, else receive time.
    pub time: Timestamp,
    /// Arrival order.
    pub seq: Seq,
}

/// The attributes of one person from one dataset under one primary identity.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fragment {
    /// The profile under which the row is kept; joins do not re-key it.
    pub owner: ProfileId,
    /// Which dataset.
    pub dataset: DatasetId,
    /// Under which primary identity the records came.
    pub primary: Identity,
    /// What is known of each path.
    pub leaves: Leaves,
}

/// One immutable experience event.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Event {
    /// The profile under which the row is kept; joins do not re-key it.
    pub owner: ProfileId,
    /// Which dataset.
    pub dataset: DatasetId,
    /// The producer's `_id`, unique within the dataset and profile.
    pub id: CompactString,
    /// When it happened, by the producer.
    pub timestamp: Timestamp,
    /// Not seen from this instant on.
    pub valid_until: Option<Timestamp>,
    /// Arrival order.
    pub seq: Seq,
    /// The entity as compact JSON, without `identityMap` and `_weir`: that of the message it came with.
    pub json: Arc<str>,
}

/// Whether a profile is in a segment. A profile that never was has no membership at all.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    /// The profile is in the segment.
    Realized,
    /// The profile was in the segment and left.
    Exited,
}

impl Status {
    /// `realized` or `exited`, as on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Realized => "realized",
            Self::Exited => "exited",
        }
    }
}

/// A profile's standing in one segment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Membership {
    /// Which segment.
    pub segment: SegmentNo,
    /// In or out.
    pub status: Status,
    /// The instant of the last transition (`lastQualificationTime`).
    pub since: Timestamp,
}

/// A change of status.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Transition {
    /// When it happened: the instant of the evaluation step.
    pub at: Timestamp,
    /// Which segment.
    pub segment: SegmentNo,
    /// What the profile became.
    pub status: Status,
}

/// What one dataflow was last told of a profile; written only with an export.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LedgerEntry {
    /// Which dataflow.
    pub dataflow: DataflowNo,
    /// The revision of the last export decided.
    pub revision: Revision,
    /// The ingest batch that decided it.
    pub commit: u64,
    /// The mapped segments the export showed as realized, ascending.
    pub told: Vec<SegmentNo>,
}

/// The small part of a profile that almost every change rewrites.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct HotRow {
    /// The rule set the profile was last evaluated under.
    pub rules: RulesVersion,
    /// The instant of its last step; time never goes back.
    pub stepped: Timestamp,
    /// The next instant at which its evaluation can differ by itself.
    pub next_due: Option<Timestamp>,
    /// Where it stands, ascending by segment.
    pub memberships: Vec<Membership>,
    /// What dataflows were told, ascending by dataflow.
    pub ledger: Vec<LedgerEntry>,
    /// The profiles whose fragments and events belong to this one besides its own, ascending.
    pub absorbed: Vec<ProfileId>,
    /// How many identities were evicted at the cap.
    pub evicted: u32,
}

/// Everything known of one person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Profile {
    /// Who.
    pub id: ProfileId,
    /// Standing, ledger and timers.
    pub hot: HotRow,
    /// Names, oldest first.
    pub identities: Vec<IdentityLink>,
    /// Attributes by source, own and absorbed.
    pub fragments: Vec<Fragment>,
    /// Events that may still count, own and absorbed, ascending by (timestamp, seq).
    pub events: Vec<Event>,
}

impl Profile {
    /// A person of whom nothing is known yet. Nothing happened before it: its first step may bear any time.
    pub fn new(id: ProfileId, rules: RulesVersion) -> Self {
        let hot = HotRow {
            rules,
            stepped: Timestamp::MIN,
            ..HotRow::default()
        };
        Self {
            id,
            hot,
            identities: Vec::new(),
            fragments: Vec::new(),
            events: Vec::new(),
        }
    }
}
