//! A seeded workload: people with many attributes, a stream of records and events, and segments over both.

mod person;
mod rules;
mod stream;

use anyhow::{Context, Result};
use fastrand::Rng;
use person::{BOOLEANS, INTEGERS, Person, STRINGS};
use serde_json::{Value, json};
use std::fs;
use std::path::Path;
use stream::Clock;

/// The inlet that everything is posted to.
const INLET: &str = "bench";

/// The dataflow, if there is one.
pub(super) const DATAFLOW: &str = "bench";

/// How many segments it maps.
const MAPPED: usize = 10;

/// The rules of so many segments, without anything that they could hold of.
pub(in crate::bench) fn rules(seed: u64, count: u32) -> Vec<String> {
    rules::draw(&mut Rng::with_seed(seed), count)
}

/// What rules name of people and events, below `_acme`, and its type in a schema.
pub(in crate::bench) fn fields() -> impl Iterator<Item = (&'static str, &'static str)> {
    let strings = STRINGS.iter().map(|(name, _)| (*name, "string"));
    let integers = INTEGERS.iter().map(|(name, ..)| (*name, "integer"));
    let booleans = BOOLEANS.iter().map(|(name, _)| (*name, "boolean"));
    let others = [("tags[]", "string"), ("category", "string"), ("amount", "number")];
    strings.chain(integers).chain(booleans).chain(others)
}

/// How much of everything.
#[derive(Clone, Copy)]
pub(super) struct Size {
    pub(super) profiles: u32,
    pub(super) updates: u32,
    pub(super) segments: u32,
}

/// Bare XDM entities, each a line with its end, in the order of their times.
pub(super) struct Workload {
    /// One full record of every profile.
    pub(super) base: Vec<String>,
    /// 30 % records with one to three attributes drawn anew, 70 % events.
    pub(super) updates: Vec<String>,
    /// As definitions have them.
    segments: Vec<Value>,
}

impl Workload {
    /// The same seed and size give the same bytes.
    pub(super) fn draw(seed: u64, size: Size) -> Self {
        let mut rng = fastrand::Rng::with_seed(seed);
        let rules = rules::draw(&mut rng.fork(), size.segments);
        let segments = rules.iter().enumerate();
        let segments = segments
            .map(|(index, pql)| json!({"id": format!("seg-{index}"), "pql": pql}))
            .collect();
        let mut people: Vec<Person> = (0..size.profiles).map(|_| Person::draw(&mut rng)).collect();
        let mut clock = Clock::default();
        let people_once = people.iter().enumerate();
        let base = people_once
            .map(|(user, person)| clock.record(user, person))
            .collect();
        let updates = (0..size.updates)
            .map(|_| clock.update(&mut rng, &mut people))
            .collect();
        Self {
            base,
            updates,
            segments,
        }
    }

    /// What the workload kit wrote to a folder.
    pub(super) fn read(kit: &Path) -> Result<Self> {
        let text = |name| {
            let path = kit.join(name);
            fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))
        };
        let lines = |name| -> Result<Vec<String>> {
            Ok(text(name)?.split_inclusive('\n').map(str::to_owned).collect())
        };
        Ok(Self {
            base: lines("base.ndjson")?,
            updates: lines("updates.ndjson")?,
            segments: serde_json::from_str(&text("segments.json")?)?,
        })
    }

    /// The definitions of the server; JSON is YAML. The dataflow maps the first segments, two of each family, and
    /// writes files.
    pub(super) fn definitions(&self, with_dataflow: bool) -> Result<String> {
        let mut definitions = json!({"inlets": [{"id": INLET}], "segments": self.segments});
        if with_dataflow {
            let mapped: Vec<_> = self
                .segments
                .iter()
                .take(MAPPED)
                .map(|segment| &segment["id"])
                .collect();
            definitions["dataflows"] = json!([{"id": DATAFLOW, "destination": "files", "segments": mapped}]);
            definitions["destinations"] = json!([
                {"id": "files", "kind": "file", "settings": {"folder": DATAFLOW}},
            ]);
        }
        Ok(serde_json::to_string_pretty(&definitions)?)
    }
}

/// Where the workload is posted.
pub(super) fn path() -> String {
    format!("/collection/batch/{INLET}")
}

#[cfg(test)]
mod tests;
