//! Every Rust file is compiled, and every target is run by `cargo test --workspace` or `cargo xtask long`: a test
//! in a file that no `mod` names would never run and never be missed.

use super::finding::Finding;
use super::workspace::{SourceFile, Workspace, without_detours};
use crate::cargo::Target;
use std::collections::BTreeSet;

/// Kinds of targets that hold tests.
const TESTED: &[&str] = &["lib", "bin", "test", "proc-macro"];

/// What marks a test.
const TESTS: &[&str] = &["#[test]", "::test]", "::test(", "proptest!"];

/// Where the steps of `cargo xtask long` are.
const STEPS: &str = "crates/xtask/src/long/";

pub(super) fn check(workspace: &Workspace) -> Vec<Finding> {
    let mut findings = targets_not_run(workspace);
    let targets = workspace
        .metadata
        .packages
        .iter()
        .flat_map(|member| &member.targets);
    let reached = reached_from(workspace, targets);
    for file in workspace.sources() {
        if file.owner().is_some() && !reached.contains(&file.path) {
            let sentence = "is not compiled: no `mod` of a crate leads here, so its tests would never run";
            findings.push(Finding::error(&file.path, sentence));
        }
    }
    findings
}

/// A target may be left out of the test command if a step of `cargo xtask long` runs it by name, and a program if
/// it holds no tests.
fn targets_not_run(workspace: &Workspace) -> Vec<Finding> {
    let mut findings = Vec::new();
    for member in &workspace.metadata.packages {
        for target in &member.targets {
            let reason = if !target.required_features.is_empty() {
                "needs a feature"
            } else if is_tested(target) && !target.test && !is_mere_program(workspace, target) {
                "says `test = false`"
            } else {
                continue;
            };
            if !is_run_by_long(workspace, &target.name) {
                let sentence = format!(
                    "target `{}` {reason}, and no step of `cargo xtask long` runs it",
                    target.name
                );
                findings.push(Finding::error(
                    &workspace.relative(&member.manifest_path),
                    sentence,
                ));
            }
        }
    }
    findings
}

fn is_tested(target: &Target) -> bool {
    target.kind.iter().any(|kind| TESTED.contains(&kind.as_str()))
}

/// A program that tests run, and that has none itself.
fn is_mere_program(workspace: &Workspace, target: &Target) -> bool {
    let holds_tests = |file: &SourceFile| TESTS.iter().any(|word| file.code.contains(word));
    let files = reached_from(workspace, [target]);
    let mut files = files.iter().filter_map(|path| workspace.file(path));
    target.kind == ["bin"] && !files.any(holds_tests)
}

fn is_run_by_long(workspace: &Workspace, target: &str) -> bool {
    let quoted = format!("\"{target}\"");
    let mut steps = workspace.sources().filter(|file| file.path.starts_with(STEPS));
    steps.any(|file| !file.is_test() && file.text.contains(&quoted))
}

/// The files that `mod` declarations lead to from the roots of targets.
fn reached_from<'a>(
    workspace: &Workspace,
    targets: impl IntoIterator<Item = &'a Target>,
) -> BTreeSet<String> {
    let roots = targets
        .into_iter()
        .map(|target| workspace.relative(&target.src_path));
    let mut waiting: Vec<(String, Children)> = roots.map(|path| (path, Children::Beside)).collect();
    let mut reached = BTreeSet::new();
    while let Some((path, children)) = waiting.pop() {
        let Some(file) = workspace.file(&path) else {
            continue;
        };
        if !reached.insert(path.clone()) {
            continue;
        }
        let beside = path.rsplit_once('/').map_or("", |(folder, _)| folder);
        let folder = match children {
            Children::Beside => beside,
            Children::Below => path.trim_end_matches(".rs"),
        };
        for module in modules(file) {
            match module {
                Module::Named(name) => {
                    waiting.push((format!("{folder}/{name}.rs"), Children::Below));
                    waiting.push((format!("{folder}/{name}/mod.rs"), Children::Beside));
                }
                Module::At(path) => {
                    waiting.push((without_detours(&format!("{beside}/{path}")), Children::Beside));
                }
            }
        }
    }
    reached
}

/// Where the modules are that a file declares.
#[derive(Clone, Copy)]
enum Children {
    /// In its own folder: it is the root of a target, a `mod.rs`, or named by a `#[path]`.
    Beside,
    /// In the folder of its name.
    Below,
}

/// A declared module.
#[derive(Debug, PartialEq, Eq)]
enum Module<'a> {
    /// `mod name;`
    Named(&'a str),
    /// `#[path = "..."] mod name;`
    At(&'a str),
}

/// What `mod name;` declares. A declaration inside an inline module is not understood: give that module a file.
fn modules(file: &SourceFile) -> Vec<Module<'_>> {
    let mut modules = Vec::new();
    let mut start = 0;
    for statement in file.code.split_inclusive([';', '{', '}']) {
        let text = &file.text[start..start + statement.len()];
        start += statement.len();
        let Some(declaration) = statement.strip_suffix(';') else {
            continue;
        };
        let mut words = declaration.split_whitespace().rev();
        if let (Some(name), Some("mod")) = (words.next(), words.next()) {
            modules.push(path_attribute(declaration, text).map_or(Module::Named(name), Module::At));
        }
    }
    modules
}

/// The literal of a `#[path = "..."]`, which stands in the text only.
fn path_attribute<'a>(code: &str, text: &'a str) -> Option<&'a str> {
    let (_, literal) = text.split_at(code.rfind("#[path")?);
    literal.split('"').nth(1)
}

#[cfg(test)]
mod tests;
