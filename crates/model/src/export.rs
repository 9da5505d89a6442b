//! What goes out: one JSON message for one profile on one dataflow, as data, before it is rendered.

use crate::{DataflowId, DataflowNo, ExportId, Path, ProfileId, Revision, SegmentId, Status, Timestamp};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Why an export was decided. Declared in the order in which causes are listed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Cause {
    /// The status in a mapped segment changed.
    Membership,
    /// The identities of a member changed.
    Identity,
    /// A mapped attribute of a member was written.
    Attribute,
    /// The profile absorbed another of which the dataflow was told.
    Merged,
    /// The status changed because the rule did.
    Published,
    /// A segment was mapped, of which the profile is a member.
    Backfill,
    /// Somebody asked for the current state again.
    Resend,
    /// The mapping was edited.
    ReExport,
    /// A segment that the dataflow told of is mapped no longer.
    ExitSweep,
    /// The dataflow was enabled again.
    Reconcile,
}

impl Cause {
    /// The word on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Membership => "membership",
            Self::Identity => "identity",
            Self::Attribute => "attribute",
            Self::Merged => "merged",
            Self::Published => "published",
            Self::Backfill => "backfill",
            Self::Resend => "resend",
            Self::ReExport => "re-export",
            Self::ExitSweep => "exit-sweep",
            Self::Reconcile => "reconcile",
        }
    }
}

/// Whether an export comes from live traffic or from a job.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Class {
    /// Decided by a change or a timer.
    Live,
    /// Decided by a job.
    Bulk,
}

/// One dataflow in one class: exports of a lane share calls, exports of two never do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Lane {
    /// Which dataflow.
    pub dataflow: DataflowNo,
    /// Live or bulk.
    pub class: Class,
}

/// Everything an export shows, as of its decision: rendering needs nothing else and always gives the same
/// bytes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Export {
    /// The dataflow, by the name people gave it.
    pub dataflow: DataflowId,
    /// The dataflow, by number, and the class.
    pub lane: Lane,
    /// Whose.
    pub profile: ProfileId,
    /// Counts the exports of this profile on this dataflow.
    pub revision: Revision,
    /// Why, ascending, without repeats; never empty.
    pub causes: Vec<Cause>,
    /// The changes of status in mapped segments that the step made.
    pub transitions: Vec<ExportedTransition>,
    /// The profiles absorbed in the step.
    pub merged: Vec<ProfileId>,
    /// The instant of the step that decided it.
    pub emitted_at: Timestamp,
    /// The mapped attributes that are present: leaf path and compact JSON, ascending by path.
    pub attributes: Vec<(Path, String)>,
    /// The memberships to show, ascending by segment id. Old exits are still here; rendering leaves them out.
    pub memberships: Vec<ExportedMembership>,
    /// The identities to show by namespace (hashed where the dataflow asks for it), values ascending.
    pub identities: BTreeMap<String, Vec<String>>,
    /// Whether the body begins with `_weir` (`envelope: weir`).
    pub envelope: bool,
}

impl Export {
    /// The id that a retry and a replay as recorded repeat.
    pub fn id(&self) -> ExportId {
        ExportId::of(&self.dataflow, self.profile, self.revision)
    }
}

/// A transition, by the name of its segment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExportedTransition {
    /// When.
    pub at: Timestamp,
    /// Which segment.
    pub segment: SegmentId,
    /// What the profile became.
    pub status: Status,
}

/// One entry of `segmentMembership.ups`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExportedMembership {
    /// Which segment.
    pub segment: SegmentId,
    /// In or out.
    pub status: Status,
    /// The last transition.
    pub last_qualification: Timestamp,
    /// With the timestamps option, of mapped segments only.
    pub stamps: Option<SegmentStamps>,
    /// With the names option, of mapped segments only.
    pub name: Option<String>,
}

/// Epoch milliseconds of a segment and its mapping.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SegmentStamps {
    /// When the segment was made.
    pub created: Timestamp,
    /// When the segment was last edited.
    pub updated: Timestamp,
    /// When the segment was mapped on the dataflow.
    pub mapping_created: Timestamp,
    /// When the mapping was last edited.
    pub mapping_updated: Timestamp,
}

/// Why an export that was decided is never sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SuppressedReason {
    /// A newer state of the profile took its place in a full queue.
    Coalesced,
    /// A live export took the place of a bulk one.
    Superseded,
    /// Its job or dataflow was cancelled.
    Cancelled,
    /// The profile was deleted.
    Erased,
}

/// Why an export became a dead letter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum DeadReason {
    /// The destination refused it for good.
    Refused,
    /// Three attempts failed.
    Exhausted,
    /// It waited longer than the queue's bound.
    Expired,
    /// The queue was full and the dataflow's policy is `dead`.
    Overflow,
    /// Rendering it failed.
    Unrenderable,
}

/// The account of one dataflow: `decided = delivered + pending + suppressed + dead`, where `pending` is counted
/// from the rows and all else are counters.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Account {
    /// Outbox rows ever written.
    pub decided: u64,
    /// Accepted by the destination.
    pub delivered: u64,
    /// Rows in the outbox now.
    pub pending: u64,
    /// Given up without sending, by reason.
    pub suppressed: BTreeMap<SuppressedReason, u64>,
    /// Dead letters, by reason; replaying one moves it back to pending.
    pub dead: BTreeMap<DeadReason, u64>,
}

impl Account {
    /// Whether the equation holds.
    pub fn balanced(&self) -> bool {
        let suppressed: u64 = self.suppressed.values().sum();
        let dead: u64 = self.dead.values().sum();
        self.decided == self.delivered + self.pending + suppressed + dead
    }
}
