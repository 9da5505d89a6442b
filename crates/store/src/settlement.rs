//! What the sending half takes from the outbox and gives back.

use model::{DeadReason, Export, ExportSeq, SuppressedReason, Timestamp};
use serde::{Deserialize, Serialize};

/// An export in flight: nobody else gets it until it is settled or released.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claimed {
    /// Names it towards the store.
    pub seq: ExportSeq,
    /// What to send.
    pub export: Export,
    /// Counted attempts that failed so far.
    pub attempts: u8,
    /// Since when the destination throttles it.
    pub throttled_since: Option<Timestamp>,
    /// The size of its stored row.
    pub bytes: usize,
}

/// What became of one export.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settlement {
    /// Which one. One that is not in the outbox (any more) is passed over, so a settlement can be repeated.
    pub seq: ExportSeq,
    /// What became of it.
    pub outcome: Outcome,
}

/// How an attempt, or an export, ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Accepted by the destination.
    Delivered,
    /// To be claimed again, not before `due`.
    Again {
        /// When.
        due: Timestamp,
        /// Counted attempts that failed so far.
        attempts: u8,
        /// Since when the destination throttles it.
        throttled_since: Option<Timestamp>,
    },
    /// Kept as a dead letter.
    Dead {
        /// When.
        at: Timestamp,
        /// Why, as counted.
        reason: DeadReason,
        /// What the destination said.
        answer: String,
        /// Counted attempts that failed.
        attempts: u8,
    },
    /// Never to be sent. An export in flight cannot be suppressed, nor expire: the request passes over it, and it
    /// ends as what happens to it.
    Suppressed(SuppressedReason),
}

impl Outcome {
    /// Whether nobody has tried the export: then it cannot be in flight.
    pub(crate) fn gives_up(&self) -> bool {
        match self {
            Self::Suppressed(_) => true,
            Self::Dead { reason, .. } => matches!(reason, DeadReason::Expired | DeadReason::Overflow),
            Self::Delivered | Self::Again { .. } => false,
        }
    }
}

/// An export that was given up.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeadLetter {
    /// What should have been sent.
    pub export: Export,
    /// When it was given up.
    pub at: Timestamp,
    /// Why, as counted.
    pub reason: DeadReason,
    /// What the destination said.
    pub answer: String,
    /// Counted attempts that failed.
    pub attempts: u8,
}
