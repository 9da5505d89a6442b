//! What a profile answers to a network, and how that is brought up with a change.

use super::aggregate::Part;
use super::bits::Bits;
use super::charge::split;
use super::facts::Facts;
use super::interest::{Gathered, Kept};
use super::paths::Lies;
use super::tallies::Tallies;
use super::window::Window;
use super::{LeafNo, Network};
use crate::Depth;
use model::{Path, Timestamp};
use pql::value::Datum;
use smallvec::SmallVec;
use std::cell::OnceCell;
use std::hint::black_box;
use std::ops::Range;
use std::sync::Arc;
use xdm::{Changed, Glance, Value};

/// Which leaves hold of a profile, which segments follow, and what it takes to bring both up.
///
/// It is derived of the profile and of an instant: built once, then brought up change by change.
#[derive(Clone, Debug)]
pub(crate) struct Findings {
    /// Of which network.
    fingerprint: u64,
    leaves: Bits,
    /// By place among the rules: whether the profile is in the segment.
    members: Bits,
    /// Until when answers of the oracle are certain, where that ends; ascending by leaf.
    dues: Vec<(Timestamp, LeafNo)>,
    tallies: Tallies,
    gathered: Gathered,
}

/// What is new in a profile since its findings were last brought up.
#[derive(Debug, Default)]
pub(crate) struct News<'a> {
    /// What shows otherwise at paths of the attributes.
    pub(crate) changed: &'a [Changed<'a>],
    /// Whether the identities are others.
    pub(crate) identities: bool,
    /// The events that came, by their places among the profile's.
    pub(crate) events: Range<usize>,
}

impl Findings {
    /// Of somebody of whom nothing is known; what is restless has not been asked.
    pub(crate) fn of_nobody(network: &Network) -> Self {
        Self {
            fingerprint: network.fingerprint,
            leaves: network.blank.leaves.clone(),
            members: network.blank.members.clone(),
            dues: Vec::new(),
            tallies: Tallies::default(),
            gathered: Gathered::default(),
        }
    }

    /// Takes in what somebody new brings, which is all there is; gives the segments that are not as they are of nobody.
    pub(crate) fn begin(&mut self, network: &Network, facts: &Facts<'_>, news: &News<'_>) -> Bits {
        let round = self.take(network, facts, news, network.blank.restless.clone());
        self.possible(&round)
    }

    /// Takes in everything there is; gives the segments that are not as they are of nobody.
    pub(crate) fn build(&mut self, network: &Network, facts: &Facts<'_>) -> Bits {
        let fragments = &facts.state.profile.fragments;
        let shown = xdm::shown(fragments, &Path::default()).into_iter();
        let shown = shown.map(|(path, json)| Changed {
            path: path.clone(),
            json: Some(json),
        });
        let news = News {
            changed: &shown.collect::<Vec<_>>(),
            identities: true,
            events: 0..facts.state.profile.events.len(),
        };
        self.begin(network, facts, &news)
    }

    /// Whether these are findings of a network.
    pub(crate) fn are_of(&self, network: &Network) -> bool {
        self.fingerprint == network.fingerprint
    }

    /// Brings everything to the instant of `facts`; gives the segments that may have flipped.
    pub(crate) fn bring_up(&mut self, network: &Network, facts: &Facts<'_>, news: &News<'_>) -> Bits {
        let due = self.dues.iter().filter(|(due, _)| *due <= facts.now);
        let due = due.map(|(_, no)| *no).collect();
        let round = self.take(network, facts, news, due);
        self.concerned(&round)
    }

    /// Takes news in, and asks what is to be asked besides.
    fn take<'r, 'a>(
        &mut self,
        network: &'r Network,
        facts: &'r Facts<'a>,
        news: &News<'_>,
        asked: Vec<LeafNo>,
    ) -> Round<'r, 'a> {
        let mut round = Round {
            network,
            facts,
            asked,
            flipped: SmallVec::new(),
        };
        // Where something is gone something else may show, at a path above or below: it has the last word.
        let gone = news.changed.iter().filter(|changed| changed.json.is_none());
        let shown = news.changed.iter().filter(|changed| changed.json.is_some());
        facts.spent();
        for changed in gone.chain(shown) {
            self.answer(changed, &mut round);
        }
        if news.identities {
            round.asked.extend(&network.on_identities);
        }
        for at in news.events.clone() {
            self.count(at, &mut round);
        }
        self.settle(&mut round);
        self.ask(&mut round);
        round
    }

    /// The segments that the profile may be in, but is not if nothing is known of it, or the other way round.
    fn possible(&self, round: &Round<'_, '_>) -> Bits {
        let network = round.network;
        let mut segments = self.members.clone();
        for leaf in self.leaves.both(&network.needed) {
            for at in network.needed_by.of(leaf) {
                let at = *at as usize;
                if self.may_be_in(network, at) {
                    segments.set(at, true);
                }
            }
        }
        for at in &network.needless {
            segments.set(*at, true);
        }
        segments
    }

    /// The segments of the leaves that flipped, but those that cannot have.
    fn concerned(&self, round: &Round<'_, '_>) -> Bits {
        let network = round.network;
        let mut segments = Bits::none(network.code.segments());
        for leaf in &round.flipped {
            for at in network.segments_of.of(*leaf) {
                let at = *at as usize;
                if self.members.get(at) || self.may_be_in(network, at) {
                    segments.set(at, true);
                }
            }
        }
        segments
    }

    /// Whether the leaves hold that a segment needs.
    fn may_be_in(&self, network: &Network, at: usize) -> bool {
        let holds = |LeafNo(need): LeafNo| self.leaves.get(need as usize);
        network.needs[at].iter().flatten().all(|need| holds(*need))
    }

    /// The segments that the profile is in, by place among the rules.
    pub(crate) fn members(&self) -> &Bits {
        &self.members
    }

    /// Looks at a segment, after those it refers to: whether the profile is in it, and whether that is new. If so,
    /// `segments` gains those that refer to it.
    pub(crate) fn look_at(
        &mut self,
        network: &Network,
        facts: &Facts<'_>,
        at: usize,
        segments: &mut Bits,
    ) -> (bool, bool) {
        for no in &network.late[at] {
            let outcome = facts.ask(network, network.leaf(*no), &self.members, &self.gathered);
            self.leaves.set(no.0 as usize, outcome.holds);
            self.expect(*no, outcome.until);
            facts.spent_asking(network.leaf(*no), || std::iter::once(at));
        }
        let holds = network.code.holds(at, &self.leaves, &self.members);
        let flipped = self.members.set(at, holds);
        facts.spent_looking(at);
        if flipped {
            for referring in network.referring.of(at) {
                segments.set(*referring as usize, true);
            }
        }
        (holds, flipped)
    }

    /// The next instant at which something may flip by itself; [`Timestamp::MAX`] is never.
    pub(crate) fn due(&self) -> Timestamp {
        let dues = self.dues.iter().map(|(due, _)| *due);
        dues.fold(self.tallies.due(), Timestamp::min)
    }

    /// What it takes in memory: tells `each` how many bytes are a segment's, and gives how many are all segments' alike.
    pub(crate) fn bytes(&self, network: &Network, each: &mut dyn FnMut(usize, f64)) -> usize {
        for due in &self.dues {
            split(size_of_val(due), network.of_leaf(due.1.0 as usize), each);
        }
        for (aggregate, bytes) in self.tallies.bytes() {
            split(bytes, network.of_aggregate(aggregate), each);
        }
        for (interest, bytes) in self.gathered.bytes() {
            split(bytes, network.of_interest(interest), each);
        }
        size_of::<Self>() + self.leaves.bytes() + self.members.bytes()
    }

    /// Looks at them for their memory to come near, depth by depth: see [`crate::Depth`].
    pub(crate) fn fetch(&self, depth: Depth) {
        match depth {
            Depth::Itself => {
                black_box(self.fingerprint);
                black_box(self.dues.len());
            }
            Depth::Lists => {
                self.leaves.fetch();
                self.members.fetch();
                black_box(self.dues.first().map(|due| due.0));
            }
            Depth::Entries | Depth::Texts => {}
        }
        self.tallies.fetch(depth);
    }

    /// Answers what an index has on a path, and what touches it.
    fn answer(&mut self, changed: &Changed<'_>, round: &mut Round<'_, '_>) {
        let network = round.network;
        // Most paths nobody asks for: what stands there need not be read.
        let parsed = OnceCell::new();
        let parse = || {
            changed
                .json
                .map(|json| Value::parse(json).expect("what shows is JSON"))
        };
        network.paths.touching(&changed.path, |watch, lies| {
            let watch = &network.watches[watch];
            round.asked.extend(&watch.asked);
            if let Lies::Within(keys) = lies {
                let value = parsed.get_or_init(parse);
                let value = value.as_ref().map_or(Datum::Missing, Datum::of);
                let flipped = |leaf| round.flipped.push(leaf);
                watch.answer(&value.at(keys), &mut self.leaves, flipped);
                round.facts.spent_on(|| network.of_watch(watch));
            }
        });
    }

    /// Keeps an event where it matters, and counts it in wherever it is part of an aggregate.
    fn count(&mut self, at: usize, round: &mut Round<'_, '_>) {
        let (network, facts) = (round.network, round.facts);
        let event = &facts.state.profile.events[at];
        let value = facts.state.event(at, &network.glance);
        let mut interested: Vec<usize> = network.gathering.candidates(event.timestamp, &value).collect();
        interested.sort_unstable();
        interested.dedup();
        facts.spent();
        interested.retain(|at| {
            let matters = network.interests[*at].has(facts, event.timestamp, &value);
            facts.spent_on(|| network.of_interest(*at));
            matters
        });
        if !interested.is_empty() {
            let all = facts.state.event(at, Glance::all());
            let kept = Kept::new(facts, event, Arc::new(all.into_owned()));
            for at in interested {
                self.gathered.add(at, kept.clone(), facts.now);
                round.asked.extend(&network.interests[at].leaves);
            }
        }
        round.asked.extend(&network.on_event);
        let regular = crate::evaluate::seen_until(facts.rules, event).is_none();
        facts.spent();
        for at in network.counting.candidates(event.timestamp, &value) {
            let aggregate = &network.aggregates[at];
            let part = aggregate.part(facts, event.timestamp, &value);
            facts.spent_on(|| network.of_aggregate(at));
            let worth = match part {
                Part::None => continue,
                Part::Worth(worth) if regular => Some(worth),
                _ => None,
            };
            if !self.tallies.add(at, aggregate, event.timestamp, worth) {
                let leaves = aggregate.windows.iter().flat_map(|window| &window.leaves);
                round.asked.extend(leaves.map(|(no, _)| *no));
            }
        }
    }

    /// Brings the windows to the instant.
    fn settle(&mut self, round: &mut Round<'_, '_>) {
        let (network, leaves) = (round.network, &mut self.leaves);
        let changed = |window: &Window, before, after| {
            if window.around(before) == window.around(after) {
                return;
            }
            for (LeafNo(no), band) in &window.leaves {
                if leaves.set(*no as usize, band.holds(after)) {
                    round.flipped.push(*no as usize);
                }
            }
        };
        let (facts, aggregates) = (round.facts, &network.aggregates);
        let settled = |aggregate| facts.spent_on(|| network.of_aggregate(aggregate));
        self.tallies.settle(aggregates, facts.now, changed, settled);
    }

    /// Asks the oracle about what is left.
    fn ask(&mut self, round: &mut Round<'_, '_>) {
        let (network, facts) = (round.network, round.facts);
        let mut asked = std::mem::take(&mut round.asked);
        asked.sort_unstable();
        asked.dedup();
        facts.spent();
        for no in asked {
            let leaf = network.leaf(no);
            if leaf.late {
                // Its segment asks it, after those it refers to.
                self.expect(no, Timestamp::MAX);
                round.flipped.push(no.0 as usize);
                continue;
            }
            let outcome = facts.ask(network, leaf, &self.members, &self.gathered);
            self.expect(no, outcome.until);
            if self.leaves.set(no.0 as usize, outcome.holds) {
                round.flipped.push(no.0 as usize);
            }
            facts.spent_asking(leaf, || network.of_leaf(no.0 as usize));
        }
    }

    /// Notes until when the answer to a leaf is certain.
    fn expect(&mut self, no: LeafNo, until: Timestamp) {
        match (self.dues.binary_search_by_key(&no, |(_, known)| *known), until) {
            (Ok(at), Timestamp::MAX) => drop(self.dues.remove(at)),
            (Ok(at), until) => self.dues[at].0 = until,
            (Err(_), Timestamp::MAX) => {}
            (Err(at), until) => self.dues.insert(at, (until, no)),
        }
    }
}

/// One round of bringing findings up.
struct Round<'r, 'a> {
    network: &'r Network,
    facts: &'r Facts<'a>,
    /// Leaves that the oracle is to be asked about.
    asked: Vec<LeafNo>,
    /// Leaves that flipped, or whose segments are to ask them.
    flipped: SmallVec<[usize; 8]>,
}
