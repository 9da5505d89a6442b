//! Decoded states of the profiles that are hot, and where identities lead. Always what was last committed, or what will
//! be: by the batch on its way to the disk, and by the batch in work.

mod entry;

pub(crate) use entry::Entry;

use crate::names::Names;
use crate::way::{Owner, Way};
use evaluator::State;
use foldhash::fast::RandomState;
use model::{Identity, Leaves, Path, ProfileId, Timestamp};
use std::collections::{HashMap, VecDeque};
use std::hint::black_box;
use std::sync::Arc;
use store::{Decisions, Store};

/// Profiles and identities in memory. With a store it is bounded, and the store has the rest; without one there is
/// nobody else.
pub(crate) struct Cache {
    store: Option<Store>,
    capacity: usize,
    people: HashMap<ProfileId, Place, RandomState>,
    names: Names,
    /// The paths of whole records that came from the store last: most people have the same.
    shapes: VecDeque<Arc<[Path]>>,
    weight: usize,
    clock: u64,
    /// Whose turn it is to go, and the number of that turn. Empty without a store, where nobody goes.
    turns: VecDeque<(ProfileId, u64)>,
    /// What the store does not have yet.
    way: Option<Way>,
    /// Where `clock` stood when the last batch was begun.
    begun: u64,
}

/// Where a profile of the cache is.
enum Place {
    /// With what it weighs: who takes it out need not look into it.
    Here(Box<Entry>, usize),
    /// In the unit of this number of the batch in work.
    AtWork(u32),
}

/// What became of a wish to work on a profile.
pub(crate) enum Taken {
    /// Here it is.
    Now(Box<Entry>),
    /// The unit of this number has it.
    Before(u32),
    /// It is not in memory.
    Missing,
}

/// So many lists of paths are remembered.
const SHAPES: usize = 16;

/// So many are looked for at the same time.
pub(crate) const NEAR: usize = 16;

/// Who was used since their turn came up gets another one. But a batch looks for no more of them than this, so that it does not
/// pay for all that happened while there was room.
const SPARED: usize = 1_000;

/// Bytes of the capacity for which one name may stay, whose profile may be in memory or not.
const NAME: usize = 256;

impl Cache {
    /// `capacity` is in bytes.
    pub(crate) fn over(store: Store, capacity: usize) -> Self {
        Self::new(Some(store), capacity)
    }

    /// Everybody there is stays in memory.
    pub(crate) fn alone() -> Self {
        Self::new(None, usize::MAX)
    }

    fn new(store: Option<Store>, capacity: usize) -> Self {
        Self {
            store,
            capacity,
            people: HashMap::default(),
            names: Names::default(),
            shapes: VecDeque::new(),
            weight: 0,
            clock: 0,
            turns: VecDeque::new(),
            way: None,
            begun: 0,
        }
    }

    /// A batch begins.
    pub(crate) fn begin(&mut self) {
        self.begun = self.clock;
    }

    /// The batch that was begun last is on its way to the disk. Until it has arrived what it decided stays in memory.
    pub(crate) fn depart(&mut self, decisions: Arc<Decisions>) {
        debug_assert!(self.way.is_none(), "one at a time");
        self.way = Some(Way::of(decisions, self.begun));
    }

    /// What was on its way is in the store.
    pub(crate) fn arrive(&mut self) {
        self.way = None;
    }

    /// The store that has the rest.
    pub(crate) fn store(&self) -> Option<&Store> {
        self.store.as_ref()
    }

    /// Forgets everything: the store knows better.
    pub(crate) fn clear(&mut self) {
        self.people.clear();
        self.names.clear();
        self.turns.clear();
        self.way = None;
        self.weight = 0;
    }

    /// Whose these identities are, as far as they are anybody's. What is not in memory is asked of the store in one go.
    pub(crate) fn lookup<'a>(
        &mut self,
        mut identities: impl Iterator<Item = &'a Identity> + Clone,
    ) -> Result<Vec<ProfileId>, store::Error> {
        let (mut owners, mut unknown) = (Vec::new(), Vec::new());
        let mut name = String::new();
        loop {
            self.fetch(identities.clone().take(NEAR), &mut name);
            let before = owners.len() + unknown.len();
            for identity in identities.by_ref().take(NEAR) {
                match self.names.owner(identity, &mut name) {
                    Some(owner) => owners.push(owner),
                    None => unknown.push(identity),
                }
            }
            if owners.len() + unknown.len() == before {
                break;
            }
        }
        let mut unsaid = Vec::new();
        for identity in unknown {
            match self.way.as_ref().map_or(Owner::Unsaid, |way| way.owner(identity)) {
                Owner::Profile(owner) => {
                    self.names.link(identity, owner);
                    owners.push(owner);
                }
                Owner::Nobody => {}
                Owner::Unsaid => unsaid.push(identity.clone()),
            }
        }
        if let Some(store) = self.store.as_ref().filter(|_| !unsaid.is_empty()) {
            for (identity, found) in unsaid.iter().zip(store.profiles_of(&unsaid)?) {
                if let Some(id) = found {
                    self.names.link(identity, id);
                    owners.push(id);
                }
            }
        }
        Ok(owners)
    }

    /// Whose an identity is, after [`Cache::lookup`].
    pub(crate) fn owner(&self, identity: &Identity, name: &mut String) -> Option<ProfileId> {
        self.names.owner(identity, name)
    }

    /// Has the memory come near in which it stands whose these identities are, and where those profiles are. Each is far away, and
    /// asked for one after the other they come at the same time. Nothing is decided by it.
    pub(crate) fn fetch<'a>(&self, identities: impl Iterator<Item = &'a Identity>, name: &mut String) {
        let owners: [_; NEAR] = self.names.fetch(identities, name);
        for owner in owners.iter().flatten() {
            black_box(self.people.contains_key(owner));
        }
    }

    pub(crate) fn link(&mut self, identity: &Identity, profile: ProfileId) {
        self.names.link(identity, profile);
    }

    pub(crate) fn unlink(&mut self, identity: &Identity) {
        self.names.unlink(identity);
    }

    /// The profile that `id` is part of now, as far as is decided before the batch in work.
    pub(crate) fn survivor(&self, id: ProfileId) -> Result<Option<ProfileId>, store::Error> {
        // Nobody is in memory who was absorbed.
        if self.has(id) {
            return Ok(Some(id));
        }
        let Some(store) = &self.store else { return Ok(None) };
        let stored = store.survivor(id)?;
        Ok(stored.map(|id| self.absorbing(id).unwrap_or(id)))
    }

    /// Who absorbs a profile by what is on its way.
    fn absorbing(&self, id: ProfileId) -> Option<ProfileId> {
        self.way.as_ref()?.survivor(id)
    }

    /// Whether a timer row that the store has stays there when what is on its way arrives.
    pub(crate) fn is_due(&self, id: ProfileId, due: Timestamp) -> bool {
        let Some(way) = &self.way else { return true };
        match self.people.get(&id) {
            Some(Place::Here(entry, _)) => entry.timer == Some(due),
            Some(Place::AtWork(_)) => true,
            None => way.survivor(id).is_none(),
        }
    }

    /// Brings profiles that are not in memory in from the store, in one go.
    pub(crate) fn load(&mut self, ids: impl Iterator<Item = ProfileId>) -> Result<(), store::Error> {
        let Some(store) = &self.store else { return Ok(()) };
        // Who is being absorbed is still in the store, and must not come back.
        let is_missing = |id: &ProfileId| !self.people.contains_key(id) && self.absorbing(*id).is_none();
        let mut missing: Vec<ProfileId> = ids.filter(is_missing).collect();
        missing.sort_unstable();
        missing.dedup();
        if missing.is_empty() {
            return Ok(());
        }
        for mut profile in store.load(&missing)?.into_iter().flatten() {
            for fragment in &mut profile.fragments {
                if let Leaves::Whole(patch, _) = &mut fragment.leaves
                    && let Some(patch) = Arc::get_mut(patch)
                {
                    patch.share_paths(&mut self.shapes, SHAPES);
                }
            }
            let timer = profile.hot.next_due;
            let mut entry = Box::new(Entry::new(State::new(profile), timer));
            entry.weigh();
            self.put(entry);
        }
        Ok(())
    }

    /// Whether a profile is in memory, at work or not.
    pub(crate) fn has(&self, id: ProfileId) -> bool {
        self.people.contains_key(&id)
    }

    /// How many profiles are in memory.
    pub(crate) fn len(&self) -> usize {
        self.people.len()
    }

    /// Up to so many profiles in memory, who they are being left to chance. Only between batches.
    pub(crate) fn some(&self, most: usize) -> impl Iterator<Item = &State> {
        self.here().take(most).map(|(_, entry)| &entry.state)
    }

    /// Looks at a profile in memory, without a trace. Only between batches.
    pub(crate) fn peek(&self, id: ProfileId) -> Option<&State> {
        match self.people.get(&id)? {
            Place::Here(entry, _) => Some(&entry.state),
            Place::AtWork(_) => None,
        }
    }

    /// Takes a profile out for the unit of this number, which puts it back when the batch is decided.
    pub(crate) fn take(&mut self, id: ProfileId, unit: u32) -> Taken {
        let Some(place) = self.people.get_mut(&id) else {
            return Taken::Missing;
        };
        match std::mem::replace(place, Place::AtWork(unit)) {
            Place::Here(entry, weight) => {
                self.weight -= weight.min(self.weight);
                Taken::Now(entry)
            }
            Place::AtWork(before) => {
                *place = Place::AtWork(before);
                Taken::Before(before)
            }
        }
    }

    /// A new profile is at work in the unit of this number.
    pub(crate) fn make(&mut self, id: ProfileId, unit: u32) {
        self.people.insert(id, Place::AtWork(unit));
    }

    /// A profile is no more: another one absorbed it.
    pub(crate) fn remove(&mut self, id: ProfileId) {
        if let Some(Place::Here(_, weight)) = self.people.remove(&id) {
            self.weight -= weight.min(self.weight);
        }
    }

    /// Puts a profile back, or in, after [`Entry::weigh`].
    pub(crate) fn put(&mut self, mut entry: Box<Entry>) {
        self.clock += 1;
        entry.used = self.clock;
        if entry.turn == 0 && self.store.is_some() {
            entry.turn = entry.used;
            self.turns.push_back((entry.state.profile.id, entry.turn));
        }
        let weight = entry.weighed;
        self.weight += weight;
        self.people
            .insert(entry.state.profile.id, Place::Here(entry, weight));
    }

    /// Who is due at or before `upto`, earliest first, then by id. Only between batches, and of those in memory.
    pub(crate) fn timers_due(&self, upto: Timestamp) -> Vec<(Timestamp, ProfileId)> {
        let due = |(_, entry): (ProfileId, &Entry)| {
            let profile = &entry.state.profile;
            let due = profile.hot.next_due.filter(|due| *due <= upto)?;
            Some((due, profile.id))
        };
        let mut all: Vec<_> = self.here().filter_map(due).collect();
        all.sort_unstable();
        all
    }

    fn here(&self) -> impl Iterator<Item = (ProfileId, &Entry)> {
        self.people.iter().filter_map(|(id, place)| match place {
            Place::Here(entry, _) => Some((*id, &**entry)),
            Place::AtWork(_) => None,
        })
    }

    /// Lets profiles go, those unused for long first, until the rest fits: about as many as came. Nobody goes whose rows are
    /// not in the store yet. Only between batches.
    pub(crate) fn shrink(&mut self) {
        if self.names.len() > self.capacity / NAME {
            self.names.clear();
        }
        let stored = self.way.as_ref().map_or(self.begun, |way| way.begun);
        let mut spared = 0;
        for _ in 0..self.turns.len() {
            if self.weight <= self.capacity {
                return;
            }
            let Some((id, turn)) = self.turns.pop_front() else {
                return;
            };
            let Some(Place::Here(entry, _)) = self.people.get_mut(&id) else {
                continue;
            };
            // It has gone since, and come again with another turn.
            if entry.turn != turn {
                continue;
            }
            let is_used = entry.used > turn && spared < SPARED;
            if is_used || entry.used > stored {
                spared += 1;
                entry.turn = entry.used;
                self.turns.push_back((id, entry.turn));
            } else {
                self.remove(id);
            }
        }
    }
}

#[cfg(test)]
mod tests;
