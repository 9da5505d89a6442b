//! Tests live in a file beside what they test, `<name>/tests.rs`, not at its end.

use super::finding::Finding;
use super::workspace::Workspace;

const TEST: &str = "#[cfg(test)]";

pub(super) fn check(workspace: &Workspace) -> Vec<Finding> {
    let mut findings = Vec::new();
    for file in workspace.sources().filter(|file| !file.is_test()) {
        for (at, _) in file.code.match_indices(TEST) {
            let item = file.code[at + TEST.len()..].trim_start();
            let end = item.find([';', '{']).unwrap_or(item.len());
            let is_module = item[..end].split_whitespace().any(|word| word == "mod");
            if is_module && item[end..].starts_with('{') {
                let line = file.code[..at].matches('\n').count() + 1;
                let sentence = "tests belong into a file of their own: `mod tests;` and `tests.rs` in the folder of this module";
                findings.push(Finding::error(&file.path, sentence).at(line));
            }
        }
    }
    findings
}

#[cfg(test)]
mod tests;
