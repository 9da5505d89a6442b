//! People who are all in one segment and change again and again: every message makes one export.

use serde_json::{Value, json};

/// The dataflow.
pub(crate) const DATAFLOW: &str = "drain";

const INLET: &str = "bench";

/// Exports of each person.
const REVISIONS: u32 = 4;

/// Attributes that an export shows, of some forty bytes each.
const ATTRIBUTES: u32 = 10;

/// Bare XDM entities, each a line with its end.
pub(crate) struct Workload {
    pub(crate) lines: Vec<String>,
}

impl Workload {
    /// So many messages: everybody's first one, then everybody's second one, and so on.
    pub(crate) fn of(messages: u32) -> Self {
        let people = messages.div_ceil(REVISIONS);
        let line = |number: u32| {
            let (person, round) = (number % people, number / people);
            let attributes: serde_json::Map<String, Value> = (0..ATTRIBUTES)
                .map(|at| {
                    let value = format!("value {round} of {at} of person {person:08}");
                    (format!("attribute{at}"), json!(value))
                })
                .collect();
            let entity = json!({
                "identityMap": {"crmId": [{"id": format!("person-{person:08}")}]},
                "personalEmail": {"address": format!("{person}@example.test")},
                "loyalty": {"points": 1_000 + round},
                "_bench": attributes,
            });
            format!("{entity}\n")
        };
        Self {
            lines: (0..messages).map(line).collect(),
        }
    }
}

/// The definitions of the server; JSON is YAML.
pub(crate) fn definitions(destination: &Value, state: &str) -> Value {
    json!({
        "inlets": [{"id": INLET}],
        "segments": [{"id": "members", "pql": "loyalty.points >= 1000"}],
        "destinations": [destination],
        "dataflows": [{
            "id": DATAFLOW, "destination": "stream", "segments": ["members"], "envelope": "weir", "state": state,
            "attributes": ["_bench", "loyalty.points", "personalEmail.address"],
        }],
    })
}

/// Where the messages are posted.
pub(crate) fn path() -> String {
    format!("/collection/batch/{INLET}")
}
