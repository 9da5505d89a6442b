//! What the store knows of itself, and what is counted.

use super::definitions;
use super::table::Table;
use crate::account::Counters;
use crate::decisions::{DeadMessage, MessageCounters, UpgradeProgress};
use crate::keyspace::Space;
use crate::meta::Meta;
use model::{DataflowNo, DatasetId, Definitions, Job, JobNo};

/// number -> message refused at the door
pub(crate) const DEAD_MESSAGES: Table<u64, DeadMessage> = Table::new(Space::DeadMessages);
/// dataflow -> counters of its account
pub(crate) const COUNTERS: Table<DataflowNo, Counters> =
    Table::changed(Space::Counters, 2, |_, body| Counters::first_form(body));
/// dataset -> counters of its messages
pub(crate) const MESSAGE_COUNTERS: Table<DatasetId, MessageCounters> = Table::new(Space::MessageCounters);
/// the one row
pub(crate) const DEFINITIONS: Table<(), Definitions> =
    Table::changed(Space::Definitions, 4, definitions::older);
/// the one row
pub(crate) const UPGRADE: Table<(), UpgradeProgress> = Table::new(Space::Upgrade);
/// number -> job
pub(crate) const JOBS: Table<JobNo, Job> = Table::new(Space::Jobs);
/// (job, block) -> candidates
pub(crate) const CANDIDATES: Table<(JobNo, u64), Vec<u8>> = Table::new(Space::Candidates);
/// the committed numbers
pub(crate) const META: Table<(), Meta> = Table::new(Space::Meta);

/// The key of the format row. It and its value, a big-endian u32, are outside of all tables and stay as they
/// are in every format, so that any program can tell whether it knows the store.
pub(crate) const FORMAT: &[u8] = b"Zformat";

/// The key of the row that a restore leaves for the first opening: the instant of the restore in milliseconds, a
/// big-endian i64. Outside of all tables like the format row.
pub(crate) const RESTORED: &[u8] = b"Zrestored";
