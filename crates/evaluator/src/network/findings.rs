//! What a profile answers to a network, and how that is brought up with a change.

use super::aggregate::Part;
use super::bits::Bits;
use super::facts::Facts;
use super::tally::Tally;
use super::watch::Watch;
use super::{LeafNo, Network};
use model::{Path, Timestamp};

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
    /// Until when answers of the oracle are certain, where that ends.
    dues: Vec<(Timestamp, LeafNo)>,
    /// Ascending by aggregate; those without events are left out.
    tallies: Vec<Tally>,
}

/// What is new in a profile since its findings were last brought up.
#[derive(Debug, Default)]
pub(crate) struct News<'a> {
    /// Paths of the attributes at which something else stands now, or something where nothing was, or nothing.
    pub(crate) changed: &'a [Path],
    /// Whether the identities are others.
    pub(crate) identities: bool,
    /// The event that came, by its place among the profile's.
    pub(crate) event: Option<usize>,
}

impl Findings {
    /// Finds everything from nothing; no segment has been looked at.
    pub(crate) fn build(network: &Network, facts: &Facts<'_>) -> Self {
        let mut findings = Self {
            fingerprint: network.fingerprint,
            leaves: network.blank.clone(),
            members: Bits::none(network.formulas.len()),
            dues: Vec::new(),
            tallies: Vec::new(),
        };
        let mut round = Round::new(network, facts);
        for (path, watch) in &network.watches {
            findings.answer(path, watch, &mut round);
        }
        for at in 0..facts.state.events.len() {
            findings.count(at, &mut round);
        }
        findings.settle(&mut round);
        let asked = network.leaves.iter().enumerate().filter(|(_, leaf)| leaf.asked);
        round.asked = asked
            .map(|(at, _)| LeafNo(at as u32))
            .chain(round.asked)
            .collect();
        findings.ask(&mut round);
        findings
    }

    /// Whether these are findings of a network.
    pub(crate) fn are_of(&self, network: &Network) -> bool {
        self.fingerprint == network.fingerprint
    }

    /// Brings everything to the instant of `facts`; gives the segments that may have flipped.
    pub(crate) fn bring_up(&mut self, network: &Network, facts: &Facts<'_>, news: &News<'_>) -> Bits {
        let mut round = Round::new(network, facts);
        round.asked = self
            .dues
            .iter()
            .filter(|(due, _)| *due <= facts.now)
            .map(|(_, no)| *no)
            .collect();
        let mut touched = Vec::new();
        for path in news.changed {
            network.paths.touching(path, &mut touched);
        }
        touched.sort_unstable();
        touched.dedup();
        for at in touched {
            let (path, watch) = &network.watches[at];
            self.answer(path, watch, &mut round);
            round.asked.extend(&watch.asked);
        }
        if news.identities {
            round.asked.extend(&network.on_identities);
        }
        if let Some(at) = news.event {
            self.count(at, &mut round);
            round.asked.extend(&network.on_event);
        }
        self.settle(&mut round);
        self.ask(&mut round);
        round.segments
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
            let outcome = facts.ask(network, network.leaf(*no), &self.members);
            self.leaves.set(no.0 as usize, outcome.holds);
            self.expect(*no, outcome.until);
        }
        let holds = network.formulas[at].holds(&self.leaves, &self.members);
        let flipped = self.members.set(at, holds);
        if flipped {
            for referring in &network.referring[at] {
                segments.set(*referring, true);
            }
        }
        (holds, flipped)
    }

    /// The next instant at which something may flip by itself; [`Timestamp::MAX`] is never.
    pub(crate) fn due(&self) -> Timestamp {
        let dues = self.dues.iter().map(|(due, _)| *due);
        let tallies = self.tallies.iter().map(Tally::due);
        dues.chain(tallies).min().unwrap_or(Timestamp::MAX)
    }

    /// Answers what an index has on a path.
    fn answer(&mut self, path: &pql::Path, watch: &Watch, round: &mut Round<'_, '_>) {
        let value = round.facts.at(path);
        watch.answer(&value, &mut self.leaves, |leaf| {
            round.segments.mark(round.network, leaf);
        });
    }

    /// Counts an event in, wherever it is part of an aggregate.
    fn count(&mut self, at: usize, round: &mut Round<'_, '_>) {
        let (network, facts) = (round.network, round.facts);
        let (event, value) = (&facts.state.profile.events[at], &facts.state.events[at]);
        let regular = crate::evaluate::seen_until(facts.rules, event).is_none();
        for at in network.guards.candidates(event.timestamp, value) {
            let part = network.aggregates[at].part(facts, event.timestamp, value);
            if let Part::None = part {
                continue;
            }
            let tally = self.tally(network, at);
            match part {
                Part::Worth(worth) if regular => tally.add(event.timestamp, worth),
                _ => tally.odd = true,
            }
            if tally.odd {
                let windows = &network.aggregates[at].windows;
                round.asked.extend(
                    windows
                        .iter()
                        .flat_map(|window| window.leaves.iter().map(|(no, _)| *no)),
                );
            }
        }
    }

    fn tally(&mut self, network: &Network, aggregate: usize) -> &mut Tally {
        let known = self
            .tallies
            .binary_search_by_key(&aggregate, |tally| tally.aggregate);
        let at = known.unwrap_or_else(|at| {
            self.tallies
                .insert(at, Tally::new(aggregate, &network.aggregates[aggregate]));
            at
        });
        &mut self.tallies[at]
    }

    /// Brings the windows to the instant.
    fn settle(&mut self, round: &mut Round<'_, '_>) {
        let (network, leaves) = (round.network, &mut self.leaves);
        for tally in self.tallies.iter_mut().filter(|tally| !tally.odd) {
            let aggregate = &network.aggregates[tally.aggregate];
            tally.settle(aggregate, round.facts.now, |window, before, after| {
                if window.around(before) == window.around(after) {
                    return;
                }
                for (LeafNo(no), band) in &window.leaves {
                    if leaves.set(*no as usize, band.holds(after)) {
                        round.segments.mark(network, *no as usize);
                    }
                }
            });
        }
    }

    /// Asks the oracle about what is left.
    fn ask(&mut self, round: &mut Round<'_, '_>) {
        let (network, facts) = (round.network, round.facts);
        let mut asked = std::mem::take(&mut round.asked);
        asked.sort_unstable();
        asked.dedup();
        for no in asked {
            let leaf = network.leaf(no);
            if leaf.late {
                // Its segment asks it, after those it refers to.
                self.expect(no, Timestamp::MAX);
                round.segments.mark(network, no.0 as usize);
                continue;
            }
            let outcome = facts.ask(network, leaf, &self.members);
            self.expect(no, outcome.until);
            if self.leaves.set(no.0 as usize, outcome.holds) {
                round.segments.mark(network, no.0 as usize);
            }
        }
    }

    /// Notes until when the answer to a leaf is certain.
    fn expect(&mut self, no: LeafNo, until: Timestamp) {
        let known = self.dues.iter().position(|(_, known)| *known == no);
        match (known, until) {
            (Some(at), Timestamp::MAX) => drop(self.dues.swap_remove(at)),
            (Some(at), until) => self.dues[at].0 = until,
            (None, Timestamp::MAX) => {}
            (None, until) => self.dues.push((until, no)),
        }
    }
}

/// One round of bringing findings up.
struct Round<'r, 'a> {
    network: &'r Network,
    facts: &'r Facts<'a>,
    /// Leaves that the oracle is to be asked about.
    asked: Vec<LeafNo>,
    /// Segments that may have flipped.
    segments: Bits,
}

impl<'r, 'a> Round<'r, 'a> {
    fn new(network: &'r Network, facts: &'r Facts<'a>) -> Self {
        Self {
            network,
            facts,
            asked: Vec::new(),
            segments: Bits::none(network.formulas.len()),
        }
    }
}

impl Bits {
    /// Puts the segments of a leaf in.
    fn mark(&mut self, network: &Network, leaf: usize) {
        for at in &network.leaves[leaf].segments {
            self.set(*at, true);
        }
    }
}
