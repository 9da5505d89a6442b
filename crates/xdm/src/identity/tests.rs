use super::identity_map_value;
use crate::{Value, parse_entity};
use model::{DatasetId, Identity, IdentityLink, Seq, Timestamp};

fn identities(map: &str) -> Vec<String> {
    let json = format!(r#"{{"identityMap":{map}}}"#);
    let dataset = DatasetId::new("crm").expect("it is an id");
    let message = parse_entity(json.as_bytes(), &dataset).expect("it is a record");
    message.identities.iter().map(ToString::to_string).collect()
}

#[test]
fn the_flagged_one_is_primary_and_comes_first() {
    let map = r#"{"email":[{"id":"a@b.test"},{"id":"c@d.test","primary":true}],
        "crmId":[{"id":"7","primary":false,"authenticatedState":"loggedOut"}]}"#;
    assert_eq!(identities(map), ["email:c@d.test", "crmId:7", "email:a@b.test"]);
}

#[test]
fn else_the_first_of_the_first_namespace_in_byte_order() {
    assert_eq!(
        identities(r#"{"email":[{"id":"a"}],"Z":[],"crmId":[{"id":"2"},{"id":"1"}],"ecid":[{"id":"9"}]}"#),
        ["crmId:2", "crmId:1", "ecid:9", "email:a"]
    );
}

#[test]
fn repeats_count_once() {
    let map = r#"{"email":[{"id":"a"},{"id":"b","primary":true},{"id":"a"},{"id":"b","primary":true}]}"#;
    assert_eq!(identities(map), ["email:b", "email:a"]);
    let twenty: Vec<String> = (0..40).map(|n| format!(r#"{{"id":"{}"}}"#, n % 20)).collect();
    assert_eq!(
        identities(&format!(r#"{{"n":[{}]}}"#, twenty.join(","))).len(),
        20
    );
}

#[test]
fn values_are_taken_as_they_are() {
    let longest = "é".repeat(1024);
    let map = format!(r#"{{"x":[{{"id":" a\u0041 "}},{{"id":"nullable"}},{{"id":"{longest}"}}]}}"#);
    assert_eq!(
        identities(&map),
        [
            "x: aA ".to_owned(),
            "x:nullable".to_owned(),
            format!("x:{longest}")
        ]
    );
}

#[test]
fn predicates_see_them_by_namespace() {
    let link = |namespace: &str, value: &str| IdentityLink {
        identity: Identity {
            namespace: namespace.into(),
            value: value.into(),
        },
        seq: Seq(1),
        since: Timestamp::from_millis(0),
    };
    let links = [link("email", "b"), link("crmId", "7"), link("email", "a")];
    let expected = Value::parse(r#"{"crmId":[{"id":"7"}],"email":[{"id":"b"},{"id":"a"}]}"#);
    assert_eq!(identity_map_value(&links), expected.expect("it is JSON"));
    assert_eq!(identity_map_value(&[]), Value::parse("{}").expect("it is JSON"));
}
