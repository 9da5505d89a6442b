use super::{Name, names};

fn paths(code: &str) -> Vec<String> {
    names(code).into_iter().map(|name| name.path).collect()
}

#[test]
fn braces_are_opened() {
    assert_eq!(
        paths("use std::{collections::BTreeMap, fs::{self, File as F}, io};"),
        [
            "std::collections::BTreeMap",
            "std::fs",
            "std::fs::File",
            "std::io"
        ]
    );
    assert_eq!(paths("use {tokio::time, sled};"), ["tokio::time", "sled"]);
}

#[test]
fn paths_in_expressions_count_and_single_words_do_not() {
    assert_eq!(
        paths("fn f(rand: u8) { std::fs::read(rand); }"),
        ["std::fs::read"]
    );
    assert_eq!(paths("use sled; use ::axum as web;"), ["sled", "axum"]);
}

#[test]
fn a_name_knows_its_line_and_its_beginning() {
    let found = names("\n\nuse tokio::sync::mpsc;");
    let name = Name {
        line: 3,
        path: "tokio::sync::mpsc".to_owned(),
    };
    assert_eq!(found, std::slice::from_ref(&name));
    assert!(name.is_in("tokio") && name.is_in("tokio::sync"));
    assert!(!name.is_in("tok") && !name.is_in("sync"));
    assert_eq!(name.first(), "tokio");
}
