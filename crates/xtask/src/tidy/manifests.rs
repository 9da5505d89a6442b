//! What every manifest has to say: the workspace's lints, versions and edition, and that nothing is published.

use super::finding::Finding;
use super::workspace::Workspace;

const EDITION: &str = "2024";

pub(super) fn check(workspace: &Workspace) -> Vec<Finding> {
    let mut findings = Vec::new();
    for member in &workspace.metadata.packages {
        let path = workspace.relative(&member.manifest_path);
        let Some(file) = workspace.file(&path) else {
            findings.push(Finding::error(&path, "git does not know this manifest"));
            continue;
        };
        if !file.text.contains("\n[lints]\nworkspace = true\n") {
            findings.push(Finding::error(
                &path,
                "must end with `[lints]` and `workspace = true`",
            ));
        }
        if member.publish.as_deref() != Some(&[]) {
            findings.push(Finding::error(&path, "must say `publish.workspace = true`"));
        }
        if member.edition != EDITION {
            findings.push(Finding::error(
                &path,
                format!("is of edition {}, not {EDITION}", member.edition),
            ));
        }
        findings.extend(own_versions(&path, &file.text));
    }
    findings
}

/// Versions are chosen once, in the root manifest.
fn own_versions(path: &str, manifest: &str) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut in_dependencies = false;
    for (index, line) in manifest.lines().enumerate() {
        if let Some(section) = line.strip_prefix('[') {
            in_dependencies = section.contains("dependencies");
        }
        let is_entry = line.starts_with(|c: char| c.is_ascii_alphanumeric());
        let is_shared = line.contains(".workspace = true") || line.contains("{ workspace = true");
        if in_dependencies && is_entry && !is_shared {
            let sentence =
                "the version of a dependency belongs into the root manifest: say `workspace = true`";
            findings.push(Finding::error(path, sentence).at(index + 1));
        }
    }
    findings
}

#[cfg(test)]
mod tests;
