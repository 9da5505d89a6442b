//! The kit's segments as definitions of the server.

use anyhow::{Context, Result};
use serde_json::{Value, json};
use std::fs;
use std::path::Path;

/// The inlet that everything is posted to.
pub(super) const INLET: &str = "kit";

/// The dataflow that maps all segments, and the folder below `exports` that it writes to.
pub(super) const DATAFLOW: &str = "live";

/// Reads the kit's `segments.json` and writes a file for `weir apply`; JSON is YAML.
pub(super) fn write(segments: &Path, definitions: &Path) -> Result<()> {
    let text = fs::read_to_string(segments).with_context(|| format!("cannot read {}", segments.display()))?;
    let segments: Vec<Value> = serde_json::from_str(&text)
        .with_context(|| format!("{} is no list of segments", segments.display()))?;
    let text = serde_json::to_string_pretty(&over(&segments))?;
    fs::write(definitions, text).with_context(|| format!("cannot write {}", definitions.display()))
}

/// Every change of membership is told, and nothing else.
fn over(segments: &[Value]) -> Value {
    let mapped: Vec<Value> = segments.iter().map(|segment| segment["id"].clone()).collect();
    json!({
        "inlets": [{"id": INLET}],
        "segments": segments,
        "destinations": [{"id": "files", "kind": "file", "settings": {"folder": DATAFLOW}}],
        "dataflows": [{
            "id": DATAFLOW,
            "destination": "files",
            "segments": mapped,
            "triggers": ["membership"],
            "segmentMembership": "mapped",
            "envelope": "weir",
        }],
    })
}

#[cfg(test)]
mod tests;
