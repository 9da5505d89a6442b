//! The workload kit: a program that makes seeded input and knows the exact answer. It is a cargo package of its
//! own and no part of this repository.

use super::Site;
use crate::command::{folder, output, run};
use anyhow::{Context, Result, ensure};
use std::path::{Path, PathBuf};
use std::process::Command;

const SEGMENTS: u32 = 100;

/// How much input, if the command line does not say.
pub(super) struct Size {
    pub(super) profiles: u32,
    pub(super) updates: u32,
}

/// The input of one step with its answer, in a folder that stays until the next run.
pub(super) struct Kit {
    program: PathBuf,
    folder: PathBuf,
    about: String,
}

impl Kit {
    /// Builds the kit, and lets it make the input and the answer.
    pub(super) fn prepare(site: &Site, name: &str, size: &Size) -> Result<Self> {
        let program = build(site)?;
        let folder = folder(&site.metadata, name)?;
        let seed = site.given.seed;
        let profiles = site.given.profiles.unwrap_or(size.profiles);
        let updates = site.given.updates.unwrap_or(size.updates);

        let mut generate = Command::new(&program);
        generate.args(["gen", "--seed", &seed.to_string()]);
        generate.args(["--profiles", &profiles.to_string()]);
        generate.args(["--updates", &updates.to_string()]);
        generate.args(["--segments", &SEGMENTS.to_string(), "--out"]);
        run(generate.arg(&folder))?;
        run(Command::new(&program).arg("expect").arg(&folder))?;
        Ok(Self {
            program,
            folder,
            about: format!("seed {seed}, {profiles} profiles, {updates} updates, {SEGMENTS} segments"),
        })
    }

    /// Where the input is, and where the step may write.
    pub(super) fn folder(&self) -> &Path {
        &self.folder
    }

    /// Fails unless these transitions are the answer; else gives the verdict.
    pub(super) fn check(&self, transitions: &Path) -> Result<String> {
        let mut check = Command::new(&self.program);
        let verdict = output(check.arg("check").arg(&self.folder).arg(transitions))?;
        let verdict = verdict.trim();
        println!("{verdict}");
        ensure!(verdict.starts_with("OK "), "the kit does not say OK: {verdict}");
        Ok(format!("{verdict} ({})", self.about))
    }
}

/// Builds in a target folder of this tree, so that the kit's own folder may be read-only.
fn build(site: &Site) -> Result<PathBuf> {
    let kit = site.given.kit.as_ref().context(
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
