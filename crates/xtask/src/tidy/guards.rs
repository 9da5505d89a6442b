//! A test that the documentation names as a guard exists.

use super::finding::Finding;
use super::workspace::Workspace;
use std::collections::BTreeSet;

/// Where guards are named.
const PAGE: &str = "docs/guards.md";

pub(super) fn check(workspace: &Workspace) -> Vec<Finding> {
    let tests: BTreeSet<&str> = workspace
        .sources()
        .filter(|file| file.is_test())
        .flat_map(|file| functions(&file.code))
        .collect();
    let text = workspace.file(PAGE).map_or("", |page| page.text.as_str());
    let mut findings = Vec::new();
    for (index, line) in text.lines().enumerate() {
        for name in named(line).filter(|name| !tests.contains(name)) {
            findings.push(Finding::error(PAGE, format!("there is no test `{name}`")).at(index + 1));
        }
    }
    findings
}

fn functions(code: &str) -> impl Iterator<Item = &str> {
    let after = code.split("fn ").skip(1);
    after.map(|rest| rest.split('(').next().unwrap_or_default())
}

/// What stands between backticks and is a name of several words.
fn named(line: &str) -> impl Iterator<Item = &str> {
    let quoted = line.split('`').skip(1).step_by(2);
    quoted.filter(|text| {
        let plain = |c: char| c.is_ascii_lowercase() || "_0123456789".contains(c);
        text.trim_start_matches('_').contains('_') && text.chars().all(plain)
    })
}

#[cfg(test)]
mod tests;
