//! Bulk work on one dataflow: backfill, resend, re-export, exit sweep, reconcile, replay. One shape for all of them.

use crate::{Cause, DataflowId, DataflowNo, ExportSeq, JobNo, ProfileId, SegmentId, SegmentNo, Timestamp};
use serde::{Deserialize, Serialize};

/// A job as it is stored. Its row is committed with what its visits decided, so that a kill between two pages
/// neither repeats nor loses anything.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Job {
    /// By number; never reused. Jobs of one dataflow run one after the other in this order.
    pub no: JobNo,
    /// Why there is one.
    pub kind: JobKind,
    /// The dataflow that is told, by number.
    pub dataflow: DataflowNo,
    /// The same, by name.
    pub dataflow_id: DataflowId,
    /// Who of the candidates is told.
    pub whom: Whom,
    /// While the job is not at its end, every export of the dataflow to somebody who was last told to be in one of
    /// these shows an exit.
    pub leaving: Vec<Leaving>,
    /// In words: `segment gold`, `all`, ...
    pub scope: String,
    /// Where it is in its life.
    pub state: JobState,
    /// Why it failed or was cancelled; empty else.
    pub why: String,
    /// The next candidate to look at; of a replay, the bits are the number of a dead letter.
    pub cursor: ProfileId,
    /// What became of the candidates looked at so far.
    pub counts: JobCounts,
    /// The batch that made it (M): who was told on the dataflow since is not told again.
    pub made_in: u64,
    /// When it was made.
    pub made: Timestamp,
    /// When its row last changed.
    pub updated: Timestamp,
    /// At most this many candidates a second, if bounded.
    pub rate: Option<u32>,
    /// It fails when more errors than this happen: visits that fail, and dead letters of its dataflow.
    pub error_budget: u64,
    /// Dead letters of the dataflow when it was made.
    pub dead_before: u64,
}

/// A job that is to be made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewJob {
    /// Why there is one.
    pub kind: JobKind,
    /// The dataflow that is told, by number.
    pub dataflow: DataflowNo,
    /// The same, by name.
    pub dataflow_id: DataflowId,
    /// Who of the candidates is told.
    pub whom: Whom,
    /// What the dataflow no longer maps under the number it told.
    pub leaving: Vec<Leaving>,
    /// In words.
    pub scope: String,
    /// Who is looked at: the union, as of the batch that makes the job.
    pub candidates: Vec<Candidates>,
    /// At most this many candidates a second, if bounded.
    pub rate: Option<u32>,
    /// It fails when more errors than this happen.
    pub error_budget: u64,
}

/// Who a job looks at. Looking at too many is harmless: each visit decides by itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Candidates {
    /// Every profile.
    Everyone,
    /// Those who are in a segment.
    Members(SegmentNo),
    /// Those whom the dataflow was last told to be in a segment.
    Told(DataflowNo, SegmentNo),
    /// These. Absorbed ones stand for those who absorbed them.
    These(Vec<ProfileId>),
    /// No profiles, but these dead letters of the dataflow: of a replay.
    Letters(Vec<ExportSeq>),
}

/// Who of the candidates is told.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Whom {
    /// Who is realized in one of these mapped segments now.
    Members(Vec<SegmentNo>),
    /// Who is realized in any mapped segment now, or was ever told of.
    Known,
    /// Like `Known`, if the last step of the profile was at or after the first instant and before the second.
    Changed(Timestamp, Timestamp),
    /// Who was last told to be in a segment that is leaving, or that they have left.
    Owed,
    /// Who is realized in any mapped segment now, and who was told realized and no longer is.
    Reconciled,
}

/// A segment that a dataflow no longer maps, and whose members are told that they left it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Leaving {
    /// The number under which they were told.
    pub no: SegmentNo,
    /// The name it shows under.
    pub segment: SegmentId,
}

/// Why there is a job.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum JobKind {
    /// A segment was mapped: its present members are told.
    Backfill,
    /// Somebody asked for the current state again.
    Resend,
    /// The mapping was edited: members are told what it shows now.
    ReExport,
    /// A segment was unmapped, or the dataflow deleted: who was told realized is told an exit.
    ExitSweep,
    /// The dataflow was enabled again: members, and exits for those told realized who no longer are.
    Reconcile,
    /// Somebody wants dead letters sent again as they were recorded.
    Replay,
}

impl JobKind {
    /// The word on the wire.
    pub fn as_str(self) -> &'static str {
        self.cause().map_or("replay", Cause::as_str)
    }

    /// The cause of its exports; `None` if they keep the ones they have.
    pub fn cause(self) -> Option<Cause> {
        match self {
            Self::Backfill => Some(Cause::Backfill),
            Self::Resend => Some(Cause::Resend),
            Self::ReExport => Some(Cause::ReExport),
            Self::ExitSweep => Some(Cause::ExitSweep),
            Self::Reconcile => Some(Cause::Reconcile),
            Self::Replay => None,
        }
    }
}

/// Where a job is in its life. The first two go on; the others are ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum JobState {
    /// It works, or waits for its turn, for room in the queue or for its dataflow.
    Running,
    /// Somebody holds it.
    Paused,
    /// Somebody ended it, or its dataflow went.
    Cancelled,
    /// It has looked at every candidate.
    Done,
    /// Its error budget was exceeded.
    Failed,
}

impl JobState {
    /// The word on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Running => "running",
            Self::Paused => "paused",
            Self::Cancelled => "cancelled",
            Self::Done => "done",
            Self::Failed => "failed",
        }
    }

    /// Whether it is at its end.
    pub fn ended(self) -> bool {
        !matches!(self, Self::Running | Self::Paused)
    }
}

/// What became of the candidates of a job. At its end `total = exported + live + left + failed`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct JobCounts {
    /// How many there are, fixed when the job is made.
    pub total: u64,
    /// Told by the job.
    pub exported: u64,
    /// Told by something else since the job was made.
    pub live: u64,
    /// There is nothing to tell of them: they have left, or were out of scope all along.
    pub left: u64,
    /// Looking at them failed.
    pub failed: u64,
}

impl JobCounts {
    /// Candidates looked at.
    pub fn done(&self) -> u64 {
        self.exported + self.live + self.left + self.failed
    }
}
