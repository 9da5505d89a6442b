use super::check;
use crate::tidy::specimen::lines;
use crate::tidy::workspace::Workspace;

#[test]
fn a_library_away_from_home_is_refused() {
    let violations = [
        (
            "crates/ingest/src/a.rs",
            "use sled::Db;",
            "`sled::Db` may be seen in store only",
        ),
        (
            "crates/store/src/a.rs",
            "use aws_sdk_kinesis::Client;",
            "in destinations only",
        ),
        (
            "crates/dispatcher/src/a.rs",
            "azure_identity::f();",
            "in destinations only",
        ),
        (
            "crates/control/src/a.rs",
            "use axum::Router;",
            "in api and weir only",
        ),
        (
            "crates/testkit/src/a.rs",
            "use {axum::Router};",
            "in api and weir only",
        ),
    ];
    for (path, text, sentence) in violations {
        let found = lines(&check(&Workspace::of(&[(path, text)])));
        assert_eq!(found.len(), 1, "{text}");
        assert!(found[0].starts_with(&format!("error: {path}:1: ")), "{found:?}");
        assert!(found[0].ends_with(sentence), "{found:?}");
    }
}

#[test]
fn a_dependency_away_from_home_is_refused() {
    let workspace = Workspace::default()
        .with_crate("api")
        .that_uses("aws-sdk-kinesis", Some("dev"));
    assert_eq!(
        lines(&check(&workspace)),
        ["error: crates/api/Cargo.toml: `aws-sdk-kinesis` may be seen in destinations only"]
    );
}

#[test]
fn a_library_at_home_and_a_word_in_a_comment_are_fine() {
    let workspace = Workspace::of(&[
        ("crates/store/src/a.rs", "use sled::Db;"),
        ("crates/api/src/a.rs", "use axum::Router;"),
        ("tests/it/main.rs", "use axum::Router;"),
        (
            "crates/ingest/src/a.rs",
            "// sled::Db\nlet sled = \"sled::Db\"; crate::sled::f();",
        ),
    ])
    .with_crate("store")
    .that_uses("sled", None);
    assert_eq!(check(&workspace), []);
}
