//! What is said of a zone that there is not.

use super::help;

#[test]
fn what_was_meant_is_named() {
    let cases = [
        ("Asia/Seol", "did you mean `Asia/Seoul`?"),
        ("asia_seoul", "did you mean `Asia/Seoul`?"),
        ("Seoul", "did you mean `Asia/Seoul`?"),
        ("new york", "did you mean `America/New_York`?"),
        ("Europe/Belin", "did you mean `Europe/Berlin`?"),
        (
            "+09:00",
            "an offset knows no changes of the clocks: write the name of a zone, such as `Asia/Seoul`",
        ),
    ];
    for (word, expected) in cases {
        assert_eq!(help(word), expected, "{word}");
    }
    assert!(help("somewhere in the far north").starts_with("write the name of a zone"));
}
