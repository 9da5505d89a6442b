//! What people decide, as a whole: the state of affairs that one publish asks for.

use crate::rule::Rule;
use model::{
    AttributeTrigger, DataflowId, DataflowState, DestinationId, Duration, MembershipScope,
    NamespaceSelection, Path, SegmentId, SegmentState, Triggers,
};
use std::collections::{BTreeMap, BTreeSet};

/// All segments and dataflows after a publish.
#[derive(Clone, Debug, PartialEq)]
pub struct Plan {
    /// How long events count.
    pub retention: Duration,
    /// Segments in any state of life.
    pub segments: BTreeMap<SegmentId, SegmentPlan>,
    /// Activations.
    pub dataflows: BTreeMap<DataflowId, DataflowPlan>,
}

/// A segment as wanted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SegmentPlan {
    /// What people call it.
    pub name: String,
    /// The predicate.
    pub rule: Rule,
    /// Whether people who opted out are left out.
    pub exclude_opt_out: bool,
    /// Where it is in its life.
    pub state: SegmentState,
}

/// A dataflow as wanted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DataflowPlan {
    /// Where its exports go.
    pub destination: DestinationId,
    /// Mapped segments, all published.
    pub segments: BTreeSet<SegmentId>,
    /// Mapped attributes.
    pub attributes: BTreeSet<Path>,
    /// What exports a profile.
    pub triggers: Triggers,
    /// When a mapped attribute counts as changed.
    pub attribute_trigger: AttributeTrigger,
    /// Which memberships an export shows.
    pub segment_membership: MembershipScope,
    /// Shows the names of mapped segments.
    pub include_segment_names: bool,
    /// Shows four epoch times of mapped segments.
    pub include_segment_timestamps: bool,
    /// Which identities an export shows; `None` is all, plain.
    pub identities: Option<Vec<NamespaceSelection>>,
    /// Whether the body begins with `_weir`.
    pub envelope: bool,
    /// Joined to every mapped segment.
    pub filter: Option<Rule>,
    /// Whether exports are decided and sent.
    pub state: DataflowState,
}

impl Plan {
    /// Nothing decided yet.
    pub fn new(retention: Duration) -> Self {
        Self {
            retention,
            segments: BTreeMap::new(),
            dataflows: BTreeMap::new(),
        }
    }

    /// The segment of this id, if it is published.
    pub fn published(&self, id: &SegmentId) -> Option<&SegmentPlan> {
        self.segments
            .get(id)
            .filter(|s| s.state == SegmentState::Published)
    }

    /// Whether a dataflow, or the rule of another published segment or of a filter, names the segment: then
    /// it may not be deactivated.
    pub fn in_use(&self, id: &SegmentId) -> bool {
        let mapped = self.dataflows.values().any(|flow| flow.segments.contains(id));
        mapped || self.rules().any(|rule| rule.references().contains(&id))
    }

    /// The rules in force: of published segments and of filters.
    pub fn rules(&self) -> impl Iterator<Item = &Rule> {
        let segments = self
            .segments
            .values()
            .filter(|s| s.state == SegmentState::Published);
        let filters = self.dataflows.values().filter_map(|flow| flow.filter.as_ref());
        segments.map(|s| &s.rule).chain(filters)
    }
}

impl DataflowPlan {
    /// A dataflow with the defaults of the specification, nothing mapped.
    pub fn to(destination: DestinationId) -> Self {
        Self {
            destination,
            segments: BTreeSet::new(),
            attributes: BTreeSet::new(),
            triggers: Triggers::default(),
            attribute_trigger: AttributeTrigger::default(),
            segment_membership: MembershipScope::default(),
            include_segment_names: false,
            include_segment_timestamps: false,
            identities: None,
            envelope: false,
            filter: None,
            state: DataflowState::default(),
        }
    }
}

impl SegmentPlan {
    /// A published segment called like its id, which leaves out people who opted out.
    pub fn published(id: &SegmentId, rule: Rule) -> Self {
        Self {
            name: format!("Segment {id}"),
            rule,
            exclude_opt_out: true,
            state: SegmentState::Published,
        }
    }
}
