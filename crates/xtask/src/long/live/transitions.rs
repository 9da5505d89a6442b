//! The transitions that exports tell, in the form of the kit.

use anyhow::{Context, Result};
use serde::Deserialize;
use serde_json::json;
use std::collections::{BTreeMap, HashSet};
use std::fs::{self, File};
use std::io::{BufRead, BufReader, BufWriter, Write};
use std::path::{Path, PathBuf};

/// What was in the files.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Told {
    /// Each counted once.
    pub(super) exports: u64,
    /// Lines whose id another line has too.
    pub(super) duplicates: u64,
}

/// What an export says, as far as the kit asks.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Export {
    #[serde(rename = "_weir")]
    envelope: Envelope,
    identity_map: BTreeMap<String, Vec<Identity>>,
}

#[derive(Deserialize)]
struct Envelope {
    id: String,
    transitions: Vec<Transition>,
}

#[derive(Deserialize)]
struct Transition {
    at: String,
    segment: String,
    status: String,
}

#[derive(Deserialize)]
struct Identity {
    id: String,
}

/// The namespace in which the kit names people.
const NAMESPACE: &str = "crmId";

/// Reads all NDJSON below a folder and writes the transitions, a duplicate's once.
pub(super) fn collect(exports: &Path, transitions: &Path) -> Result<Told> {
    let out = File::create(transitions).with_context(|| format!("cannot write {}", transitions.display()))?;
    let mut out = BufWriter::new(out);
    let mut seen = HashSet::new();
    let mut told = Told {
        exports: 0,
        duplicates: 0,
    };
    for file in ndjson(exports)? {
        let shown = file.display();
        let lines = BufReader::new(File::open(&file).with_context(|| format!("cannot read {shown}"))?);
        for (index, line) in lines.lines().enumerate() {
            let line = line.with_context(|| format!("cannot read {shown}"))?;
            let export: Export = serde_json::from_str(&line)
                .with_context(|| format!("{shown}, line {}, is no export: {line}", index + 1))?;
            if seen.insert(export.envelope.id.clone()) {
                told.exports += 1;
                write(&mut out, &export)?;
            } else {
                told.duplicates += 1;
            }
        }
    }
    out.flush()
        .with_context(|| format!("cannot write {}", transitions.display()))?;
    Ok(told)
}

/// The files below a folder, in the order of their names.
fn ndjson(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    let entries = fs::read_dir(folder).with_context(|| format!("cannot read {}", folder.display()))?;
    for entry in entries {
        let path = entry?.path();
        if path.is_dir() {
            files.extend(ndjson(&path)?);
        } else if path.extension().is_some_and(|end| end == "ndjson") {
            files.push(path);
        }
    }
    files.sort_unstable();
    Ok(files)
}

fn write(out: &mut impl Write, export: &Export) -> Result<()> {
    let identity = export
        .identity_map
        .get(NAMESPACE)
        .and_then(|identities| identities.first());
    let person = &identity
        .with_context(|| format!("the export {} names nobody in {NAMESPACE}", export.envelope.id))?
        .id;
    for transition in &export.envelope.transitions {
        let line = json!({
            "at": transition.at,
            "profile": format!("{NAMESPACE}:{person}"),
            "segment": transition.segment,
            "status": transition.status,
        });
        writeln!(out, "{line}").context("cannot write the transitions")?;
    }
    Ok(())
}

#[cfg(test)]
mod tests;
