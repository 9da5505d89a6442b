//! Dates as they stand in the data.

use super::*;

#[test]
fn bare_dates_are_days() {
    let utc = TimeZone::UTC;
    let clock = Clock::new(Timestamp::from_millis(0), &utc);
    let millis = |text| Date::parse(text).map(|date| clock.at(date).millis());
    assert_eq!(millis("1970-01-01"), Some(0));
    assert_eq!(millis("2024-02-29"), Some(1_709_164_800_000));
    assert_eq!(millis("1969-12-31T23:59:59.999Z"), Some(-1));
    for odd in [
        "2023-02-29",
        "2024-13-01",
        "2024/02/01",
        "-00002-1-1",
        "2024-02-0é",
    ] {
        assert_eq!(millis(odd), None, "{odd}");
    }
}
