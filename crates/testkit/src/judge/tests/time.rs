//! When events begin and cease to count.

use super::case::{Case, at, bought, id, not, purchases, vip};
use crate::judge::Heard;
use crate::rule::{Rule, Than};

#[test]
fn a_window_without_its_lower_end_is_left_at_n() {
    // `< 10 ms` and an event at 100: in it at 109, not at 110.
    let mut case = Case::of(&[("s", bought(1, 10, false))]);
    case.event(100, "a", "e", 100);
    case.tick(109);
    assert_eq!(case.transitions(), ["P1 s realized@100"]);
    case.tick(5_000);
    assert_eq!(case.transitions(), ["P1 s realized@100", "P1 s exited@110"]);
}

#[test]
fn a_window_with_its_lower_end_is_left_a_millisecond_later() {
    let mut case = Case::of(&[("s", bought(1, 10, true))]);
    case.event(100, "a", "e", 100);
    case.tick(110);
    assert_eq!(case.transitions(), ["P1 s realized@100"]);
    case.tick(111);
    assert_eq!(case.transitions(), ["P1 s realized@100", "P1 s exited@111"]);
}

#[test]
fn under_not_the_same_instant_enters() {
    let mut case = Case::of(&[("s", not(Rule::Exists(purchases(10, false))))]);
    case.event(100, "a", "e", 100);
    case.tick(200);
    assert_eq!(case.transitions(), ["P1 s realized@110"]);
}

#[test]
fn the_retention_is_a_window_too() {
    // Longer than the retention of 1,000: `now - 1,000 < ts`, so it ends at ts + 1,000.
    let mut case = Case::of(&[("s", bought(1, 9_000, true))]);
    case.event(100, "a", "e", 100);
    case.tick(10_000);
    assert_eq!(case.transitions(), ["P1 s realized@100", "P1 s exited@1100"]);
}

#[test]
fn an_event_ceases_to_count_at_its_valid_until() {
    let mut case = Case::of(&[("s", bought(1, 500, true))]);
    let until = format!("\"_weir\":{{\"validUntil\":\"{}\"}}", at(150));
    case.event_with(100, "a", "e", 100, &until);
    case.tick(10_000);
    assert_eq!(case.transitions(), ["P1 s realized@100", "P1 s exited@150"]);
}

#[test]
fn a_future_event_counts_when_its_time_comes() {
    let mut case = Case::of(&[("s", bought(1, 10, false))]);
    case.event(100, "a", "e", 130);
    assert_eq!(case.transitions(), [""; 0]);
    case.tick(1_000);
    assert_eq!(case.transitions(), ["P1 s realized@130", "P1 s exited@140"]);
}

#[test]
fn a_late_event_counts_on_arrival_and_rewrites_nothing() {
    // At 105 the event of 98 is in the window of 10 until 108. That it was so at 98 is not said any more.
    let mut case = Case::of(&[("s", bought(1, 10, false))]);
    case.event(105, "a", "e", 98);
    // Too late even on arrival.
    case.event(105, "a", "f", 95);
    case.tick(200);
    assert_eq!(case.transitions(), ["P1 s realized@105", "P1 s exited@108"]);
}

#[test]
fn dues_of_one_instant_are_one_step_and_one_export() {
    let mut case = Case::of(&[("s", bought(1, 10, false)), ("t", bought(1, 9, true))]);
    case.event(100, "a", "e", 100);
    case.tick(200);
    // `< 10` ends at 110, `<= 9` at 109 + 1.
    let last = "P1 #2 membership @110 [s exited, t exited] {s exited@110, t exited@110}";
    assert_eq!(case.exports().last().map(String::as_str), Some(last));
    assert_eq!(case.exports().len(), 2);
}

#[test]
fn what_is_due_comes_before_the_change_even_at_the_same_instant() {
    // Due at 110; the record arrives at 110: two steps, two exports.
    let mut case = Case::of(&[("s", bought(1, 10, false)), ("v", vip())]);
    case.event(100, "a", "e", 100);
    case.record(110, "a", "\"vip\":true");
    assert_eq!(
        case.exports(),
        [
            "P1 #1 membership identity @100 [s realized] {s realized@100}",
            "P1 #2 membership @110 [s exited] {s exited@110}",
            "P1 #3 membership @110 [v realized] {s exited@110, v realized@110}",
        ]
    );
}

#[test]
fn an_idle_profile_is_stepped_through_all_it_missed() {
    // Three events of 1 each, two of which must be in the window of 10: in from 104 to 110 only.
    let mut case = Case::of(&[("s", bought(2, 10, false))]);
    case.event(100, "a", "e", 100);
    case.event(100, "a", "f", 104);
    case.event(100, "a", "g", 120);
    case.tick(1_000);
    assert_eq!(case.transitions(), ["P1 s realized@104", "P1 s exited@110"]);
}

#[test]
fn sums_are_exact() {
    // 0.1 + 0.2 = 0.3, not more.
    let sum = |than| {
        Rule::Sum(
            purchases(10, false),
            super::case::path("amount"),
            than,
            "0.30".to_owned(),
        )
    };
    let mut case = Case::of(&[("s", sum(Than::Equal)), ("t", sum(Than::More))]);
    case.event_with(100, "a", "e", 100, "\"amount\":0.1");
    case.event_with(101, "a", "f", 101, "\"amount\":0.2");
    // A text is no number and does not count.
    case.event_with(102, "a", "g", 102, "\"amount\":\"7\"");
    assert_eq!(case.transitions(), ["P1 s realized@101"]);
}

#[test]
fn a_duplicate_changes_nothing() {
    let mut case = Case::of(&[("s", bought(2, 500, false))]);
    assert_eq!(case.event(100, "a", "e", 100), Heard::Accepted);
    assert_eq!(case.event(150, "a", "e", 140), Heard::Duplicate);
    assert_eq!(case.event(150, "a", "f", 140), Heard::Accepted);
    assert_eq!(case.transitions(), ["P1 s realized@150"]);
}

#[test]
fn an_id_is_forgotten_with_its_first_event() {
    // The first is of 100, so the id is free again at 1,100.
    let mut case = Case::of(&[("s", bought(1, 10, false))]);
    case.event(100, "a", "e", 100);
    assert_eq!(case.event(1_099, "a", "e", 1_099), Heard::Duplicate);
    assert_eq!(case.event(1_100, "a", "e", 1_100), Heard::Accepted);
    assert_eq!(
        case.transitions(),
        ["P1 s realized@100", "P1 s exited@110", "P1 s realized@1100"]
    );
}

#[test]
fn segments_of_segments_move_in_the_same_step() {
    let mut case = Case::of(&[
        ("a", bought(1, 10, false)),
        ("b", not(Rule::InSegment(id("a")))),
        ("c", Rule::InSegment(id("b"))),
    ]);
    case.event(100, "a", "e", 100);
    case.tick(200);
    assert_eq!(
        case.transitions(),
        [
            "P1 a realized@100",
            "P1 a exited@110",
            "P1 b realized@110",
            "P1 c realized@110"
        ]
    );
}
