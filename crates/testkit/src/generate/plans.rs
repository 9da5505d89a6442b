//! Random decisions: segments made, edited, deactivated; dataflows mapped, filtered, reconfigured.

use super::dice::Dice;
use super::rules::rule;
use super::times::Times;
use crate::plan::{DataflowPlan, Plan, SegmentPlan};
use crate::rule::Rule;
use model::{
    AttributeTrigger, DataflowId, DataflowState, DestinationId, Duration, MembershipScope,
    NamespaceSelection, Path, SegmentId, SegmentState, Triggers,
};

/// The destinations of every world.
pub(super) const DESTINATIONS: [&str; 2] = ["d0", "d1"];

const PATHS: [&str; 7] = [
    "loyalty",
    "loyalty.level",
    "loyalty.points",
    "home",
    "home.country",
    "tags",
    "vip",
];
const MOST_SEGMENTS: usize = 7;
const MOST_DATAFLOWS: usize = 3;

/// Keeps what is decided so far.
pub(super) struct Planner {
    plan: Plan,
}

impl Planner {
    pub(super) fn new(retention: Duration) -> Self {
        Self {
            plan: Plan::new(retention),
        }
    }

    pub(super) fn plan(&self) -> &Plan {
        &self.plan
    }

    /// Events count for half as long, whole seconds. What was let go meanwhile would not return if they counted
    /// longer again, so that is never decided.
    pub(super) fn halve_retention(&mut self) -> Duration {
        let half = (self.plan.retention.millis() / 2_000).max(1) * 1_000;
        self.plan.retention = Duration::from_millis(half);
        self.plan.retention
    }

    /// Decides a few things; much the first time.
    pub(super) fn decide(&mut self, dice: &mut Dice, times: &Times) {
        let decisions = if self.plan.segments.is_empty() {
            for _ in 0..dice.between(3, 5) {
                self.add_segment(dice, times);
            }
            for _ in 0..dice.between(1, 2) {
                self.add_dataflow(dice, times);
            }
            0
        } else {
            dice.between(1, 3)
        };
        for _ in 0..decisions {
            match dice.below(10) {
                0 if self.plan.segments.len() < MOST_SEGMENTS => self.add_segment(dice, times),
                0..5 => self.edit_segment(dice, times),
                5 if self.plan.dataflows.len() < MOST_DATAFLOWS => self.add_dataflow(dice, times),
                _ => self.edit_dataflow(dice, times),
            }
        }
        if decisions > 0 && dice.percent(40) {
            self.filter_anew(dice, times);
        }
    }

    /// Gives a dataflow a filter that many pass: who was not evaluated since gets a baseline.
    fn filter_anew(&mut self, dice: &mut Dice, times: &Times) {
        let all: Vec<DataflowId> = self.plan.dataflows.keys().cloned().collect();
        let either = Rule::Or(vec![self.filter(dice, times), self.filter(dice, times)]);
        let flow = self.plan.dataflows.get_mut(&dice.one(&all));
        flow.expect("it is one of them").filter = Some(either);
    }

    fn add_segment(&mut self, dice: &mut Dice, times: &Times) {
        let id = SegmentId::new(&format!("s{}", self.plan.segments.len())).expect("a made id is good");
        let rule = rule(dice, times, &self.before(&id));
        let mut segment = SegmentPlan::published(&id, rule);
        segment.exclude_opt_out = dice.percent(70);
        if dice.percent(10) {
            segment.state = SegmentState::Draft;
        }
        self.plan.segments.insert(id, segment);
    }

    fn edit_segment(&mut self, dice: &mut Dice, times: &Times) {
        let all: Vec<SegmentId> = self.plan.segments.keys().cloned().collect();
        let id = dice.one(&all);
        let free = !self.plan.in_use(&id);
        let mut segment = self.plan.segments[&id].clone();
        match (segment.state, dice.below(10)) {
            (SegmentState::Published, 0..3) if free => segment.state = SegmentState::Inactive,
            (SegmentState::Published, 3) => segment.name.push('\''),
            (SegmentState::Published, 4) => segment.exclude_opt_out ^= true,
            (SegmentState::Published, _) => segment.rule = rule(dice, times, &self.before(&id)),
            (_, 0..3) => {
                segment.state = SegmentState::Published;
                // What it referred to may be gone meanwhile.
                let before = self.before(&id);
                if !segment
                    .rule
                    .references()
                    .iter()
                    .all(|other| before.contains(other))
                {
                    segment.rule = rule(dice, times, &before);
                }
            }
            (_, _) => segment.name.push('\''),
        }
        self.plan.segments.insert(id, segment);
    }

    fn add_dataflow(&mut self, dice: &mut Dice, times: &Times) {
        // The first free one: a dataflow that was removed comes back under its id.
        let mut ids = (0..).map(|n| DataflowId::new(&format!("f{n}")).expect("a made id is good"));
        let id = ids
            .find(|id| !self.plan.dataflows.contains_key(id))
            .expect("there are numbers enough");
        let destination = DestinationId::new(dice.one(&DESTINATIONS)).expect("a constant id is good");
        let mut flow = DataflowPlan::to(destination);
        flow.segments = self
            .published()
            .into_iter()
            .filter(|_| dice.percent(50))
            .collect();
        let mapped = PATHS.iter().filter(|_| dice.percent(30));
        flow.attributes = mapped
            .map(|text| Path::parse(text).expect("a constant path is good"))
            .collect();
        flow.filter = dice.percent(50).then(|| self.filter(dice, times));
        flow.envelope = dice.percent(30);
        if dice.percent(50) {
            set_option(&mut flow, dice);
        }
        self.plan.dataflows.insert(id, flow);
    }

    fn edit_dataflow(&mut self, dice: &mut Dice, times: &Times) {
        let all: Vec<DataflowId> = self.plan.dataflows.keys().cloned().collect();
        let id = dice.one(&all);
        if all.len() > 1 && dice.percent(10) {
            self.plan.dataflows.remove(&id);
            return;
        }
        let mut flow = self.plan.dataflows[&id].clone();
        match dice.below(10) {
            0..3 => {
                let published = self.published();
                if !published.is_empty() {
                    let segment = dice.one(&published);
                    let unmapped = flow.segments.remove(&segment);
                    if !unmapped {
                        flow.segments.insert(segment);
                    }
                }
            }
            3..5 => {
                let path = Path::parse(dice.one(&PATHS)).expect("a constant path is good");
                let unmapped = flow.attributes.remove(&path);
                if !unmapped {
                    flow.attributes.insert(path);
                }
            }
            5 => flow.filter = Some(self.filter(dice, times)),
            6 => flow.filter = None,
            7 => {
                let states = [
                    DataflowState::Enabled,
                    DataflowState::Enabled,
                    DataflowState::Paused,
                    DataflowState::Disabled,
                ];
                flow.state = dice.one(&states);
            }
            _ => set_option(&mut flow, dice),
        }
        self.plan.dataflows.insert(id, flow);
    }

    fn filter(&self, dice: &mut Dice, times: &Times) -> Rule {
        rule(dice, times, &self.published())
    }

    fn published(&self) -> Vec<SegmentId> {
        let all = self.plan.segments.iter();
        all.filter(|(_, s)| s.state == SegmentState::Published)
            .map(|(id, _)| id.clone())
            .collect()
    }

    /// The published segments that `id` may refer to without making a circle.
    fn before(&self, id: &SegmentId) -> Vec<SegmentId> {
        self.published().into_iter().filter(|other| other < id).collect()
    }
}

fn set_option(flow: &mut DataflowPlan, dice: &mut Dice) {
    match dice.below(6) {
        0 => {
            let all = Triggers::default();
            flow.triggers = match dice.below(4) {
                0 => Triggers {
                    membership: false,
                    ..all
                },
                1 => Triggers {
                    identity: false,
                    ..all
                },
                2 => Triggers {
                    attribute: false,
                    ..all
                },
                _ => Triggers {
                    identity: false,
                    attribute: false,
                    ..all
                },
            };
        }
        1 => flow.attribute_trigger = dice.one(&[AttributeTrigger::Write, AttributeTrigger::Value]),
        2 => flow.segment_membership = dice.one(&[MembershipScope::MergePolicy, MembershipScope::Mapped]),
        3 => flow.include_segment_names ^= true,
        4 => flow.include_segment_timestamps ^= true,
        _ => {
            let shown = |(namespace, sha256): (&str, bool)| NamespaceSelection {
                namespace: namespace.to_owned(),
                sha256,
            };
            let some = [
                ("email", true),
                ("email", false),
                ("crmId", false),
                ("ecid", true),
            ];
            let chosen: Vec<_> = some.into_iter().filter(|_| dice.percent(50)).map(shown).collect();
            flow.identities = (!chosen.is_empty()).then_some(chosen);
        }
    }
}
