//! Which partition the exports of a profile go to: a function of the profile and of the number of partitions.
//!
//! It is `N mod count`, with `N` the first eight bytes, most significant first, of the SHA-256 of the profile id as
//! the message writes it (decimal digits); the result indexes the partition ids in numeric order. A consumer can
//! repeat that in any language.

use model::ProfileId;
use sha2::{Digest, Sha256};

/// The partitions of a hub, in numeric order of their ids. There is at least one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Partitions(Vec<String>);

impl Partitions {
    /// From the ids as the hub lists them; `None` if there is none.
    pub(super) fn new(mut ids: Vec<String>) -> Option<Self> {
        // Ids are numbers, but only by habit: others come after them, in order of their text.
        ids.sort_by_key(|id| (id.parse::<u64>().unwrap_or(u64::MAX), id.clone()));
        ids.dedup();
        (!ids.is_empty()).then_some(Self(ids))
    }

    /// The id of the first.
    pub(super) fn first(&self) -> &str {
        self.0.first().map_or("", String::as_str)
    }

    /// The id of the one that takes the exports of `profile`.
    pub(super) fn of(&self, profile: ProfileId) -> &str {
        let at = hash(profile) % self.0.len() as u64;
        &self.0[at as usize]
    }
}

fn hash(profile: ProfileId) -> u64 {
    let digest = Sha256::digest(profile.to_string());
    digest[..8]
        .iter()
        .fold(0, |number, byte| number << 8 | u64::from(*byte))
}

#[cfg(test)]
mod tests;
