//! Small workspaces for the tests of the rules.

use super::finding::Finding;
use super::workspace::{SourceFile, Workspace};
use crate::cargo::{Dependency, Package, Target};

/// A manifest with nothing to find fault with.
pub(super) const MANIFEST: &str = "[package]\nname = \"a\"\n\n[lints]\nworkspace = true\n";

impl Workspace {
    /// Nothing but these files.
    pub(super) fn of(files: &[(&str, &str)]) -> Self {
        let files = files.iter().map(|(path, text)| SourceFile::new(*path, *text));
        Self {
            files: files.collect(),
            ..Self::default()
        }
    }

    /// The same with one more crate, whose library is `crates/<name>/src/lib.rs`.
    pub(super) fn with_crate(mut self, name: &str) -> Self {
        self.metadata.packages.push(Package {
            name: name.to_owned(),
            edition: "2024".to_owned(),
            publish: Some(Vec::new()),
            manifest_path: format!("crates/{name}/Cargo.toml").into(),
            dependencies: Vec::new(),
            targets: vec![Target {
                name: name.to_owned(),
                kind: vec!["lib".to_owned()],
                src_path: format!("crates/{name}/src/lib.rs").into(),
                test: true,
                required_features: Vec::new(),
            }],
        });
        self
    }

    /// The same with a dependency in the manifest of the crate made last.
    pub(super) fn that_uses(mut self, name: &str, kind: Option<&str>) -> Self {
        self.last().dependencies.push(Dependency {
            name: name.to_owned(),
            kind: kind.map(str::to_owned),
        });
        self
    }

    /// The crate made last.
    pub(super) fn last(&mut self) -> &mut Package {
        self.metadata.packages.last_mut().expect("a crate was made")
    }
}

/// The findings as people read them.
pub(super) fn lines(findings: &[Finding]) -> Vec<String> {
    findings.iter().map(Finding::to_string).collect()
}
