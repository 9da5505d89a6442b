//! What cargo knows of the workspace.

use anyhow::{Context, Result, ensure};
use serde::Deserialize;
use std::path::PathBuf;
use std::process::Command;

/// The answer of `cargo metadata`, as far as the chores look at it.
#[derive(Clone, Debug, Default, Deserialize)]
pub(crate) struct Metadata {
    /// The crates of the workspace.
    pub(crate) packages: Vec<Package>,
    /// The folder of the root manifest.
    pub(crate) workspace_root: PathBuf,
    /// Where cargo builds.
    pub(crate) target_directory: PathBuf,
}

#[derive(Clone, Debug, Default, Deserialize)]
pub(crate) struct Package {
    pub(crate) name: String,
    pub(crate) edition: String,
    /// The registries it may go to: none is `Some` of an empty list, any is `None`.
    pub(crate) publish: Option<Vec<String>>,
    pub(crate) manifest_path: PathBuf,
    pub(crate) dependencies: Vec<Dependency>,
    pub(crate) targets: Vec<Target>,
}

/// A line of a manifest.
#[derive(Clone, Debug, Default, Deserialize)]
pub(crate) struct Dependency {
    pub(crate) name: String,
    /// `None` is an ordinary one, else `dev` or `build`.
    pub(crate) kind: Option<String>,
}

/// A library, binary or test of a package.
#[derive(Clone, Debug, Default, Deserialize)]
pub(crate) struct Target {
    pub(crate) name: String,
    pub(crate) kind: Vec<String>,
    pub(crate) src_path: PathBuf,
    /// Whether `cargo test` runs it.
    pub(crate) test: bool,
    #[serde(default, rename = "required-features")]
    pub(crate) required_features: Vec<String>,
}

/// A line of `cargo tree`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Branch {
    /// 0 for the packages asked for.
    pub(crate) depth: usize,
    pub(crate) name: String,
}

/// Asks cargo for the crates of the workspace, without what they depend on.
pub(crate) fn metadata() -> Result<Metadata> {
    let answer = ask(&["metadata", "--format-version", "1", "--no-deps"])?;
    serde_json::from_str(&answer).context("cargo metadata gave an answer of another shape")
}

/// Asks cargo for what is linked below these packages, depth first, each package once.
///
/// Unlike the metadata, this tells only what the features in force really pull in.
pub(crate) fn tree(packages: &[&str]) -> Result<Vec<Branch>> {
    let mut arguments = vec!["tree", "--edges", "normal,no-proc-macro", "--prefix", "depth"];
    arguments.extend(["--format", " {p}"]);
    arguments.extend(packages.iter().flat_map(|name| ["--package", name]));
    let answer = ask(&arguments)?;
    let lines = answer.lines().filter(|line| !line.is_empty());
    lines
        .map(|line| branch(line).with_context(|| format!("cargo tree said `{line}`")))
        .collect()
}

fn branch(line: &str) -> Option<Branch> {
    let mut words = line.split(' ');
    Some(Branch {
        depth: words.next()?.parse().ok()?,
        name: words.next()?.to_owned(),
    })
}

fn ask(arguments: &[&str]) -> Result<String> {
    let output = Command::new("cargo")
        .args(arguments)
        .output()
        .with_context(|| format!("cargo {} did not start", arguments[0]))?;
    ensure!(
        output.status.success(),
        "cargo {} failed:\n{}",
        arguments[0],
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8(output.stdout).context("cargo answered in something else than UTF-8")
}
