use super::check;
use crate::tidy::specimen::{MANIFEST, lines};
use crate::tidy::workspace::Workspace;

fn with_manifest(text: &str) -> Workspace {
    Workspace::of(&[("crates/a/Cargo.toml", text)]).with_crate("a")
}

#[test]
fn a_manifest_that_follows_the_workspace_is_fine() {
    assert_eq!(check(&with_manifest(MANIFEST)), []);
    let shared = "\n[dependencies]\nserde.workspace = true\nrustix = { workspace = true, features = [\n  \"fs\",\n] }\n";
    assert_eq!(check(&with_manifest(&format!("{shared}{MANIFEST}"))), []);
}

#[test]
fn lints_of_its_own_are_refused() {
    let findings = check(&with_manifest("[package]\nname = \"a\"\n"));
    assert_eq!(
        lines(&findings),
        ["error: crates/a/Cargo.toml: must end with `[lints]` and `workspace = true`"]
    );
}

#[test]
fn a_crate_that_can_be_published_is_refused() {
    let mut workspace = with_manifest(MANIFEST);
    workspace.last().publish = None;
    assert!(lines(&check(&workspace))[0].ends_with("must say `publish.workspace = true`"));
}

#[test]
fn another_edition_is_refused() {
    let mut workspace = with_manifest(MANIFEST);
    workspace.last().edition = "2021".to_owned();
    assert!(lines(&check(&workspace))[0].ends_with("is of edition 2021, not 2024"));
}

#[test]
fn a_version_of_its_own_is_refused() {
    let own = format!("[dev-dependencies]\nserde.workspace = true\nrand = \"0.9\"\n{MANIFEST}");
    let findings = check(&with_manifest(&own));
    assert_eq!(findings.len(), 1);
    assert!(lines(&findings)[0].starts_with("error: crates/a/Cargo.toml:3: the version"));
}

#[test]
fn a_manifest_that_git_ignores_is_refused() {
    assert_eq!(check(&Workspace::default().with_crate("a")).len(), 1);
}
