//! What enters a batch, and what is answered.

use bytes::Bytes;
use evaluator::Ask;
use model::{Identity, InletId, Message, ProfileId, Timestamp};
use std::sync::Arc;
use store::{DeadMessage, RawInput};

/// One thing that happens, and the instant at which it does.
#[derive(Debug)]
pub struct Input {
    /// Evaluation time; does not decrease from one input to the next.
    pub now: Timestamp,
    /// What happens.
    pub what: What,
}

impl Input {
    /// The primary identity of the person that a message is of.
    pub(crate) fn primary(&self) -> Option<&Identity> {
        match &self.what {
            What::Item(Item::Posted(posted)) => posted.message.identities.first(),
            _ => None,
        }
    }
}

/// What happens.
#[derive(Debug)]
pub enum What {
    /// A message arrived.
    Item(Item),
    /// A timer row says that a profile is due at this instant. Stale ones are no-ops.
    Tick(ProfileId, Timestamp),
    /// A job brings a profile, or the one that absorbed it, to the current rules.
    Visit(ProfileId),
    /// A job has a dataflow told of a profile, or of the one that absorbed it.
    Tell(ProfileId, Arc<Telling>),
}

impl What {
    /// The message as it was received, if it is one that parsed.
    pub(crate) fn raw(&self) -> Option<RawInput> {
        match self {
            Self::Item(Item::Posted(posted)) => Some(RawInput {
                inlet: posted.inlet.clone(),
                raw: posted.raw.clone(),
            }),
            _ => None,
        }
    }
}

/// What a job wants.
#[derive(Debug)]
pub struct Telling {
    /// Of whom, and why.
    pub ask: Ask,
    /// Who was told of in a later batch is not told of again.
    pub since: u64,
}

/// A message as a client posted it.
#[derive(Debug)]
pub enum Item {
    /// It parsed.
    Posted(Posted),
    /// It did not; it is kept with its reason.
    Bad(DeadMessage),
}

/// A message that parsed, and what it was parsed from.
#[derive(Debug)]
pub struct Posted {
    /// Where it was posted.
    pub inlet: InletId,
    /// What it says.
    pub message: Message,
    /// As received: what is kept if it cannot be evaluated.
    pub raw: Bytes,
}

/// What became of an item, in the order of the request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// Durable and evaluated.
    Accepted,
    /// An event that is already known: durable, nothing changed.
    Duplicate,
    /// Kept as an ingestion dead letter with this reason.
    Bad(String),
    /// Evaluating it failed; kept as an ingestion dead letter with this reason.
    Failed(String),
}
