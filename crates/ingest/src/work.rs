//! What happens to one batch between its inputs and its decisions.

use crate::cache::{Cache, Entry};
use crate::core::{Batch, Core, Count};
use crate::input::{Answer, Input, Item, Posted, Telling, What};
use crate::resolve::{Resolved, link, resolve};
use evaluator::{Arrival, Change, Decided, Origin, Rules, State, advance, catch_up, tell, told_since};
use model::{
    Body, DatasetId, Duration, Identity, JobCounts, Message, Profile, ProfileId, Timestamp, Transition,
};
use std::collections::{BTreeMap, BTreeSet};
use store::{DeadMessage, Decisions, EventKey, MessageCounters, OutboxOp, ProfileDelta, Store};

/// A batch in work.
pub(crate) struct Work<'a> {
    store: &'a Store,
    rules: &'a Rules,
    cache: &'a mut Cache,
    count: Count,
    inputs: &'a [Input],
    poisoned: &'a BTreeMap<usize, String>,
    /// The input in work, for the case that it panics; none while the batch as a whole is.
    pub(crate) at: Option<usize>,
    touched: BTreeSet<ProfileId>,
    absorbed: BTreeMap<ProfileId, Gone>,
    history: BTreeMap<ProfileId, Vec<Transition>>,
    names: BTreeMap<Identity, Option<ProfileId>>,
    tallies: BTreeMap<DatasetId, MessageCounters>,
    pub(crate) batch: Batch,
    #[cfg(test)]
    trap: Option<ProfileId>,
}

/// A profile that was absorbed in this batch.
struct Gone {
    into: ProfileId,
    timer: Option<Timestamp>,
}

/// How long a profile whose timer panics is left alone.
const PANIC_PAUSE: Duration = Duration::from_millis(3_600_000);

impl<'a> Work<'a> {
    pub(crate) fn new(
        core: &'a mut Core,
        inputs: &'a [Input],
        poisoned: &'a BTreeMap<usize, String>,
    ) -> Self {
        let mut count = core.count;
        count.batch += 1;
        Self {
            store: &core.store,
            rules: &core.rules,
            cache: &mut core.cache,
            count,
            inputs,
            poisoned,
            at: None,
            touched: BTreeSet::new(),
            absorbed: BTreeMap::new(),
            history: BTreeMap::new(),
            names: BTreeMap::new(),
            tallies: BTreeMap::new(),
            batch: Batch {
                decisions: Decisions::default(),
                answers: Vec::new(),
                created: Vec::new(),
                steps: 0,
                told: JobCounts::default(),
            },
            #[cfg(test)]
            trap: core.trap,
        }
    }

    pub(crate) fn run(&mut self) -> Result<Count, store::Error> {
        self.load()?;
        for (at, input) in self.inputs.iter().enumerate() {
            self.at = Some(at);
            self.count.clock = self.count.clock.max(input.now);
            let poison = self.poisoned.get(&at);
            match (&input.what, poison) {
                (What::Item(Item::Posted(posted)), None) => self.message(posted)?,
                (What::Item(Item::Posted(posted)), Some(reason)) => self.set_aside(posted, reason),
                (What::Item(Item::Bad(dead)), _) => self.bad(dead),
                (What::Tick(id, due), None) => self.tick(*id, *due),
                (What::Visit(id), None) => self.visit(*id)?,
                (What::Tick(id, due), Some(_)) => self.pause(*id, Some(*due)),
                (What::Visit(id), Some(_)) => self.pause(*id, None),
                (What::Tell(id, telling), None) => self.tell(*id, telling)?,
                (What::Tell(id, _), Some(_)) => {
                    self.pause(*id, None);
                    self.batch.told.failed += 1;
                }
            }
        }
        self.at = None;
        self.close();
        Ok(self.count)
    }

    /// Brings in what the batch will most likely need, in two reads.
    pub(crate) fn load(&mut self) -> Result<(), store::Error> {
        let (inputs, poisoned) = (self.inputs, self.poisoned);
        let inputs = inputs
            .iter()
            .enumerate()
            .filter(|(at, _)| !poisoned.contains_key(at))
            .map(|(_, input)| input);
        let messages = inputs.clone().filter_map(|input| match &input.what {
            What::Item(Item::Posted(posted)) => Some(&posted.message),
            What::Item(Item::Bad(_)) | What::Tick(..) | What::Visit(_) | What::Tell(..) => None,
        });
        self.cache
            .lookup(self.store, messages.clone().flat_map(|m| &m.identities))?;
        let named: Vec<ProfileId> = messages
            .flat_map(|m| &m.identities)
            .filter_map(|i| self.cache.owner(i))
            .collect();
        let timed = inputs.filter_map(|i| match &i.what {
            What::Tick(id, _) | What::Visit(id) | What::Tell(id, _) => Some(*id),
            What::Item(_) => None,
        });
        self.cache.load(self.store, named.into_iter().chain(timed))
    }

    fn message(&mut self, posted: &Posted) -> Result<(), store::Error> {
        let message = &posted.message;
        let (seq, now) = (self.count.seq, self.count.clock);
        let fresh = ProfileId::new(self.count.incarnation, self.count.profile);
        let resolved = resolve(self.cache, &message.identities, fresh);
        if self.is_duplicate(message, &resolved)? {
            self.tally(message).duplicate += 1;
            self.batch.answers.push(Answer::Duplicate);
            return Ok(());
        }
        self.count.seq = seq.next();
        let mut survivor = if resolved.new {
            self.count.profile += 1;
            self.batch.created.push((fresh, message.identities[0].clone()));
            Entry::new(State::new(Profile::new(fresh, self.rules.version)), None)
        } else {
            self.take(resolved.survivor)?
        };
        let mut others = Vec::with_capacity(resolved.absorbed.len());
        for id in &resolved.absorbed {
            let mut other = self.take(*id)?;
            self.catch_up(&mut other.state, now);
            others.push(other);
        }
        self.catch_up(&mut survivor.state, now);
        if !others.is_empty() {
            let join = OutboxOp::Join {
                survivor: resolved.survivor,
                absorbed: resolved.absorbed.clone(),
            };
            self.batch.decisions.outbox.push(join);
        }
        let held = others
            .iter()
            .chain([&survivor])
            .flat_map(|e| e.state.profile.identities.iter().cloned());
        let (linked, evicted) = link(held, &message.identities, resolved.unknown, (seq, now));
        let absorbed = others
            .into_iter()
            .map(|other| self.absorb(other, resolved.survivor))
            .collect();
        for link in &linked {
            self.rename(&link.identity, Some(resolved.survivor));
        }
        for identity in &evicted {
            self.rename(identity, None);
        }
        let primary = &message.identities[0];
        let arrival = Arrival {
            dataset: &message.dataset,
            primary,
            body: &message.body,
            seq,
            received: now,
            linked,
            evicted,
            absorbed,
        };
        self.advance(&mut survivor.state, Change::Message(arrival), now);
        self.tally(message).accepted += 1;
        self.batch.answers.push(Answer::Accepted);
        self.cache.put(survivor);
        Ok(())
    }

    /// Whether the message is an event that one of the people it names already has: it changes nothing at all,
    /// not even links.
    fn is_duplicate(&mut self, message: &Message, resolved: &Resolved) -> Result<bool, store::Error> {
        let Body::Event(event) = &message.body else {
            return Ok(false);
        };
        if resolved.new {
            return Ok(false);
        }
        let ids = resolved.absorbed.iter().chain([&resolved.survivor]);
        self.cache.load(self.store, ids.clone().copied())?;
        let (retention, now) = (self.rules.retention_of(&message.dataset), self.count.clock);
        let remembers = |id: &ProfileId| {
            let entry = self.cache.get(*id);
            entry.is_some_and(|e| e.state.remembers(&message.dataset, &event.id, retention, now))
        };
        Ok(ids.clone().any(remembers))
    }

    fn tally(&mut self, message: &Message) -> &mut MessageCounters {
        self.tallies.entry(message.dataset.clone()).or_default()
    }

    /// Takes a profile to work on. The store has it if an identity leads to it: anything else is damage.
    fn take(&mut self, id: ProfileId) -> Result<Entry, store::Error> {
        self.cache.load(self.store, std::iter::once(id))?;
        self.cache.take(id).ok_or_else(|| store::Error::Corrupt {
            space: "profiles",
            key: id.to_string(),
            why: "an identity or an alias leads to it, but it is not there",
        })
    }

    /// Redirects everything that leads to a profile that is about to be absorbed.
    fn absorb(&mut self, other: Entry, into: ProfileId) -> State {
        let Entry { state, timer, .. } = other;
        for link in &state.profile.identities {
            self.rename(&link.identity, Some(into));
        }
        self.touched.remove(&state.profile.id);
        for gone in self
            .absorbed
            .values_mut()
            .filter(|gone| gone.into == state.profile.id)
        {
            gone.into = into;
        }
        self.absorbed.insert(state.profile.id, Gone { into, timer });
        state
    }

    fn rename(&mut self, identity: &Identity, owner: Option<ProfileId>) {
        match owner {
            Some(owner) => self.cache.link(identity.clone(), owner),
            None => self.cache.unlink(identity),
        }
        self.names.insert(identity.clone(), owner);
    }

    fn tick(&mut self, id: ProfileId, due: Timestamp) {
        let Some(mut entry) = self.cache.take(id) else {
            if !self.absorbed.contains_key(&id) {
                // Nobody is there to be due: the row goes. (One absorbed in this batch loses it with the join.)
                self.drop_timer(id, Some(due));
            }
            return;
        };
        let now = self.count.clock;
        self.catch_up(&mut entry.state, now);
        self.cache.put(entry);
    }

    fn visit(&mut self, id: ProfileId) -> Result<(), store::Error> {
        let Some(id) = self.survivor(id)? else {
            return Ok(());
        };
        let mut entry = self.take(id)?;
        if entry.state.profile.hot.rules < self.rules.version {
            let now = self.count.clock;
            self.advance(&mut entry.state, Change::Visit, now);
        }
        self.cache.put(entry);
        Ok(())
    }

    /// Who a profile is part of, as far as this batch has come.
    fn survivor(&self, id: ProfileId) -> Result<Option<ProfileId>, store::Error> {
        if let Some(gone) = self.absorbed.get(&id) {
            return Ok(Some(gone.into));
        }
        let survivor = self.store.survivor(id)?;
        Ok(survivor.map(|id| self.absorbed.get(&id).map_or(id, |gone| gone.into)))
    }

    /// A visit is an ordinary change that brings the profile to this instant and to the current rules; then the
    /// dataflow is told, unless there is nothing to tell or it was told already.
    fn tell(&mut self, id: ProfileId, telling: &Telling) -> Result<(), store::Error> {
        let Some(id) = self.survivor(id)? else {
            self.batch.told.left += 1;
            return Ok(());
        };
        let Telling { ask, since } = telling;
        let now = self.count.clock;
        let mut entry = self.take(id)?;
        let state = &mut entry.state;
        let stepped = state.stepped();
        if state.profile.hot.rules < self.rules.version {
            self.advance(state, Change::Visit, now);
        } else {
            self.catch_up(state, now);
        }
        if !ask.concerns(self.rules, state, stepped) {
            self.batch.told.left += 1;
        } else if told_since(self.rules, state, ask.dataflow, *since) {
            self.batch.told.live += 1;
        } else {
            let export = tell(self.rules, state, ask, now, self.origin());
            self.batch.told.exported += 1;
            self.touched.insert(id);
            self.batch.decisions.outbox.extend(export.map(OutboxOp::Export));
        }
        self.cache.put(entry);
        Ok(())
    }

    /// A profile whose timer panics is left alone for a while, so that it does not panic in a circle. One that cannot
    /// be read loses its timer row: a damaged row must not hold up all others.
    fn pause(&mut self, id: ProfileId, due: Option<Timestamp>) {
        let until = self.count.clock + PANIC_PAUSE;
        if let Ok(()) = self.cache.load(self.store, std::iter::once(id))
            && let Some(entry) = self.cache.get_mut(id)
        {
            entry.state.profile.hot.next_due = Some(until);
            entry.state.touched.hot = true;
            self.touched.insert(id);
        } else if due.is_some() {
            self.drop_timer(id, due);
        }
    }

    fn drop_timer(&mut self, id: ProfileId, due: Option<Timestamp>) {
        let row = ProfileDelta {
            id,
            old_due: due,
            ..ProfileDelta::default()
        };
        self.batch.decisions.profiles.push(row);
    }

    fn set_aside(&mut self, posted: &Posted, reason: &str) {
        let dead = DeadMessage {
            at: self.count.clock,
            inlet: Some(posted.inlet.clone()),
            dataset: posted.message.dataset.clone(),
            code: "evaluation_failed".to_owned(),
            reason: format!("evaluating this message failed inside Weir: {reason}"),
            body: posted.raw.clone(),
        };
        self.batch.answers.push(Answer::Failed(dead.reason.clone()));
        self.keep_dead(dead);
    }

    fn bad(&mut self, dead: &DeadMessage) {
        self.batch.answers.push(Answer::Bad(dead.reason.clone()));
        self.keep_dead(DeadMessage {
            at: self.count.clock,
            ..dead.clone()
        });
    }

    fn keep_dead(&mut self, dead: DeadMessage) {
        self.tallies.entry(dead.dataset.clone()).or_default().bad += 1;
        self.batch.decisions.dead_messages.push(dead);
    }

    fn catch_up(&mut self, state: &mut State, now: Timestamp) {
        let mut decided = Vec::new();
        self.spring_trap(state.profile.id);
        catch_up(self.rules, state, now, self.origin(), &mut decided);
        self.record(state.profile.id, decided);
    }

    fn advance(&mut self, state: &mut State, change: Change<'_>, now: Timestamp) {
        let mut decided = Vec::new();
        advance(self.rules, state, change, now, self.origin(), &mut decided);
        self.record(state.profile.id, decided);
    }

    fn origin(&self) -> Origin {
        Origin {
            batch: self.count.batch,
            incarnation: self.count.incarnation,
        }
    }

    fn record(&mut self, id: ProfileId, decided: Vec<Decided>) {
        for Decided { step, exports } in decided {
            self.batch.steps += 1;
            self.touched.insert(id);
            if !step.transitions.is_empty() {
                self.history.entry(id).or_default().extend(step.transitions);
            }
            self.batch
                .decisions
                .outbox
                .extend(exports.into_iter().map(OutboxOp::Export));
        }
    }

    /// Everything that the batch changed, as rows.
    fn close(&mut self) {
        let deltas = &mut self.batch.decisions.profiles;
        for (id, gone) in std::mem::take(&mut self.absorbed) {
            let (old_due, absorbed_into) = (gone.timer, Some(gone.into));
            deltas.push(ProfileDelta {
                id,
                old_due,
                absorbed_into,
                ..ProfileDelta::default()
            });
        }
        for id in std::mem::take(&mut self.touched) {
            let Some(entry) = self.cache.get_mut(id) else {
                continue;
            };
            deltas.push(delta(entry));
        }
        let decisions = &mut self.batch.decisions;
        decisions.clock = self.count.clock;
        decisions.batch = self.count.batch;
        decisions.next_seq = self.count.seq;
        decisions.next_profile = self.count.profile;
        decisions.identities = std::mem::take(&mut self.names).into_iter().collect();
        decisions.transitions = std::mem::take(&mut self.history).into_iter().collect();
        decisions.messages = std::mem::take(&mut self.tallies).into_iter().collect();
    }

    #[cfg(test)]
    fn spring_trap(&self, id: ProfileId) {
        assert!(self.trap != Some(id), "trap of the test");
    }

    #[cfg(not(test))]
    #[expect(clippy::unused_self, reason = "the test's version looks at it")]
    fn spring_trap(&self, _: ProfileId) {}
}

fn delta(entry: &mut Entry) -> ProfileDelta {
    let touched = entry.state.take_touched();
    let profile = &entry.state.profile;
    let old_due = std::mem::replace(&mut entry.timer, profile.hot.next_due);
    ProfileDelta {
        id: profile.id,
        hot: Some(profile.hot.clone()),
        identities: touched.identities.then(|| profile.identities.clone()),
        fragments: touched
            .fragments
            .into_iter()
            .map(|at| profile.fragments[at].clone())
            .collect(),
        events: touched.events,
        forgotten: touched.forgotten.iter().map(EventKey::of).collect(),
        old_due,
        absorbed_into: None,
    }
}
