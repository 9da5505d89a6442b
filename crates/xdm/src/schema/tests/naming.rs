//! Fields that name the person.

use super::schema;
use crate::Door;
use model::{DatasetId, SchemaClass};

/// `namespace:value` of each identity, or the reason why not.
fn named(identities: &[&str], entity: &str) -> String {
    let fields = &["mail.address: string", "card: string", "device: string"];
    let door = Door::typed(
        DatasetId::new("crm").unwrap(),
        schema(SchemaClass::Profile, fields, identities),
    );
    match door.entity(entity.as_bytes()) {
        Ok(message) => {
            let all = message
                .identities
                .iter()
                .map(|one| format!("{}:{}", one.namespace, one.value));
            all.collect::<Vec<_>>().join(" ")
        }
        Err(bad) => format!("{} {bad}", bad.status()),
    }
}

#[test]
fn a_field_names_the_person_beside_identity_map() {
    let both = &["mail.address email", "card loyalty"];
    let primary = &["mail.address email!", "card loyalty"];
    for (identities, entity, expected) in [
        // Without a primary field the rule is that of `identityMap`: the one flagged, else the first namespace.
        (&both[..], r#"{"mail":{"address":"a@b.test"}}"#, "email:a@b.test"),
        (
            both,
            r#"{"card":"7","mail":{"address":"a@b.test"}}"#,
            "email:a@b.test loyalty:7",
        ),
        (
            both,
            r#"{"card":"7","identityMap":{"crm":[{"id":"1"}]}}"#,
            "crm:1 loyalty:7",
        ),
        (
            both,
            r#"{"card":"7","identityMap":{"zed":[{"id":"1"}]}}"#,
            "loyalty:7 zed:1",
        ),
        (
            both,
            r#"{"card":"7","identityMap":{"zed":[{"id":"1","primary":true}]}}"#,
            "zed:1 loyalty:7",
        ),
        // A primary field goes before whatever is flagged.
        (
            primary,
            r#"{"card":"7","mail":{"address":"z"}}"#,
            "email:z loyalty:7",
        ),
        (
            primary,
            r#"{"mail":{"address":"z"},"identityMap":{"crm":[{"id":"1","primary":true}]}}"#,
            "email:z crm:1",
        ),
        // The same one twice is one.
        (
            primary,
            r#"{"mail":{"address":"z"},"identityMap":{"email":[{"id":"y"},{"id":"z"}]}}"#,
            "email:z email:y",
        ),
        // What is missing or null names nobody.
        (both, r#"{"card":"7","mail":null}"#, "loyalty:7"),
        (both, r#"{"card":"7","mail":{"address":null}}"#, "loyalty:7"),
        (both, r#"{"card":"7","mail":{}}"#, "loyalty:7"),
    ] {
        assert_eq!(named(identities, entity), expected, "{entity}");
    }
}

#[test]
fn who_cannot_be_named_is_refused() {
    let primary = &["mail.address email!"];
    for (identities, entity, expected) in [
        (
            &primary[..],
            r#"{"card":"7","identityMap":{"crm":[{"id":"1"}]}}"#,
            "400 `mail.address` is missing: it is the primary identity of the dataset's schema, and says whose the entity is",
        ),
        (
            primary,
            r#"{"mail":{"address":null}}"#,
            "400 `mail.address` is missing: it is the primary identity of the dataset's schema, and says whose the entity is",
        ),
        (
            primary,
            r#"{"mail":{"address":7}}"#,
            "400 `mail.address` must be a text, and is a number",
        ),
        (
            primary,
            r#"{"mail":{"address":"anonymous"}}"#,
            "422 `mail.address` holds the value \"anonymous\", which stands for nobody: leave it out or send the real one",
        ),
        (
            &["mail.address email"],
            r#"{"card":"7"}"#,
            "422 `identityMap` holds no identity: name at least one, such as {\"email\":[{\"id\":\"a@b.test\"}]}",
        ),
        (
            &[],
            r#"{"card":"7"}"#,
            "400 `identityMap` is missing: it says whose the entity is, such as {\"email\":[{\"id\":\"a@b.test\"}]}",
        ),
    ] {
        assert_eq!(named(identities, entity), expected, "{entity}");
    }
}
