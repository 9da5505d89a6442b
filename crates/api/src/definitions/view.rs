//! Definitions in the form of the file that makes them.

use super::schemas;
use control::{Meaning, format_of, meaning};
use model::{
    AttributeTrigger, Dataflow, DataflowState, Definitions, DestinationDefinition, Inlet, MembershipScope,
    NamespaceSelection, SegmentDefinition, SegmentId, SegmentState, Triggers,
};
use serde::Serialize;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

/// `{"version", "publishedAt", "definitions", "meanings"}`. JSON is YAML: `definitions` can be applied as it is. What each
/// segment means stands beside them, as nobody can apply that.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct View {
    version: model::RulesVersion,
    /// Missing before the first publish.
    #[serde(skip_serializing_if = "Option::is_none")]
    published_at: Option<String>,
    definitions: Value,
    /// `{"gold": {"en", "ko"}}`
    meanings: BTreeMap<SegmentId, Meaning>,
}

impl View {
    pub(crate) fn of(definitions: &Definitions) -> Self {
        let published = definitions.version.0 > 0;
        let dataflows = definitions
            .dataflows
            .iter()
            .filter(|flow| flow.state != DataflowState::Ending);
        let meanings = definitions
            .segments
            .iter()
            .filter_map(|segment| Some((segment.id.clone(), meaning(segment)?)));
        Self {
            meanings: meanings.collect(),
            version: definitions.version,
            published_at: published.then(|| definitions.published_at.to_string()),
            definitions: typed(
                definitions,
                json!({
                    "retention": format!("{} seconds", definitions.retention.millis() / 1000),
                    "inlets": definitions.inlets.iter().map(inlet).collect::<Vec<_>>(),
                    "segments": definitions.segments.iter().map(segment).collect::<Vec<_>>(),
                    "destinations": definitions.destinations.iter().map(destination).collect::<Vec<_>>(),
                    "dataflows": dataflows.map(dataflow).collect::<Vec<_>>(),
                }),
            ),
        }
    }
}

/// Adds field groups, schemas and datasets. The datasets of an untyped store are those that inlets name.
fn typed(definitions: &Definitions, mut value: Value) -> Value {
    let all = |count: usize, list: Vec<Value>| (count > 0).then(|| Value::from(list));
    let groups = definitions
        .field_groups
        .iter()
        .map(schemas::field_group)
        .collect();
    optional(
        &mut value,
        "fieldGroups",
        all(definitions.field_groups.len(), groups),
    );
    let list = definitions.schemas.iter().map(schemas::schema).collect();
    optional(&mut value, "schemas", all(definitions.schemas.len(), list));
    let datasets = definitions.datasets.iter().map(schemas::dataset).collect();
    optional(&mut value, "datasets", all(definitions.schemas.len(), datasets));
    value
}

/// The reference of a token is no secret: the token is elsewhere.
fn inlet(inlet: &Inlet) -> Value {
    let mut value = json!({"id": inlet.id, "name": inlet.name, "dataset": inlet.dataset});
    optional(
        &mut value,
        "token",
        inlet.token.as_ref().map(|token| json!(token)),
    );
    value
}

/// The rule in the form its author wrote it in.
fn segment(segment: &SegmentDefinition) -> Value {
    let (key, rule) = match format_of(&segment.expression) {
        "pql/text" => ("pql", json!(segment.expression)),
        format => {
            let rule = json!({"type": "PQL", "format": format, "value": segment.expression});
            ("expression", rule)
        }
    };
    json!({
        "id": segment.id,
        "name": segment.name,
        key: rule,
        "timeZone": segment.time_zone,
        "excludeOptOut": segment.exclude_opt_out,
        "state": match segment.state {
            SegmentState::Draft => "draft",
            SegmentState::Published => "published",
            SegmentState::Inactive => "inactive",
            SegmentState::Archived => "archived",
        },
    })
}

fn destination(destination: &DestinationDefinition) -> Value {
    let limits = &destination.limits;
    let mut shown =
        json!({"requestsPerSecond": limits.requests_per_second, "concurrency": limits.concurrency});
    optional(
        &mut shown,
        "recordsPerSecond",
        limits.records_per_second.map(Value::from),
    );
    optional(
        &mut shown,
        "bytesPerSecond",
        limits.bytes_per_second.map(Value::from),
    );
    let mut value = json!({
        "id": destination.id,
        "kind": destination.kind,
        "name": destination.name,
        "settings": serde_json::from_str(&destination.settings).unwrap_or(Value::Object(Map::new())),
        "limits": shown,
    });
    let described = !destination.description.is_empty();
    optional(
        &mut value,
        "description",
        described.then(|| json!(destination.description)),
    );
    value
}

fn dataflow(dataflow: &Dataflow) -> Value {
    let mut value = json!({
        "id": dataflow.id,
        "name": dataflow.name,
        "destination": dataflow.destination,
        "segments": dataflow.segments.iter().map(|mapping| &mapping.segment).collect::<Vec<_>>(),
        "attributes": dataflow.attributes.iter().map(ToString::to_string).collect::<Vec<_>>(),
        "triggers": triggers(dataflow.triggers),
        "attributeTrigger": match dataflow.attribute_trigger {
            AttributeTrigger::Write => "write",
            AttributeTrigger::Value => "value",
        },
        "segmentMembership": match dataflow.segment_membership {
            MembershipScope::MergePolicy => "mergePolicy",
            MembershipScope::Mapped => "mapped",
        },
        "includeSegmentNames": dataflow.include_segment_names,
        "includeSegmentTimestamps": dataflow.include_segment_timestamps,
        "envelope": if dataflow.envelope { "weir" } else { "none" },
        "state": match dataflow.state {
            DataflowState::Enabled => "enabled",
            DataflowState::Paused => "paused",
            DataflowState::Disabled => "disabled",
            // Not of the file any more: left out above.
            DataflowState::Ending => "ending",
        },
    });
    let namespace = |one: &NamespaceSelection| json!({"namespace": one.namespace, "sha256": one.sha256});
    let identities = dataflow
        .identities
        .as_ref()
        .map(|all| all.iter().map(namespace).collect());
    optional(&mut value, "identities", identities);
    optional(
        &mut value,
        "filter",
        dataflow.filter.as_ref().map(|filter| json!(filter)),
    );
    value
}

fn triggers(triggers: Triggers) -> Vec<&'static str> {
    let all = [
        (triggers.membership, "membership"),
        (triggers.identity, "identity"),
        (triggers.attribute, "attribute"),
    ];
    all.into_iter()
        .filter(|(on, _)| *on)
        .map(|(_, name)| name)
        .collect()
}

pub(super) fn optional(object: &mut Value, key: &str, value: Option<Value>) {
    if let Some(value) = value {
        object[key] = value;
    }
}
