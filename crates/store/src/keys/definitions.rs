//! Definitions as older formats had them.

use super::codec;
use model::{
    AttributeTrigger, Dataflow, DataflowId, DataflowNo, DataflowState, Dataset, DatasetId, Definitions,
    DestinationDefinition, DestinationId, Duration, FieldGroup, Inlet, Mapping, MembershipScope,
    NamespaceSelection, Path, QueueBounds, RulesVersion, SchemaDefinition, SegmentDefinition, SegmentId,
    SegmentNo, SegmentState, Timestamp, Triggers, ZoneName,
};
use serde::Deserialize;

/// Definitions of a version before today's; `None` if there never was such a version.
pub(super) fn older(version: u8, body: &[u8]) -> Option<Definitions> {
    match version {
        1 => codec::whole(body).ok().map(Untyped::<FirstDataflow>::now),
        2 => codec::whole(body).ok().map(Untyped::<Dataflow>::now),
        3 => codec::whole(body).ok().map(Unzoned::now),
        _ => None,
    }
}

/// Version 1, in which the bounds of queues were the server's, and version 2: there were no schemas.
#[derive(Deserialize)]
struct Untyped<F> {
    version: RulesVersion,
    published_at: Timestamp,
    retention: Duration,
    inlets: Vec<Inlet>,
    datasets: Vec<DatasetId>,
    segments: Vec<FirstSegment>,
    destinations: Vec<DestinationDefinition>,
    dataflows: Vec<F>,
    retired: Vec<(DataflowId, DataflowNo)>,
    next_segment: SegmentNo,
    next_dataflow: DataflowNo,
}

impl<F: Into<Dataflow>> Untyped<F> {
    fn now(self) -> Definitions {
        Definitions {
            version: self.version,
            published_at: self.published_at,
            retention: self.retention,
            field_groups: Vec::new(),
            schemas: Vec::new(),
            inlets: self.inlets,
            datasets: self.datasets.into_iter().map(Dataset::untyped).collect(),
            segments: self.segments.into_iter().map(FirstSegment::now).collect(),
            destinations: self.destinations,
            dataflows: self.dataflows.into_iter().map(Into::into).collect(),
            retired: self.retired,
            next_segment: self.next_segment,
            next_dataflow: self.next_dataflow,
        }
    }
}

/// Version 3: the days of every segment were those of UTC.
#[derive(Deserialize)]
struct Unzoned {
    version: RulesVersion,
    published_at: Timestamp,
    retention: Duration,
    field_groups: Vec<FieldGroup>,
    schemas: Vec<SchemaDefinition>,
    inlets: Vec<Inlet>,
    datasets: Vec<Dataset>,
    segments: Vec<FirstSegment>,
    destinations: Vec<DestinationDefinition>,
    dataflows: Vec<Dataflow>,
    retired: Vec<(DataflowId, DataflowNo)>,
    next_segment: SegmentNo,
    next_dataflow: DataflowNo,
}

impl Unzoned {
    fn now(self) -> Definitions {
        Definitions {
            version: self.version,
            published_at: self.published_at,
            retention: self.retention,
            field_groups: self.field_groups,
            schemas: self.schemas,
            inlets: self.inlets,
            datasets: self.datasets,
            segments: self.segments.into_iter().map(FirstSegment::now).collect(),
            destinations: self.destinations,
            dataflows: self.dataflows,
            retired: self.retired,
            next_segment: self.next_segment,
            next_dataflow: self.next_dataflow,
        }
    }
}

#[derive(Deserialize)]
struct FirstSegment {
    id: SegmentId,
    no: SegmentNo,
    name: String,
    expression: String,
    exclude_opt_out: bool,
    state: SegmentState,
    changed_in: RulesVersion,
    created: Timestamp,
    updated: Timestamp,
}

impl FirstSegment {
    fn now(self) -> SegmentDefinition {
        SegmentDefinition {
            id: self.id,
            no: self.no,
            name: self.name,
            expression: self.expression,
            time_zone: ZoneName::default(),
            exclude_opt_out: self.exclude_opt_out,
            state: self.state,
            changed_in: self.changed_in,
            created: self.created,
            updated: self.updated,
        }
    }
}

#[derive(Deserialize)]
struct FirstDataflow {
    id: DataflowId,
    no: DataflowNo,
    name: String,
    destination: DestinationId,
    segments: Vec<Mapping>,
    attributes: Vec<Path>,
    triggers: Triggers,
    attribute_trigger: AttributeTrigger,
    segment_membership: MembershipScope,
    include_segment_names: bool,
    include_segment_timestamps: bool,
    identities: Option<Vec<NamespaceSelection>>,
    envelope: bool,
    filter: Option<String>,
    state: DataflowState,
}

impl From<FirstDataflow> for Dataflow {
    fn from(first: FirstDataflow) -> Self {
        Self {
            id: first.id,
            no: first.no,
            name: first.name,
            destination: first.destination,
            segments: first.segments,
            attributes: first.attributes,
            triggers: first.triggers,
            attribute_trigger: first.attribute_trigger,
            segment_membership: first.segment_membership,
            include_segment_names: first.include_segment_names,
            include_segment_timestamps: first.include_segment_timestamps,
            identities: first.identities,
            envelope: first.envelope,
            filter: first.filter,
            state: first.state,
            queue: QueueBounds::default(),
        }
    }
}
