//! What one ingest batch decided, ready to be committed whole.

use crate::digest::Digest;
use bytes::Bytes;
use model::{
    DatasetId, Definitions, Event, Export, ExportSeq, Fragment, HotRow, Identity, IdentityLink, InletId, Job,
    JobNo, ProfileId, RulesVersion, Seq, Timestamp, Transition,
};
use serde::{Deserialize, Serialize};

/// Everything one batch changes. It is committed whole or not at all.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Decisions {
    /// The instant of the batch; the committed clock never goes back.
    pub clock: Timestamp,
    /// Its number: exactly one more than the last committed, or the commit fails with `OutOfOrder`.
    pub batch: u64,
    /// The next free arrival number.
    pub next_seq: Seq,
    /// The next free profile number (the low 48 bits of a `ProfileId`).
    pub next_profile: u64,
    /// What changed in profiles; at most one entry a profile.
    pub profiles: Vec<ProfileDelta>,
    /// Identity rows to put, or to delete where the profile is `None`.
    pub identities: Vec<(Identity, Option<ProfileId>)>,
    /// Transitions by profile, in order of time; one history row per (profile, batch).
    pub transitions: Vec<(ProfileId, Vec<Transition>)>,
    /// Exports and joins, in the order of decision.
    pub outbox: Vec<OutboxOp>,
    /// Messages that were refused, to be kept with their reasons.
    pub dead_messages: Vec<DeadMessage>,
    /// New definitions, if the batch is a publish.
    pub definitions: Option<Definitions>,
    /// How far the upgrade job has come, if it moved.
    pub upgrade: Option<UpgradeProgress>,
    /// What changes of bulk jobs, in this order.
    pub jobs: Vec<JobOp>,
    /// What it was decided on, as it was received, in order: kept in the log beside the rows that were made of it.
    pub inputs: Vec<RawInput>,
    /// What to add to the counters of datasets.
    pub messages: Vec<(DatasetId, MessageCounters)>,
}

/// A message as it was received.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RawInput {
    /// Where it was posted.
    pub inlet: InletId,
    /// Its bytes: a bare entity or an envelope.
    pub raw: Bytes,
}

/// What a batch changes of one profile.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ProfileDelta {
    /// Whose.
    pub id: ProfileId,
    /// The new hot row; its `next_due` becomes the timer row.
    pub hot: Option<HotRow>,
    /// The new identity list.
    pub identities: Option<Vec<IdentityLink>>,
    /// Fragments that changed, each under its own owner.
    pub fragments: Vec<Fragment>,
    /// New events, each under its own owner.
    pub events: Vec<Event>,
    /// Events to delete.
    pub forgotten: Vec<EventKey>,
    /// `next_due` of the committed hot row: the timer row to delete.
    pub old_due: Option<Timestamp>,
    /// Set for a profile absorbed in a join: an alias row is put; hot row, identity list and timer are deleted;
    /// fragments and events stay where they are. `hot` and `identities` are ignored.
    pub absorbed_into: Option<ProfileId>,
}

/// Names one stored event.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct EventKey {
    /// The profile under which the row is kept.
    pub owner: ProfileId,
    /// A hash of (dataset, `_id`).
    pub digest: Digest,
}

impl EventKey {
    /// The name of `event`.
    pub fn of(event: &Event) -> Self {
        Self {
            owner: event.owner,
            digest: Digest::of_event(&event.dataset, &event.id),
        }
    }
}

/// One decision about the outbox.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OutboxOp {
    /// To be sent, after everything decided before for the same dataflow and profile.
    Export(Export),
    /// What is decided for `survivor` from here on waits, by dataflow, until nothing of the absorbed is pending.
    Join {
        /// Who goes on.
        survivor: ProfileId,
        /// Who became aliases.
        absorbed: Vec<ProfileId>,
    },
}

/// One decision about a bulk job.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum JobOp {
    /// The row as it becomes.
    Put(Job),
    /// The row as it becomes but for its counts, and dead letters of its dataflow that become pending again, with their ids,
    /// revisions and bytes, as bulk: whatever is decided for a profile from now on goes before them or takes their place.
    /// These are counted as exported, those that may not be sent any more as left, and those without room as failed.
    Replay(Job, Vec<ExportSeq>),
    /// Who it is to look at in one block of profiles, in the form that ingest gives it; at most 16 KiB.
    Candidates {
        /// Which job.
        job: JobNo,
        /// Which block.
        block: u64,
        /// Who.
        profiles: Vec<u8>,
    },
    /// The blocks before this one have been looked at; `None` is all.
    Finished {
        /// Which job.
        job: JobNo,
        /// The first block that stays.
        before: Option<u64>,
    },
}

/// A message that was refused at the door (an ingestion dead letter).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeadMessage {
    /// When it came.
    pub at: Timestamp,
    /// Where it was posted, unless it came from a file.
    pub inlet: Option<InletId>,
    /// The dataset it was meant for.
    pub dataset: DatasetId,
    /// The stable code of the reason, for metrics.
    pub code: String,
    /// The reason as a sentence.
    pub reason: String,
    /// The message as received, up to 1 MiB.
    pub body: Vec<u8>,
}

/// How far the background job has come that brings every profile to the current rules.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UpgradeProgress {
    /// The rules it brings profiles to.
    pub to: RulesVersion,
    /// The next profile to look at.
    pub next: ProfileId,
    /// Profiles looked at so far.
    pub visited: u64,
    /// Whether it has seen them all.
    pub finished: bool,
}

/// What became of the messages of one dataset.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct MessageCounters {
    /// Accepted and evaluated.
    pub accepted: u64,
    /// Duplicate events, which change nothing.
    pub duplicate: u64,
    /// Refused, and kept as dead messages.
    pub bad: u64,
}
