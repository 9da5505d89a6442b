//! The fuzz test of `pql`, for longer than the test command runs it.

use super::{Site, Step};
use crate::command::output;
use anyhow::{Context, Result};
use std::process::Command;

pub(super) const STEP: Step = Step {
    name: "fuzz",
    about: "whatever a segment is written as, text or JSON, an answer comes, soon, without a panic, for --minutes N",
    run: fuzz,
};

const TEST: &str = "tests::fuzz::whatever_is_written_an_answer_comes";

/// Optimised, and arithmetic checked all the same.
fn fuzz(site: &Site) -> Result<String> {
    let mut test = Command::new("cargo");
    test.args(["test", "--locked", "--release", "--package", "pql", "--lib", TEST])
        .args(["--", "--exact", "--nocapture"])
        .env("CARGO_PROFILE_RELEASE_DEBUG_ASSERTIONS", "true")
        .env("CARGO_PROFILE_RELEASE_OVERFLOW_CHECKS", "true")
        .env("WEIR_FUZZ_MINUTES", site.given.minutes.to_string())
        .env("WEIR_SEED", site.given.seed.to_string());
    let said = output(&mut test)?;
    report(&said).context("the test does not say how it went")
}

/// The line that the test prints, if it was run and passed.
fn report(said: &str) -> Option<String> {
    let passed = said.contains("test result: ok. 1 passed");
    let mut lines = said
        .lines()
        .filter(|line| line.contains(" texts (") && line.contains(" JSONs ("));
    lines.next().filter(|_| passed).map(str::to_owned)
}

#[cfg(test)]
mod tests;
