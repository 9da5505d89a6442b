use super::{Arrived, Found, check};
use serde_json::json;

fn stream(exports: &[(&str, u64)]) -> Vec<Arrived> {
    let one = |(profile, revision): &(&str, u64)| Arrived {
        profile: (*profile).to_owned(),
        revision: *revision,
    };
    exports.iter().map(one).collect()
}

#[test]
fn all_in_order_is_well_and_copies_are_counted() {
    let arrived = stream(&[("a", 1), ("b", 1), ("a", 2), ("a", 2), ("a", 1), ("b", 2)]);
    let found = Found {
        exports: 4,
        duplicates: 2,
    };
    assert_eq!(check(&arrived).unwrap(), found);
}

#[test]
fn one_that_is_missing_or_late_is_named() {
    let missing = check(&stream(&[("a", 1), ("a", 3)])).unwrap_err();
    assert_eq!(missing.to_string(), "of profile a, revision 3 came after 1");
    let late = check(&stream(&[("a", 2), ("a", 1)])).unwrap_err();
    assert_eq!(late.to_string(), "of profile a, revision 2 came after 0");
}

#[test]
fn the_envelope_is_read() {
    let told = json!({"id": "x", "profile": "17", "revision": "00000000000000000003"});
    assert_eq!(Arrived::of(&told).unwrap(), stream(&[("17", 3)])[0]);
    assert!(Arrived::of(&json!({"profile": "17"})).is_err());
}
