//! How long it takes to read and check segments, as `weir check` does.

use super::ingest::workload;
use crate::cargo;
use crate::command::folder;
use crate::stopwatch::Stopwatch;
use crate::weir;
use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

#[derive(clap::Args)]
pub(crate) struct Options {
    /// How many segments.
    #[arg(long, value_name = "N", default_value_t = 1_000)]
    segments: u32,

    /// A file of segments in JSON, as `weir backtest` is given them, in place of the bench's own.
    #[arg(long, value_name = "FILE")]
    from: Option<PathBuf>,

    /// How many rounds; the figures are of the median.
    #[arg(long, value_name = "N", default_value_t = 21)]
    rounds: usize,

    /// The program under test; a release build of this tree if not given.
    #[arg(long, value_name = "PROGRAM")]
    weir: Option<PathBuf>,
}

/// Times `weir check` over the segments and over none: the difference is theirs.
pub(crate) fn run(options: &Options) -> Result<()> {
    let weir = weir::program(options.weir.as_deref())?;
    let folder = folder(&cargo::metadata()?, "bench-check")?;
    let rules = match &options.from {
        Some(file) => read(file)?,
        None => workload::rules(42, options.segments),
    };
    let all = folder.join("segments.json");
    let none = folder.join("none.json");
    write(&all, &rules)?;
    write(&none, &rules[..1])?;
    let (mut with, mut without) = (Vec::new(), Vec::new());
    for _ in 0..options.rounds.max(1) {
        with.push(check(&weir, &all)?);
        without.push(check(&weir, &none)?);
    }
    let (with, without) = (median(with), median(without));
    println!(
        "{} segments are read and checked in {:.1} ms (weir check: {:.1} ms, of one segment {:.1} ms; medians of {})",
        rules.len(),
        millis(with.saturating_sub(without)),
        millis(with),
        millis(without),
        options.rounds.max(1)
    );
    Ok(())
}

fn millis(time: Duration) -> f64 {
    time.as_secs_f64() * 1_000.0
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort_unstable();
    times[times.len() / 2]
}

fn check(weir: &Path, file: &Path) -> Result<Duration> {
    let begun = Stopwatch::start();
    let output = Command::new(weir)
        .arg("check")
        .arg("--file")
        .arg(file)
        .output()
        .with_context(|| format!("cannot start {}", weir.display()))?;
    let took = begun.elapsed();
    let said = String::from_utf8_lossy(&output.stdout);
    ensure!(
        output.status.success(),
        "weir check refuses the segments:\n{said}"
    );
    Ok(took)
}

/// The rules of a list of segments.
fn read(file: &Path) -> Result<Vec<String>> {
    let text = std::fs::read(file).with_context(|| format!("cannot read {}", file.display()))?;
    let segments: Vec<Value> = serde_json::from_slice(&text)?;
    let rule = |segment: &Value| {
        let short = segment["pql"].as_str();
        short
            .or(segment["expression"]["value"].as_str())
            .map(str::to_owned)
    };
    let rules: Option<Vec<_>> = segments.iter().map(rule).collect();
    rules
        .filter(|rules| !rules.is_empty())
        .with_context(|| format!("{} is no list of segments", file.display()))
}

/// Definitions with these segments, typed: every path is looked up.
fn write(file: &Path, rules: &[String]) -> Result<()> {
    let fields: serde_json::Map<String, Value> = workload::fields()
        .map(|(name, kind)| (format!("_acme.{name}"), json!(kind)))
        .collect();
    let segments: Vec<Value> = (0..)
        .zip(rules)
        .map(|(no, pql): (u32, _)| json!({"id": format!("seg-{no}"), "pql": pql}))
        .collect();
    let schema = |id: &str, class: &str| json!({"id": id, "class": class, "fieldGroups": ["acme"]});
    let definitions = json!({
        "fieldGroups": [{"id": "acme", "fields": fields}],
        "schemas": [schema("people", "profile"), schema("events", "event")],
        "datasets": [{"id": "people", "schema": "people"}, {"id": "events", "schema": "events"}],
        "inlets": [{"id": "people"}, {"id": "events"}],
        "segments": segments,
    });
    std::fs::write(file, serde_json::to_vec_pretty(&definitions)?)
        .with_context(|| format!("cannot write {}", file.display()))
}
