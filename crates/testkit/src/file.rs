//! A plan as people write it: a definitions file. It is JSON, which is YAML too.

use crate::plan::{DataflowPlan, Plan, SegmentPlan};
use model::{
    AttributeTrigger, DataflowId, DataflowState, DatasetId, DestinationId, Duration, InletId,
    MembershipScope, NamespaceSelection, Path, SegmentId, SegmentState,
};
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// The kind of all destinations of a simulated world.
pub const KIND: &str = "fake";

/// The datasets of a simulated world, each with an inlet of the same name.
pub const DATASETS: [&str; 2] = ["crm", "web"];

/// The inlet at which messages of a dataset are posted.
pub fn inlet(dataset: &DatasetId) -> InletId {
    InletId::new(dataset.as_str()).expect("what is good as a dataset is good as an inlet")
}

/// The file that asks for `plan`.
pub fn file(plan: &Plan) -> Vec<u8> {
    let destinations: BTreeSet<&DestinationId> =
        plan.dataflows.values().map(|flow| &flow.destination).collect();
    let file = json!({
        "retention": retention(plan.retention),
        "inlets": DATASETS.map(|id| json!({"id": id})),
        "segments": plan.segments.iter().map(|(id, segment)| segment_of(id, segment)).collect::<Vec<_>>(),
        "destinations": destinations.into_iter().map(|id| json!({"id": id, "kind": KIND, "settings": {}})).collect::<Vec<_>>(),
        "dataflows": plan.dataflows.iter().map(|(id, flow)| dataflow_of(id, flow)).collect::<Vec<_>>(),
    });
    file.to_string().into_bytes()
}

fn retention(span: Duration) -> String {
    let seconds = span.millis() / 1_000;
    assert_eq!(
        seconds * 1_000,
        span.millis(),
        "a file says retention in whole seconds"
    );
    format!("{seconds} seconds")
}

fn segment_of(id: &SegmentId, segment: &SegmentPlan) -> Value {
    json!({
        "id": id,
        "name": segment.name,
        "pql": segment.rule.to_string(),
        "excludeOptOut": segment.exclude_opt_out,
        "state": match segment.state {
            SegmentState::Draft => "draft",
            SegmentState::Published => "published",
            SegmentState::Inactive => "inactive",
            SegmentState::Archived => "archived",
        },
    })
}

fn dataflow_of(id: &DataflowId, flow: &DataflowPlan) -> Value {
    let triggers = [
        ("membership", flow.triggers.membership),
        ("identity", flow.triggers.identity),
        ("attribute", flow.triggers.attribute),
    ];
    let triggers: Vec<&str> = triggers
        .into_iter()
        .filter(|(_, on)| *on)
        .map(|(word, _)| word)
        .collect();
    let mut value = json!({
        "id": id,
        "destination": flow.destination,
        "segments": flow.segments,
        "attributes": flow.attributes.iter().map(Path::to_string).collect::<Vec<_>>(),
        "triggers": triggers,
        "attributeTrigger": match flow.attribute_trigger {
            AttributeTrigger::Write => "write",
            AttributeTrigger::Value => "value",
        },
        "segmentMembership": match flow.segment_membership {
            MembershipScope::MergePolicy => "mergePolicy",
            MembershipScope::Mapped => "mapped",
        },
        "includeSegmentNames": flow.include_segment_names,
        "includeSegmentTimestamps": flow.include_segment_timestamps,
        "envelope": if flow.envelope { "weir" } else { "none" },
        "state": match flow.state {
            DataflowState::Enabled => "enabled",
            DataflowState::Paused => "paused",
            DataflowState::Disabled => "disabled",
            DataflowState::Ending => unreachable!("no plan asks for it"),
        },
    });
    if let Some(filter) = &flow.filter {
        value["filter"] = filter.to_string().into();
    }
    if let Some(identities) = &flow.identities {
        value["identities"] = identities.iter().map(namespace).collect();
    }
    value
}

fn namespace(selection: &NamespaceSelection) -> Value {
    json!({"namespace": selection.namespace, "sha256": selection.sha256})
}
