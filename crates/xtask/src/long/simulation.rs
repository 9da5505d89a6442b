//! The simulation of `testkit`, with many more seeds than the test command runs.

use super::{Site, Step};
use crate::command::output;
use anyhow::{Context, Result, ensure};
use serde::Deserialize;
use std::num::NonZero;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;

pub(super) const STEP: Step = Step {
    name: "simulation",
    about: "invariants 2 to 8 hold after every operation of a random life, for --seeds N seeds",
    run: simulate,
};

/// Lives one life if the variable says which.
const TEST: &str = "world::tests::every_invariant_holds_after_every_operation";
const SEED: &str = "WEIR_SEED";

/// Runs each seed as a process of its own, so that one that fails hides no other.
fn simulate(site: &Site) -> Result<String> {
    let program = build()?;
    let seeds = site.given.seeds;
    let next = AtomicU64::new(0);
    let worker = || -> Result<Vec<u64>> {
        let mut failed = Vec::new();
        loop {
            let seed = next.fetch_add(1, Ordering::Relaxed);
            if seed >= seeds {
                return Ok(failed);
            }
            if let Some(complaint) = live(&program, seed)? {
                println!("{complaint}");
                failed.push(seed);
            }
        }
    };
    let threads = thread::available_parallelism().map_or(1, NonZero::get);
    let parts: Vec<Result<Vec<u64>>> = thread::scope(|scope| {
        let workers: Vec<_> = (0..threads).map(|_| scope.spawn(worker)).collect();
        workers
            .into_iter()
            .map(|worker| worker.join().expect("a worker does not panic"))
            .collect()
    });
    let mut failed = Vec::new();
    for part in parts {
        failed.extend(part?);
    }
    failed.sort_unstable();
    ensure!(
        failed.is_empty(),
        "{} of {seeds} seeds fail: {failed:?}; `{SEED}={} cargo test -p testkit` repeats the first",
        failed.len(),
        failed[0]
    );
    Ok(format!("{seeds} seeds"))
}

/// One line of what cargo says of its work.
#[derive(Deserialize)]
struct Artifact {
    executable: Option<PathBuf>,
}

/// Builds the unit tests of testkit as the test command does, arithmetic checked, and tells where they are.
fn build() -> Result<PathBuf> {
    let mut build = Command::new("cargo");
    build.args(["test", "--locked", "--package", "testkit", "--lib"]);
    let said = output(build.args(["--no-run", "--message-format", "json"]))?;
    let artifacts = said
        .lines()
        .filter_map(|line| serde_json::from_str::<Artifact>(line).ok());
    let mut programs = artifacts.filter_map(|artifact| artifact.executable);
    programs
        .next_back()
        .context("cargo does not say where the tests of testkit are")
}

/// Runs one seed; gives what went wrong.
fn live(program: &Path, seed: u64) -> Result<Option<String>> {
    let run = Command::new(program)
        .args(["--exact", TEST])
        .env(SEED, seed.to_string())
        .output()
        .with_context(|| format!("cannot start {}", program.display()))?;
    let said = String::from_utf8_lossy(&run.stdout) + String::from_utf8_lossy(&run.stderr);
    Ok(complaint(seed, run.status.success(), &said))
}

/// A test that was not run proves nothing, so that the one that was must be counted.
fn complaint(seed: u64, success: bool, said: &str) -> Option<String> {
    if success && said.contains("test result: ok. 1 passed") {
        return None;
    }
    let what = if success { "was not run" } else { "fails" };
    Some(format!("seed {seed} {what}:\n{said}"))
}

#[cfg(test)]
mod tests;
