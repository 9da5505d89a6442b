use super::check;
use crate::tidy::specimen::lines;
use crate::tidy::workspace::Workspace;

#[test]
fn a_file_that_no_module_names_is_refused() {
    let workspace = Workspace::of(&[
        ("crates/a/src/lib.rs", "mod b;\n// mod c;\nlet x = \"mod d;\";"),
        ("crates/a/src/b.rs", "#[cfg(test)]\nmod tests;"),
        ("crates/a/src/b/tests.rs", ""),
        ("crates/a/src/c.rs", ""),
        ("crates/a/src/d/tests.rs", ""),
    ])
    .with_crate("a");
    let found = lines(&check(&workspace));
    assert_eq!(found.len(), 2, "{found:?}");
    assert!(found[0].starts_with("error: crates/a/src/c.rs: is not compiled"));
    assert!(found[1].starts_with("error: crates/a/src/d/tests.rs: is not compiled"));
}

#[test]
fn modules_are_followed_in_both_layouts() {
    let workspace = Workspace::of(&[
        ("crates/a/src/lib.rs", "pub mod b; pub(crate) mod e;"),
        ("crates/a/src/b.rs", "mod c;"),
        ("crates/a/src/b/c.rs", ""),
        ("crates/a/src/e/mod.rs", "mod f;"),
        ("crates/a/src/e/f.rs", ""),
    ])
    .with_crate("a");
    assert_eq!(check(&workspace), []);
}

#[test]
fn a_path_attribute_is_followed() {
    let workspace = Workspace::of(&[
        (
            "crates/a/src/lib.rs",
            "#[path = \"../more/b.rs\"]\nmod b;\n#[path = \"../gone.rs\"]\nmod c;",
        ),
        ("crates/a/more/b.rs", "mod d;"),
        ("crates/a/more/d.rs", ""),
        ("crates/a/src/c.rs", ""),
    ])
    .with_crate("a");
    let found = lines(&check(&workspace));
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(found[0].starts_with("error: crates/a/src/c.rs: is not compiled"));
}

#[test]
fn tests_at_the_root_need_a_target() {
    let files = [
        ("crates/weir/src/lib.rs", ""),
        ("tests/it/main.rs", "mod a;"),
        ("tests/it/a.rs", ""),
    ];
    let mut workspace = Workspace::of(&files).with_crate("weir");
    assert_eq!(check(&workspace).len(), 2);

    let mut target = workspace.last().targets[0].clone();
    target.src_path = "crates/weir/../../tests/it/main.rs".into();
    target.kind = vec!["test".to_owned()];
    workspace.last().targets.push(target);
    assert_eq!(check(&workspace), []);
}

#[test]
fn a_target_that_nothing_runs_is_refused() {
    let step = ("crates/xtask/src/long/power.rs", "let test = \"disks\";");
    let tree = |name: &str| {
        let mut tree = Workspace::of(&[("crates/a/src/lib.rs", ""), step])
            .with_crate("xtask")
            .with_crate("a");
        tree.last().targets[0].name = name.to_owned();
        tree
    };
    let found = |workspace: &Workspace| -> Vec<String> {
        lines(&check(workspace))
            .into_iter()
            .filter(|line| line.contains("target"))
            .collect()
    };

    let mut untested = tree("a");
    untested.last().targets[0].test = false;
    assert!(found(&untested)[0].contains("target `a` says `test = false`"));

    let mut hidden = tree("a");
    hidden.last().targets[0].required_features = vec!["slow".to_owned()];
    assert!(found(&hidden)[0].contains("target `a` needs a feature"));

    let mut in_a_step = tree("disks");
    in_a_step.last().targets[0].test = false;
    assert!(found(&in_a_step).is_empty());
}

#[test]
fn a_program_of_tests_is_no_test() {
    let tree = |code: &str| {
        let mut tree =
            Workspace::of(&[("crates/a/src/lib.rs", "mod b;"), ("crates/a/src/b.rs", code)]).with_crate("a");
        let target = &mut tree.last().targets[0];
        (target.kind, target.test) = (vec!["bin".to_owned()], false);
        tree
    };
    assert_eq!(check(&tree("fn main() {} // #[test]")), []);
    assert_eq!(check(&tree("#[test]\nfn a() {}")).len(), 1);
    assert_eq!(
        check(&tree("#[tokio::test(start_paused = true)]\nasync fn a() {}")).len(),
        1
    );

    let mut library = tree("");
    library.last().targets[0].kind = vec!["lib".to_owned()];
    assert_eq!(check(&library).len(), 1);
}
