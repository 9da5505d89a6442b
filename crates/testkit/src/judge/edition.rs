//! The rules after one publish, and what the history of publishes says about each of them.

use super::facts::Facts;
use super::holds::{holds, opted_out};
use crate::plan::{DataflowPlan, Plan};
use crate::rule::{Rule, Window};
use model::{DataflowId, SegmentId, SegmentStamps, SegmentState, Timestamp};
use std::collections::BTreeSet;

/// A plan and when it was published. Its place in the list of all is the version of the rules.
#[derive(Clone, Debug)]
pub(super) struct Edition {
    pub(super) at: Timestamp,
    pub(super) plan: Plan,
    /// All that profiles are evaluated for under this plan.
    pub(super) tracks: Vec<Track>,
}

/// Something a profile is in or not.
#[derive(Clone, Debug)]
pub(super) struct Track {
    pub(super) key: Key,
    /// The last publish that changed what it means, directly or through a segment it refers to.
    pub(super) changed: usize,
    /// Of a hidden segment the publish that made or edited its mapping or filter: who was last evaluated before
    /// it gets a baseline.
    pub(super) baseline: Option<usize>,
}

/// What a membership is of. A segment that was deactivated and returns is another than before, and so is a hidden
/// segment that was without mapping or filter for a while.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Key {
    pub(super) segment: SegmentId,
    /// The dataflow whose filter makes this hidden segment; `None` is the segment itself.
    pub(super) hidden_in: Option<DataflowId>,
    /// The publish that made it.
    pub(super) born: usize,
}

impl Edition {
    /// The edition that `plan`, published at `at`, makes after `before`.
    pub(super) fn after(before: &[Edition], plan: &Plan, at: Timestamp) -> Self {
        let mut history: Vec<&Plan> = before.iter().map(|edition| &edition.plan).collect();
        history.push(plan);
        let published = plan
            .segments
            .iter()
            .filter(|(_, s)| s.state == SegmentState::Published);
        let segment = |(id, _)| Track {
            key: Key {
                segment: SegmentId::clone(id),
                hidden_in: None,
                born: born(&history, id),
            },
            changed: changed(&history, id),
            baseline: None,
        };
        let mut tracks: Vec<Track> = published.map(segment).collect();
        for (name, flow) in plan.dataflows.iter().filter(|(_, flow)| flow.filter.is_some()) {
            for id in &flow.segments {
                let born = since(&history, |plan| {
                    mapping(plan, name, id).is_some_and(Option::is_some)
                });
                let baseline = mapped_since(&history, name, id);
                let key = Key {
                    segment: id.clone(),
                    hidden_in: Some(name.clone()),
                    born,
                };
                let of_filter = flow.filter.iter().flat_map(Rule::references);
                let parts = of_filter.chain([id]).map(|id| changed(&history, id));
                tracks.push(Track {
                    key,
                    changed: parts.fold(baseline, usize::max),
                    baseline: Some(baseline),
                });
            }
        }
        Self {
            at,
            plan: plan.clone(),
            tracks,
        }
    }

    /// What decides membership of a mapped segment on a dataflow.
    pub(super) fn key(&self, name: &DataflowId, flow: &DataflowPlan, segment: &SegmentId) -> Option<&Key> {
        let hidden_in = flow.filter.is_some().then_some(name);
        let mut keys = self.tracks.iter().map(|track| &track.key);
        keys.find(|key| key.segment == *segment && key.hidden_in.as_ref() == hidden_in)
    }

    /// The publish whose first evaluation sets the baseline of a hidden segment.
    pub(super) fn baseline(&self, key: &Key) -> Option<usize> {
        let mut tracks = self.tracks.iter();
        tracks.find(|track| track.key == *key)?.baseline
    }

    /// Whether a person of these facts is in `key` at `now`.
    pub(super) fn inside(&self, key: &Key, facts: &Facts<'_>, now: Timestamp) -> bool {
        let filter = key
            .hidden_in
            .as_ref()
            .and_then(|name| self.plan.dataflows.get(name)?.filter.as_ref());
        let filtered = filter.is_none_or(|rule| holds(rule, facts, now, &|id| self.is_in(id, facts, now)));
        filtered && self.is_in(&key.segment, facts, now)
    }

    fn is_in(&self, id: &SegmentId, facts: &Facts<'_>, now: Timestamp) -> bool {
        self.plan.published(id).is_some_and(|segment| {
            let left_out = segment.exclude_opt_out && opted_out(facts);
            !left_out && holds(&segment.rule, facts, now, &|other| self.is_in(other, facts, now))
        })
    }

    /// Every window in force.
    pub(super) fn windows(&self) -> Vec<Window> {
        self.plan.rules().flat_map(Rule::windows).collect()
    }
}

/// The four times of a mapped segment, from the history of publishes.
pub(super) fn stamps(editions: &[Edition], flow: &DataflowId, segment: &SegmentId) -> SegmentStamps {
    let history: Vec<&Plan> = editions.iter().map(|edition| &edition.plan).collect();
    let made = history
        .iter()
        .position(|plan| plan.segments.contains_key(segment));
    let at = |version: usize| editions[version].at;
    SegmentStamps {
        created: at(made.expect("a mapped segment exists")),
        updated: at(since(&history, |plan| plan.segments.get(segment))),
        mapping_created: at(since(&history, |plan| mapping(plan, flow, segment).is_some())),
        mapping_updated: at(mapped_since(&history, flow, segment)),
    }
}

/// The last publish that changed `aspect`.
fn since<'a, T: PartialEq>(history: &[&'a Plan], aspect: impl Fn(&'a Plan) -> T) -> usize {
    let newest = history.len() - 1;
    let now = aspect(history[newest]);
    let other = (0..newest).rev().find(|version| aspect(history[*version]) != now);
    other.map_or(0, |version| version + 1)
}

fn born(history: &[&Plan], id: &SegmentId) -> usize {
    since(history, |plan| plan.published(id).is_some())
}

/// The filter under which a segment is mapped, if it is.
fn mapping<'a>(plan: &'a Plan, name: &DataflowId, id: &SegmentId) -> Option<&'a Option<Rule>> {
    let flow = plan.dataflows.get(name)?;
    flow.segments.contains(id).then_some(&flow.filter)
}

fn mapped_since(history: &[&Plan], name: &DataflowId, id: &SegmentId) -> usize {
    since(history, |plan| mapping(plan, name, id))
}

fn changed(history: &[&Plan], id: &SegmentId) -> usize {
    let own = since(history, |plan| {
        let segment = plan.published(id).map(|s| (&s.rule, s.exclude_opt_out));
        (segment, plan.retention)
    });
    let newest = history[history.len() - 1];
    let referred: BTreeSet<&SegmentId> = newest.segments[id].rule.references().into_iter().collect();
    referred
        .into_iter()
        .map(|other| changed(history, other))
        .fold(own, usize::max)
}
