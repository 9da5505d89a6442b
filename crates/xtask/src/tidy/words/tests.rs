use super::check;
use crate::tidy::specimen::lines;
use crate::tidy::workspace::Workspace;

#[test]
fn unfinished_and_silenced_code_is_refused() {
    for text in [
        "fn f() { todo!() }",
        "fn f() { unimplemented!() }",
        "#[test]\n#[ignore]\nfn f() {}",
        "#[ignore = \"slow\"]\nfn f() {}",
        "#[allow(dead_code)]\nfn f() {}",
        "#![allow(dead_code)]",
    ] {
        for path in ["crates/a/src/b.rs", "crates/a/src/b/tests.rs"] {
            let found = lines(&check(&Workspace::of(&[(path, text)])));
            assert_eq!(found.len(), 1, "{text}");
            assert!(found[0].starts_with("error: "), "{found:?}");
        }
    }
}

#[test]
fn the_line_is_told() {
    let workspace = Workspace::of(&[("crates/a/src/b.rs", "fn f() {\n    todo!()\n}")]);
    assert_eq!(
        lines(&check(&workspace)),
        ["error: crates/a/src/b.rs:2: `todo!`: finish it, or leave the branch out"]
    );
}

#[test]
fn a_path_of_one_machine_is_refused_in_any_file() {
    for place in ["home", "root", "Users"] {
        let text = format!("see\n\"/{place}/ana/file\"");
        for path in ["docs/a.md", "crates/a/src/b.rs", ".ci/run"] {
            let found = lines(&check(&Workspace::of(&[(path, &text)])));
            assert_eq!(found.len(), 1, "{text}");
            assert!(
                found[0].starts_with(&format!("error: {path}:2: names a folder")),
                "{found:?}"
            );
        }
    }
}

#[test]
fn words_in_comments_and_paths_in_urls_are_fine() {
    let workspace = Workspace::of(&[
        (
            "crates/a/src/b.rs",
            "// todo!()\nlet x = \"#[allow(x)]\"; #[expect(dead_code, reason = \"x\")]",
        ),
        (
            "docs/a.md",
            "https://example.test/home/page, $HOME/Users/x, homeAddress/home/x, todo!",
        ),
    ]);
    assert_eq!(check(&workspace), []);
}
