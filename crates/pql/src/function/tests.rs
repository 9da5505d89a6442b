//! What holds of every entry.

use super::*;
use std::fmt::Write as _;

#[test]
fn every_entry_is_whole() {
    let mut names: Vec<_> = Function::all().map(|function| function.name).collect();
    let count = names.len();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), count, "a name is given twice");
    for function in Function::all() {
        let name = function.name;
        assert!(function.doc.ends_with('.'), "{name}: {}", function.doc);
        assert!(function.optional <= function.takes.len(), "{name}");
        assert!(function.takes.len() <= MAX_ARGUMENTS, "{name}");
        assert!(
            function.example.1.contains(name),
            "the example of {name} does not use it"
        );
    }
}

/// `docs/pql/functions.md` is what the entries say.
#[test]
fn the_page_is_what_the_entries_say() {
    let mut page = String::from(
        "# The functions of PQL\n\nWritten from the entries in `crates/pql/src/function`; every example is a test. What stands before the dot may also \
         be the first\nargument: `sum(prices)` is `prices.sum()`. *Of each* is a value taken of each item: `price`, or `(I) => I.price * 2`.\n",
    );
    for function in Function::all() {
        let (given, example) = function.example;
        let given = given.lines().map(str::trim).collect::<Vec<_>>().join(" ");
        writeln!(
            page,
            "\n## {}\n\n{}. {}",
            function.name,
            function.signature(),
            function.doc
        )
        .expect("a text");
        writeln!(page, "\n```text\n{example}\n```\n\nholds of `{given}`.").expect("a text");
    }
    let written = include_str!("../../../../docs/pql/functions.md");
    let new = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/pql/functions.md.new");
    if written != page {
        std::fs::write(new, page).expect("a file beside it");
        panic!("docs/pql/functions.md is not what the entries say; {new} is: look at it and put it in place");
    }
}
