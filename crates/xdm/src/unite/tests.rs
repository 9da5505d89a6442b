use super::unite;
use crate::Value;
use model::{DatasetId, Fragment, Identity, Leaf, Path, ProfileId, Seq, Stamp, Timestamp};

fn leaf(path: &str, json: &str) -> Leaf {
    let stamp = Stamp {
        time: Timestamp::from_millis(1),
        seq: Seq(1),
    };
    Leaf {
        path: Path::parse(path).expect("it is a path"),
        value: Some((stamp, Some(json.into()))),
        object: None,
    }
}

fn fragment(dataset: &str, leaves: Vec<Leaf>) -> Fragment {
    Fragment {
        owner: ProfileId::new(0, 1),
        dataset: DatasetId::new(dataset).expect("it is an id"),
        primary: Identity {
            namespace: "email".into(),
            value: "a".into(),
        },
        leaves: leaves.into(),
    }
}

#[test]
fn nothing_is_an_empty_object() {
    let attributes = unite(&[]);
    assert!(attributes.leaves.is_empty());
    assert_eq!(attributes.value, Value::parse("{}").expect("it is JSON"));
}

#[test]
fn leaves_are_verbatim_in_order_of_path_and_nested_in_the_value() {
    let one = fragment("crm", vec![leaf("a.z", "1.10"), leaf("b", r#"["\u00e9"]"#)]);
    let two = fragment(
        "web",
        vec![leaf("a.b.c", "1e400000000000"), leaf("a.b.d", "true")],
    );
    let attributes = unite(&[
        one.clone(),
        fragment("web", vec![leaf("a.b.c", "2"), leaf("a.b.d", "true")]),
    ]);
    let leaves: Vec<String> = attributes
        .leaves
        .iter()
        .map(|(path, json)| format!("{path}={json}"))
        .collect();
    assert_eq!(leaves, ["a.b.c=2", "a.b.d=true", "a.z=1.10", r#"b=["\u00e9"]"#]);
    let expected = r#"{"a":{"z":1.1,"b":{"c":2,"d":true}},"b":["é"]}"#;
    assert_eq!(attributes.value, Value::parse(expected).expect("it is JSON"));
    // Rows that were not made by this crate are a broken store, which must not pass in silence.
    assert!(std::panic::catch_unwind(|| unite(&[one, two])).is_err());
}
