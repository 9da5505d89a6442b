//! Whose a message is: new, known, or the one thing that shows several profiles to be one person.

use crate::cache::Cache;
use model::{Identity, IdentityLink, ProfileId, Seq, Timestamp};

/// A profile has at most this many identities; the oldest gives way.
pub(crate) const IDENTITY_CAP: usize = 50;

/// Whose a message is.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Resolved {
    /// The smallest of the profiles the identities lead to, or a new one.
    pub(crate) survivor: ProfileId,
    /// Whether it is new.
    pub(crate) new: bool,
    /// The other profiles, ascending.
    pub(crate) absorbed: Vec<ProfileId>,
    /// The identities that lead nowhere yet.
    pub(crate) unknown: Vec<Identity>,
}

/// Looks the identities up in `cache`; `fresh` is the id a new profile gets.
pub(crate) fn resolve(cache: &Cache, identities: &[Identity], fresh: ProfileId) -> Resolved {
    let mut found: Vec<ProfileId> = identities.iter().filter_map(|i| cache.owner(i)).collect();
    found.sort_unstable();
    found.dedup();
    let unknown = identities
        .iter()
        .filter(|i| cache.owner(i).is_none())
        .cloned()
        .collect();
    let mut found = found.into_iter();
    let first = found.next();
    Resolved {
        survivor: first.unwrap_or(fresh),
        new: first.is_none(),
        absorbed: found.collect(),
        unknown,
    }
}

/// The links a message adds, and the identities that give way to them: the oldest first, never one that the
/// message itself names.
pub(crate) fn link(
    held: impl Iterator<Item = IdentityLink>,
    named: &[Identity],
    unknown: Vec<Identity>,
    (seq, since): (Seq, Timestamp),
) -> (Vec<IdentityLink>, Vec<Identity>) {
    let linked: Vec<IdentityLink> = unknown
        .into_iter()
        .map(|identity| IdentityLink { identity, seq, since })
        .collect();
    let mut held: Vec<IdentityLink> = held.collect();
    let excess = (held.len() + linked.len()).saturating_sub(IDENTITY_CAP);
    held.sort_by_key(|link| link.seq);
    let oldest = held.into_iter().filter(|link| !named.contains(&link.identity));
    (linked, oldest.take(excess).map(|link| link.identity).collect())
}
