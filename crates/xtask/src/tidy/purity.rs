//! Invariant 1: `model`, `xdm`, `pql` and `evaluator` perform no I/O, read no clock, spawn nothing, draw no
//! random number.

use super::finding::Finding;
use super::names::names;
use super::workspace::Workspace;

pub(super) const PURE: &[&str] = &["model", "xdm", "pql", "evaluator"];

/// What their code may not name.
const OUTSIDE_WORLD: &[&str] = &[
    "async_std",
    "fastrand",
    "getrandom",
    "model::SystemClock",
    "rand",
    "rustix",
    "std::env",
    "std::fs",
    "std::net",
    "std::os",
    "std::process",
    "std::thread",
    "std::time::Instant",
    "std::time::SystemTime",
    "tempfile",
    "tokio",
];

/// Packages that may not be anywhere below them.
const IMPURE_PACKAGES: &[&str] = &[
    "async-std",
    "fastrand",
    "getrandom",
    "mio",
    "rand",
    "rand_core",
    "reqwest",
    "rustix",
    "sled",
    "smol",
    "socket2",
    "tempfile",
    "tokio",
];

/// The one place that reads the wall clock, behind the trait that the rim takes.
const CLOCK: (&str, &str) = ("crates/model/src/clock.rs", "std::time");

pub(super) fn check(workspace: &Workspace) -> Vec<Finding> {
    let mut findings = sources(workspace);
    findings.extend(dependencies(workspace));
    findings
}

fn sources(workspace: &Workspace) -> Vec<Finding> {
    let mut findings = Vec::new();
    for file in workspace.sources() {
        let Some(owner) = file.owner().filter(|owner| PURE.contains(owner)) else {
            continue;
        };
        if file.is_test() {
            continue;
        }
        for name in names(&file.code) {
            let is_clock = file.path == CLOCK.0 && name.is_in(CLOCK.1);
            if OUTSIDE_WORLD.iter().any(|path| name.is_in(path)) && !is_clock {
                let sentence = format!(
                    "`{owner}` is pure and may not name `{}`: take what it gives as an argument",
                    name.path
                );
                findings.push(Finding::error(&file.path, sentence).at(name.line));
            }
        }
    }
    findings
}

fn dependencies(workspace: &Workspace) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut chain: Vec<&str> = Vec::new();
    for branch in &workspace.below_pure {
        chain.truncate(branch.depth);
        chain.push(&branch.name);
        if IMPURE_PACKAGES.contains(&branch.name.as_str()) {
            let sentence = format!(
                "`{}` is pure and may not have this below it: {}",
                chain[0],
                chain.join(" -> ")
            );
            findings.push(Finding::error(
                &format!("crates/{}/Cargo.toml", chain[0]),
                sentence,
            ));
        }
    }
    findings
}

#[cfg(test)]
mod tests;
