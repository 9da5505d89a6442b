use super::*;

#[test]
fn spans_read_and_write() {
    for (from, ms, to) in [
        ("90 days", 7_776_000_000, "90 days"),
        ("90d", 7_776_000_000, "90 days"),
        ("1 hour", 3_600_000, "1 hour"),
        ("14 d", 1_209_600_000, "2 weeks"),
        ("90 s", 90_000, "90 seconds"),
    ] {
        let span = parse(from);
        assert_eq!(span.map(Duration::millis), Some(ms), "{from}");
        assert_eq!(span.map(text).as_deref(), Some(to), "{from}");
    }
    for bad in [
        "",
        "90",
        "days",
        "-1 days",
        "1.5 days",
        "0 days",
        "1 month",
        "99999999999 weeks",
        "200 years",
    ] {
        assert_eq!(parse(bad), None, "{bad}");
    }
}
