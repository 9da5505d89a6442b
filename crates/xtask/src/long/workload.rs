//! The workload kit's own answer, against what `backtest` writes, at the kit's default size.

use super::{Site, Step};
use crate::command::{build_weir, folder, output, run};
use anyhow::{Context, Result, ensure};
use std::path::PathBuf;
use std::process::Command;

pub(super) const STEP: Step = Step {
    name: "workload",
    about: "backtest of 200,000 profiles, 1,000,000 updates and 100 segments is what the kit expects (--kit DIR)",
    run: check,
};

const SEGMENTS: &str = "100";

fn check(site: &Site) -> Result<String> {
    let kit = kit(site)?;
    let weir = build_weir()?;
    let folder = folder(&site.metadata, "workload")?;

    run(Command::new(&kit)
        .args(["gen", "--segments", SEGMENTS, "--out"])
        .arg(&folder))?;
    output(Command::new(&kit).arg("expect").arg(&folder))?;
    let transitions = folder.join("transitions.ndjson");
    let backtest = output(
        Command::new(weir)
            .arg("backtest")
            .arg("--segments")
            .arg(folder.join("segments.json"))
            .arg("--input")
            .arg(folder.join("base.ndjson"))
            .arg("--input")
            .arg(folder.join("updates.ndjson"))
            .arg("--transitions")
            .arg(&transitions),
    )?;
    let verdict = output(Command::new(&kit).arg("check").arg(&folder).arg(&transitions))?;
    let figures = backtest.lines().last().unwrap_or_default();
    Ok(format!("{}; {figures}", verdict.trim()))
}

/// Builds the kit in a target folder of its own, so that its folder may be read-only.
fn kit(site: &Site) -> Result<PathBuf> {
    let kit = site.kit.as_ref().context(
        "the workload kit is a cargo package of its own and no part of this repository; \
         say where its folder is with `--kit DIR`, or name the other steps to leave this one out",
    )?;
    let manifest = kit.join("Cargo.toml");
    ensure!(
        manifest.is_file(),
        "{} is not there: `--kit DIR` is the folder of the kit's Cargo.toml",
        manifest.display()
    );
    let target = folder(&site.metadata, "workload-kit")?;
    let mut build = Command::new("cargo");
    build
        .args(["build", "--release", "--locked", "--manifest-path"])
        .arg(&manifest);
    run(build.arg("--target-dir").arg(&target))?;
    Ok(target.join("release").join("workload"))
}
