//! A profile while it is being worked on: its rows, what is derived of them, and which of them changed.

mod fetch;
mod known;

use crate::cost::Meter;
use crate::network::Findings;
use crate::room::make_room;
use known::Known;
use model::{
    DatasetId, Duration, Event, Fragment, Identity, IdentityLink, Membership, Profile, RecordBody, SegmentNo,
    Seq, Stamp, Status, Timestamp,
};
use smallvec::SmallVec;
use std::borrow::Cow;
use std::cell::OnceCell;
use std::fmt;
use xdm::{Applied, Glance, Value};

pub use fetch::Depth;
pub(crate) use fetch::lines;

/// A decoded profile. Everything but `profile` and `touched` is derived and rebuilt on load.
#[derive(Debug)]
pub struct State {
    /// The rows.
    pub profile: Profile,
    /// Which rows differ from those last taken by [`State::take_touched`].
    pub touched: Touched,
    /// Who watches what its steps cost, if somebody does.
    pub meter: Option<Box<Meter>>,
    /// Made when somebody looks at them.
    attributes: OnceCell<Value>,
    identities: OnceCell<Value>,
    /// Parsed bodies, in step with `profile.events`; made when somebody looks at them.
    events: OnceCell<Vec<Value>>,
    known: Known,
    /// No event is to be forgotten before.
    forget_from: Timestamp,
    /// What the segments ask, answered at the last step; `None` until the first.
    pub(crate) findings: Option<Findings>,
}

/// Mostly one: it needs no memory of its own.
pub type Few<T> = SmallVec<[T; 1]>;

/// The rows of a profile that must be written: what a commit needs to know besides the hot row.
#[derive(Debug, Default)]
pub struct Touched {
    /// Whether any step was made: the hot row changed.
    pub hot: bool,
    /// The identity list changed.
    pub identities: bool,
    /// Fragments made or changed, by place in `profile.fragments`, each once.
    pub fragments: Few<usize>,
    /// Events accepted, by their places in the order of events.
    pub events: Few<(Timestamp, Seq)>,
    /// Events that no longer count and are not remembered as duplicates either.
    pub forgotten: Vec<Event>,
}

impl State {
    /// A profile that nobody has looked at yet.
    ///
    /// Looking at a row whose JSON does not parse panics: it was checked on the way in, so this is a damaged store, which
    /// must not pass in silence. The loop sets aside what needs this profile, and goes on with the rest.
    pub fn new(profile: Profile) -> Self {
        Self {
            known: Known::of(&profile.events),
            forget_from: Timestamp::MIN,
            touched: Touched::default(),
            meter: None,
            attributes: OnceCell::new(),
            identities: OnceCell::new(),
            events: OnceCell::new(),
            findings: None,
            profile,
        }
    }

    /// The united attributes, an object.
    pub(crate) fn attributes(&self) -> &Value {
        self.attributes
            .get_or_init(|| xdm::united_value(&self.profile.fragments))
    }

    /// `identityMap`: an object of lists by namespace.
    pub(crate) fn identities(&self) -> &Value {
        self.identities
            .get_or_init(|| xdm::identity_map_value(&self.profile.identities))
    }

    /// What the events say, in step with `profile.events`.
    pub(crate) fn events(&self) -> &[Value] {
        self.events
            .get_or_init(|| self.profile.events.iter().map(parse).collect())
    }

    /// What one event says, as far as that is looked at.
    pub(crate) fn event(&self, at: usize, glance: &Glance) -> Cow<'_, Value> {
        match self.events.get() {
            Some(events) => Cow::Borrowed(&events[at]),
            None => Cow::Owned(checked(glance.parse(&self.profile.events[at].json))),
        }
    }

    /// The accepted events that are still there.
    pub fn accepted<'s>(&'s self, touched: &'s Touched) -> impl Iterator<Item = &'s Event> {
        let events = &self.profile.events;
        touched.events.iter().filter_map(|place| {
            let at = events.binary_search_by_key(place, |event| (event.timestamp, event.seq));
            at.ok().map(|at| &events[at])
        })
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
            Err(at) => {
                make_room(memberships);
                memberships.insert(at, membership);
            }
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
        links.reserve_exact(added.len());
        links.extend(added.iter().cloned());
        links.retain(|link| !evicted.contains(&link.identity));
        self.profile.hot.evicted += evicted.len() as u32;
        self.touched.identities = true;
        self.identities = OnceCell::new();
    }

    /// Takes identities over.
    pub(crate) fn take_identities(&mut self, more: Vec<IdentityLink>) {
        let links = &mut self.profile.identities;
        links.extend(more);
        links.sort_by_key(|link| link.seq);
        self.touched.identities = true;
        self.identities = OnceCell::new();
    }

    /// Writes a record.
    pub(crate) fn write<'r>(
        &mut self,
        record: &'r RecordBody,
        key: (&DatasetId, &Identity),
        stamp: Stamp,
    ) -> Applied<'r> {
        let (owner, fragments) = (self.profile.id, &mut self.profile.fragments);
        let applied = xdm::apply(fragments, record, key, owner, stamp);
        if let Some(shown) = self.attributes.get_mut() {
            xdm::show(shown, &applied.changed);
        }
        let touched = &mut self.touched.fragments;
        if !touched.contains(&applied.fragment) {
            touched.push(applied.fragment);
        }
        applied
    }

    /// Takes fragments over; gives the place of the first.
    pub(crate) fn take_fragments(&mut self, mut more: Vec<Fragment>) -> usize {
        let first = self.profile.fragments.len();
        self.profile.fragments.append(&mut more);
        self.attributes = OnceCell::new();
        first
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
        // Mostly it is the latest.
        let at = match events.last() {
            Some(last) if (last.timestamp, last.seq) > place => {
                events.partition_point(|e| (e.timestamp, e.seq) <= place)
            }
            _ => events.len(),
        };
        if let Some(values) = self.events.get_mut() {
            values.insert(at, parse(&event));
        }
        self.touched.events.push(place);
        make_room(events);
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
        let events = &mut self.profile.events;
        if !events.iter().any(&gone) {
            return;
        }
        if let Some(values) = self.events.get_mut() {
            let mut events = events.iter();
            values.retain(|_| events.next().is_none_or(|event| !gone(event)));
        }
        let (touched, forgotten) = (&mut self.touched.events, &mut self.touched.forgotten);
        for event in events.extract_if(.., |event| gone(event)) {
            touched.retain(|place| *place != (event.timestamp, event.seq));
            forgotten.push(event);
        }
    }

    /// Takes events over.
    pub(crate) fn take_events(&mut self, more: Vec<Event>) {
        let events = &mut self.profile.events;
        events.extend(more);
        events.sort_by_key(|event| (event.timestamp, event.seq));
        self.known = Known::of(events);
        self.events = OnceCell::new();
        self.look_over();
    }

    /// The instant of the last step.
    pub fn stepped(&self) -> Timestamp {
        self.profile.hot.stepped
    }
}

fn parse(event: &Event) -> Value {
    checked(Value::parse(&event.json))
}

fn checked<E: fmt::Debug>(parsed: Result<Value, E>) -> Value {
    parsed.expect("an event holds what parse_entity checked")
}
