use super::{Data, Node, Places, Scalar, read};
use crate::report::{Report, Source};
use proptest::prelude::*;

fn tree(text: &str) -> (Node, Report) {
    let mut report = Report::new(Source::new("f", text.to_owned()));
    let node = read(&mut report).unwrap_or_else(|| panic!("{report}"));
    (node, report)
}

fn value(text: &str) -> (Node, Scalar) {
    let (node, _) = tree(text);
    let Data::Map(mut entries) = node.data else {
        panic!("{text}")
    };
    let (_, node) = entries.remove(0);
    let Data::Scalar(scalar) = node.data.clone() else {
        panic!("{text}")
    };
    (node, scalar)
}

#[test]
fn scalars_by_the_core_schema() {
    for (text, json) in [
        ("1", "1"),
        ("-1", "-1"),
        ("+12", "12"),
        ("0x1F", "31"),
        ("0o17", "15"),
        ("1.5", "1.5"),
        ("1e3", "1000.0"),
        (".5", "0.5"),
        ("18446744073709551615", "18446744073709551615"),
        ("99999999999999999999", "1e+20"),
        ("true", "true"),
        ("yes", "\"yes\""),
        ("~", "null"),
        ("", "null"),
        ("null", "null"),
        ("'1'", "\"1\""),
        ("\"true\"", "\"true\""),
        ("1.2.3", "\"1.2.3\""),
        ("12 apples", "\"12 apples\""),
        (".inf", "\".inf\""),
        ("inf", "\"inf\""),
        ("nan", "\"nan\""),
        ("[1, {a: b}]", "[1,{\"a\":\"b\"}]"),
    ] {
        let (node, _) = tree(&format!("k: {text}"));
        assert_eq!(node.json().to_string(), format!("{{\"k\":{json}}}"), "{text}");
    }
}

#[test]
fn nodes_know_their_place() {
    let text = "a:\n  b: [x, 'y']\n  c: |\n    one\n    two\n";
    let (node, report) = tree(text);
    let shown = |node: &Node| report.source().text()[node.span.start..node.span.end].to_owned();
    let Data::Map(entries) = &node.data else { panic!() };
    assert_eq!(shown(&entries[0].0), "a");
    let Data::Map(inner) = &entries[0].1.data else {
        panic!()
    };
    assert_eq!(shown(&inner[0].1), "[x, 'y']");
    let Data::List(items) = &inner[0].1.data else {
        panic!()
    };
    assert_eq!(
        (shown(&items[0]), shown(&items[1])),
        ("x".to_owned(), "'y'".to_owned())
    );
    assert_eq!(shown(&inner[1].1), "one\n    two\n");
}

#[test]
fn escapes_have_their_place() {
    let text = r#"k: "a\"b \u00e9\uD83D\uDE00\x41\t\
       z""#;
    let (node, scalar) = value(text);
    assert_eq!(scalar.text, "a\"b é😀A\tz");
    let places = Places::new(text, node.span, &scalar);
    let mut at = 0;
    for (c, raw) in [
        ("a", "a"),
        ("\"", r#"\""#),
        ("b", "b"),
        (" ", " "),
        ("é", r"\u00e9"),
        ("😀", r"\uD83D\uDE00"),
        ("A", r"\x41"),
        ("\t", r"\t"),
        ("z", "z"),
    ] {
        let span = places.span(at, at + c.len());
        assert_eq!(&text[span.start..span.end], raw, "{c:?}");
        at += c.len();
    }
    assert_eq!(places.span(at, at).start, text.len() - 1);
}

proptest! {
    /// In every style, each character that is not white space is found where it stands.
    #[test]
    fn characters_have_their_place(words in proptest::collection::vec("[a-z=(é골]{1,6}", 1..8), indent in 1_usize..6, style in 0..5) {
        let pad = " ".repeat(indent);
        let lines = words.chunks(2).map(|pair| pair.join(" ")).collect::<Vec<_>>();
        let body = lines.join(&format!("\n{pad}"));
        let text = match style {
            0 => format!("k: {body}\n"),
            1 => format!("k: |\n{pad}{body}\n"),
            2 => format!("k: >+\n{pad}{body}\n\n"),
            3 => format!("k: '{body}'\n"),
            _ => format!("k: \"{body}\"\n"),
        };
        // A plain text may not begin with every character.
        prop_assume!(style != 0 || body.starts_with(|c: char| c.is_alphanumeric()));
        let (node, scalar) = value(&text);
        let places = Places::new(&text, node.span, &scalar);
        let found: String = scalar.text.char_indices().filter(|(_, c)| !c.is_whitespace()).map(|(at, c)| {
            let span = places.span(at, at + c.len_utf8());
            &text[span.start..span.end]
        }).collect();
        prop_assert_eq!(found, words.concat());
    }
}
