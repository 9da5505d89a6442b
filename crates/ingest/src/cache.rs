//! Decoded states of the profiles that are hot, and where identities lead. Always what was last committed, or
//! what the batch in work will commit.

use evaluator::State;
use model::{Identity, ProfileId, Timestamp};
use std::collections::HashMap;
use store::Store;

/// Profiles and identities in memory, bounded; the store has the rest.
#[derive(Debug)]
pub(crate) struct Cache {
    capacity: usize,
    people: HashMap<ProfileId, Entry>,
    names: HashMap<Identity, ProfileId>,
    weight: usize,
    clock: u64,
}

/// A profile in memory.
#[derive(Debug)]
pub(crate) struct Entry {
    pub(crate) state: State,
    /// The timer row that the store has for it.
    pub(crate) timer: Option<Timestamp>,
    used: u64,
}

impl Entry {
    pub(crate) fn new(state: State, timer: Option<Timestamp>) -> Self {
        Self {
            state,
            timer,
            used: 0,
        }
    }

    /// Roughly how much memory it takes, in events and leaves.
    fn weight(&self) -> usize {
        let profile = &self.state.profile;
        8 + profile.events.len() + profile.fragments.iter().map(|f| f.leaves.len()).sum::<usize>()
    }
}

impl Cache {
    /// `capacity` counts events and attribute leaves.
    pub(crate) fn new(capacity: usize) -> Self {
        Self {
            capacity,
            people: HashMap::new(),
            names: HashMap::new(),
            weight: 0,
            clock: 0,
        }
    }

    /// Forgets everything: the store knows better.
    pub(crate) fn clear(&mut self) {
        self.people.clear();
        self.names.clear();
        self.weight = 0;
    }

    /// Whose these identities are. What is not in memory is asked of the store in one go.
    pub(crate) fn lookup<'a>(
        &mut self,
        store: &Store,
        identities: impl Iterator<Item = &'a Identity>,
    ) -> Result<(), store::Error> {
        let unknown: Vec<Identity> = identities
            .filter(|i| !self.names.contains_key(*i))
            .cloned()
            .collect();
        if unknown.is_empty() {
            return Ok(());
        }
        let found = store.profiles_of(&unknown)?;
        let known = unknown
            .into_iter()
            .zip(found)
            .filter_map(|(name, id)| Some((name, id?)));
        self.names.extend(known);
        Ok(())
    }

    /// Whose an identity is, after [`Cache::lookup`].
    pub(crate) fn owner(&self, identity: &Identity) -> Option<ProfileId> {
        self.names.get(identity).copied()
    }

    pub(crate) fn link(&mut self, identity: Identity, profile: ProfileId) {
        self.names.insert(identity, profile);
    }

    pub(crate) fn unlink(&mut self, identity: &Identity) {
        self.names.remove(identity);
    }

    /// Brings profiles that are not in memory in from the store, in one go.
    pub(crate) fn load(
        &mut self,
        store: &Store,
        ids: impl Iterator<Item = ProfileId>,
    ) -> Result<(), store::Error> {
        let mut missing: Vec<ProfileId> = ids.filter(|id| !self.people.contains_key(id)).collect();
        missing.sort_unstable();
        missing.dedup();
        if missing.is_empty() {
            return Ok(());
        }
        for profile in store.load(&missing)?.into_iter().flatten() {
            let timer = profile.hot.next_due;
            self.put(Entry::new(State::new(profile), timer));
        }
        Ok(())
    }

    /// Takes a profile out, to be put back when the work on it is done.
    pub(crate) fn take(&mut self, id: ProfileId) -> Option<Entry> {
        let entry = self.people.remove(&id)?;
        self.weight -= entry.weight().min(self.weight);
        Some(entry)
    }

    pub(crate) fn put(&mut self, mut entry: Entry) {
        self.clock += 1;
        entry.used = self.clock;
        self.weight += entry.weight();
        self.people.insert(entry.state.profile.id, entry);
    }

    pub(crate) fn get(&self, id: ProfileId) -> Option<&Entry> {
        self.people.get(&id)
    }

    pub(crate) fn get_mut(&mut self, id: ProfileId) -> Option<&mut Entry> {
        self.people.get_mut(&id)
    }

    /// Lets the longest unused go until half of the capacity is free. Only between batches.
    pub(crate) fn shrink(&mut self) {
        if self.names.len() > self.capacity {
            self.names.clear();
        }
        if self.weight <= self.capacity {
            return;
        }
        let mut by_use: Vec<(u64, ProfileId)> =
            self.people.iter().map(|(id, entry)| (entry.used, *id)).collect();
        by_use.sort_unstable();
        for (_, id) in by_use {
            if self.weight <= self.capacity / 2 {
                break;
            }
            self.take(id);
        }
    }
}
