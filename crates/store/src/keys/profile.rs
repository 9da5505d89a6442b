//! What is known of people.

use super::codec;
use super::table::Table;
use crate::digest::Digest;
use crate::keyspace::Space;
use model::{Fragment, HotRow, IdentityLink, Leaf, ProfileId, Timestamp, Transition};

/// profile -> hot row
pub(crate) const PROFILES: Table<ProfileId, HotRow> = Table::new(Space::Profiles);
/// profile -> names, oldest first
pub(crate) const IDENTITY_LISTS: Table<ProfileId, Vec<IdentityLink>> = Table::new(Space::IdentityLists);
/// (owner, hash of dataset and primary identity) -> fragment
pub(crate) const FRAGMENTS: Table<(ProfileId, Digest), Fragment> =
    Table::changed(Space::Fragments, 2, |_, body| {
        let (owner, dataset, primary, leaves): (_, _, _, Vec<Leaf>) = codec::whole(body).ok()?;
        Some(Fragment {
            owner,
            dataset,
            primary,
            leaves: leaves.into(),
        })
    });
/// hash of an identity -> survivor
pub(crate) const IDENTITIES: Table<Digest, ProfileId> = Table::new(Space::Identities);
/// absorbed profile -> survivor of its join
pub(crate) const ALIASES: Table<ProfileId, ProfileId> = Table::new(Space::Aliases);
/// (due, profile) -> nothing
pub(crate) const TIMERS: Table<(Timestamp, ProfileId), ()> = Table::new(Space::Timers);
/// (profile, batch) -> transitions
pub(crate) const HISTORY: Table<(ProfileId, u64), Vec<Transition>> = Table::new(Space::History);
