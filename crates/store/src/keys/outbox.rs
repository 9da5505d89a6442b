//! What is to be sent, in which order.

use super::codec;
use super::table::Table;
use crate::keyspace::Space;
use crate::settlement::DeadLetter;
use model::{Class, DataflowNo, Export, ExportSeq, ProfileId, Revision, Timestamp};
use serde::{Deserialize, Serialize};

/// (dataflow, number) -> export, and since when it waits
pub(crate) const EXPORTS: Table<(DataflowNo, ExportSeq), Queued> =
    Table::changed(Space::Exports, 2, |_, body| {
        let export: Export = codec::whole(body).ok()?;
        let since = export.emitted_at;
        Some(Queued { since, export })
    });
/// (dataflow, class, due, number) -> ticket; a fresh one is due at `FRESH`
pub(crate) const LANES: Table<(DataflowNo, Class, Timestamp, ExportSeq), Ticket> =
    Table::changed(Space::Lanes, 2, |_, body| {
        let (profile, attempts, throttled_since) = codec::whole(body).ok()?;
        Some(Ticket {
            profile,
            attempts,
            throttled_since,
            alone: false,
        })
    });
/// (dataflow, profile, number) -> class
pub(crate) const PARKED: Table<(DataflowNo, ProfileId, ExportSeq), Class> = Table::new(Space::Parked);
/// (profile, dataflow) -> chain: by profile first, because a join looks for all chains of a profile
pub(crate) const CHAINS: Table<(ProfileId, DataflowNo), Chain> = Table::new(Space::Chains);
/// (profile, dataflow, number) -> revision of the dead letter; at number 0, which no export has, the highest
/// revision delivered since the first of them died
pub(crate) const GRAVES: Table<(ProfileId, DataflowNo, ExportSeq), Revision> = Table::new(Space::Graves);
/// (dataflow, number) -> dead letter
pub(crate) const DEAD_LETTERS: Table<(DataflowNo, ExportSeq), DeadLetter> = Table::new(Space::DeadLetters);

/// When an export that was never tried is due: before everything, so that these go by number alone.
pub(crate) const FRESH: Timestamp = Timestamp::MIN;

/// An export in the outbox. It does not change while it is there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Queued {
    /// The clock of the commit that put it there. `emitted_at` can lie far behind it: the instants of a downtime
    /// are stepped when it is over. It never falls from one number to the next.
    pub(crate) since: Timestamp,
    /// What to send.
    pub(crate) export: Export,
}

/// What a lane row tells beyond its key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Ticket {
    /// Whose export it is.
    pub(crate) profile: ProfileId,
    /// Counted attempts that failed.
    pub(crate) attempts: u8,
    /// Since when the destination throttles it.
    pub(crate) throttled_since: Option<Timestamp>,
    /// Nothing else of the profile is pending on the dataflow and nobody waits for it: its chain tells nothing but
    /// where it is.
    pub(crate) alone: bool,
}

/// What of one profile is pending on one dataflow. There is a row exactly as long as something is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Chain {
    /// The export that has the lane row; all others are parked.
    pub(crate) head: Option<Head>,
    /// Absorbed profiles of which something is pending here, and what waits for them.
    pub(crate) waits: Vec<Wait>,
    /// The profile whose chain waits for this one to end.
    pub(crate) awaited_by: Option<ProfileId>,
}

/// Where the head's lane row is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Head {
    pub(crate) seq: ExportSeq,
    pub(crate) class: Class,
    pub(crate) due: Timestamp,
}

/// Exports from number `from` on were decided after the join and wait for the chain of `on`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Wait {
    pub(crate) on: ProfileId,
    pub(crate) from: ExportSeq,
}
