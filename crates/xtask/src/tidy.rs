//! The rules of the tree that no compiler checks, one file a rule.
//!
//! A rule is a function from the [`Workspace`] to its [`Finding`]s. To add one, write its file with a test
//! that feeds it a violation, and add a line to [`RULES`].

mod code;
mod finding;
mod graph;
mod guards;
mod homes;
mod manifests;
mod names;
mod purity;
mod reached;
mod siblings;
mod size;
mod words;
mod workspace;

#[cfg(test)]
mod specimen;
#[cfg(test)]
mod tests;

use anyhow::Result;
use finding::Finding;
use std::process::ExitCode;
use workspace::Workspace;

/// All rules, in the order in which they report.
const RULES: &[fn(&Workspace) -> Vec<Finding>] = &[
    graph::check,
    manifests::check,
    purity::check,
    homes::check,
    reached::check,
    siblings::check,
    guards::check,
    size::check,
    words::check,
];

/// Checks this workspace, prints what is found, and fails if anything is more than a note.
pub(crate) fn run() -> Result<ExitCode> {
    let workspace = Workspace::read()?;
    let findings = check(&workspace);
    for finding in &findings {
        println!("{finding}");
    }
    let errors = findings.iter().filter(|finding| finding.is_error()).count();
    println!(
        "tidy: {} rules on {} crates and {} files: {errors} errors, {} notes",
        RULES.len(),
        workspace.metadata.packages.len(),
        workspace.files.len(),
        findings.len() - errors,
    );
    Ok(if errors == 0 {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

fn check(workspace: &Workspace) -> Vec<Finding> {
    RULES.iter().flat_map(|rule| rule(workspace)).collect()
}
