//! Definitions as older formats had them.

use super::codec;
use model::{
    AttributeTrigger, Dataflow, DataflowId, DataflowNo, DataflowState, Dataset, Definitions,
    DestinationDefinition, DestinationId, Duration, Inlet, Mapping, MembershipScope, NamespaceSelection,
    Path, QueueBounds, RulesVersion, SegmentDefinition, SegmentNo, Timestamp, Triggers,
};
use serde::Deserialize;

/// Version 1: the bounds of queues were the server's.
pub(super) fn first_form(body: &[u8]) -> Option<Definitions> {
    let first: First = codec::whole(body).ok()?;
    Some(Definitions {
        version: first.version,
        published_at: first.published_at,
        retention: first.retention,
        inlets: first.inlets,
        datasets: first.datasets,
        segments: first.segments,
        destinations: first.destinations,
        dataflows: first.dataflows.into_iter().map(FirstDataflow::now).collect(),
        retired: first.retired,
        next_segment: first.next_segment,
        next_dataflow: first.next_dataflow,
    })
}

#[derive(Deserialize)]
struct First {
    version: RulesVersion,
    published_at: Timestamp,
    retention: Duration,
    inlets: Vec<Inlet>,
    datasets: Vec<Dataset>,
    segments: Vec<SegmentDefinition>,
    destinations: Vec<DestinationDefinition>,
    dataflows: Vec<FirstDataflow>,
    retired: Vec<(DataflowId, DataflowNo)>,
    next_segment: SegmentNo,
    next_dataflow: DataflowNo,
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

impl FirstDataflow {
    fn now(self) -> Dataflow {
        Dataflow {
            id: self.id,
            no: self.no,
            name: self.name,
            destination: self.destination,
            segments: self.segments,
            attributes: self.attributes,
            triggers: self.triggers,
            attribute_trigger: self.attribute_trigger,
            segment_membership: self.segment_membership,
            include_segment_names: self.include_segment_names,
            include_segment_timestamps: self.include_segment_timestamps,
            identities: self.identities,
            envelope: self.envelope,
            filter: self.filter,
            state: self.state,
            queue: QueueBounds::default(),
        }
    }
}
