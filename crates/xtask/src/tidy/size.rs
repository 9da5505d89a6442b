//! Files small enough to hold one idea: a note above 400 lines, an error above 800.

use super::finding::Finding;
use super::workspace::Workspace;

const WORTH_A_LOOK: usize = 400;
const TOO_LONG: usize = 800;

/// Looks at Rust files; tests and what they need may be as long as they like.
pub(super) fn check(workspace: &Workspace) -> Vec<Finding> {
    let mut findings = Vec::new();
    for file in workspace.sources().filter(|file| !file.is_test()) {
        let lines = file.text.lines().count();
        if lines > TOO_LONG {
            findings.push(Finding::error(
                &file.path,
                format!("has {lines} lines, more than {TOO_LONG}: split it by verb"),
            ));
        } else if lines > WORTH_A_LOOK {
            findings.push(Finding::note(
                &file.path,
                format!("has {lines} lines, more than {WORTH_A_LOOK}: is it one idea?"),
            ));
        }
    }
    findings
}

#[cfg(test)]
mod tests;
