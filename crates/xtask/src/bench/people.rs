//! People whom one segment holds, and the dataflows that tell of them.
//!
//! Each has one attribute that is exported and changes: one change is one export a dataflow.

use serde_json::{Value, json};

/// Where they are posted.
pub(super) const PATH: &str = "/collection/batch/bench";

/// The segment that everybody is in.
pub(super) const MEMBERS: &str = "members";

/// The record of a person with a number of points; an exported attribute among some 300 bytes.
pub(super) fn record(person: u64, points: u64) -> String {
    let value = json!({
        "identityMap": {"crmId": [{"id": format!("u{person:08}"), "primary": true}]},
        "person": {"name": {"firstName": format!("Name{}", person % 2_000), "lastName": format!("Surname{}", person % 9_000)}},
        "personalEmail": {"address": format!("user{person}@mail{}.example.com", person % 50)},
        "homeAddress": {"street1": format!("{} Example Street, Apartment {}", person % 999, person % 99)},
        "_acme": {"points": points, "city": format!("city_{}", person % 500)},
    });
    format!("{value}\n")
}

/// An inlet, the segment and these dataflows.
pub(super) fn definitions(dataflows: &[Flow<'_>]) -> Value {
    let (mut flows, mut destinations) = (Vec::new(), Vec::new());
    for Flow { id, folder, state } in dataflows {
        flows.push(json!({
            "id": id,
            "destination": id,
            "segments": [MEMBERS],
            "attributes": ["_acme.points", "person.name", "personalEmail.address"],
            "state": state,
        }));
        destinations.push(json!({"id": id, "kind": "file", "settings": {"folder": folder}}));
    }
    json!({
        "inlets": [{"id": "bench"}],
        "segments": [{"id": MEMBERS, "pql": "_acme.points >= 0"}],
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
