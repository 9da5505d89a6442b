//! Definitions with one of everything.

use crate::support::at;
use model::{
    AttributeTrigger, Dataflow, DataflowId, DataflowNo, DataflowState, Dataset, DatasetId, Definitions,
    DestinationDefinition, DestinationId, Duration, Field, FieldGroup, FieldGroupId, IdentityDescriptor,
    Inlet, InletId, Limits, Mapping, MembershipScope, NamespaceSelection, Path, QueueBounds, RulesVersion,
    Scalar, SchemaClass, SchemaDefinition, SchemaId, SegmentDefinition, SegmentId, SegmentNo, SegmentState,
    Triggers, ZoneName,
};

pub(crate) fn one_of_everything() -> Definitions {
    let segment = SegmentDefinition {
        id: SegmentId::new("gold").unwrap(),
        no: SegmentNo(4),
        name: "Gold".to_owned(),
        expression: "loyalty.points >= 1000".to_owned(),
        time_zone: ZoneName::new("Asia/Seoul").unwrap(),
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
        field_groups: vec![FieldGroup {
            id: FieldGroupId::new("shop").unwrap(),
            title: "Shop".to_owned(),
            description: "What the shop knows".to_owned(),
            classes: SchemaClass::ALL.to_vec(),
            fields: vec![Field {
                path: "_shop.stores[].visits{}".to_owned(),
                scalar: Scalar::DateTime,
                title: "Visits".to_owned(),
                description: "When, by clerk".to_owned(),
            }],
        }],
        schemas: vec![SchemaDefinition {
            id: SchemaId::new("orders").unwrap(),
            title: "Orders".to_owned(),
            description: "From the shop".to_owned(),
            class: SchemaClass::Event,
            field_groups: vec![FieldGroupId::new("shop").unwrap()],
            identities: vec![IdentityDescriptor {
                path: Path::parse("_shop.card").unwrap(),
                namespace: "card".to_owned(),
                primary: true,
            }],
        }],
        datasets: vec![Dataset {
            id: DatasetId::new("web").unwrap(),
            name: "Web".to_owned(),
            schema: Some(SchemaId::new("orders").unwrap()),
            retention: Some(Duration::days(30)),
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

/// What formats without schemas and time zones can keep of it.
pub(crate) fn untyped(mut definitions: Definitions) -> Definitions {
    definitions.field_groups.clear();
    definitions.schemas.clear();
    for dataset in &mut definitions.datasets {
        *dataset = Dataset::untyped(dataset.id.clone());
    }
    for segment in &mut definitions.segments {
        segment.time_zone = ZoneName::default();
    }
    definitions
}
