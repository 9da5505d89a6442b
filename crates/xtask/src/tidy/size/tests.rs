use super::check;
use crate::tidy::specimen::lines;
use crate::tidy::workspace::Workspace;

fn findings(path: &str, count: usize) -> Vec<String> {
    lines(&check(&Workspace::of(&[(path, &"x\n".repeat(count))])))
}

#[test]
fn the_limits_are_exact() {
    let path = "crates/a/src/b.rs";
    assert!(findings(path, 400).is_empty());
    assert_eq!(
        findings(path, 401),
        ["note: crates/a/src/b.rs: has 401 lines, more than 400: is it one idea?"]
    );
    assert!(findings(path, 800)[0].starts_with("note"));
    assert_eq!(
        findings(path, 801),
        ["error: crates/a/src/b.rs: has 801 lines, more than 800: split it by verb"]
    );
}

#[test]
fn tests_and_other_files_may_be_long() {
    for path in [
        "crates/a/src/b/tests.rs",
        "crates/a/tests/b.rs",
        "crates/a/src/tests/b.rs",
        "tests/it/b.rs",
        "crates/a/src/snapshots/b.snap",
        "Cargo.lock",
    ] {
        assert!(findings(path, 2_000).is_empty(), "{path}");
    }
}
