//! What happened to people.

use super::table::Table;
use crate::digest::Digest;
use crate::keyspace::Space;
use model::{Event, ProfileId};

/// (owner, hash of dataset and `_id`) -> event
pub(crate) const EVENTS: Table<(ProfileId, Digest), Event> = Table::new(Space::Events);
