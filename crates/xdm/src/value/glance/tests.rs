use super::Glance;
use crate::Value;

fn glance(paths: &[&str]) -> Glance {
    let mut glance = Glance::default();
    for path in paths {
        let keys: Vec<&str> = path.split('.').filter(|key| !key.is_empty()).collect();
        glance.at(&keys);
    }
    glance
}

#[test]
fn only_what_is_looked_at_is_made() {
    let json =
        r#"{"n":-1.50,"a":{"b":1,"c":{"d":2,"e":null}},"f":[{"g":"x","h":[3]},"s",[{"h":4}],{}],"i":true}"#;
    for (paths, expected) in [
        (&[][..], "{}"),
        (&[""], json),
        (&["i", "n"], r#"{"i":true,"n":-1.50}"#),
        (&["z", "a.z.y"], r#"{"a":{}}"#),
        (&["a.b", "a.c.d"], r#"{"a":{"b":1,"c":{"d":2}}}"#),
        (&["a.c", "a.c.d"], r#"{"a":{"c":{"d":2,"e":null}}}"#),
        (&["a.b.x"], r#"{"a":{"b":1}}"#),
        (&["f.h"], r#"{"f":[{"h":[3]},"s",[{"h":4}],{}]}"#),
    ] {
        // Whitespace takes more than a glance, and makes no difference.
        for json in [json, &json.replace(':', " : ")] {
            let read = glance(paths).parse(json).expect("it is JSON");
            assert_eq!(read, Value::parse(expected).expect("it is JSON"), "{paths:?}");
        }
    }
}

#[test]
fn of_a_repeated_key_the_last_member_counts() {
    let read = glance(&["a.b"]).parse(r#"{"a":{"b":1},"c":0,"a":{"\u0062":2,"b":3}}"#);
    let expected = Value::parse(r#"{"a":{"b":3}}"#);
    assert_eq!(read.expect("it is JSON"), expected.expect("it is JSON"));
}

#[test]
fn what_is_no_json_is_refused() {
    for json in [
        "{\"a\":1",
        "{\"b\":1}}",
        "{\"b\":1]",
        "{\"a\" 1}",
        "{\"a\":{\"b\":1}",
        "",
    ] {
        assert!(glance(&["a"]).parse(json).is_err(), "{json}");
    }
}
