//! Whatever is sent and whatever is asked for.

use super::schema;
use crate::{BadMessage, Door, parse_entity};
use model::{DatasetId, SchemaClass};
use proptest::prelude::*;

const FIELDS: &[&str] = &[
    "a: string",
    "b: integer",
    "c.a: date",
    "c.b[].a: number",
    "d{}.c: date-time",
    "e[][]: boolean",
];

/// JSON over few keys and values, so that it often fits and often nearly does.
fn json() -> impl Strategy<Value = String> {
    let scalar = prop_oneof![
        Just("null"),
        Just("true"),
        Just("1"),
        Just("1.5"),
        Just("\"x\""),
        Just("\"2026-01-31\""),
        Just("\"2026-01-31T00:00:00Z\""),
        Just("1e400"),
        Just("\"\\ud800\""),
        Just("{}"),
        Just("[]"),
    ];
    scalar.prop_map(str::to_owned).prop_recursive(4, 24, 4, |inner| {
        let member = ("[a-e]", inner.clone()).prop_map(|(key, value)| format!("\"{key}\":{value}"));
        prop_oneof![
            proptest::collection::vec(member, 0..4).prop_map(|members| format!("{{{}}}", members.join(","))),
            proptest::collection::vec(inner, 0..3).prop_map(|items| format!("[{}]", items.join(","))),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: ProptestConfig::default().cases.max(2_000), failure_persistence: None, ..ProptestConfig::default() })]

    /// A schema takes nothing that is refused without one, changes nothing of what it takes, and says of what it does not
    /// take where it is wrong: there is something at every pointer.
    #[test]
    fn a_schema_refuses_or_leaves_as_it_is(members in proptest::collection::vec(("[a-f]", json()), 0..5)) {
        let members: Vec<String> = members.iter().map(|(key, value)| format!(",\"{key}\":{value}")).collect();
        let sent = format!(r#"{{"identityMap":{{"crm":[{{"id":"1"}}]}}{}}}"#, members.concat());
        let dataset = DatasetId::new("crm").unwrap();
        let untyped = parse_entity(sent.as_bytes(), &dataset);
        let typed = Door::typed(dataset, schema(SchemaClass::Profile, FIELDS, &[])).entity(sent.as_bytes());
        match typed {
            Ok(message) => prop_assert_eq!(Ok(message), untyped),
            Err(BadMessage::Misfit { misfit }) => {
                prop_assert!((1..=5).contains(&misfit.violations.len()));
                if let Ok(value) = serde_json::from_str::<serde_json::Value>(&sent) {
                    for violation in &misfit.violations {
                        prop_assert!(value.pointer(&violation.pointer).is_some(), "{} in {}", violation.pointer, sent);
                    }
                }
            }
            // Of several faults another may be found first.
            Err(bad) => prop_assert!(untyped.is_err(), "{bad}"),
        }
    }

    /// A path is something, or what is said of it holds: all before the unknown key is there, and so is what is suggested.
    #[test]
    fn a_path_is_known_or_explained(keys in proptest::collection::vec("[a-f]|ab|_id", 1..5)) {
        let schema = schema(SchemaClass::Profile, FIELDS, &[]);
        if let Err(unknown) = schema.resolve(&keys) {
            prop_assert!(schema.resolve(&keys[..unknown.at]).is_ok());
            prop_assert!(schema.resolve(&keys[..=unknown.at]).is_err());
            if let Some(near) = &unknown.near {
                let near: Vec<&str> = near.split('.').collect();
                prop_assert!(schema.resolve(&near).is_ok(), "{:?} for {:?}", near, keys);
            }
        }
    }
}
