//! `cargo xtask long`: the checks that need root, another program or an hour, as named steps.
//!
//! To add a step, write its file beside the others and a line in [`STEPS`]. A step that cannot run has failed:
//! whoever cannot give it what it needs names the others on the command line.

mod campaign;
mod fuzz;
mod kit;
mod live;
mod power;
mod properties;
mod simulation;
mod streams;
mod workload;

use crate::cargo::{self, Metadata};
use crate::stopwatch::{Readable, Stopwatch};
use anyhow::{Result, ensure};
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

const STEPS: &[Step] = &[
    workload::STEP,
    live::STEP,
    properties::STEP,
    simulation::STEP,
    fuzz::STEP,
    campaign::STEP,
    power::STEP,
    streams::KINESIS,
    streams::EVENT_HUBS,
    streams::SECOND,
];

/// One check.
struct Step {
    name: &'static str,
    /// What it shows, and what it needs.
    about: &'static str,
    /// Gives the line that the summary shows.
    run: fn(&Site) -> Result<String>,
}

/// What steps are given.
struct Site {
    metadata: Metadata,
    given: Given,
}

#[derive(clap::Args)]
pub(crate) struct Options {
    /// The steps to run; all if none is named.
    #[arg(value_name = "STEP")]
    steps: Vec<String>,

    /// Show the steps and what they need, and run none.
    #[arg(long)]
    list: bool,

    #[command(flatten)]
    given: Given,
}

/// What some steps need, or can be told.
#[derive(Clone, clap::Args)]
struct Given {
    /// The folder of the workload kit, for the steps `workload` and `live`.
    #[arg(long, value_name = "DIR")]
    kit: Option<PathBuf>,

    /// The seed of the kit, of the campaign and of `fuzz`.
    #[arg(long, default_value_t = 42)]
    seed: u64,

    /// How many profiles the kit makes; each step has its own number if not given.
    #[arg(long, value_name = "N")]
    profiles: Option<u32>,

    /// How many updates the kit makes; each step has its own number if not given.
    #[arg(long, value_name = "N")]
    updates: Option<u32>,

    /// The program under test of `workload` and `live`; a release build of this tree if not given.
    #[arg(long, value_name = "PROGRAM")]
    weir: Option<PathBuf>,

    /// How many seeds the step `simulation` runs.
    #[arg(long, value_name = "N", default_value_t = 10_000)]
    seeds: u64,

    /// How many cases the step `properties` gives each of them.
    #[arg(long, value_name = "N", default_value_t = 10_000)]
    cases: u32,

    /// How many minutes the step `fuzz` runs.
    #[arg(long, value_name = "N", default_value_t = 30)]
    minutes: u64,
}

pub(crate) fn run(options: &Options) -> Result<ExitCode> {
    if options.list {
        for step in STEPS {
            println!("{:<12} {}", step.name, step.about);
        }
        return Ok(ExitCode::SUCCESS);
    }
    let chosen = choose(STEPS, &options.steps)?;
    let site = Site {
        metadata: cargo::metadata()?,
        given: options.given.clone(),
    };
    let reports = run_all(&chosen, &site);
    print!("{}", summary(STEPS, &reports));
    Ok(if reports.iter().all(|report| report.result.is_ok()) {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

/// How a step went.
struct Report {
    name: &'static str,
    took: Duration,
    result: Result<String>,
}

fn choose<'a>(steps: &'a [Step], names: &[String]) -> Result<Vec<&'a Step>> {
    for name in names {
        let known: Vec<&str> = steps.iter().map(|step| step.name).collect();
        ensure!(
            known.contains(&name.as_str()),
            "there is no step `{name}`; there are {}",
            known.join(", ")
        );
    }
    let is_chosen = |step: &&Step| names.is_empty() || names.iter().any(|name| name == step.name);
    Ok(steps.iter().filter(is_chosen).collect())
}

/// Runs one step after another; one that fails does not keep the next from running.
fn run_all(steps: &[&Step], site: &Site) -> Vec<Report> {
    let mut reports = Vec::new();
    for (index, step) in steps.iter().enumerate() {
        let place = format!("[{}/{}]", index + 1, steps.len());
        println!("\n{place} {}: {}", step.name, step.about);
        let stopwatch = Stopwatch::start();
        let result = (step.run)(site);
        let took = stopwatch.elapsed();
        match &result {
            Ok(line) => println!("{place} {} passed in {}: {line}", step.name, Readable(took)),
            Err(error) => println!("{place} {} FAILED after {}: {error:#}", step.name, Readable(took)),
        }
        reports.push(Report {
            name: step.name,
            took,
            result,
        });
    }
    reports
}

/// A table of all steps, those that were not chosen included.
fn summary(steps: &[Step], reports: &[Report]) -> String {
    let mut lines = vec![String::new()];
    for step in steps {
        let report = reports.iter().find(|report| report.name == step.name);
        lines.push(row(step.name, report).trim_end().to_owned());
    }
    let failed = reports.iter().filter(|report| report.result.is_err()).count();
    let (passed, left_out) = (reports.len() - failed, steps.len() - reports.len());
    lines.push(format!("{passed} passed, {failed} failed, {left_out} left out\n"));
    lines.join("\n")
}

fn row(name: &str, report: Option<&Report>) -> String {
    let Some(report) = report else {
        return format!("{name:<12} left out");
    };
    let (word, line) = match &report.result {
        Ok(line) => ("passed", line.clone()),
        Err(error) => ("FAILED", format!("{error:#}")),
    };
    let line = line.lines().next().unwrap_or_default();
    format!("{name:<12} {word:<8} {:>14}  {line}", Readable(report.took))
}

#[cfg(test)]
mod tests;
