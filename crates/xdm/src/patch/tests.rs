use crate::parse_entity;
use model::{Body, DatasetId, Written};
use std::fmt::Write;

/// The writes of a record, one a line.
fn writes(attributes: &str) -> String {
    let json = format!(r#"{{"identityMap":{{"email":[{{"id":"a@b.test"}}]}}{attributes}}}"#);
    let dataset = DatasetId::new("crm").expect("it is an id");
    let message = parse_entity(json.as_bytes(), &dataset).expect("it is a record");
    let Body::Record(record) = message.body else {
        panic!("it is a record");
    };
    assert!(
        record.patch.paths().is_sorted_by(|a, b| a < b),
        "in order of path, without repeats"
    );
    record
        .patch
        .iter()
        .fold(String::new(), |mut lines, (path, written)| {
            let written = match written {
                Written::Value(json) => json,
                Written::Null => "removed",
                Written::Object => "an object",
            };
            writeln!(lines, "{path}: {written}").expect("writing to a String cannot fail");
            lines
        })
}

#[test]
fn scalars_and_arrays_are_leaves_and_verbatim() {
    let sent = r#","n": 1.10 ,"e":1e2,"s":"a\u00e9\/","t":true,"l":[ 1.0, {"k" : null} , "x y" ],"z":[]"#;
    let expected = concat!(
        "e: 1e2\nl: [1.0,{\"k\":null},\"x y\"]\nn: 1.10\n",
        "s: \"a\\u00e9\\/\"\nt: true\nz: []\n"
    );
    assert_eq!(writes(sent), expected);
}

#[test]
fn objects_are_writes_and_so_are_their_members() {
    let sent = r#","p":{"name":{"last":"Ito","first":null},"x":{}},"a":null"#;
    let expected = concat!(
        "a: removed\np: an object\np.name: an object\np.name.first: removed\n",
        "p.name.last: \"Ito\"\np.x: an object\n"
    );
    assert_eq!(writes(sent), expected);
}

#[test]
fn of_a_repeated_key_the_last_counts_whole() {
    let sent = r#","a":{"x":1},"p":{"k":1,"k":{"m":1,"m":2},"j":{"n":1},"j":3},"a":{"y":2}"#;
    assert_eq!(
        writes(sent),
        "a: an object\na.y: 2\np: an object\np.j: 3\np.k: an object\np.k.m: 2\n"
    );
}

#[test]
fn order_is_by_bytes_level_by_level() {
    let sent = r#","a b":1,"a":{"z":2},"é":3,"Z":4,"\u0061a":5"#;
    assert_eq!(writes(sent), "Z: 4\na: an object\na.z: 2\na b: 1\naa: 5\né: 3\n");
}

#[test]
fn what_belongs_to_the_message_is_no_attribute() {
    let sent = r#","_id":"r-1","_weir":{"receivedAt":"2026-01-01T00:00:00Z"},"timestamp":"x","_acme":{"_id":"kept"},
        "extSourceSystemAudit":{"lastUpdatedDate":"2026-01-01T00:00:00Z"}"#;
    let expected = concat!(
        "_acme: an object\n_acme._id: \"kept\"\nextSourceSystemAudit: an object\n",
        "extSourceSystemAudit.lastUpdatedDate: \"2026-01-01T00:00:00Z\"\ntimestamp: \"x\"\n"
    );
    assert_eq!(writes(sent), expected);
}

#[test]
fn bounds_are_exact() {
    let longest = "k".repeat(1020);
    assert!(writes(&format!(r#","a":{{"{longest}":{{"b":1}}}}"#)).ends_with(".b: 1\n"));
    let most = (0..10_000).fold(String::new(), |members, n| members + &format!(r#","a{n}":1"#));
    assert_eq!(writes(&most).lines().count(), 10_000);
}
