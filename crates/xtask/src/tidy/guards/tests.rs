use super::check;
use crate::tidy::specimen::lines;
use crate::tidy::workspace::Workspace;

#[test]
fn a_guard_that_is_not_there_is_named() {
    let test = (
        "crates/a/tests/b.rs",
        "async fn it_holds() {}\nfn it_holds_too() {}",
    );
    let code = ("crates/a/src/b.rs", "fn it_is_no_test() {}");
    let page = "# Guards\n| `it_holds`, `it_holds_too` | `_weir`, `attributeTrigger: value` |\n| `it_is_no_test` |\n";
    let workspace = Workspace::of(&[test, code, ("docs/guards.md", page)]);
    assert_eq!(
        lines(&check(&workspace)),
        ["error: docs/guards.md:3: there is no test `it_is_no_test`"]
    );
}
