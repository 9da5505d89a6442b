//! The sequential step of a batch: who is concerned by what, in arrival order.
//!
//! It resolves, and hands each change to the unit of its profile. Mostly it needs no state for that, so the units work
//! when all inputs are resolved. A message that links identities or joins profiles has to see their states: then those
//! at work are brought to rest first.

mod aside;

use crate::cache::{Cache, Entry, NEAR, Taken};
use crate::crew::Crew;
use crate::input::{Answer, Input, Item, Posted, What};
use crate::resolve::{IDENTITY_CAP, Resolved, link, resolve};
use crate::unit::{Act, Meeting, Task, Terms, Unit, fetch, is_duplicate};
use crate::worked::{Count, Gone, Trouble, Worked};
use evaluator::State;
use model::{Body, Identity, Profile, ProfileId, Seq, Timestamp};
use std::collections::BTreeMap;

/// A batch in work.
pub(crate) struct Work<'a> {
    terms: &'a Terms,
    cache: &'a mut Cache,
    crew: &'a Crew,
    /// Inputs that are set aside, and why.
    poisoned: &'a BTreeMap<usize, String>,
    /// The input in work, for the case that it panics; none while the batch as a whole is.
    pub(crate) at: Option<usize>,
    pub(crate) done: Worked,
    /// The units that have tasks.
    busy: Vec<u32>,
    /// Room to spell identities in.
    name: String,
}

impl<'a> Work<'a> {
    pub(crate) fn new(
        count: Count,
        cache: &'a mut Cache,
        crew: &'a Crew,
        terms: &'a Terms,
        poisoned: &'a BTreeMap<usize, String>,
    ) -> Self {
        Self {
            terms,
            cache,
            crew,
            poisoned,
            at: None,
            done: Worked {
                count,
                units: Vec::with_capacity(terms.inputs.len()),
                answers: Vec::with_capacity(terms.inputs.len()),
                created: Vec::new(),
                absorbed: BTreeMap::new(),
                renamed: BTreeMap::new(),
                dropped: Vec::new(),
                dead: Vec::new(),
                left: 0,
                failed: 0,
            },
            busy: Vec::with_capacity(terms.inputs.len()),
            name: String::new(),
        }
    }

    /// From inputs to what came of them. In trouble the cache holds nothing to go on with.
    pub(crate) fn run(&mut self) -> Result<(), Trouble> {
        let inputs = &self.terms.inputs;
        let poisoned = self.poisoned;
        let whole = inputs
            .iter()
            .enumerate()
            .filter(|(at, _)| !poisoned.contains_key(at));
        load(self.cache, whole.map(|(_, input)| input))?;
        for (at, input) in inputs.iter().enumerate() {
            // Where there is a store, they were looked for when they were loaded.
            if at % NEAR == 0 && self.cache.store().is_none() {
                let near = inputs[at..].iter().take(NEAR);
                self.cache.fetch(near.filter_map(Input::primary), &mut self.name);
            }
            self.at = Some(at);
            self.done.count.clock = self.done.count.clock.max(input.now);
            let answer = match self.poisoned.get(&at) {
                None => self.input(at, &input.what)?,
                Some(reason) => self.set_aside(&input.what, reason),
            };
            self.done.answers.push(answer);
        }
        self.at = None;
        self.rest(true)?;
        for unit in &mut self.done.units {
            for at in unit.made.duplicates.drain(..) {
                self.done.answers[at] = Some(Answer::Duplicate);
            }
            if let Some(entry) = unit.entry.take() {
                self.cache.put(entry);
            }
        }
        Ok(())
    }

    fn input(&mut self, at: usize, what: &What) -> Result<Option<Answer>, Trouble> {
        match what {
            What::Item(Item::Posted(posted)) => return self.message(at, posted).map(Some),
            What::Item(Item::Bad(dead)) => return Ok(Some(self.bad(dead))),
            What::Tick(id, due) => self.tick(*id, *due),
            What::Visit(id) => {
                if let Some(unit) = self.survivor(*id)? {
                    self.give(unit, Act::Look);
                }
            }
            What::Tell(id, _) => match self.survivor(*id)? {
                Some(unit) => self.give(unit, Act::Look),
                None => self.done.left += 1,
            },
        }
        Ok(None)
    }

    fn message(&mut self, at: usize, posted: &Posted) -> Result<Answer, Trouble> {
        // Duplicates and what is set aside take a number too: so it is known before anybody has looked.
        let seq = self.done.count.seq;
        self.done.count.seq = seq.next();
        let identities = &posted.message.identities;
        let resolved = resolve(self.cache, identities, &mut self.name);
        match resolved.known {
            Some(id) if resolved.unknown.is_empty() && resolved.absorbed.is_empty() => {
                let unit = self.unit(id)?;
                self.give(unit, Act::Message(seq));
            }
            Some(id) => return self.meeting(at, posted, (id, resolved), seq),
            None => self.newcomer(identities, resolved.unknown, seq),
        }
        Ok(Answer::Accepted)
    }

    fn newcomer(&mut self, identities: &[Identity], unknown: Vec<Identity>, seq: Seq) {
        let count = &mut self.done.count;
        let id = ProfileId::new(count.incarnation, count.profile);
        count.profile += 1;
        let stamp = (seq, count.clock);
        let profile = Profile::new(id, self.terms.rules.version);
        let number = self.done.units.len() as u32;
        self.cache.make(id, number);
        let entry = Entry::new(State::new(profile), None);
        self.done.units.push(Unit::new(Box::new(entry)));
        self.done.created.push((id, identities[0].clone()));
        let (linked, evicted) = link([].into_iter(), identities, unknown, stamp);
        for link in &linked {
            self.rename(&link.identity, Some(id));
        }
        let absorbed = Vec::new();
        self.done.units[number as usize].coming = linked.len();
        let meeting = Meeting {
            linked,
            evicted,
            absorbed,
        };
        self.give(number, Act::Meeting(seq, Box::new(meeting)));
    }

    /// A message that links identities to a profile, or profiles to each other, unless it is a duplicate.
    fn meeting(
        &mut self,
        at: usize,
        posted: &Posted,
        (survivor, resolved): (ProfileId, Resolved),
        seq: Seq,
    ) -> Result<Answer, Trouble> {
        let Resolved {
            absorbed, unknown, ..
        } = resolved;
        self.cache.load(absorbed.iter().copied().chain([survivor]))?;
        let unit = self.unit(survivor)?;
        let others: Result<Vec<u32>, _> = absorbed.iter().map(|id| self.unit(*id)).collect();
        let mut all = others?;
        all.push(unit);
        let at_work = |unit: &u32| self.done.units[*unit as usize].at_work();
        let states_matter = !absorbed.is_empty()
            || matches!(posted.message.body, Body::Event(_))
            || self.done.units[unit as usize].names() + unknown.len() > IDENTITY_CAP;
        if states_matter && all.iter().any(at_work) {
            self.rest(false)?;
            self.at = Some(at);
        }
        let now = self.done.count.clock;
        let entries = || {
            all.iter()
                .filter_map(|unit| self.done.units[*unit as usize].entry.as_deref())
        };
        let states = entries().map(|entry| &entry.state);
        if is_duplicate(&self.terms.rules, states, &posted.message, now) {
            return Ok(Answer::Duplicate);
        }
        let held = entries().flat_map(|entry| &entry.state.profile.identities);
        let (linked, evicted) = link(held, &posted.message.identities, unknown, (seq, now));
        all.pop();
        let brought = all.iter().map(|unit| self.done.units[*unit as usize].names());
        let coming = brought.sum::<usize>() + linked.len();
        let absorbed = all
            .into_iter()
            .filter_map(|other| self.absorb(other, survivor))
            .collect();
        for link in &linked {
            self.rename(&link.identity, Some(survivor));
        }
        for identity in &evicted {
            self.rename(identity, None);
        }
        self.done.units[unit as usize].coming += coming;
        let meeting = Meeting {
            linked,
            evicted,
            absorbed,
        };
        self.give(unit, Act::Meeting(seq, Box::new(meeting)));
        Ok(Answer::Accepted)
    }

    /// Redirects everything that leads to a profile that is about to be absorbed.
    fn absorb(&mut self, unit: u32, into: ProfileId) -> Option<State> {
        let other = self.done.units[unit as usize].entry.take()?;
        for link in &other.state.profile.identities {
            self.rename(&link.identity, Some(into));
        }
        let id = other.state.profile.id;
        for gone in self.done.absorbed.values_mut().filter(|gone| gone.into == id) {
            gone.into = into;
        }
        let timer = other.timer;
        self.done.absorbed.insert(id, Gone { into, timer });
        self.cache.remove(id);
        Some(other.state)
    }

    fn rename(&mut self, identity: &Identity, owner: Option<ProfileId>) {
        match owner {
            Some(owner) => self.cache.link(identity, owner),
            None => self.cache.unlink(identity),
        }
        if self.terms.rows {
            self.done.renamed.insert(identity.clone(), owner);
        }
    }

    fn tick(&mut self, id: ProfileId, due: Timestamp) {
        if self.cache.has(id)
            && let Ok(unit) = self.unit(id)
        {
            self.give(unit, Act::Look);
        } else if !self.done.absorbed.contains_key(&id) {
            // Nobody is there to be due: the row goes. (One absorbed in this batch loses it with the join.)
            self.drop_timer(id, due);
        }
    }

    /// The unit of who a profile is part of, as far as this batch has come.
    fn survivor(&mut self, id: ProfileId) -> Result<Option<u32>, Trouble> {
        let absorbed = &self.done.absorbed;
        let into = |id: ProfileId| absorbed.get(&id).map(|gone| gone.into);
        let survivor = match into(id) {
            Some(survivor) => Some(survivor),
            None => self.cache.survivor(id)?.map(|id| into(id).unwrap_or(id)),
        };
        survivor.map(|id| self.unit(id)).transpose()
    }

    /// The unit of a profile. The store has it if an identity or an alias leads to it: anything else is damage.
    fn unit(&mut self, id: ProfileId) -> Result<u32, Trouble> {
        let next = self.done.units.len() as u32;
        let mut taken = self.cache.take(id, next);
        if matches!(taken, Taken::Missing) {
            self.cache.load(std::iter::once(id))?;
            taken = self.cache.take(id, next);
        }
        match taken {
            Taken::Now(entry) => {
                self.done.units.push(Unit::new(entry));
                Ok(next)
            }
            Taken::Before(unit) => Ok(unit),
            Taken::Missing => Err(Trouble::Store(store::Error::Corrupt {
                space: "profiles",
                key: id.to_string(),
                why: "an identity or an alias leads to it, but it is not there",
            })),
        }
    }

    fn give(&mut self, unit: u32, act: Act) {
        let (Some(at), now) = (self.at, self.done.count.clock) else {
            return;
        };
        let number = unit;
        let unit = &mut self.done.units[number as usize];
        if !unit.at_work() {
            self.busy.push(number);
        }
        unit.give(Task { at, now, act });
    }

    /// Has all units do what they have to do; `last`: and end with it.
    fn rest(&mut self, last: bool) -> Result<(), Trouble> {
        self.at = None;
        let mut busy = std::mem::take(&mut self.busy);
        let units = &mut self.done.units;
        if last {
            busy = (0..units.len() as u32).collect();
        }
        let taken = busy
            .iter()
            .map(|no| (*no, std::mem::take(&mut units[*no as usize])));
        let taken: Vec<(u32, Unit)> = taken.collect();
        let terms = self.terms.clone();
        let done = self.crew.share(taken, move |piece| {
            fetch(piece.iter().map(|(_, unit)| unit), &terms);
            let mut room = Vec::new();
            for (_, unit) in piece {
                unit.run(&terms, &mut room);
                if last {
                    unit.close(&terms);
                }
            }
        });
        let mut panics = BTreeMap::new();
        for (no, mut unit) in done {
            panics.extend(unit.made.panic.take());
            units[no as usize] = unit;
        }
        if !panics.is_empty() {
            return Err(Trouble::Panics(panics));
        }
        Ok(())
    }
}

/// Brings in what the inputs will most likely need, in two reads.
pub(crate) fn load<'i>(
    cache: &mut Cache,
    inputs: impl Iterator<Item = &'i Input> + Clone,
) -> Result<(), store::Error> {
    if cache.store().is_none() {
        return Ok(());
    }
    let identities = inputs.clone().flat_map(|input| match &input.what {
        What::Item(Item::Posted(posted)) => posted.message.identities.as_slice(),
        What::Item(Item::Bad(_)) | What::Tick(..) | What::Visit(_) | What::Tell(..) => &[],
    });
    let named = cache.lookup(identities)?;
    let timed = inputs.filter_map(|input| match &input.what {
        What::Tick(id, _) | What::Visit(id) | What::Tell(id, _) => Some(*id),
        What::Item(_) => None,
    });
    cache.load(named.into_iter().chain(timed))
}
