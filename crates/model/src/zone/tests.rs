//! Names of zones.

use super::ZoneName;

#[test]
fn names_are_those_of_the_database() {
    let named = |name: &str| ZoneName::new(name).map(|zone| zone.to_string());
    let cases = [
        ("Asia/Seoul", Some("Asia/Seoul")),
        ("asia/seoul", Some("Asia/Seoul")),
        ("UTC", Some("UTC")),
        ("utc", Some("UTC")),
        ("Z", Some("UTC")),
        ("Etc/UTC", Some("UTC")),
        (
            "America/Argentina/Buenos_Aires",
            Some("America/Argentina/Buenos_Aires"),
        ),
        // An older name is a zone of its own, with the same days.
        ("Asia/Calcutta", Some("Asia/Calcutta")),
        ("Etc/Unknown", None),
        ("Seoul", None),
        ("+09:00", None),
        ("KST", None),
        ("", None),
        ("../etc/passwd", None),
    ];
    for (name, expected) in cases {
        assert_eq!(named(name).as_deref(), expected, "{name}");
    }
}

#[test]
fn every_name_there_is_gives_a_zone() {
    let all = ZoneName::all();
    assert!(all.len() > 500, "{}", all.len());
    for name in all.iter().filter(|name| *name != "Etc/Unknown") {
        let zone = ZoneName::new(name).and_then(|zone| zone.zone());
        assert!(zone.is_some(), "{name}");
    }
}
