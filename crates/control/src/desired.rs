//! What a file asks for, checked: the whole state people want, before numbers and stamps are given out.

use model::{
    AttributeTrigger, DataflowId, DataflowState, Dataset, DestinationDefinition, DestinationId, Duration,
    FieldGroup, Inlet, MembershipScope, NamespaceSelection, Path, QueueBounds, SchemaDefinition, SegmentId,
    SegmentState, Triggers, ZoneName,
};

/// Everything that is to be in force. What is not in it is to go.
#[derive(Clone, Debug, PartialEq)]
pub struct Desired {
    /// How long events count; 90 days if the file does not say.
    pub retention: Duration,
    /// Field groups of the user's own, ascending by id.
    pub field_groups: Vec<FieldGroup>,
    /// Schemas, ascending by id; none is an untyped store.
    pub schemas: Vec<SchemaDefinition>,
    /// Datasets with their schemas, ascending by id; none in an untyped store, whose datasets are those that inlets name.
    pub datasets: Vec<Dataset>,
    /// Places to post to, ascending by id.
    pub inlets: Vec<Inlet>,
    /// Segments, ascending by id.
    pub segments: Vec<DesiredSegment>,
    /// Connections, ascending by id.
    pub destinations: Vec<DestinationDefinition>,
    /// Activations, ascending by id.
    pub dataflows: Vec<DesiredDataflow>,
}

impl Desired {
    /// Whether what comes in is held to schemas.
    pub fn is_typed(&self) -> bool {
        !self.schemas.is_empty()
    }
}

/// A segment as asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DesiredSegment {
    /// Its id.
    pub id: SegmentId,
    /// What people call it; the id if the file does not say.
    pub name: String,
    /// The predicate as written: `pql/text`, or `pql/json` without spaces between its parts.
    pub expression: String,
    /// Whose days, months and years it speaks of.
    pub time_zone: ZoneName,
    /// Whether people who opted out are left out.
    pub exclude_opt_out: bool,
    /// Where it is to be in its life.
    pub state: SegmentState,
}

/// A dataflow as asked for.
#[derive(Clone, Debug, PartialEq)]
pub struct DesiredDataflow {
    /// Its id.
    pub id: DataflowId,
    /// What people call it; the id if the file does not say.
    pub name: String,
    /// Where its exports go.
    pub destination: DestinationId,
    /// Mapped segments, ascending.
    pub segments: Vec<SegmentId>,
    /// Mapped attributes, ascending.
    pub attributes: Vec<Path>,
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
    /// A predicate joined to every mapped segment, as written.
    pub filter: Option<String>,
    /// Whether exports are decided and sent.
    pub state: DataflowState,
    /// How much may wait.
    pub queue: QueueBounds,
}
