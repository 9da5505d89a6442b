//! Where identities lead.

use compact_str::CompactString;
use foldhash::fast::RandomState;
use hashbrown::HashTable;
use model::{Identity, ProfileId};
use std::hash::BuildHasher;

/// Whose the identities are that are in memory.
#[derive(Default)]
pub(crate) struct Names {
    table: HashTable<Name>,
    hasher: RandomState,
}

struct Name {
    /// By [`spell`].
    text: CompactString,
    owner: ProfileId,
}

impl Names {
    /// Whose an identity is. `room` is to spell it in.
    pub(crate) fn owner(&self, identity: &Identity, room: &mut String) -> Option<ProfileId> {
        let text = spell(identity, room);
        let found = self.table.find(self.hash(text), |name| name.text == text);
        found.map(|name| name.owner)
    }

    /// Of as many identities as there is place for whose they are, or somebody else: what is found at first. Each is far away, and
    /// asked for in a row, without a look at what is found, they come at the same time.
    pub(crate) fn fetch<'i, const N: usize>(
        &self,
        identities: impl Iterator<Item = &'i Identity>,
        room: &mut String,
    ) -> [Option<ProfileId>; N] {
        let (mut hashes, mut owners) = ([None; N], [None; N]);
        for (hash, identity) in hashes.iter_mut().zip(identities) {
            *hash = Some(self.hash(spell(identity, room)));
        }
        for (owner, hash) in owners.iter_mut().zip(hashes) {
            *owner = hash
                .and_then(|hash| self.table.find(hash, |_| true))
                .map(|name| name.owner);
        }
        owners
    }

    pub(crate) fn link(&mut self, identity: &Identity, owner: ProfileId) {
        let mut room = String::new();
        let text = spell(identity, &mut room);
        let hash = self.hash(text);
        let hasher = &self.hasher;
        let again = |name: &Name| hasher.hash_one(name.text.as_str());
        let entry = self.table.entry(hash, |name| name.text == text, again);
        entry
            .and_modify(|name| name.owner = owner)
            .or_insert_with(|| Name {
                text: text.into(),
                owner,
            });
    }

    pub(crate) fn unlink(&mut self, identity: &Identity) {
        let mut room = String::new();
        let text = spell(identity, &mut room);
        if let Ok(known) = self.table.find_entry(self.hash(text), |name| name.text == text) {
            known.remove();
        }
    }

    pub(crate) fn len(&self) -> usize {
        self.table.len()
    }

    pub(crate) fn clear(&mut self) {
        self.table.clear();
    }

    fn hash(&self, text: &str) -> u64 {
        self.hasher.hash_one(text)
    }
}

/// An identity as one text, which no other has: with the length of its namespace ahead.
fn spell<'n>(identity: &Identity, room: &'n mut String) -> &'n str {
    let Identity { namespace, value } = identity;
    room.clear();
    // As a character, which is there for all lengths that a namespace may have.
    room.extend(char::from_u32(namespace.len() as u32));
    room.push_str(namespace);
    room.push_str(value);
    room
}
