//! Words that may not be in the tree: unfinished code, silenced lints and tests, paths of one machine.

use super::finding::Finding;
use super::workspace::{SourceFile, Workspace};

/// What Rust code may not say, and what to do instead. Comments and literals are not looked at.
const CODE: &[(&str, &str)] = &[
    ("todo!", "finish it, or leave the branch out"),
    ("unimplemented!", "finish it, or leave the branch out"),
    (
        "#[ignore",
        "a test that does not run proves nothing: mend it, or make it a step of `cargo xtask long`",
    ),
    (
        "#[allow",
        "say `#[expect(..., reason = \"...\")]`, which complains once it is no longer needed",
    ),
    (
        "#![allow",
        "say `#![expect(..., reason = \"...\")]`, which complains once it is no longer needed",
    ),
];

/// Folders of somebody's machine; nothing in the project may depend on where it is checked out.
const PLACES: &[&str] = &["home", "root", "work", "Users", "workspace", "workspaces"];

pub(super) fn check(workspace: &Workspace) -> Vec<Finding> {
    let code = workspace.sources().flat_map(words_in_code);
    let places = workspace.files.iter().flat_map(machine_paths);
    code.chain(places).collect()
}

fn words_in_code(file: &SourceFile) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (index, line) in file.code.lines().enumerate() {
        for (word, instead) in CODE {
            if line.contains(word) {
                findings.push(Finding::error(&file.path, format!("`{word}`: {instead}")).at(index + 1));
            }
        }
    }
    findings
}

fn machine_paths(file: &SourceFile) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (index, line) in file.text.lines().enumerate() {
        for place in PLACES {
            let folder = format!("/{place}/");
            let is_absolute =
                |at: usize| !line[..at].ends_with(|c: char| c.is_alphanumeric() || "._-}*".contains(c));
            if line.match_indices(&folder).any(|(at, _)| is_absolute(at)) {
                let sentence = format!("names a folder of one machine, `{folder}`");
                findings.push(Finding::error(&file.path, sentence).at(index + 1));
            }
        }
    }
    findings
}

#[cfg(test)]
mod tests;
