use super::check;
use crate::tidy::specimen::lines;
use crate::tidy::workspace::Workspace;

#[test]
fn a_listed_edge_is_fine() {
    let workspace = Workspace::default()
        .with_crate("dispatcher")
        .with_crate("testkit")
        .with_crate("ingest")
        .that_uses("testkit", Some("dev"))
        .that_uses("serde", None);
    assert_eq!(check(&workspace), []);
}

#[test]
fn an_unlisted_edge_is_refused() {
    let workspace = Workspace::default()
        .with_crate("dispatcher")
        .with_crate("ingest")
        .that_uses("dispatcher", None);
    assert_eq!(
        lines(&check(&workspace)),
        [
            "error: crates/ingest/Cargo.toml: `ingest` may not see `dispatcher`; \
          `ingest` may see evaluator, store, xdm, model"
        ]
    );
}

#[test]
fn an_unlisted_edge_of_tests_or_a_build_script_is_refused() {
    for kind in ["dev", "build"] {
        let workspace = Workspace::default()
            .with_crate("store")
            .with_crate("model")
            .that_uses("store", Some(kind));
        assert_eq!(check(&workspace).len(), 1, "{kind}");
    }
}

#[test]
fn testkit_is_for_tests() {
    let shipped = Workspace::default()
        .with_crate("testkit")
        .with_crate("weir")
        .that_uses("testkit", None);
    assert_eq!(check(&shipped).len(), 1);

    let unit = Workspace::of(&[("crates/store/src/outbox/tests.rs", "use testkit::World;")]);
    assert_eq!(check(&unit).len(), 1);
    let integration = Workspace::of(&[
        ("crates/store/tests/power.rs", "use testkit::World;"),
        ("tests/it/main.rs", "use testkit::World;"),
    ]);
    assert_eq!(check(&integration), []);
}

#[test]
fn a_new_crate_needs_a_line() {
    let findings = check(&Workspace::default().with_crate("lake"));
    assert!(lines(&findings)[0].contains("`lake` is not in the crate graph"));
}
