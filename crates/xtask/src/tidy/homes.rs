//! Invariant 9: engine types appear in `store` only, SDKs in `destinations` only, axum in `api` and `weir` only.

use super::finding::Finding;
use super::names::names;
use super::workspace::Workspace;

/// How a library's name begins in code, and the crates that may name it.
const HOMES: &[(&str, &[&str])] = &[
    ("sled", &["store"]),
    ("fjall", &["store"]),
    ("aws_", &["destinations"]),
    ("azure_", &["destinations"]),
    ("axum", &["api", "weir"]),
];

pub(super) fn check(workspace: &Workspace) -> Vec<Finding> {
    let mut findings = Vec::new();
    for member in &workspace.metadata.packages {
        for edge in &member.dependencies {
            if let Some(homes) = homes_elsewhere(&edge.name.replace('-', "_"), &member.name) {
                let path = workspace.relative(&member.manifest_path);
                findings.push(refusal(&path, &edge.name, homes));
            }
        }
    }
    for file in workspace.sources() {
        let Some(owner) = file.owner() else { continue };
        for name in names(&file.code) {
            if let Some(homes) = homes_elsewhere(name.first(), owner) {
                findings.push(refusal(&file.path, &name.path, homes).at(name.line));
            }
        }
    }
    findings
}

/// The homes of a library, if the crate is none of them.
fn homes_elsewhere(library: &str, krate: &str) -> Option<&'static [&'static str]> {
    let (_, homes) = HOMES
        .iter()
        .find(|(beginning, _)| library.starts_with(beginning))?;
    (!homes.contains(&krate)).then_some(*homes)
}

fn refusal(path: &str, library: &str, homes: &[&str]) -> Finding {
    Finding::error(
        path,
        format!("`{library}` may be seen in {} only", homes.join(" and ")),
    )
}

#[cfg(test)]
mod tests;
