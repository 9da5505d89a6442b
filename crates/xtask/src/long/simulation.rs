//! The simulation of `testkit`, with many more seeds than the test command runs.

use super::{Site, Step};
use crate::command::run;
use anyhow::Result;
use std::process::Command;

pub(super) const STEP: Step = Step {
    name: "simulation",
    about: "invariants 2 to 8 hold after every step of a random life, for --seeds N seeds",
    run: simulate,
};

fn simulate(site: &Site) -> Result<String> {
    let mut command = Command::new("cargo");
    command.args([
        "test",
        "--release",
        "--locked",
        "--package",
        "testkit",
        "--test",
        "simulation",
    ]);
    command.args(["--", "--nocapture"]);
    run(command.env("WEIR_SIMULATION_SEEDS", site.seeds.to_string()))?;
    Ok(format!("{} seeds", site.seeds))
}
