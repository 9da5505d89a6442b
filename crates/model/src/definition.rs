//! What people decide: schemas, inlets, datasets, segments, destinations and dataflows.
//!
//! These are the checked forms. `control` reads and checks the YAML that people write, gives out the numbers
//! and stamps the times; the evaluator compiles them into `Rules`.

use crate::{
    DataflowId, DataflowNo, Dataset, DatasetId, DestinationId, Duration, FieldGroup, InletId, Path,
    RulesVersion, SchemaDefinition, SegmentId, SegmentNo, Timestamp, ZoneName,
};
use serde::{Deserialize, Serialize};

/// All definitions in force at one version of the rules.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Definitions {
    /// Counts the publishes.
    pub version: RulesVersion,
    /// The instant of the last publish.
    pub published_at: Timestamp,
    /// How long events count, from their timestamp on, unless their dataset says otherwise.
    pub retention: Duration,
    /// Field groups of the user's own, ascending by id.
    pub field_groups: Vec<FieldGroup>,
    /// Schemas, ascending by id. A store with none is untyped.
    pub schemas: Vec<SchemaDefinition>,
    /// Places to post to.
    pub inlets: Vec<Inlet>,
    /// Datasets, ascending by id: in an untyped store those that inlets name, in a typed one those that are defined.
    pub datasets: Vec<Dataset>,
    /// Segments in any state of life.
    pub segments: Vec<SegmentDefinition>,
    /// Connections.
    pub destinations: Vec<DestinationDefinition>,
    /// Activations.
    pub dataflows: Vec<Dataflow>,
    /// Dataflows that were removed, ascending by id. One that is made again under the same id takes its number
    /// up again, and with it the ledger, so that neither a revision nor an export id is ever given out twice.
    pub retired: Vec<(DataflowId, DataflowNo)>,
    /// The next free segment number.
    pub next_segment: SegmentNo,
    /// The next free dataflow number.
    pub next_dataflow: DataflowNo,
}

impl Default for Definitions {
    fn default() -> Self {
        Self {
            version: RulesVersion(0),
            published_at: Timestamp::MIN,
            retention: Duration::days(90),
            field_groups: Vec::new(),
            schemas: Vec::new(),
            inlets: Vec::new(),
            datasets: Vec::new(),
            segments: Vec::new(),
            destinations: Vec::new(),
            dataflows: Vec::new(),
            retired: Vec::new(),
            next_segment: SegmentNo(0),
            next_dataflow: DataflowNo(0),
        }
    }
}

impl Definitions {
    /// How long events of this dataset count, from their timestamp on.
    pub fn retention_of(&self, dataset: &DatasetId) -> Duration {
        let own = self.datasets.iter().find(|one| one.id == *dataset);
        own.and_then(|one| one.retention).unwrap_or(self.retention)
    }
}

/// Where messages are posted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Inlet {
    /// Its id, the last part of its URL.
    pub id: InletId,
    /// What people call it.
    pub name: String,
    /// The dataset of bare entities, and the only one that an envelope may name.
    pub dataset: DatasetId,
    /// Where the bearer token is kept (`env:WEIR_SECRET_...` or `file:...`), if one is required.
    pub token: Option<String>,
}

/// A named predicate over a profile.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SegmentDefinition {
    /// By name.
    pub id: SegmentId,
    /// By number; a new one after every deactivation.
    pub no: SegmentNo,
    /// What people call it.
    pub name: String,
    /// The predicate as its author wrote it: `pql/text`, or `pql/json`, which begins with `{` as no text does.
    pub expression: String,
    /// Whose days, months and years it speaks of.
    pub time_zone: ZoneName,
    /// Whether people who opted out are left out.
    pub exclude_opt_out: bool,
    /// Where it is in its life.
    pub state: SegmentState,
    /// The publish that last changed its meaning.
    pub changed_in: RulesVersion,
    /// When it was made.
    pub created: Timestamp,
    /// When it was last edited.
    pub updated: Timestamp,
}

/// The life of a segment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SegmentState {
    /// Written down, not evaluated.
    Draft,
    /// Evaluated.
    Published,
    /// No longer evaluated; its memberships have ended.
    Inactive,
    /// Kept for the record.
    Archived,
}

/// A connection to an outside stream.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct DestinationDefinition {
    /// Its id.
    pub id: DestinationId,
    /// The kind, as in the registry: `file`.
    pub kind: String,
    /// What people call it.
    pub name: String,
    /// What it is for.
    pub description: String,
    /// What the kind needs, as JSON text; secrets by reference only.
    pub settings: String,
    /// What it may take.
    pub limits: Limits,
}

/// What a destination may be asked for, shared by its dataflows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Limits {
    /// Calls a second.
    pub requests_per_second: u32,
    /// Exports a second, if bounded.
    pub records_per_second: Option<u32>,
    /// Body bytes a second, if bounded.
    pub bytes_per_second: Option<u32>,
    /// Calls at a time.
    pub concurrency: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            requests_per_second: 10_000,
            records_per_second: None,
            bytes_per_second: None,
            concurrency: 8,
        }
    }
}

/// One destination with its mapped segments, mapped attributes and options.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Dataflow {
    /// By name.
    pub id: DataflowId,
    /// By number.
    pub no: DataflowNo,
    /// What people call it.
    pub name: String,
    /// Where its exports go.
    pub destination: DestinationId,
    /// Mapped segments, ascending by id.
    pub segments: Vec<Mapping>,
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
    /// A predicate joined to every mapped segment.
    pub filter: Option<String>,
    /// Whether exports are decided and sent.
    pub state: DataflowState,
    /// How much may wait.
    pub queue: QueueBounds,
}

/// How much may wait on a dataflow, and what happens when more comes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct QueueBounds {
    /// What waited longer becomes a dead letter (`expired`).
    pub age: Duration,
    /// Pending exports, in bytes as stored. At 80 % of it bulk stops.
    pub bytes: u64,
    /// What happens at `bytes`.
    pub full: WhenFull,
}

impl Default for QueueBounds {
    fn default() -> Self {
        Self {
            age: Duration::days(7),
            bytes: 10 << 30,
            full: WhenFull::default(),
        }
    }
}

/// What happens to an export that is decided when the queue is full.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum WhenFull {
    /// It takes the place of what is pending of its profile; where there is nothing, it waits and intake blocks.
    #[default]
    Coalesce,
    /// It waits, and intake blocks until there is room.
    Block,
    /// It becomes a dead letter (`overflow`).
    Dead,
}

/// A segment on a dataflow.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mapping {
    /// Which segment.
    pub segment: SegmentId,
    /// The number of the hidden segment `(segment) and (filter)`, where the dataflow has a filter.
    pub hidden: Option<SegmentNo>,
    /// The publish that made or edited the mapping or the filter: the hidden segment's first evaluation after
    /// it sets its baseline without a transition.
    pub baseline_in: RulesVersion,
    /// When it was mapped.
    pub created: Timestamp,
    /// When the mapping was last edited.
    pub updated: Timestamp,
}

/// Which kinds of change export a profile.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Triggers {
    /// A change of status in a mapped segment.
    pub membership: bool,
    /// A change of a member's identities.
    pub identity: bool,
    /// A write to a member's mapped attribute.
    pub attribute: bool,
}

impl Default for Triggers {
    fn default() -> Self {
        Self {
            membership: true,
            identity: true,
            attribute: true,
        }
    }
}

/// When a mapped attribute counts as changed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum AttributeTrigger {
    /// When it was written, also with the value it had.
    #[default]
    Write,
    /// When its value differs.
    Value,
}

/// Which memberships an export shows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum MembershipScope {
    /// All of the dataflow's merge policy.
    #[default]
    MergePolicy,
    /// The mapped ones.
    Mapped,
}

/// A namespace that an export shows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NamespaceSelection {
    /// Which.
    pub namespace: String,
    /// Lower-hex SHA-256 of each value, under `<namespace>_sha256`.
    pub sha256: bool,
}

/// Whether a dataflow decides and sends.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum DataflowState {
    /// Decides and sends.
    #[default]
    Enabled,
    /// Decides; sends nothing.
    Paused,
    /// Neither.
    Disabled,
    /// Its definition was removed, and it goes when everybody it told of somebody has been told that they left.
    Ending,
}

impl DataflowState {
    /// Whether exports are decided.
    pub fn decides(self) -> bool {
        self != Self::Disabled
    }

    /// Whether exports are sent.
    pub fn sends(self) -> bool {
        matches!(self, Self::Enabled | Self::Ending)
    }
}
