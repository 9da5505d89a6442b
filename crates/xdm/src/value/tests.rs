use super::Value;
use crate::json::{Document, Fault, Nodes};
use crate::{MAX_DEPTH, Number};
use proptest::prelude::*;
use serde_json::Value as Plain;

/// The same value as `serde_json` sees it.
fn plain(value: &Value) -> Plain {
    match value {
        Value::Null => Plain::Null,
        Value::Bool(bool) => Plain::from(*bool),
        Value::Number(Number::Exact(decimal)) => decimal
            .to_string()
            .parse()
            .map(Plain::Number)
            .expect("a decimal is JSON"),
        Value::Number(Number::Approximate(float)) => Plain::from(*float),
        Value::String(text) => Plain::from(text.as_str()),
        Value::Array(items) => items.iter().map(plain).collect(),
        Value::Object(members) => {
            Plain::Object(members.iter().map(|(k, v)| (k.to_string(), plain(v))).collect())
        }
    }
}

fn anything() -> impl Strategy<Value = Plain> {
    let leaf = prop_oneof![
        Just(Plain::Null),
        any::<bool>().prop_map(Plain::from),
        any::<i64>().prop_map(Plain::from),
        "[a-c\"\\\\\u{0}-\u{20}é\u{1f600}\\[\\]{},:]{0,6}".prop_map(Plain::from),
    ];
    leaf.prop_recursive(5, 40, 5, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Plain::from),
            prop::collection::btree_map("[a-c\"\\\\é ]{0,3}", inner, 0..4)
                .prop_map(|members| Plain::Object(members.into_iter().collect())),
        ]
    })
}

proptest! {
    #[test]
    fn reads_what_serde_json_reads(json in anything(), pretty in any::<bool>()) {
        let text = if pretty { format!("{json:#}") } else { json.to_string() };
        let value = Value::parse(&text).expect("it is JSON");
        prop_assert_eq!(plain(&value), json);
    }

    #[test]
    fn compacts_as_serde_json_writes(json in anything()) {
        let pretty = format!("{json:#}");
        let (mut compacted, mut nodes) = (String::new(), Nodes::default());
        let document = Document::parse(&pretty, &mut nodes).expect("it is JSON");
        let read = document.root().compact(&mut compacted);
        // Paths name members by their keys, so an entity has no empty ones.
        let unnamed = json.to_string().contains("{\"\":") || json.to_string().contains(",\"\":");
        let expected = if unnamed { Err(Fault::EmptyKey) } else { Ok(json.to_string()) };
        prop_assert_eq!(read.map(|()| compacted), expected);
    }

    // Strings are looked at eight bytes at a time, so they are longer here, and what is wrong is anywhere in them.
    #[test]
    fn takes_and_refuses_what_serde_json_does_of_what_was_json(
        json in anything(),
        long in "[a\"\\\\\u{1f}\u{20}\u{7f}é\u{1f600}]{0,40}",
        at in any::<prop::sample::Index>(),
        put in "[ \n\u{0}\u{1f}\\[\\]{},:\"\\\\ue0-9.+tfn-]{0,2}",
    ) {
        let mut text = serde_json::json!({"k": json, "long": long}).to_string();
        prop_assert_eq!(plain(&Value::parse(&text).expect("it is JSON")), serde_json::json!({"k": json, "long": long}));
        let from = text.char_indices().map(|(at, _)| at).nth(at.index(text.chars().count())).expect("it is in it");
        let upto = text[from..].chars().next().map_or(from, |one| from + one.len_utf8());
        text.replace_range(from..upto, &put);
        let judge = serde_json::from_str::<&serde_json::value::RawValue>(&text).map(|_| ());
        let read = Document::parse(&text, &mut Nodes::default()).map(|_| ());
        prop_assert_eq!(read.map_err(|e| e.to_string()), judge.map_err(|e| e.to_string()), "{}", text);
    }

    #[test]
    fn takes_and_refuses_what_serde_json_does(text in "[ \\[\\]{},:\"\\\\ua-e0-9.+truefalsn-]{0,12}") {
        let judge: Result<Plain, _> = serde_json::from_str(&text);
        prop_assert_eq!(Value::parse(&text).is_ok(), judge.is_ok());
    }
}

#[test]
fn numbers_words_and_escapes_are_those_of_the_grammar() {
    let texts = concat!(
        "0 -0 00 01 -01 - -- -a +1 1 10 1. 1.e1 .1 1.0 1.00 1e 1e+ 1E-5 1e05 0e0 0x1 1.5e 1e5.0 --1 1- 1a ",
        "true tru truex nul null nulll false falsy \"a \"a\" \"a\"b \"\\ \"\\\" \"\\u12\" \"\\u12g4\" \"\\u1234\" \"\\x\""
    );
    for text in texts.split(' ') {
        let judge: Result<Plain, _> = serde_json::from_str(text);
        assert_eq!(Value::parse(text).is_ok(), judge.is_ok(), "{text}");
        let inside = format!("[{text}]");
        let judge: Result<Plain, _> = serde_json::from_str(&inside);
        assert_eq!(Value::parse(&inside).is_ok(), judge.is_ok(), "{inside}");
    }
}

#[test]
fn of_a_repeated_key_the_last_counts() {
    let value = Value::parse(r#"{"a":{"x":1},"b":2,"a":{"y":3}}"#).expect("it is JSON");
    assert_eq!(value, Value::parse(r#"{"a":{"y":3},"b":2}"#).expect("it is JSON"));
}

#[test]
fn get_steps_through_objects_and_null_is_nothing() {
    let value = Value::parse(r#"{"a":{"b":"c","n":null,"l":[{"b":1}]}}"#).expect("it is JSON");
    assert_eq!(value.get(&["a", "b"]), Some(&Value::String("c".into())));
    assert_eq!(value.get::<&str>(&[]), Some(&value));
    for keys in [&["a", "n"][..], &["a", "b", "c"], &["a", "l", "b"], &["x"]] {
        assert_eq!(value.get(keys), None, "{keys:?}");
    }
}

#[test]
fn refuses_what_cannot_be_held() {
    let nested = |levels: usize| "[".repeat(levels) + &"]".repeat(levels);
    assert!(Value::parse(&nested(MAX_DEPTH)).is_ok());
    for (text, why) in [
        (nested(MAX_DEPTH + 1), "nested deeper than 64 levels"),
        (nested(500_000), "nested deeper than 64 levels"),
        (r#"{"a":[1E400]}"#.to_owned(), "number out of range: 1E400"),
        (
            r#"["\ud800"]"#.to_owned(),
            r#"half of a surrogate pair in "\ud800""#,
        ),
        (
            r#"{"\udc00x":1}"#.to_owned(),
            r#"half of a surrogate pair in "\udc00x""#,
        ),
        (r#"{"a":}"#.to_owned(), "expected value at line 1 column 6"),
        ("[1] 2".to_owned(), "trailing characters at line 1 column 5"),
    ] {
        let error = Value::parse(&text).expect_err("it cannot be held").to_string();
        assert_eq!(error, why);
    }
}
