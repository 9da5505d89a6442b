//! Definitions as older formats had them.

use super::codec;
use model::{
    AttributeTrigger, Dataflow, DataflowId, DataflowNo, DataflowState, Dataset, DatasetId, Definitions,
    DestinationDefinition, DestinationId, Duration, Inlet, Mapping, MembershipScope, NamespaceSelection,
    Path, QueueBounds, RulesVersion, SegmentDefinition, SegmentNo, Timestamp, Triggers,
};
use serde::Deserialize;

/// Definitions of a version before today's; `None` if there never was such a version.
pub(super) fn older(version: u8, body: &[u8]) -> Option<Definitions> {
    match version {
        1 => codec::whole(body).ok().map(Untyped::<FirstDataflow>::now),
        2 => codec::whole(body).ok().map(Untyped::<Dataflow>::now),
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
    segments: Vec<SegmentDefinition>,
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
            segments: self.segments,
            destinations: self.destinations,
            dataflows: self.dataflows.into_iter().map(Into::into).collect(),
            retired: self.retired,
            next_segment: self.next_segment,
            next_dataflow: self.next_dataflow,
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
