//! A profile while it is being worked on: its rows, what is derived of them, and which of them changed.

mod known;

use crate::network::Findings;
use known::Known;
use model::{
    DatasetId, Duration, Event, Identity, IdentityLink, Membership, Profile, RecordBody, SegmentNo, Stamp,
    Status, Timestamp,
};
use std::collections::BTreeSet;
use xdm::{Applied, Value};

/// A decoded profile. Everything but `profile` and `touched` is derived and rebuilt on load.
#[derive(Debug)]
pub struct State {
    /// The rows.
    pub profile: Profile,
    /// Which rows differ from those last taken by [`State::take_touched`].
    pub touched: Touched,
    pub(crate) attributes: Value,
    pub(crate) identities: Value,
    /// Parsed bodies, in step with `profile.events`.
    pub(crate) events: Vec<Value>,
    known: Known,
    /// No event is to be forgotten before.
    forget_from: Timestamp,
    /// What the segments ask, answered at the last step; `None` until the first.
    pub(crate) findings: Option<Findings>,
}

/// The rows of a profile that must be written: what a commit needs to know besides the hot row.
#[derive(Debug, Default)]
pub struct Touched {
    /// Whether any step was made: the hot row changed.
    pub hot: bool,
    /// The identity list changed.
    pub identities: bool,
    /// Fragments made or changed, by place in `profile.fragments`.
    pub fragments: BTreeSet<usize>,
    /// Events accepted.
    pub events: Vec<Event>,
    /// Events that no longer count and are not remembered as duplicates either.
    pub forgotten: Vec<Event>,
}

impl State {
    /// Derives what predicates see.
    ///
    /// Panics on a row whose JSON does not parse: it was checked on the way in, so this is a damaged store, which must
    /// not pass in silence. The loop sets aside what needs this profile, and goes on with the rest.
    pub fn new(profile: Profile) -> Self {
        let attributes = xdm::united_value(&profile.fragments);
        let identities = xdm::identity_map_value(&profile.identities);
        let events = profile.events.iter().map(parse).collect();
        Self {
            known: Known::of(&profile.events),
            forget_from: Timestamp::MIN,
            profile,
            touched: Touched::default(),
            attributes,
            identities,
            events,
            findings: None,
        }
    }

    /// Where the profile stands in a segment, if it ever was in it.
    pub fn membership(&self, segment: SegmentNo) -> Option<&Membership> {
        let memberships = &self.profile.hot.memberships;
        let at = memberships.binary_search_by_key(&segment, |m| m.segment).ok()?;
        Some(&memberships[at])
    }

    /// Whether the profile is in a segment.
    pub fn realized(&self, segment: SegmentNo) -> bool {
        self.membership(segment)
            .is_some_and(|m| m.status == Status::Realized)
    }

    /// Takes the account of what changed since the last call.
    pub fn take_touched(&mut self) -> Touched {
        std::mem::take(&mut self.touched)
    }

    pub(crate) fn set_membership(&mut self, membership: Membership) {
        let memberships = &mut self.profile.hot.memberships;
        match memberships.binary_search_by_key(&membership.segment, |m| m.segment) {
            Ok(at) => memberships[at] = membership,
            Err(at) => memberships.insert(at, membership),
        }
    }

    pub(crate) fn drop_memberships(&mut self, gone: impl Fn(SegmentNo) -> bool) {
        self.profile.hot.memberships.retain(|m| !gone(m.segment));
    }

    /// Links and unlinks identities. Evicted ones are counted.
    pub(crate) fn relink(&mut self, added: &[IdentityLink], evicted: &[Identity]) {
        if added.is_empty() && evicted.is_empty() {
            return;
        }
        let links = &mut self.profile.identities;
        links.extend(added.iter().cloned());
        links.retain(|link| !evicted.contains(&link.identity));
        self.profile.hot.evicted += evicted.len() as u32;
        self.touched.identities = true;
        self.identities = xdm::identity_map_value(&self.profile.identities);
    }

    /// Writes a record.
    pub(crate) fn write(
        &mut self,
        record: &RecordBody,
        key: (&DatasetId, &Identity),
        stamp: Stamp,
    ) -> Applied {
        let (owner, fragments) = (self.profile.id, &mut self.profile.fragments);
        let applied = xdm::apply(fragments, &mut self.attributes, record, key, owner, stamp);
        self.touched.fragments.insert(applied.fragment);
        applied
    }

    /// Rebuilds the united attributes.
    pub(crate) fn reunite(&mut self) {
        self.attributes = xdm::united_value(&self.profile.fragments);
    }

    /// Whether an event with this dataset and id is a duplicate at `now`: the first one is remembered until its
    /// timestamp + `retention`, whether it still counts or not.
    pub fn remembers(&self, dataset: &DatasetId, id: &str, retention: Duration, now: Timestamp) -> bool {
        let same = |e: &&Event| e.id == id && e.dataset == *dataset;
        let found = || self.profile.events.iter().find(same);
        self.known.may_have(dataset, id) && found().is_some_and(|e| e.timestamp + retention > now)
    }

    /// Keeps an event in order of (timestamp, arrival); gives its place. It is to be forgotten from `forgotten` on.
    pub(crate) fn keep(&mut self, event: Event, forgotten: Timestamp) -> usize {
        let place = (event.timestamp, event.seq);
        let events = &mut self.profile.events;
        let at = events.partition_point(|e| (e.timestamp, e.seq) <= place);
        self.events.insert(at, parse(&event));
        self.touched.events.push(event.clone());
        events.insert(at, event);
        self.known.add(events, &events[at]);
        self.forget_from = self.forget_from.min(forgotten);
        at
    }

    /// Lets go of the events that are forgotten at `now`.
    pub(crate) fn forget(&mut self, forgotten: impl Fn(&Event) -> Timestamp, now: Timestamp) {
        if self.forget_from <= now {
            self.let_go(|event| forgotten(event) <= now);
            let next = self.profile.events.iter().map(forgotten).min();
            self.forget_from = next.unwrap_or(Timestamp::MAX);
        }
    }

    /// Makes certain that [`State::forget`] looks at every event: what is kept for how long may be different.
    pub(crate) fn look_over(&mut self) {
        self.forget_from = Timestamp::MIN;
    }

    /// Lets go of the events for which `gone` holds.
    pub(crate) fn let_go(&mut self, gone: impl Fn(&Event) -> bool) {
        if !self.profile.events.iter().any(&gone) {
            return;
        }
        let values = std::mem::take(&mut self.events);
        let events = std::mem::take(&mut self.profile.events);
        for (event, value) in events.into_iter().zip(values) {
            if gone(&event) {
                self.touched
                    .events
                    .retain(|e| (e.owner, e.seq) != (event.owner, event.seq));
                self.touched.forgotten.push(event);
            } else {
                self.profile.events.push(event);
                self.events.push(value);
            }
        }
    }

    /// Takes events, each with what predicates see of it, in place of those it has.
    pub(crate) fn take_events(&mut self, all: Vec<(Event, Value)>) {
        (self.profile.events, self.events) = all.into_iter().unzip();
        self.known = Known::of(&self.profile.events);
        self.look_over();
    }

    /// The instant of the last step.
    pub fn stepped(&self) -> Timestamp {
        self.profile.hot.stepped
    }
}

fn parse(event: &Event) -> Value {
    Value::parse(&event.json).expect("an event holds what parse_entity checked")
}
