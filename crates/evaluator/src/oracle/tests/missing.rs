//! Missing values and values of another kind.

use super::{Person, event};

/// Every test over a missing value is false, the negative ones too, and `not` negates that.
#[test]
fn nothing_holds_of_what_is_missing() {
    let absent = r#"{"present": "x", "list": [], "nothing": null, "object": {"empty": {}, "none": null}}"#;
    let person = Person::with_attributes(absent);
    for path in [
        "gone",
        "gone.deeper",
        "present.deeper",
        "object",
        "object.empty",
        "object.none",
        "nothing",
        "nothing.x",
    ] {
        for test in [
            "P = \"x\"",
            "P != \"x\"",
            "\"x\" != P",
            "P < 1",
            "P >= 1",
            "P = true",
            "P != P",
            "P = P",
            "P = present",
            "P != present",
            "P.equals(\"x\")",
            "P.equals(\"x\", false)",
            "P in [\"x\"]",
            "P notIn [\"x\"]",
            "P notIn []",
            "\"x\" in P",
            "\"x\" notIn P",
            "P.intersects([\"x\"])",
            "list.intersects(P)",
            "P occurs < 1 day before now",
            "P occurs <= 1 day before now",
            "P.isNotNull()",
            "P",
        ] {
            let test = test.replace('P', path);
            person.check(&[(&test, false), (&format!("not ({test})"), true)]);
        }
        person.check(&[(&format!("{path}.isNull()"), true)]);
        // A missing list is empty where it is counted.
        person.check(&[(
            &format!("{path}.count() = 0 and {path}.sum() = 0 and {path}.sum(x) = 0"),
            true,
        )]);
    }
    person.check(&[
        ("list.isNull()", false),
        ("list.isNotNull()", true),
        ("present.isNotNull()", true),
        ("xEvent.count() = 0", true),
        ("xEvent.sum(x) = 0", true),
        ("xEvent", false),
        ("exists E from xEvent", false),
        ("not (exists E from xEvent where E.x = 1)", true),
    ]);
}

/// A value of another kind is a missing value.
#[test]
fn kinds_do_not_mix() {
    let person = Person::with_attributes(
        r#"{"text": "5", "number": 5, "yes": true, "list": [5], "object": {"a": 5}, "date": "2023-11-14"}"#,
    );
    for test in [
        "text = 5",
        "text != 5",
        "text < 6",
        "number = \"5\"",
        "number != \"5\"",
        "number <= \"5\"",
        "yes = \"true\"",
        "yes != \"true\"",
        "yes = 1",
        "yes < number",
        "yes > other",
        "yes <= yes",
        "list = 5",
        "list != 5",
        "list <= list",
        "object = object",
        "object != object",
        "object = 5",
        "number.equals(text)",
        "text in text",
        "number in number",
        "number notIn number",
        "number notIn [\"5\"]",
        "number notIn [6, \"5\"]",
        "number.intersects([5])",
        "text.intersects(list)",
        "text",
        "number",
        "object",
        "number occurs < 1 day before now",
        "yes occurs < 1 day before now",
        "number.count() > 0",
        "text.sum() > 0",
    ] {
        person.check(&[(test, false), (&format!("not ({test})"), true)]);
    }
    person.check(&[
        ("object.isNotNull()", true),
        ("yes", true),
        ("list", true),
        ("yes != false", true),
    ]);
}

#[test]
fn sums_skip_what_is_no_number() {
    let person = Person {
        events: vec![
            event(-6, r#"{"n": 1.5}"#),
            event(-5, r#"{"n": "2"}"#),
            event(-4, r#"{"n": null}"#),
            event(-3, r#"{"n": [4]}"#),
            event(-2, "{}"),
            event(-1, r#"{"n": 8}"#),
        ],
        ..Person::with_attributes(r#"{"l": [1, "2", null, [3], true, 4, {"n": 5}, {"n": "6"}]}"#)
    };
    person.check(&[
        ("xEvent.sum(n) = 9.5", true),
        ("xEvent.count() = 6", true),
        ("xEvent.sum(gone) = 0", true),
        ("l.sum() = 5", true),
        ("l.sum(n) = 5", true),
        ("l.count() = 8", true),
        ("sum(l) = 5 and count(l) = 8", true),
    ]);
}
