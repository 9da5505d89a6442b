//! The steps: what a message does to a person, and an evaluation at one instant.

use super::edition::Track;
use super::entity::Written;
use super::exports::{Change, Step, decide};
use super::facts::{Accepted, Facts, attributes};
use super::holds::date;
use super::json::Json;
use super::meaning::covers;
use super::person::{Due, Person, Standing};
use super::{Joined, Judge, Judged};
use model::{Class, Duration, Path, ProfileId, Status, Timestamp};
use std::collections::{BTreeMap, BTreeSet};

/// What brought a person to a step.
#[derive(Default)]
pub(super) struct Happened {
    /// Whether a job looked, and nothing else happened.
    visit: bool,
    names_changed: bool,
    /// Paths that were written and did not lose.
    written: Vec<Path>,
    /// What showed before the message, of all who were joined.
    before: BTreeMap<Path, Json>,
    absorbed: Vec<ProfileId>,
}

impl Happened {
    pub(super) fn visit() -> Self {
        Self {
            visit: true,
            ..Self::default()
        }
    }
}

impl Judge {
    pub(super) fn create(&mut self) -> ProfileId {
        let id = self.next;
        self.next = ProfileId::from_bits(id.to_bits() + 1);
        self.people.insert(id, Person::new(self.editions.len() - 1));
        id
    }

    /// Joins, then adds the message. Says what there is to tell of it.
    pub(super) fn apply(
        &mut self,
        id: ProfileId,
        absorbed: Vec<ProfileId>,
        message: Accepted,
        now: Timestamp,
    ) -> Happened {
        if !absorbed.is_empty() {
            let (absorbed, exports) = (absorbed.clone(), self.exports.len());
            self.joins.push(Joined {
                survivor: id,
                absorbed,
                exports,
            });
        }
        let mut person = self.people[&id].clone();
        if !absorbed.is_empty() {
            person.drop_what_awaits_a_baseline(self.edition());
        }
        for other in &absorbed {
            let mut other_person = self.people[other].clone();
            other_person.drop_what_awaits_a_baseline(self.edition());
            person.absorb(other_person, &self.log, self.edition(), now);
            self.people.remove(other);
            self.aliases.insert(*other, id);
        }
        let before = attributes(&self.messages_of(&person));
        let new_names = person.link(&message.entity.identities, message.seq);
        self.log.push(message);
        person.messages.insert(self.log.len() - 1);
        let written = self.written(&person, &before);
        self.people.insert(id, person);
        Happened {
            visit: false,
            names_changed: new_names || !absorbed.is_empty(),
            written,
            before,
            absorbed,
        }
    }

    /// The paths that the latest message wrote and that did not lose. An object is a write where it ended a value
    /// that showed. A scalar or list that lost to a later object still removed what was older below it.
    fn written(&self, person: &Person, before: &BTreeMap<Path, Json>) -> Vec<Path> {
        let messages = self.messages_of(person);
        let all: Vec<_> = messages.iter().flat_map(|message| message.writes()).collect();
        let after = attributes(&messages);
        let gone = |path: &Path| before.contains_key(path) && !after.contains_key(path);
        let mut written = Vec::new();
        for write in messages
            .last()
            .map(|message| message.writes())
            .unwrap_or_default()
        {
            match write.written {
                Written::Object => written.extend(gone(write.path).then(|| write.path.clone())),
                Written::Null if !write.beaten_by_values(&all) => written.push(write.path.clone()),
                Written::Value(_) if !write.beaten(&all) => written.push(write.path.clone()),
                Written::Value(_) if !write.beaten_by_values(&all) => {
                    let below = before
                        .keys()
                        .filter(|path| covers(write.path, path) && gone(path));
                    written.extend(below.cloned());
                }
                _ => {}
            }
        }
        written
    }

    pub(super) fn messages_of(&self, person: &Person) -> Vec<&Accepted> {
        person.messages.iter().map(|index| &self.log[*index]).collect()
    }

    /// Evaluates at every instant up to `now` that could make a difference. What came before a publish is
    /// stepped over what the publish did not change.
    pub(super) fn bring(&mut self, id: ProfileId, now: Timestamp) {
        let person = &self.people[&id];
        let after = person.stepped;
        let mut instants: BTreeSet<Timestamp> = if self.exhaustive {
            (after.millis() + 1..=now.millis())
                .map(Timestamp::from_millis)
                .collect()
        } else {
            self.instants(person)
                .into_iter()
                .filter(|at| *at > after && *at <= now)
                .collect()
        };
        if let (true, Some(Due(due))) = (self.is_behind(id), person.due) {
            assert!(
                due > self.edition().at,
                "the due of profile {id} was to be done before the publish"
            );
            instants.extend((due > after && due <= now).then_some(due));
        }
        for at in instants {
            let published = self.edition().at;
            let old_rules = self.is_behind(id);
            match self.people[&id].due {
                Some(Due(due)) if old_rules && at > published && at != due => self.must_be_idle(id, at, due),
                _ => self.evaluate(id, at, &Happened::default(), old_rules && at <= published),
            }
        }
    }

    fn is_behind(&self, id: ProfileId) -> bool {
        self.people[&id].rules < self.editions.len() - 1
    }

    /// A next due later than the first instant at which something differs would be too late. Of what a publish
    /// changed nothing is said until then.
    fn must_be_idle(&self, id: ProfileId, at: Timestamp, due: Timestamp) {
        let person = &self.people[&id];
        let edition = self.edition();
        let facts = Facts::of(&self.messages_of(person), &person.links, edition.plan.retention);
        for Track { key, changed, .. } in edition
            .tracks
            .iter()
            .filter(|track| track.changed <= person.rules)
        {
            let standing = person.standing.get(key).map(|standing| standing.status);
            let (is, must) = (
                standing == Some(Status::Realized),
                edition.inside(key, &facts, at),
            );
            assert_eq!(
                is, must,
                "{key:?} of profile {id}, of {changed}, differs at {at}; due is {due}"
            );
        }
    }

    /// When an event or a date begins or ceases to count, for any window, whether or not any rule asks for it.
    pub(super) fn instants(&self, person: &Person) -> BTreeSet<Timestamp> {
        let edition = self.edition();
        let mut instants = BTreeSet::new();
        let facts = Facts::of(&self.messages_of(person), &person.links, edition.plan.retention);
        for event in &facts.events {
            instants.extend([event.timestamp, event.timestamp + edition.plan.retention]);
            instants.extend(event.valid_until);
        }
        let dated = facts.events.iter().map(|event| event.timestamp);
        for at in dated.chain(facts.attributes.values().filter_map(date)) {
            instants.insert(at);
            for window in edition.windows() {
                let leaves = at + window.length();
                instants.extend([leaves, leaves + Duration::from_millis(1)]);
            }
        }
        instants
    }

    /// One step: from what is known to where the person stands, and to who hears of it.
    pub(super) fn evaluate(
        &mut self,
        id: ProfileId,
        at: Timestamp,
        happened: &Happened,
        before_publish: bool,
    ) {
        let mut person = self.people[&id].clone();
        let links = person.links.clone();
        let facts = Facts::of(&self.messages_of(&person), &links, self.edition().plan.retention);
        let changes = self.change(&mut person, &facts, at, before_publish);
        person.stepped = at;
        let step = Step {
            at,
            profile: id,
            class: if happened.visit { Class::Bulk } else { Class::Live },
            changes: &changes,
            names_changed: happened.names_changed,
            written: &happened.written,
            before: &happened.before,
            after: &facts.attributes,
            absorbed: &happened.absorbed,
        };
        let exports = decide(&self.editions, &mut person, &step);
        self.exports.extend(exports);
        self.people.insert(id, person);
        for Change { key, status, .. } in changes {
            if key.hidden_in.is_none() {
                let segment = key.segment;
                self.transitions.push(Judged {
                    profile: id,
                    at,
                    segment,
                    status,
                });
            }
        }
    }

    /// Sets where `person` stands; gives the changes of status that were not baselines.
    fn change(
        &self,
        person: &mut Person,
        facts: &Facts<'_>,
        at: Timestamp,
        before_publish: bool,
    ) -> Vec<Change> {
        let edition = self.edition();
        let (oldest, newest) = (person.rules, person.newest_rules);
        if !before_publish {
            person
                .standing
                .retain(|key, _| edition.tracks.iter().any(|track| track.key == *key));
            person.rules = self.editions.len() - 1;
            person.newest_rules = person.rules;
        }
        let mut changes = Vec::new();
        for Track {
            key,
            changed,
            baseline,
        } in &edition.tracks
        {
            let by_publish = *changed > oldest;
            if before_publish && by_publish {
                continue;
            }
            let inside = edition.inside(key, facts, at);
            let awaits_baseline = baseline.is_some_and(|version| version > newest);
            if awaits_baseline && !inside {
                person.standing.remove(key);
            }
            let status = match (person.standing.get(key).map(|standing| standing.status), inside) {
                (Some(Status::Realized), false) => Status::Exited,
                (None | Some(Status::Exited), true) => Status::Realized,
                _ => continue,
            };
            person
                .standing
                .insert(key.clone(), Standing { status, since: at });
            if !awaits_baseline {
                changes.push(Change {
                    key: key.clone(),
                    status,
                    by_publish,
                });
            }
        }
        changes
    }
}
