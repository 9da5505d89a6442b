use super::check;
use crate::tidy::specimen::lines;
use crate::tidy::workspace::Workspace;

#[test]
fn tests_at_the_end_of_a_file_are_refused() {
    let text = "fn f() {}\n\n#[cfg(test)]\nmod tests {\n}\n";
    let found = lines(&check(&Workspace::of(&[("crates/a/src/b.rs", text)])));
    assert_eq!(found.len(), 1);
    assert!(found[0].starts_with("error: crates/a/src/b.rs:3: tests belong into a file of their own"));
}

#[test]
fn a_sibling_a_helper_and_a_comment_are_fine() {
    let workspace = Workspace::of(&[
        ("crates/a/src/b.rs", "#[cfg(test)]\nmod tests;\n"),
        (
            "crates/a/src/c.rs",
            "#[cfg(test)]\nimpl A { fn f() {} }\n#[cfg(test)]\nfn mod_of() {}\n",
        ),
        ("crates/a/src/d.rs", "// #[cfg(test)] mod tests {\n"),
        ("crates/a/src/b/tests.rs", "#[cfg(test)]\nmod more {}\n"),
    ]);
    assert_eq!(check(&workspace), []);
}
