//! What the dispatcher asks of an outside stream. The caller owns the interface; `destinations` implements it.

use crate::Rendered;
use async_trait::async_trait;
use model::ProfileId;
use std::fmt;
use std::time::Duration;

/// Sends exports to one outside stream.
///
/// It never retries, waits, limits a rate or counts: the lane does, in one place for all kinds. Its `Debug`
/// shows no secret.
#[async_trait]
pub trait Destination: Send + Sync + fmt::Debug {
    /// What one call may carry.
    fn limits(&self) -> BatchLimits;

    /// How long one call may take. A call that takes longer is given up, and all its exports are transient.
    fn timeout(&self) -> Duration {
        Duration::from_secs(20)
    }

    /// Whether bodies begin with `_weir` also where the dataflow does not ask for it.
    fn always_envelope(&self) -> bool {
        false
    }

    /// The part of the stream that takes the exports of a profile, if the stream has parts that are busy each by
    /// itself (the shards of Kinesis) and they are known. Exports that are throttled then slow their own part only.
    fn part(&self, _profile: ProfileId) -> Option<Part> {
        None
    }

    /// Sends a batch within [`Destination::limits`], at most one export of a profile, and says what became of
    /// each, in the same order. The future may be dropped at any await.
    async fn send(&self, batch: &[Rendered]) -> Vec<Verdict>;

    /// Whether the stream could be written to now. Leaves no record in it.
    async fn check(&self) -> Result<(), CheckError>;

    /// What the credentials may do, each permission that sending needs or that helps, by itself. Leaves no record.
    async fn permissions(&self) -> Vec<Permission> {
        Vec::new()
    }
}

/// A part of a stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Part {
    /// Which, among all that are open.
    pub number: u32,
    /// How many there are.
    pub of: u32,
    /// Exports a second that it takes when it is busy.
    pub per_second: u32,
}

/// One permission.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Permission {
    /// As the destination calls it: `PutRecords`.
    pub name: &'static str,
    /// Whether it is there.
    pub allowed: Allowed,
}

/// Whether a permission is there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Allowed {
    /// It is.
    Yes,
    /// It is not: what the destination said.
    No(String),
    /// It could not be told, and why.
    NotChecked(String),
}

/// What one call may carry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BatchLimits {
    /// Exports a call, at least 1.
    pub records: usize,
    /// Body bytes a call.
    pub bytes: usize,
    /// Body bytes of one export; a larger one is refused without a call.
    pub record_bytes: usize,
}

/// What became of one export in one call. The answer is the destination's own words, for dead letters and
/// operators; it holds no secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Accepted, and durable as far as the destination promises.
    Delivered,
    /// Refused for good: sending it again would be refused again.
    Refused {
        /// What it said.
        answer: String,
    },
    /// Failed, and may succeed later: a counted attempt.
    Transient {
        /// What it said.
        answer: String,
    },
    /// The destination asks to slow down: no attempt.
    Throttled {
        /// How long it asks to wait, if it says.
        after: Option<Duration>,
        /// What it said.
        answer: String,
    },
    /// The endpoint as a whole cannot be used (not reached, credentials refused, no such stream, disk full):
    /// no attempt; everything waits.
    Endpoint {
        /// What it said.
        answer: String,
    },
}

impl Verdict {
    /// One word, as in metrics: `delivered`, `refused`, `transient`, `throttled`, `endpoint`.
    pub fn class(&self) -> &'static str {
        match self {
            Self::Delivered => "delivered",
            Self::Refused { .. } => "refused",
            Self::Transient { .. } => "transient",
            Self::Throttled { .. } => "throttled",
            Self::Endpoint { .. } => "endpoint",
        }
    }

    /// What the destination said; empty for delivered.
    pub fn answer(&self) -> &str {
        match self {
            Self::Delivered => "",
            Self::Refused { answer }
            | Self::Transient { answer }
            | Self::Throttled { answer, .. }
            | Self::Endpoint { answer } => answer,
        }
    }
}

/// Why a destination could not be written to now.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{why}")]
pub struct CheckError {
    /// A sentence for the person who set the destination up.
    pub why: String,
}
