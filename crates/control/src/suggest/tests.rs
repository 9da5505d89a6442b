use super::*;

#[test]
fn slips_are_seen_and_strangers_are_not() {
    let known = ["segments", "destinations", "dataflows", "excludeOptOut"];
    for (word, expected) in [
        ("segment", Some("segments")),
        ("Segments", Some("segments")),
        ("dataflow", Some("dataflows")),
        ("exclude_opt_out", Some("excludeOptOut")),
        ("excludeOptout", Some("excludeOptOut")),
        ("destinatoins", Some("destinations")),
        ("colour", None),
        ("x", None),
    ] {
        assert_eq!(nearest(word, known), expected, "{word}");
    }
    assert_eq!(help("colour", ["a", "b"], "keys"), "keys: `a`, `b`");
    assert_eq!(help("colour", [], "segments"), "there are no segments here");
}
