//! A second opinion on what the engine must have done.
//!
//! The judge keeps every accepted message and every publish. For each evaluation it rebuilds the person from
//! nothing, and it evaluates at every instant at which anything could possibly differ, without working out
//! when that is the case. It is slow and meant for small worlds.
//!
//! What the specification leaves open it decides like this: a duplicate event does nothing at all, not even
//! link identities; an event shadowed in a join never counts again; at the cap no identity gives way that the
//! message itself names; of the ids of a join told realized, any one makes cause `merged`; a change of status in
//! a segment whose rule changed has the cause `published`, and not `membership`; the attribute trigger `value` is a
//! write after which what shows differs from what the joined profiles showed; a baseline that finds a member
//! realized already keeps its `lastQualificationTime`, and one that does not find it realized forgets it.

mod bytes;
mod edition;
mod entity;
mod exports;
mod facts;
mod holds;
mod json;
mod meaning;
mod number;
mod person;
mod steps;
#[cfg(test)]
mod tests;

pub use exports::Expected;

use crate::plan::Plan;
use crate::script::{Post, Reach};
use edition::Edition;
use facts::{Accepted, attributes};
use model::{Duration, Identity, Path, ProfileId, SegmentId, Seq, Status, Timestamp};
use person::{Due, Person, remembered};
use std::collections::{BTreeMap, BTreeSet};
use steps::Happened;

/// Hears what the engine hears and says what must come out.
#[derive(Clone, Debug)]
pub struct Judge {
    editions: Vec<Edition>,
    log: Vec<Accepted>,
    people: BTreeMap<ProfileId, Person>,
    aliases: BTreeMap<ProfileId, ProfileId>,
    next: ProfileId,
    transitions: Vec<Judged>,
    exports: Vec<Expected>,
    joins: Vec<Joined>,
    exhaustive: bool,
}

/// What became of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Heard {
    /// It counts.
    Accepted,
    /// The event was known already.
    Duplicate,
    /// It cannot be read, or names nobody.
    Bad,
}

/// A transition as it must have happened.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Judged {
    /// Who, under the id of that time.
    pub profile: ProfileId,
    /// When.
    pub at: Timestamp,
    /// Where; never a hidden segment.
    pub segment: SegmentId,
    /// What the profile became.
    pub status: Status,
}

/// A join as it must have happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Joined {
    /// Who goes on.
    pub survivor: ProfileId,
    /// Who became aliases.
    pub absorbed: Vec<ProfileId>,
    /// How many exports had been decided before: the survivor's later ones wait for those of the absorbed.
    pub exports: usize,
}

impl Judge {
    /// A judge of a store without rules and profiles, which will name its first profile `first`.
    pub fn new(first: ProfileId, retention: Duration) -> Self {
        Self {
            editions: vec![Edition::after(&[], &Plan::new(retention), Timestamp::MIN)],
            log: Vec::new(),
            people: BTreeMap::new(),
            aliases: BTreeMap::new(),
            next: first,
            transitions: Vec::new(),
            exports: Vec::new(),
            joins: Vec::new(),
            exhaustive: false,
        }
    }

    /// The same judge, which evaluates at every single millisecond instead of at those that can matter.
    #[cfg(test)]
    fn looking_at_every_millisecond(mut self) -> Self {
        self.exhaustive = true;
        self
    }

    /// From `now` on the rules are `plan`'s. Profiles notice when they are touched. A plan that asks for what is
    /// in force is no publish; says whether it was one.
    pub fn publish(&mut self, plan: &Plan, now: Timestamp) -> bool {
        let is_new = *plan != self.edition().plan;
        if is_new {
            let edition = Edition::after(&self.editions, plan, now);
            self.editions.push(edition);
        }
        is_new
    }

    /// A message arrives.
    pub fn post(&mut self, post: &Post, now: Timestamp) -> Heard {
        let Some(entity) = entity::read(&post.json) else {
            return Heard::Bad;
        };
        let message = Accepted {
            seq: Seq(self.log.len() as u64),
            at: now,
            dataset: post.dataset.clone(),
            entity,
        };
        let names = &message.entity.identities;
        let named = |(_, person): &(_, &Person)| names.iter().any(|name| person.is_called(name));
        let met: BTreeSet<ProfileId> = self.people.iter().filter(named).map(|(id, _)| *id).collect();
        let retention = self.edition().plan.retention;
        let knows = |id| remembered(&self.people[id].messages, &self.log, &message, retention, now);
        if met.iter().any(knows) {
            return Heard::Duplicate;
        }
        for id in &met {
            self.bring(*id, now);
        }
        let id = met.first().copied().unwrap_or_else(|| self.create());
        let absorbed: Vec<ProfileId> = met.into_iter().skip(1).collect();
        let happened = self.apply(id, absorbed, message, now);
        self.evaluate(id, now, &happened, false);
        Heard::Accepted
    }

    /// Everything due by `now` happens.
    pub fn tick(&mut self, now: Timestamp) {
        for id in self.ids() {
            self.bring(id, now);
        }
    }

    /// After a publish at which all that was due had been done: when the next step of each profile was due, of
    /// those not named never.
    ///
    /// Which step is the first after a publish, and so brings a profile to the new rules, is the engine's choice
    /// within limits: its next due may be any instant at which something could differ, up to the first at which
    /// something does. Only of who is behind it is looked at, and it is held against these limits.
    pub fn hear_dues(&mut self, dues: &BTreeMap<ProfileId, Timestamp>) {
        for (id, person) in &mut self.people {
            person.due = Some(Due(dues.get(id).copied().unwrap_or(Timestamp::MAX)));
        }
    }

    /// The job that follows a publish touches those of `reach` whom nothing else has touched since the last one
    /// that changed a rule.
    ///
    /// Whom it leaves out must have been told of by [`Judge::hear_dues`], unless no instant at which anything could
    /// differ passes before the next change.
    pub fn visit(&mut self, reach: Reach, now: Timestamp) {
        let tracks = self.edition().tracks.iter();
        let last = tracks.map(|track| track.changed).max().unwrap_or_default();
        for id in self.ids().into_iter().filter(|id| reach.includes(*id)) {
            if self.people[&id].rules < last {
                self.bring(id, now);
                self.evaluate(id, now, &Happened::visit(), false);
            }
        }
    }

    /// What is in force.
    pub fn plan(&self) -> &Plan {
        &self.edition().plan
    }

    /// All transitions so far, each profile's in order.
    pub fn transitions(&self) -> &[Judged] {
        &self.transitions
    }

    /// All exports decided so far; those of one profile on one dataflow in order.
    pub fn exports(&self) -> &[Expected] {
        &self.exports
    }

    /// All joins so far, in order.
    pub fn joins(&self) -> &[Joined] {
        &self.joins
    }

    /// The profiles that live, ascending.
    pub fn ids(&self) -> Vec<ProfileId> {
        self.people.keys().copied().collect()
    }

    /// The profile that `id` has become part of, itself if it lives; `None` if it never was.
    pub fn survivor(&self, id: ProfileId) -> Option<ProfileId> {
        if self.people.contains_key(&id) {
            return Some(id);
        }
        self.survivor(*self.aliases.get(&id)?)
    }

    /// The names of a living profile, oldest first.
    pub fn identities(&self, id: ProfileId) -> Vec<Identity> {
        self.people[&id]
            .links
            .iter()
            .map(|link| link.identity.clone())
            .collect()
    }

    /// What shows of a living profile: leaf paths and compact JSON.
    pub fn attributes(&self, id: ProfileId) -> BTreeMap<Path, String> {
        let shown = attributes(&self.messages_of(&self.people[&id]));
        shown.into_iter().map(|(path, value)| (path, value.raw)).collect()
    }

    /// Where a living profile stands in the segments that are published now, and since when.
    pub fn memberships(&self, id: ProfileId) -> BTreeMap<SegmentId, (Status, Timestamp)> {
        let tracks = self
            .edition()
            .tracks
            .iter()
            .filter(|track| track.key.hidden_in.is_none());
        let standing = &self.people[&id].standing;
        let known = tracks.filter_map(|track| Some((&track.key.segment, standing.get(&track.key)?)));
        known
            .map(|(segment, s)| (segment.clone(), (s.status, s.since)))
            .collect()
    }

    /// Every instant after `now` at which anything could differ by itself for anybody, ascending.
    pub fn instants_after(&self, now: Timestamp) -> BTreeSet<Timestamp> {
        let instants = self.people.values().flat_map(|person| self.instants(person));
        instants.filter(|at| *at > now).collect()
    }

    fn edition(&self) -> &Edition {
        &self.editions[self.editions.len() - 1]
    }
}
