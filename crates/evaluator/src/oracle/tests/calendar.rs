//! Every form of `occurs`, comparisons of dates, and calendars: what holds when, in zones and over clock changes.

use super::{Person, program};
use jiff::tz::TimeZone;
use model::{Duration, Timestamp};
use pql::Program;

fn ms(text: &str) -> i64 {
    Timestamp::parse(text)
        .unwrap_or_else(|| panic!("{text}"))
        .millis()
        - super::BASE
}

fn in_zone(text: &str, zone: &str) -> Program {
    program(text).in_zone(TimeZone::get(zone).expect("a zone"))
}

/// Somebody with one date, of which a text holds from the first instant until the second; `None` is for ever. The
/// outcome must say so to the millisecond, before, within and after.
fn holds(zone: &str, date: &str, text: &str, from: Option<&str>, until: Option<&str>) {
    let person = Person {
        retention: Duration::days(100_000),
        ..Person::with_attributes(&format!(r#"{{"d": "{date}", "born": "1990-04-02"}}"#))
    };
    let program = in_zone(text, zone);
    let (from, until) = (from.map(ms), until.map(ms));
    let at = |now: i64| person.outcome(&program, now);
    let instant = |ms: Option<i64>| ms.map_or(Timestamp::MAX, super::at);
    let told = format!("{text} of {date} in {zone}");
    if let Some(from) = from {
        let before = at(from - 1);
        assert!(
            !before.holds && before.until == super::at(from),
            "{told}: {before:?} before {from}"
        );
    }
    let first = from.unwrap_or_else(|| until.expect("it holds at some time") - 1);
    for now in [first, until.map_or(first + 1, |until| until - 1)] {
        let within = at(now);
        assert!(
            within.holds && within.until == instant(until),
            "{told}: {within:?} at {now}"
        );
    }
    if let Some(until) = until {
        let after = at(until);
        assert!(!after.holds, "{told}: {after:?} at {until}");
    }
}

#[test]
fn each_form_holds_for_its_span() {
    // A Tuesday.
    let date = "2024-03-12T10:30:00Z";
    for (text, from, until) in [
        (
            "d occurs <= 2 hours before now",
            Some("2024-03-12T10:30:00Z"),
            Some("2024-03-12T12:30:00.001Z"),
        ),
        (
            "d occurs < 2 hours before now",
            Some("2024-03-12T10:30:00Z"),
            Some("2024-03-12T12:30:00Z"),
        ),
        (
            "d occurs > 2 hours before now",
            Some("2024-03-12T12:30:00.001Z"),
            None,
        ),
        (
            "d occurs >= 2 hours before now",
            Some("2024-03-12T12:30:00Z"),
            None,
        ),
        (
            "d occurs = 2 hours before now",
            Some("2024-03-12T12:00:00Z"),
            Some("2024-03-12T13:00:00Z"),
        ),
        (
            "d occurs = 2 days before now",
            Some("2024-03-14T00:00:00Z"),
            Some("2024-03-15T00:00:00Z"),
        ),
        (
            "d occurs = 1 week before now",
            Some("2024-03-18T00:00:00Z"),
            Some("2024-03-25T00:00:00Z"),
        ),
        (
            "d occurs = 1 month before now",
            Some("2024-04-01T00:00:00Z"),
            Some("2024-05-01T00:00:00Z"),
        ),
        (
            "d occurs = 1 decade before now",
            Some("2030-01-01T00:00:00Z"),
            Some("2040-01-01T00:00:00Z"),
        ),
        (
            "d occurs <= 2 hours after now",
            Some("2024-03-12T08:30:00Z"),
            Some("2024-03-12T10:30:00.001Z"),
        ),
        (
            "d occurs < 2 hours from now",
            Some("2024-03-12T08:30:00.001Z"),
            Some("2024-03-12T10:30:00.001Z"),
        ),
        ("d occurs > 2 hours after now", None, Some("2024-03-12T08:30:00Z")),
        (
            "d occurs >= 2 hours after now",
            None,
            Some("2024-03-12T08:30:00.001Z"),
        ),
        (
            "d occurs = 2 days after now",
            Some("2024-03-10T00:00:00Z"),
            Some("2024-03-11T00:00:00Z"),
        ),
        (
            "d occurs <= 1 month after now",
            Some("2024-02-12T10:30:00Z"),
            Some("2024-03-12T10:30:00.001Z"),
        ),
        (
            "d occurs this hour",
            Some("2024-03-12T10:00:00Z"),
            Some("2024-03-12T11:00:00Z"),
        ),
        (
            "d occurs this week",
            Some("2024-03-11T00:00:00Z"),
            Some("2024-03-18T00:00:00Z"),
        ),
        (
            "d occurs last week",
            Some("2024-03-18T00:00:00Z"),
            Some("2024-03-25T00:00:00Z"),
        ),
        (
            "d occurs next week",
            Some("2024-03-04T00:00:00Z"),
            Some("2024-03-11T00:00:00Z"),
        ),
        (
            "d occurs last month",
            Some("2024-04-01T00:00:00Z"),
            Some("2024-05-01T00:00:00Z"),
        ),
        (
            "d occurs next year",
            Some("2023-01-01T00:00:00Z"),
            Some("2024-01-01T00:00:00Z"),
        ),
        (
            "d occurs this century",
            Some("2000-01-01T00:00:00Z"),
            Some("2100-01-01T00:00:00Z"),
        ),
        (
            "d occurs today",
            Some("2024-03-12T00:00:00Z"),
            Some("2024-03-13T00:00:00Z"),
        ),
        (
            "d occurs on today",
            Some("2024-03-12T00:00:00Z"),
            Some("2024-03-13T00:00:00Z"),
        ),
        (
            "d occurs on now",
            Some("2024-03-12T00:00:00Z"),
            Some("2024-03-13T00:00:00Z"),
        ),
        (
            "d occurs yesterday",
            Some("2024-03-13T00:00:00Z"),
            Some("2024-03-14T00:00:00Z"),
        ),
        (
            "d occurs on tomorrow",
            Some("2024-03-11T00:00:00Z"),
            Some("2024-03-12T00:00:00Z"),
        ),
        ("d occurs before now", Some("2024-03-12T10:30:00.001Z"), None),
        ("d occurs after now", None, Some("2024-03-12T10:30:00Z")),
        ("d occurs before today", Some("2024-03-13T00:00:00Z"), None),
        ("d occurs before yesterday", Some("2024-03-14T00:00:00Z"), None),
        ("d occurs after today", None, Some("2024-03-12T00:00:00Z")),
        (
            "d occurs between yesterday and now",
            Some("2024-03-12T10:30:00Z"),
            Some("2024-03-14T00:00:00Z"),
        ),
        (
            "d occurs between yesterday and tomorrow",
            Some("2024-03-11T00:00:00Z"),
            Some("2024-03-14T00:00:00Z"),
        ),
        (
            "d occurs <= 3 days before today",
            Some("2024-03-13T00:00:00Z"),
            Some("2024-03-16T00:00:00Z"),
        ),
        ("d < now", Some("2024-03-12T10:30:00.001Z"), None),
        ("now >= d", Some("2024-03-12T10:30:00Z"), None),
        (
            "d = now",
            Some("2024-03-12T10:30:00Z"),
            Some("2024-03-12T10:30:00.001Z"),
        ),
        ("d >= today", None, Some("2024-03-13T00:00:00Z")),
        ("d < tomorrow", Some("2024-03-12T00:00:00Z"), None),
        ("not (d > yesterday)", Some("2024-03-14T00:00:00Z"), None),
        (
            "now occurs between date(2024, 3, 1) and date(2024, 3, 3)",
            Some("2024-03-01T00:00:00Z"),
            Some("2024-03-04T00:00:00Z"),
        ),
        (
            "now occurs <= 3 days before date(2024, 12, 25)",
            Some("2024-12-22T00:00:00Z"),
            Some("2024-12-25T00:00:00.001Z"),
        ),
        (
            "today occurs on date(2024, 12, 25)",
            Some("2024-12-25T00:00:00Z"),
            Some("2024-12-26T00:00:00Z"),
        ),
        (
            "currentYear() = 2024",
            Some("2024-01-01T00:00:00Z"),
            Some("2025-01-01T00:00:00Z"),
        ),
        (
            "currentMonth() >= 11",
            Some("2023-11-01T00:00:00Z"),
            Some("2024-01-01T00:00:00Z"),
        ),
        (
            "29 = currentDayOfMonth()",
            Some("2024-03-29T00:00:00Z"),
            Some("2024-03-30T00:00:00Z"),
        ),
        (
            "getMonth(d) = currentMonth()",
            Some("2023-03-01T00:00:00Z"),
            Some("2023-04-01T00:00:00Z"),
        ),
    ] {
        holds("UTC", date, text, from, until);
    }
}

/// A birthday comes again: both parts are asked, and each says when it differs.
#[test]
fn birthdays_come_round() {
    let text = "born.getMonth() = currentMonth() and born.getDayOfMonth() = currentDayOfMonth()";
    let person = Person::with_attributes(r#"{"born": "1990-04-02"}"#);
    let program = in_zone(text, "Asia/Seoul");
    for (now, holds, until) in [
        ("2024-01-05T00:00:00Z", false, "2024-03-31T15:00:00Z"),
        ("2024-03-31T15:00:00Z", false, "2024-04-01T15:00:00Z"),
        ("2024-04-01T15:00:00Z", true, "2024-04-02T15:00:00Z"),
        ("2024-04-02T15:00:00Z", false, "2024-04-30T15:00:00Z"),
    ] {
        let outcome = person.outcome(&program, ms(now));
        assert_eq!(
            (outcome.holds, outcome.until),
            (holds, super::at(ms(until))),
            "at {now}"
        );
    }
    let adult = in_zone("currentYear() - born.getYear() >= 40", "Asia/Seoul");
    let outcome = person.outcome(&adult, ms("2024-06-01T00:00:00Z"));
    assert_eq!(
        (outcome.holds, outcome.until),
        (false, super::at(ms("2024-12-31T15:00:00Z")))
    );
}

#[test]
fn days_are_those_of_the_zone() {
    // 23 hours: clocks go from 2 to 3 on March 31.
    let spring = "2024-03-30T12:00:00Z";
    holds(
        "Europe/Berlin",
        spring,
        "d occurs = 1 day before now",
        Some("2024-03-30T23:00:00Z"),
        Some("2024-03-31T22:00:00Z"),
    );
    holds(
        "Europe/Berlin",
        spring,
        "d occurs < 1 day before now",
        Some(spring),
        Some("2024-03-31T12:00:00Z"),
    );
    // 25 hours: from 3 to 2 on October 27.
    let autumn = "2024-10-27T12:00:00Z";
    holds(
        "Europe/Berlin",
        autumn,
        "d occurs today",
        Some("2024-10-26T22:00:00Z"),
        Some("2024-10-27T23:00:00Z"),
    );
    // The repeated hour is two hours.
    holds(
        "Europe/Berlin",
        "2024-10-27T00:30:00Z",
        "d occurs this hour",
        Some("2024-10-27T00:00:00Z"),
        Some("2024-10-27T01:00:00Z"),
    );
    holds(
        "Europe/Berlin",
        "2024-10-27T00:30:00Z",
        "d occurs = 1 hour before now",
        Some("2024-10-27T01:00:00Z"),
        Some("2024-10-27T02:00:00Z"),
    );
    // Hours of a zone half an hour off.
    holds(
        "Asia/Kolkata",
        "2024-01-01T10:10:00Z",
        "d occurs this hour",
        Some("2024-01-01T09:30:00Z"),
        Some("2024-01-01T10:30:00Z"),
    );
    // A bare date is the day of the zone.
    holds(
        "Asia/Seoul",
        "2024-02-29",
        "d occurs today",
        Some("2024-02-28T15:00:00Z"),
        Some("2024-02-29T15:00:00Z"),
    );
    holds(
        "Asia/Seoul",
        "2024-02-29",
        "d <= now",
        Some("2024-02-28T15:00:00Z"),
        None,
    );
    holds(
        "Asia/Seoul",
        "2024-02-29",
        "now occurs after d",
        Some("2024-02-29T15:00:00Z"),
        None,
    );
    holds(
        "Asia/Seoul",
        "2024-02-29",
        "d occurs = 1 year before now",
        Some("2024-12-31T15:00:00Z"),
        Some("2025-12-31T15:00:00Z"),
    );
    // Midnight is skipped: the day begins at one o'clock, in UTC 3 o'clock.
    holds(
        "America/Sao_Paulo",
        "2018-11-04T12:00:00Z",
        "d occurs today",
        Some("2018-11-04T03:00:00Z"),
        Some("2018-11-05T02:00:00Z"),
    );
    // A whole day is skipped: what was yesterday is the 29th on the 31st as well.
    holds(
        "Pacific/Apia",
        "2011-12-29T12:00:00-10:00",
        "d occurs this day",
        Some("2011-12-29T10:00:00Z"),
        Some("2011-12-30T10:00:00Z"),
    );
    holds(
        "Pacific/Apia",
        "2011-12-29T12:00:00-10:00",
        "d occurs = 2 days before now",
        Some("2011-12-30T10:00:00Z"),
        Some("2011-12-31T10:00:00Z"),
    );
    // Clocks go back over midnight, at 00:01: the evening that comes again stays part of the new day.
    holds(
        "America/St_Johns",
        "2010-11-07T12:00:00Z",
        "d occurs today",
        Some("2010-11-07T02:30:00Z"),
        Some("2010-11-08T03:30:00Z"),
    );
    holds(
        "America/St_Johns",
        "2010-11-07T03:00:00Z",
        "d occurs today",
        Some("2010-11-07T02:30:00Z"),
        Some("2010-11-08T03:30:00Z"),
    );
}

#[test]
fn months_step_on_the_clocks_of_the_zone() {
    // In Berlin the same wall time a month later is an hour earlier in UTC.
    holds(
        "Europe/Berlin",
        "2024-03-10T09:00:00Z",
        "d occurs < 1 month before now",
        Some("2024-03-10T09:00:00Z"),
        Some("2024-04-10T08:00:00Z"),
    );
    // A skipped wall time is the first instant after it: 02:30 on March 31 is 03:00.
    holds(
        "Europe/Berlin",
        "2024-02-29T01:30:00Z",
        "d occurs < 1 month before now",
        Some("2024-02-29T01:30:00Z"),
        Some("2024-03-29T01:30:00Z"),
    );
    holds(
        "Europe/Berlin",
        "2023-12-31T01:30:00Z",
        "d occurs < 3 months before now",
        Some("2023-12-31T01:30:00Z"),
        Some("2024-03-31T01:00:00Z"),
    );
    // One that comes twice is the first.
    holds(
        "Europe/Berlin",
        "2024-09-27T00:30:00Z",
        "d occurs < 1 month before now",
        Some("2024-09-27T00:30:00Z"),
        Some("2024-10-27T00:30:00Z"),
    );
    // Back from the date, with the day clamped: from the end of February on a leap year.
    holds(
        "UTC",
        "2024-03-31T10:00:00Z",
        "d occurs <= 1 month after now",
        Some("2024-02-29T10:00:00Z"),
        Some("2024-03-31T10:00:00.001Z"),
    );
}

/// Dates that stand still compare as instants, a day as its first, and make no timer.
#[test]
fn dates_of_the_data_compare() {
    let person = Person::with_attributes(
        r#"{"a": "2024-03-12T10:30:00Z", "b": "2024-03-12", "c": "2024-03-12T12:30:00+02:00", "text": "soon", "n": 5}"#,
    );
    person.check(&[
        ("a = date(2024, 3, 12)", false),
        ("b = date(2024, 3, 12)", true),
        ("a > date(2024, 3, 12) and a < date(2024, 3, 13)", true),
        ("a occurs on b and b occurs on a", true),
        ("a occurs after b", false),
        (
            "a occurs before date(2024, 3, 13) and a occurs after date(2024, 3, 11)",
            true,
        ),
        ("a occurs between b and b", true),
        ("a occurs between date(2024, 3, 13) and date(2024, 3, 11)", false),
        (
            "a occurs <= 11 hours after b and a occurs > 10 hours after b",
            true,
        ),
        ("b occurs <= 11 hours before a", true),
        ("b occurs = 0 days before a and b occurs != 1 day before a", true),
        ("a = c", false),
        ("[date(2024, 3, 12)].includes(b)", true),
        ("a in [date(2024, 3, 12), c]", false),
        (
            "text = date(2024, 3, 12) or text != date(2024, 3, 12) or n < date(2024, 3, 12)",
            false,
        ),
        (
            "gone occurs != 1 day before now or gone occurs before now or a occurs before gone",
            false,
        ),
        ("text occurs != 1 day before now or n occurs this week", false),
        (
            "getYear(a) = 2024 and getMonth(b) = 3 and getDayOfMonth(c) = 12",
            true,
        ),
        (
            "getYear(text).isNull() and date(2024, n, 31) occurs after b",
            true,
        ),
        ("date(2024, n, n * 10).isNull()", true),
    ]);
}
