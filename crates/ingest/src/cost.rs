//! What evaluation costs, by segment: a sample of the changes is watched, and what it gives is scaled.

mod sample;

pub(crate) use sample::Sample;

use crate::cache::Cache;
use evaluator::{Cost, Rules, bytes};
use model::{RulesVersion, SegmentNo, Timestamp, Transition};
use std::collections::BTreeMap;

/// One change in so many is watched. Watching one costs about as much as it does: this is less than 1 % of all.
pub const SAMPLED: u64 = 128;
/// People whose memory is measured when somebody asks: a few milliseconds, in which nothing else is done.
const MEASURED: usize = 2_000;

/// What evaluation has cost, by segment, and what the segments take in memory.
#[derive(Clone, Debug, PartialEq)]
pub struct Costs {
    /// When counting began: the start of the server.
    pub since: Timestamp,
    /// Nanoseconds of all work on changes of profiles: reading them, merging, evaluating, planning exports.
    pub nanos: f64,
    /// The segments of the rules in force, in their order.
    pub segments: Vec<SegmentCost>,
    /// Profiles in memory.
    pub profiles: usize,
    /// How many of these were measured. Bytes are scaled to all of them.
    pub measured: usize,
    /// Bytes that evaluation keeps whatever the segments are.
    pub bytes: f64,
}

/// What one segment has cost.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SegmentCost {
    /// Which.
    pub segment: SegmentNo,
    /// When counting began: with the server, or when the segment last changed its meaning.
    pub since: Timestamp,
    /// How often it was looked at, because something of it flipped or may have. Scaled.
    pub evaluations: u64,
    /// How often somebody came in or went out. Exact.
    pub flips: u64,
    /// How often the oracle was asked for a part that no index answers. Scaled.
    pub fallbacks: u64,
    /// Nanoseconds, its part of what it shares with others included. Scaled.
    pub nanos: f64,
    /// Bytes of memberships, and of what is kept in memory for the next change. Scaled.
    pub bytes: f64,
}

/// Counts since the start.
#[derive(Debug)]
pub(crate) struct Ledger {
    since: Timestamp,
    ticks: u64,
    segments: BTreeMap<SegmentNo, Entry>,
}

#[derive(Debug)]
struct Entry {
    changed_in: RulesVersion,
    since: Timestamp,
    flips: u64,
    evaluations: u64,
    fallbacks: u64,
    ticks: f64,
}

impl Ledger {
    /// Nothing has happened yet.
    pub(crate) fn new(rules: &Rules, now: Timestamp) -> Self {
        let mut ledger = Self {
            since: now,
            ticks: 0,
            segments: BTreeMap::new(),
        };
        ledger.enforce(rules, now);
        ledger
    }

    /// Other rules are in force. Segments that mean what they meant go on, all others begin anew.
    pub(crate) fn enforce(&mut self, rules: &Rules, now: Timestamp) {
        self.segments.retain(|no, entry| {
            let segment = rules.segment(*no);
            segment.is_some_and(|segment| segment.changed_in == entry.changed_in)
        });
        for segment in rules.segments() {
            self.segments.entry(segment.no).or_insert(Entry {
                changed_in: segment.changed_in,
                since: now,
                flips: 0,
                evaluations: 0,
                fallbacks: 0,
                ticks: 0.0,
            });
        }
    }

    /// What was watched in a batch under these rules.
    pub(crate) fn add(&mut self, rules: &Rules, costs: &[Cost]) {
        for cost in costs {
            self.ticks += cost.ticks;
            for charge in &cost.charges {
                let no = rules.segments()[charge.segment].no;
                if let Some(entry) = self.segments.get_mut(&no) {
                    entry.evaluations += u64::from(charge.evaluations);
                    entry.fallbacks += u64::from(charge.fallbacks);
                    entry.ticks += charge.ticks;
                }
            }
        }
    }

    /// Who came in and went out in a batch.
    pub(crate) fn flipped(&mut self, transitions: impl Iterator<Item = SegmentNo>) {
        for no in transitions {
            if let Some(entry) = self.segments.get_mut(&no) {
                entry.flips += 1;
            }
        }
    }

    /// All of it, with what the people in memory take at the moment. Only between batches.
    pub(crate) fn costs(&self, rules: &Rules, cache: &Cache) -> Costs {
        let mut by_place = vec![0.0; rules.segments().len()];
        let (mut shared, mut measured) = (0, 0);
        for state in cache.some(MEASURED) {
            shared += bytes(rules, state, &mut |at, bytes| by_place[at] += bytes);
            measured += 1;
        }
        let profiles = cache.len();
        let of_all = profiles as f64 / (measured as f64).max(1.0);
        let all = SAMPLED as f64;
        let of_segment = |(segment, bytes): (&evaluator::Segment, f64)| {
            let entry = self.segments.get(&segment.no)?;
            Some(SegmentCost {
                segment: segment.no,
                since: entry.since,
                evaluations: entry.evaluations * SAMPLED,
                flips: entry.flips,
                fallbacks: entry.fallbacks * SAMPLED,
                nanos: entry.ticks * all,
                bytes: bytes * of_all,
            })
        };
        Costs {
            since: self.since,
            nanos: self.ticks as f64 * all,
            segments: rules
                .segments()
                .iter()
                .zip(by_place)
                .filter_map(of_segment)
                .collect(),
            profiles,
            measured,
            bytes: shared as f64 * of_all,
        }
    }
}

/// The segments of transitions.
pub(crate) fn segments(transitions: &[(model::ProfileId, Vec<Transition>)]) -> Vec<SegmentNo> {
    let all = transitions.iter().flat_map(|(_, transitions)| transitions);
    all.map(|transition| transition.segment).collect()
}

#[cfg(test)]
mod tests;
