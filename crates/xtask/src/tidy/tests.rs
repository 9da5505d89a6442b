use super::{Finding, RULES, check};
use crate::tidy::workspace::Workspace;

/// So that the command of the README holds the rules too.
#[test]
fn this_workspace_is_tidy() {
    let workspace = Workspace::read().expect("the workspace can be read");
    let errors: Vec<String> = check(&workspace)
        .iter()
        .filter(|finding| finding.is_error())
        .map(Finding::to_string)
        .collect();
    assert!(errors.is_empty(), "{}", errors.join("\n"));
}

/// A rule whose file is there but not in the list would hold nothing.
#[test]
fn every_rule_is_in_the_list() {
    let workspace = Workspace::read().expect("the workspace can be read");
    let rules = workspace
        .sources()
        .filter(|file| file.owner() == Some("xtask") && file.path.contains("/tidy/"))
        .filter(|file| file.code.contains("fn check(workspace: &Workspace)"))
        .count();
    assert_eq!(rules, RULES.len());
}
