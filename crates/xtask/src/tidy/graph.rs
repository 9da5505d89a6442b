//! The crate graph: which crate may see which. An edge that is not listed is refused.

use super::finding::Finding;
use super::names::names;
use super::workspace::Workspace;
use crate::cargo::{Dependency, Package};

/// Everything below the binary.
const SHIPPED: &[&str] = &[
    "api",
    "control",
    "destinations",
    "ingest",
    "dispatcher",
    "evaluator",
    "store",
    "migrations",
    "pql",
    "xdm",
    "model",
];

/// What each crate may depend on, in the order of the layers of ARCHITECTURE.md, lowest first.
const MAY_SEE: &[(&str, &[&str])] = &[
    ("model", &[]),
    // The stored formats of the past must not follow today's types.
    ("migrations", &[]),
    ("xdm", &["model"]),
    ("pql", &["xdm", "model"]),
    ("evaluator", &["pql", "xdm", "model"]),
    ("store", &["migrations", "model"]),
    ("ingest", &["evaluator", "store", "xdm", "model"]),
    ("dispatcher", &["store", "model"]),
    ("destinations", &["dispatcher", "model"]),
    (
        "control",
        &[
            "ingest",
            "dispatcher",
            "store",
            "evaluator",
            "pql",
            "xdm",
            "model",
        ],
    ),
    ("api", &["control", "ingest", "store", "xdm", "model"]),
    ("weir", SHIPPED),
    ("testkit", SHIPPED),
    // It has to run when the others do not build.
    ("xtask", &[]),
];

/// What tests may see beyond that.
const TESTS_MAY_SEE: &[(&str, &[&str])] = &[
    ("store", &["testkit"]),
    ("ingest", &["testkit"]),
    ("dispatcher", &["testkit"]),
    ("destinations", &["testkit"]),
    ("control", &["testkit"]),
    ("api", &["testkit"]),
    ("weir", &["testkit"]),
];

pub(super) fn check(workspace: &Workspace) -> Vec<Finding> {
    let members = workspace.metadata.packages.iter();
    let mut findings: Vec<Finding> = members.flat_map(|member| edges(workspace, member)).collect();
    findings.extend(testkit_in_units(workspace));
    findings
}

fn edges(workspace: &Workspace, member: &Package) -> Vec<Finding> {
    let manifest = workspace.relative(&member.manifest_path);
    let Some(may_see) = listed(MAY_SEE, &member.name) else {
        let table = file!();
        let sentence = format!("`{}` is not in the crate graph: add it to {table}", member.name);
        return vec![Finding::error(&manifest, sentence)];
    };
    let tests_may_see = listed(TESTS_MAY_SEE, &member.name).unwrap_or_default();
    let mut findings = Vec::new();
    for edge in &member.dependencies {
        let name = edge.name.as_str();
        let is_ours = workspace
            .metadata
            .packages
            .iter()
            .any(|package| package.name == name);
        let is_test = edge.kind.as_deref() == Some("dev");
        if is_ours && !may_see.contains(&name) && !(is_test && tests_may_see.contains(&name)) {
            findings.push(refusal(&manifest, &member.name, edge, may_see));
        }
    }
    findings
}

fn listed(table: &'static [(&str, &'static [&str])], name: &str) -> Option<&'static [&'static str]> {
    let row = table.iter().find(|(krate, _)| *krate == name);
    row.map(|(_, may_see)| *may_see)
}

fn refusal(manifest: &str, from: &str, edge: &Dependency, may_see: &[&str]) -> Finding {
    let kind = edge
        .kind
        .as_ref()
        .map_or_else(String::new, |kind| format!(" as a {kind} dependency"));
    let others = match may_see {
        [] => "no other crate".to_owned(),
        some => some.join(", "),
    };
    let to = &edge.name;
    Finding::error(
        manifest,
        format!("`{from}` may not see `{to}`{kind}; `{from}` may see {others}"),
    )
}

/// Unit tests that use testkit would meet their own crate twice: once as themselves, once below testkit.
fn testkit_in_units(workspace: &Workspace) -> Vec<Finding> {
    let mut findings = Vec::new();
    for file in workspace.sources() {
        let is_integration =
            file.path.starts_with("tests/") || file.path.contains("/tests/") && !file.path.contains("/src/");
        if file.owner() == Some("testkit") || is_integration {
            continue;
        }
        let used = names(&file.code).into_iter().find(|name| name.is_in("testkit"));
        if let Some(name) = used {
            let sentence =
                "testkit is for the tests folders: a unit test that uses it meets its own crate twice";
            findings.push(Finding::error(&file.path, sentence).at(name.line));
        }
    }
    findings
}

#[cfg(test)]
mod tests;
