//! Only RFC 3339, cut to milliseconds.

use super::*;

#[test]
fn text_and_back() {
    for ms in [0, 1_700_000_000_000, 951_782_399_999, -1, 1_709_210_096_789] {
        let t = Timestamp::from_millis(ms);
        assert_eq!(Timestamp::parse(&t.to_string()), Some(t), "{t}");
    }
    assert_eq!(
        Timestamp::from_millis(1_700_000_000_000).to_string(),
        "2023-11-14T22:13:20.000Z"
    );
    assert_eq!(
        Timestamp::from_millis(1_700_000_000_999).seconds_text(),
        "2023-11-14T22:13:20Z"
    );
}

#[test]
fn only_rfc_3339() {
    let zulu = Timestamp::parse("2023-11-14T22:13:20.1239Z");
    assert_eq!(zulu.map(Timestamp::millis), Some(1_700_000_000_123));
    assert_eq!(Timestamp::parse("2023-11-15T07:13:20.123+09:00"), zulu);
    for text in [
        "",
        "2023-11-14",
        "2023-11-14T22:13Z",
        "2023-11-14 22:13:20Z",
        "2023-11-14T22:13:20",
        "2023-02-30T22:13:20Z",
        "1700000000000",
        "2023-11-14T22:13:20+0000",
        "2023-11-14T22:13:20Z[UTC]",
    ] {
        assert_eq!(Timestamp::parse(text), None, "{text}");
    }
}
