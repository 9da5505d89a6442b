//! Definitions with one of everything.

use crate::support::at;
use model::{
    AttributeTrigger, Dataflow, DataflowId, DataflowNo, DataflowState, Dataset, DatasetId, Definitions,
    DestinationDefinition, DestinationId, Inlet, InletId, Limits, Mapping, MembershipScope,
    NamespaceSelection, Path, QueueBounds, RulesVersion, SegmentDefinition, SegmentId, SegmentNo,
    SegmentState, Triggers,
};

pub(crate) fn one_of_everything() -> Definitions {
    let segment = SegmentDefinition {
        id: SegmentId::new("gold").unwrap(),
        no: SegmentNo(4),
        name: "Gold".to_owned(),
        expression: "loyalty.points >= 1000".to_owned(),
        exclude_opt_out: true,
        state: SegmentState::Published,
        changed_in: RulesVersion(6),
        created: at(1),
        updated: at(2),
    };
    let destination = DestinationDefinition {
        id: DestinationId::new("files").unwrap(),
        kind: "file".to_owned(),
        name: "Files".to_owned(),
        description: "For the test".to_owned(),
        settings: "{\"folder\":\"out\"}".to_owned(),
        limits: Limits {
            records_per_second: Some(100),
            ..Limits::default()
        },
    };
    let dataflow = Dataflow {
        id: DataflowId::new("flow-1").unwrap(),
        no: DataflowNo(1),
        name: "Flow".to_owned(),
        destination: destination.id.clone(),
        segments: vec![Mapping {
            segment: segment.id.clone(),
            hidden: Some(SegmentNo(5)),
            baseline_in: RulesVersion(6),
            created: at(3),
            updated: at(4),
        }],
        attributes: vec![Path::parse("person.name").unwrap()],
        triggers: Triggers::default(),
        attribute_trigger: AttributeTrigger::Value,
        segment_membership: MembershipScope::Mapped,
        include_segment_names: true,
        include_segment_timestamps: false,
        identities: Some(vec![NamespaceSelection {
            namespace: "email".to_owned(),
            sha256: true,
        }]),
        envelope: true,
        filter: Some("person.name.isNotNull()".to_owned()),
        state: DataflowState::Paused,
        queue: QueueBounds::default(),
    };
    Definitions {
        version: RulesVersion(7),
        published_at: at(900),
        inlets: vec![Inlet {
            id: InletId::new("door").unwrap(),
            name: "Door".to_owned(),
            dataset: DatasetId::new("web").unwrap(),
            token: Some("env:WEIR_SECRET_DOOR".to_owned()),
        }],
        datasets: vec![Dataset {
            id: DatasetId::new("web").unwrap(),
        }],
        segments: vec![segment],
        destinations: vec![destination],
        dataflows: vec![dataflow],
        retired: vec![(DataflowId::new("gone").unwrap(), DataflowNo(0))],
        next_segment: SegmentNo(6),
        next_dataflow: DataflowNo(2),
        ..Definitions::default()
    }
}
