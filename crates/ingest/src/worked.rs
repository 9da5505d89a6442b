//! What came of the inputs of a batch, before it is put into rows.

use crate::input::Answer;
use crate::unit::Unit;
use model::{Identity, ProfileId, Seq, Timestamp};
use std::collections::BTreeMap;
use store::{DeadMessage, ProfileDelta, Store};

/// What the next batch counts on from.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Count {
    pub(crate) clock: Timestamp,
    pub(crate) batch: u64,
    pub(crate) seq: Seq,
    pub(crate) profile: u64,
    pub(crate) incarnation: u16,
}

impl Count {
    /// Where a new store stands.
    pub(crate) const FIRST: Self = Self {
        clock: Timestamp::MIN,
        batch: 0,
        seq: Seq(1),
        profile: 1,
        incarnation: 0,
    };

    pub(crate) fn of(store: &Store) -> Self {
        let meta = store.meta();
        Self {
            clock: meta.clock,
            batch: meta.batch,
            seq: meta.next_seq,
            profile: meta.next_profile,
            incarnation: meta.incarnation,
        }
    }
}

/// What came of the inputs of a batch.
pub(crate) struct Worked {
    pub(crate) count: Count,
    /// In order of their first inputs; after the work each is closed.
    pub(crate) units: Vec<Unit>,
    /// By place of the input; `None` for what is not answered.
    pub(crate) answers: Vec<Option<Answer>>,
    /// Profiles made, each with the primary identity of its first message.
    pub(crate) created: Vec<(ProfileId, Identity)>,
    pub(crate) absorbed: BTreeMap<ProfileId, Gone>,
    pub(crate) renamed: BTreeMap<Identity, Option<ProfileId>>,
    /// Timer rows of nobody.
    pub(crate) dropped: Vec<ProfileDelta>,
    pub(crate) dead: Vec<DeadMessage>,
    /// Visits of a job: nobody was there, and looking failed.
    pub(crate) left: u64,
    pub(crate) failed: u64,
}

/// A profile that was absorbed in this batch.
pub(crate) struct Gone {
    pub(crate) into: ProfileId,
    pub(crate) timer: Option<Timestamp>,
}

/// Why a batch cannot be decided as it is.
pub(crate) enum Trouble {
    /// The store, or a row of it.
    Store(store::Error),
    /// These inputs panicked.
    Panics(BTreeMap<usize, String>),
}

impl From<store::Error> for Trouble {
    fn from(error: store::Error) -> Self {
        Self::Store(error)
    }
}
