//! Where the store stands: the numbers that continue over a restart.

use model::{ExportSeq, ProfileId, Revision, Seq, Timestamp};
use serde::{Deserialize, Serialize};

/// The committed numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Meta {
    /// The instant of the last batch; time never goes back behind it. `MIN` in a new store.
    pub clock: Timestamp,
    /// The number of the last batch; 0 in a new store.
    pub batch: u64,
    /// The next free arrival number.
    pub next_seq: Seq,
    /// The next free profile number.
    pub next_profile: u64,
    /// The next free number of an outbox row.
    pub next_export: ExportSeq,
    /// The next free number of a dead message.
    pub next_dead_message: u64,
    /// Counts the restores of the store; the high 16 bits of profile ids and revisions.
    pub incarnation: u16,
}

impl Meta {
    /// Every number starts at 1, so that 0 never names anything.
    pub(crate) fn first(incarnation: u16) -> Self {
        Self {
            clock: Timestamp::MIN,
            batch: 0,
            next_seq: Seq(1),
            next_profile: 1,
            next_export: ExportSeq(1),
            next_dead_message: 1,
            incarnation,
        }
    }

    /// The id of the profile with this number, made in this incarnation.
    pub fn profile(&self, number: u64) -> ProfileId {
        ProfileId::new(self.incarnation, number)
    }

    /// The least revision of this incarnation, less one: a profile's next revision on a dataflow is one more
    /// than the larger of this and the last one decided.
    pub fn revision_floor(&self) -> Revision {
        Revision(u64::from(self.incarnation) << 48)
    }
}
