//! People whom one segment holds, and the dataflows that tell of them.
//!
//! Each has one attribute that is exported and changes: one change is one export a dataflow.

use serde_json::{Value, json};

/// Where they are posted.
pub(super) const PATH: &str = "/collection/batch/bench";

/// The segment that everybody is in.
const MEMBERS: &str = "members";

/// The record of a person with a number of points; an exported attribute among some 300 bytes. The person lives in one
/// of a number of towns.
pub(super) fn record(person: u64, points: u64, towns: u64) -> String {
    let value = json!({
        "identityMap": {"crmId": [{"id": format!("u{person:08}"), "primary": true}]},
        "person": {"name": {"firstName": format!("Name{}", person % 2_000), "lastName": format!("Surname{}", person % 9_000)}},
        "personalEmail": {"address": format!("user{person}@mail{}.example.com", person % 50)},
        "homeAddress": {"street1": format!("{} Example Street, Apartment {}", person % 999, person % 99)},
        "_acme": {"points": points, "town": format!("t{}", person % towns)},
    });
    format!("{value}\n")
}

/// An inlet, a segment with everybody, and these dataflows of it.
pub(super) fn definitions(dataflows: &[Flow<'_>]) -> Value {
    let everybody = json!({"id": MEMBERS, "pql": "_acme.points >= 0"});
    with_segments(&[everybody], dataflows, |_| vec![MEMBERS.to_owned()])
}

/// A segment a town, and these dataflows: if it is one, it tells of all towns, else each of its own.
pub(super) fn of_towns(towns: u64, dataflows: &[Flow<'_>]) -> Value {
    let town = |town: u64| format!("town-{town}");
    let segments: Vec<Value> = (0..towns)
        .map(|no| json!({"id": town(no), "pql": format!("_acme.town = \"t{no}\"")}))
        .collect();
    with_segments(&segments, dataflows, |no| match dataflows.len() {
        1 => (0..towns).map(town).collect(),
        _ => vec![town(no)],
    })
}

fn with_segments(segments: &[Value], dataflows: &[Flow<'_>], mapped: impl Fn(u64) -> Vec<String>) -> Value {
    let (mut flows, mut destinations) = (Vec::new(), Vec::new());
    for (no, Flow { id, folder, state }) in (0..).zip(dataflows) {
        flows.push(json!({
            "id": id,
            "destination": id,
            "segments": mapped(no),
            "segmentMembership": "mapped",
            "attributes": ["_acme.points", "person.name", "personalEmail.address"],
            "state": state,
        }));
        destinations.push(json!({"id": id, "kind": "file", "settings": {"folder": folder}}));
    }
    json!({
        "inlets": [{"id": "bench"}],
        "segments": segments,
        "destinations": destinations,
        "dataflows": flows,
    })
}

/// A dataflow to files.
pub(super) struct Flow<'a> {
    pub(super) id: &'a str,
    /// Below the server's folder of exports.
    pub(super) folder: &'a str,
    /// `enabled`, `paused` or `disabled`.
    pub(super) state: &'a str,
}

impl<'a> Flow<'a> {
    /// Into a folder of its own name.
    pub(super) fn to_itself(id: &'a str, state: &'a str) -> Self {
        Self {
            id,
            folder: id,
            state,
        }
    }
}
