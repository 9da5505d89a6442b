//! Whose a message is: new, known, or the one thing that shows several profiles to be one person.

use crate::cache::Cache;
use model::{Identity, IdentityLink, ProfileId, Seq, Timestamp};

/// A profile has at most this many identities; the oldest gives way.
pub(crate) const IDENTITY_CAP: usize = 50;

/// Whose a message is.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Resolved {
    /// The smallest of the profiles the identities lead to; `None` if they lead nowhere.
    pub(crate) known: Option<ProfileId>,
    /// The other profiles, ascending.
    pub(crate) absorbed: Vec<ProfileId>,
    /// The identities that lead nowhere yet.
    pub(crate) unknown: Vec<Identity>,
}

/// Looks the identities up in `cache`; `name` is room to spell them in.
pub(crate) fn resolve(cache: &Cache, identities: &[Identity], name: &mut String) -> Resolved {
    let mut resolved = Resolved::default();
    for identity in identities {
        match (cache.owner(identity, name), resolved.known) {
            (None, _) => resolved.unknown.push(identity.clone()),
            (Some(found), None) => resolved.known = Some(found),
            (Some(found), Some(known)) if found != known => {
                resolved.known = Some(known.min(found));
                resolved.absorbed.push(known.max(found));
            }
            (Some(_), Some(_)) => {}
        }
    }
    resolved.absorbed.sort_unstable();
    resolved.absorbed.dedup();
    resolved
}

/// The links a message adds, and the identities that give way to them: the oldest first, never one that the
/// message itself names.
pub(crate) fn link<'a>(
    held: impl Iterator<Item = &'a IdentityLink>,
    named: &[Identity],
    unknown: Vec<Identity>,
    (seq, since): (Seq, Timestamp),
) -> (Vec<IdentityLink>, Vec<Identity>) {
    let linked: Vec<IdentityLink> = unknown
        .into_iter()
        .map(|identity| IdentityLink { identity, seq, since })
        .collect();
    let mut held: Vec<&IdentityLink> = held.collect();
    let excess = (held.len() + linked.len()).saturating_sub(IDENTITY_CAP);
    held.sort_by_key(|link| link.seq);
    let oldest = held.into_iter().filter(|link| !named.contains(&link.identity));
    let evicted = oldest.take(excess).map(|link| link.identity.clone()).collect();
    (linked, evicted)
}
