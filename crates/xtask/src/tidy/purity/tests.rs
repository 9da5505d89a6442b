use super::check;
use crate::cargo::Branch;
use crate::tidy::specimen::lines;
use crate::tidy::workspace::Workspace;

#[test]
fn the_outside_world_is_refused_in_pure_sources() {
    let violations = [
        (
            "crates/model/src/a.rs",
            "use std::{collections::BTreeMap, fs};",
            "std::fs",
        ),
        (
            "crates/xdm/src/a.rs",
            "fn f() { std::net::TcpStream::connect(); }",
            "std::net::TcpStream::connect",
        ),
        (
            "crates/pql/src/a.rs",
            "use std::time::{Duration, SystemTime};",
            "std::time::SystemTime",
        ),
        (
            "crates/evaluator/src/a.rs",
            "fn f() { std::thread::spawn(g); }",
            "std::thread::spawn",
        ),
        (
            "crates/evaluator/src/a.rs",
            "use tokio::sync::mpsc;",
            "tokio::sync::mpsc",
        ),
        (
            "crates/evaluator/src/a.rs",
            "let x = rand::random();",
            "rand::random",
        ),
    ];
    for (path, text, name) in violations {
        let found = lines(&check(&Workspace::of(&[(path, text)])));
        assert_eq!(found.len(), 1, "{text}");
        assert!(found[0].contains(&format!("may not name `{name}`")), "{found:?}");
    }
}

#[test]
fn other_crates_tests_comments_and_the_clock_are_free() {
    let workspace = Workspace::of(&[
        ("crates/store/src/a.rs", "use std::fs;"),
        ("crates/pql/src/lexer/tests.rs", "use std::fs;"),
        ("crates/pql/tests/corpus.rs", "use std::fs;"),
        ("crates/pql/examples/measure.rs", "use std::fs;"),
        (
            "crates/pql/src/a.rs",
            "// std::fs\nlet x = \"std::fs\"; use std::time::Duration;",
        ),
        ("crates/model/src/clock.rs", "std::time::SystemTime::now()"),
    ]);
    assert_eq!(check(&workspace), []);
}

#[test]
fn the_clock_of_the_system_is_for_the_rim() {
    let imports = "use model::{Clock, SystemClock};";
    let workspace = Workspace::of(&[
        ("crates/evaluator/src/a.rs", imports),
        ("crates/weir/src/a.rs", imports),
    ]);
    let found = lines(&check(&workspace));
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(
        found[0].contains("may not name `model::SystemClock`"),
        "{found:?}"
    );
}

#[test]
fn the_clock_may_not_do_more_than_tell_the_time() {
    let workspace = Workspace::of(&[("crates/model/src/clock.rs", "use std::fs;")]);
    assert_eq!(check(&workspace).len(), 1);
}

#[test]
fn an_impure_package_anywhere_below_is_refused_with_the_way_to_it() {
    let tree = [
        (0, "xdm"),
        (1, "serde"),
        (2, "serde_core"),
        (0, "pql"),
        (1, "winnow"),
        (2, "memchr"),
        (2, "tokio"),
    ];
    let below_pure = tree.map(|(depth, name)| Branch {
        depth,
        name: name.to_owned(),
    });
    let workspace = Workspace {
        below_pure: below_pure.to_vec(),
        ..Workspace::default()
    };
    assert_eq!(
        lines(&check(&workspace)),
        [
            "error: crates/pql/Cargo.toml: `pql` is pure and may not have this below it: pql -> winnow -> tokio"
        ]
    );
}
