//! The tree that the rules look at: what cargo says of it, and the text of its files.

use super::code::code_only;
use super::purity::PURE;
use crate::cargo::{self, Branch, Metadata};
use anyhow::{Context, Result, ensure};
use std::path::Path;
use std::process::Command;

/// One reading of the whole tree.
#[derive(Clone, Debug, Default)]
pub(super) struct Workspace {
    pub(super) metadata: Metadata,
    /// What is linked below the pure crates.
    pub(super) below_pure: Vec<Branch>,
    /// Every text file that git knows or would add, by path.
    pub(super) files: Vec<SourceFile>,
}

/// A text file of the project.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct SourceFile {
    /// From the root, with `/`.
    pub(super) path: String,
    pub(super) text: String,
    /// For Rust: the text with comments and literals blanked, byte for byte as long. Else empty.
    pub(super) code: String,
}

impl Workspace {
    pub(super) fn read() -> Result<Self> {
        let metadata = cargo::metadata()?;
        let mut files = Vec::new();
        for path in paths(&metadata.workspace_root)? {
            let full = metadata.workspace_root.join(&path);
            if !full.is_file() {
                continue; // Deleted, and git does not know it yet.
            }
            let bytes = std::fs::read(&full).with_context(|| format!("cannot read {path}"))?;
            // A file that is not UTF-8 has no lines that a rule could look at.
            if let Ok(text) = String::from_utf8(bytes) {
                files.push(SourceFile::new(path, text));
            }
        }
        Ok(Self {
            below_pure: cargo::tree(PURE)?,
            metadata,
            files,
        })
    }

    /// The path of a file or folder from the root, with `/`.
    pub(super) fn relative(&self, path: &Path) -> String {
        let inside = path.strip_prefix(&self.metadata.workspace_root);
        without_detours(&inside.unwrap_or(path).to_string_lossy().replace('\\', "/"))
    }

    pub(super) fn file(&self, path: &str) -> Option<&SourceFile> {
        self.files.iter().find(|file| file.path == path)
    }

    /// The Rust files.
    pub(super) fn sources(&self) -> impl Iterator<Item = &SourceFile> {
        self.files.iter().filter(|file| file.is_rust())
    }
}

impl SourceFile {
    pub(super) fn new(path: impl Into<String>, text: impl Into<String>) -> Self {
        let (path, text) = (path.into(), text.into());
        let is_rust = Path::new(&path).extension().is_some_and(|end| end == "rs");
        let code = if is_rust { code_only(&text) } else { String::new() };
        Self { path, text, code }
    }

    pub(super) fn is_rust(&self) -> bool {
        Path::new(&self.path).extension().is_some_and(|end| end == "rs")
    }

    /// Whether it holds tests and measurements and what they need, and nothing that ships.
    pub(super) fn is_test(&self) -> bool {
        let path = self.path.as_str();
        let folder = |name| path.contains(name);
        path.starts_with("tests/") || folder("/tests/") || folder("/examples/") || path.ends_with("/tests.rs")
    }

    /// The crate whose folder it is in; the tests at the root are compiled into `weir`.
    pub(super) fn owner(&self) -> Option<&str> {
        let mut folders = self.path.split('/');
        match folders.next()? {
            "crates" => folders.next(),
            "migrations" => Some("migrations"),
            "tests" => Some("weir"),
            _ => None,
        }
    }
}

/// The same path without `..`: cargo keeps those of a manifest.
pub(super) fn without_detours(path: &str) -> String {
    let mut folders: Vec<&str> = Vec::new();
    for part in path.split('/') {
        if part == ".." {
            folders.pop();
        } else {
            folders.push(part);
        }
    }
    folders.join("/")
}

fn paths(root: &Path) -> Result<Vec<String>> {
    let output = Command::new("git")
        .args(["ls-files", "-z", "--cached", "--others", "--exclude-standard"])
        .current_dir(root)
        .output()
        .context("git did not start; tidy asks it which files belong to the project")?;
    ensure!(
        output.status.success(),
        "git ls-files failed:\n{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let list = String::from_utf8(output.stdout).context("a path is not UTF-8")?;
    let mut paths: Vec<String> = list.split_terminator('\0').map(str::to_owned).collect();
    paths.sort_unstable();
    paths.dedup();
    Ok(paths)
}
