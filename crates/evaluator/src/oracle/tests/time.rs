//! Windows to the millisecond, what of `xEvent` is visible, and dates.

use super::{BASE, Happened, Outcome, Person, at, event, json, program};
use model::{Duration, Timestamp};

const DAY: i64 = 86_400_000;

/// Checks an outcome at several instants: milliseconds after the base, whether it holds, and until when (`None`: for
/// ever).
fn check(person: &Person, text: &str, cases: &[(i64, bool, Option<i64>)]) {
    let program = program(text);
    for (now, holds, until) in cases {
        let until = until.map_or(Timestamp::MAX, at);
        assert_eq!(
            person.outcome(&program, *now),
            Outcome { holds: *holds, until },
            "{text} at {now}"
        );
    }
}

/// With a retention so long that it plays no part.
fn one_event(timestamp: i64) -> Person {
    Person {
        retention: Duration::days(100_000),
        ..Person::with_events(vec![event(timestamp, r#"{"n": 1}"#)])
    }
}

#[test]
fn a_window_opens_and_closes_to_the_millisecond() {
    let person = one_event(0);
    let open = "xEvent[timestamp occurs < 7 days before now].count() = 1";
    let week = 7 * DAY;
    check(
        &person,
        open,
        &[
            (-week, false, Some(0)),
            (-1, false, Some(0)),
            (0, true, Some(week)),
            (1, true, Some(week)),
            (week - 1, true, Some(week)),
            (week, false, None),
            (week + 1, false, None),
        ],
    );
    check(
        &person,
        &open.replace('<', "<="),
        &[
            (-1, false, Some(0)),
            (0, true, Some(week + 1)),
            (week - 1, true, Some(week + 1)),
            (week, true, Some(week + 1)),
            (week + 1, false, None),
        ],
    );
    check(
        &person,
        &format!("not ({open})"),
        &[
            (-1, true, Some(0)),
            (0, false, Some(week)),
            (week - 1, false, Some(week)),
            (week, true, None),
        ],
    );
    check(
        &person,
        "exists E from xEvent where E.timestamp occurs <= 0 days before now",
        &[(-1, false, Some(0)), (0, true, Some(1)), (1, false, None)],
    );
    check(
        &person,
        "xEvent[timestamp occurs < 0 days before now]",
        &[(-1, false, None), (0, false, None)],
    );
}

#[test]
fn every_unit_has_its_length() {
    for (unit, length) in [
        ("millisecond", 1),
        ("seconds", 1_000),
        ("minute", 60_000),
        ("hours", 3_600_000),
        ("day", DAY),
        ("weeks", 7 * DAY),
    ] {
        let text = format!("xEvent[timestamp occurs < 3 {unit} before now]");
        check(
            &one_event(0),
            &text,
            &[(0, true, Some(3 * length)), (3 * length, false, None)],
        );
    }
}

/// From the event forward, all steps at once, to the same day or the month's last.
#[test]
fn months_and_years_step_in_the_calendar() {
    for (from, count, unit, end) in [
        ("2023-01-31T10:00:00.123Z", 1, "month", "2023-02-28T10:00:00.123Z"),
        ("2024-01-31T10:00:00Z", 1, "month", "2024-02-29T10:00:00Z"),
        ("2023-01-31T10:00:00Z", 2, "months", "2023-03-31T10:00:00Z"),
        (
            "2023-01-30T23:59:59.999Z",
            13,
            "months",
            "2024-02-29T23:59:59.999Z",
        ),
        ("2024-02-29T00:00:00Z", 1, "year", "2025-02-28T00:00:00Z"),
        ("2024-02-29T00:00:00Z", 4, "years", "2028-02-29T00:00:00Z"),
        ("2000-05-05T00:00:00Z", 2, "decades", "2020-05-05T00:00:00Z"),
        ("2000-05-05T00:00:00Z", 1, "century", "2100-05-05T00:00:00Z"),
        ("2000-05-05T00:00:00Z", 1, "millennium", "3000-05-05T00:00:00Z"),
    ] {
        let ms = |text: &str| Timestamp::parse(text).expect("a date").millis() - BASE;
        let (start, end) = (ms(from), ms(end));
        for (operator, end) in [("<", end), ("<=", end + 1)] {
            let text = format!("xEvent[timestamp occurs {operator} {count} {unit} before now]");
            let cases = [
                (start, true, Some(end)),
                (end - 1, true, Some(end)),
                (end, false, None),
            ];
            let long = Person {
                retention: Duration::days(1_000_000),
                ..one_event(start)
            };
            check(&long, &text, &cases);
        }
    }
    let for_ever = [
        "xEvent[timestamp occurs < 9 millennia before now]",
        "xEvent[timestamp occurs < 18446744073709551615 millennia before now]",
        "xEvent[timestamp occurs <= 18446744073709551615 weeks before now]",
    ];
    for text in for_ever {
        let person = Person {
            retention: Duration::from_millis(i64::MAX),
            ..one_event(0)
        };
        check(
            &person,
            text,
            &[
                (-1, false, Some(0)),
                (0, true, None),
                (DAY * 365 * 5_000, true, None),
            ],
        );
    }
}

#[test]
fn events_are_seen_as_long_as_they_are_kept_and_valid() {
    let happened = |valid_until| Happened {
        timestamp: 0,
        valid_until,
        value: json("{}"),
    };
    let person = |valid_until| Person {
        retention: Duration::from_millis(100),
        ..Person::with_events(vec![happened(valid_until)])
    };
    let kept = [
        (-1, false, Some(0)),
        (0, true, Some(100)),
        (99, true, Some(100)),
        (100, false, None),
    ];
    let expires = [
        (-1, false, Some(0)),
        (0, true, Some(50)),
        (49, true, Some(50)),
        (50, false, None),
        (99, false, None),
    ];
    for text in ["xEvent", "xEvent.count() = 1", "exists E from xEvent"] {
        check(&person(None), text, &kept);
        check(&person(Some(500)), text, &kept);
        check(&person(Some(50)), text, &expires);
        // Expired before it happens: never seen.
        check(
            &person(Some(-5)),
            text,
            &[(-10, false, None), (-1, false, None), (0, false, None)],
        );
        check(&person(Some(0)), text, &[(-1, false, None), (0, false, None)]);
    }
    // A window longer than the retention does not reach further.
    check(
        &person(None),
        "xEvent[timestamp occurs < 1 day before now]",
        &kept,
    );
}

/// Only what can matter makes a timer.
#[test]
fn events_that_do_not_match_make_no_timer() {
    let person = Person {
        retention: Duration::from_millis(1_000),
        ..Person::with_events(vec![
            event(-900, r#"{"k": 1}"#),
            event(-500, r#"{"k": 2}"#),
            event(-100, r#"{"k": 2}"#),
        ])
    };
    check(&person, "xEvent[k = 2].count() >= 1", &[(0, true, Some(500))]);
    check(&person, "xEvent[k = 3].count() >= 1", &[(0, false, None)]);
    let window = "xEvent[k = 1 and timestamp occurs < 500 milliseconds before now]";
    check(&person, window, &[(0, false, None)]);
    check(
        &person,
        "xEvent[timestamp occurs < 200 milliseconds before now]",
        &[(0, true, Some(100))],
    );
    // What is not asked does not matter yet.
    check(&person, "gone = 1 and xEvent[k = 2]", &[(0, false, None)]);
    check(&person, "true or xEvent[k = 2]", &[(0, true, None)]);
    check(
        &person,
        "exists E from xEvent where E.k = 2",
        &[(0, true, Some(500))],
    );
}

#[test]
fn dates_of_the_data_make_timers_too() {
    let joined = |text: &str| Person::with_attributes(&format!(r#"{{"joined": {text}}}"#));
    let condition = "joined occurs < 1 day before now";
    // The base is 22:13:20 in UTC; this day began 80,000 seconds before it.
    let midnight = -80_000_000;
    let day = [
        (midnight - 1, false, Some(midnight)),
        (midnight, true, Some(midnight + DAY)),
        (midnight + DAY, false, None),
    ];
    check(&joined("\"2023-11-14\""), condition, &day);
    check(&joined("\"2023-11-14T09:00:00+09:00\""), condition, &day);
    check(&joined("\"2023-11-14T00:00:00.0009Z\""), condition, &day);
    for odd in [
        "\"\"",
        "\"2023-02-30\"",
        "\"2023-11-14 10:00\"",
        "\"20231114\"",
        "\"2023-1-014\"",
        "1700000000000",
        "[\"2023-11-14\"]",
    ] {
        check(&joined(odd), condition, &[(0, false, None)]);
    }
    let person = Person::with_events(vec![event(-2, r#"{"due": "2023-11-14T22:13:20.005Z"}"#)]);
    check(
        &person,
        "xEvent[due occurs <= 1 hour before now]",
        &[(0, false, Some(5)), (5, true, Some(5 + 3_600_001))],
    );
}
