//! What happened to people.

use super::table::Table;
use crate::digest::Digest;
use crate::keyspace::Space;
use model::{Event, ProfileId, Timestamp};

/// (owner, timestamp, hash of dataset and `_id`) -> event
pub(crate) const EVENTS: Table<(ProfileId, Timestamp, Digest), Event> = Table::new(Space::Events);
/// (owner, hash of dataset and `_id`) -> timestamp
pub(crate) const EVENT_IDS: Table<(ProfileId, Digest), Timestamp> = Table::new(Space::EventIds);
