//! Rules that change while time goes on: product specification, section 4, and hidden segments, section 5.

use super::case::{Case, bought, id, level, vip};
use crate::rule::Rule;
use model::{Class, SegmentState};

#[test]
fn a_publish_is_noticed_at_the_first_step_after_it() {
    let mut case = Case::of(&[("s", level("gold"))]);
    case.record(100, "a", "\"level\":\"silver\"");
    case.segment("s").rule = level("silver");
    case.publish(110);
    assert_eq!(case.transitions(), [""; 0]);
    case.visit(111);
    assert_eq!(case.transitions(), ["P1 s realized@111"]);
    assert_eq!(
        case.exports(),
        ["P1 #1 published @111 [s realized] {s realized@111}"]
    );
    assert_eq!(case.last_export().class, Class::Bulk);
    // Once only.
    case.visit(112);
    assert_eq!(case.transitions().len(), 1);
}

#[test]
fn a_message_brings_the_new_rules_in_its_own_step() {
    let mut case = Case::of(&[("s", level("gold")), ("v", vip())]);
    case.record(100, "a", "\"level\":\"silver\"");
    case.segment("s").rule = level("silver");
    case.publish(110);
    case.record(120, "a", "\"vip\":true");
    assert_eq!(
        case.exports(),
        ["P1 #1 membership published @120 [s realized, v realized] {s realized@120, v realized@120}"]
    );
    assert_eq!(case.last_export().class, Class::Live);
    case.visit(130);
    assert_eq!(case.exports().len(), 1);
}

#[test]
fn what_was_due_before_a_publish_is_stepped_over_what_it_did_not_change() {
    // `s` and `t` are both due at 110. The publish at 120 changes `t` before any tick has run.
    let mut case = Case::of(&[
        ("s", bought(1, 10, false)),
        ("t", bought(1, 10, false)),
        ("u", vip()),
    ]);
    case.segment("u").rule = Rule::InSegment(id("t"));
    case.publish(1);
    case.event(100, "a", "e", 100);
    case.segment("t").rule = bought(1, 30, false);
    case.publish(120);
    case.visit(125);
    // `s` left at 110. `t` and its dependent `u` were not looked at then; at 125 the event is in the new window.
    let entered = ["P1 s realized@100", "P1 t realized@100", "P1 u realized@100"];
    assert_eq!(case.transitions()[..3], entered);
    assert_eq!(case.transitions()[3..], ["P1 s exited@110"]);
    // And leaves it at 130.
    case.tick(200);
    assert_eq!(case.transitions()[4..], ["P1 t exited@130", "P1 u exited@130"]);
}

#[test]
fn what_refers_to_a_changed_segment_counts_as_changed() {
    // `s` is due at 110. By the new rule of `t` the event is out of it by then, so `u`, evaluated at 110, would leave.
    let u = Rule::InSegment(id("t"));
    let mut case = Case::of(&[("s", bought(1, 10, false)), ("t", bought(1, 30, false)), ("u", u)]);
    case.event(100, "a", "e", 100);
    case.segment("t").rule = bought(1, 5, false);
    case.publish(120);
    case.visit(125);
    assert_eq!(
        case.transitions()[3..],
        ["P1 s exited@110", "P1 t exited@125", "P1 u exited@125"]
    );
    // `s` for itself, `t` and `u` because of the publish.
    let last = "P1 #3 published @125 [t exited, u exited] {s exited@110, t exited@125, u exited@125}";
    assert_eq!(case.exports().last().map(String::as_str), Some(last));
}

#[test]
fn a_tick_before_the_publish_runs_under_the_old_rules() {
    let mut case = Case::of(&[("t", bought(1, 10, false))]);
    case.event(100, "a", "e", 100);
    case.tick(120);
    case.segment("t").rule = bought(1, 30, false);
    case.publish(120);
    case.visit(125);
    assert_eq!(
        case.transitions(),
        ["P1 t realized@100", "P1 t exited@110", "P1 t realized@125"]
    );
    assert_eq!(
        case.exports()[2..],
        ["P1 #3 published @125 [t realized] {t realized@125}"]
    );
}

#[test]
fn dues_on_both_sides_of_a_publish() {
    // Due at 110 (`s`, before the publish at 115) and at 120 (`t`, after it): the second brings the new rules,
    // and with them `v` at that instant.
    let mut case = Case::of(&[
        ("s", bought(1, 10, false)),
        ("t", bought(1, 20, false)),
        ("v", vip()),
    ]);
    case.event(100, "a", "e", 100);
    case.segment("v").rule = level("none");
    case.record(101, "a", "\"level\":\"none\"");
    case.publish(115);
    case.tick(130);
    assert_eq!(
        case.transitions()[2..],
        ["P1 s exited@110", "P1 t exited@120", "P1 v realized@120"]
    );
}

#[test]
fn versions_in_between_are_skipped() {
    let mut case = Case::of(&[("s", level("gold"))]);
    case.record(100, "a", "\"level\":\"silver\"");
    case.segment("s").rule = level("silver");
    case.publish(110);
    case.segment("s").rule = level("iron");
    case.publish(120);
    case.visit(130);
    assert_eq!(case.transitions(), [""; 0]);
}

#[test]
fn deactivating_ends_memberships_without_transitions_and_returning_is_new() {
    let mut case = Case::of(&[("s", vip())]);
    case.flow().segments.clear();
    case.publish(1);
    case.record(100, "a", "\"vip\":true");
    case.segment("s").state = SegmentState::Inactive;
    case.publish(110);
    case.visit(110);
    assert_eq!(case.standing(), [""; 0]);
    case.segment("s").state = SegmentState::Published;
    case.publish(120);
    case.visit(121);
    assert_eq!(case.transitions(), ["P1 s realized@100", "P1 s realized@121"]);
}

#[test]
fn gone_and_back_between_two_steps_is_new_too() {
    let mut case = Case::of(&[("s", vip())]);
    case.flow().segments.clear();
    case.publish(1);
    case.record(100, "a", "\"vip\":true");
    case.segment("s").state = SegmentState::Inactive;
    case.publish(110);
    case.segment("s").state = SegmentState::Published;
    case.publish(120);
    case.visit(121);
    assert_eq!(case.standing(), ["s realized@121"]);
    assert_eq!(case.transitions(), ["P1 s realized@100", "P1 s realized@121"]);
}

#[test]
fn a_new_mapping_tells_nobody() {
    let mut case = Case::of(&[("s", vip())]);
    case.flow().segments.clear();
    case.publish(1);
    case.record(100, "a", "\"vip\":true");
    case.flow().segments.insert(id("s"));
    case.publish(110);
    case.visit(110);
    assert_eq!(case.exports(), [""; 0]);
    case.record(120, "a", "\"vip\":false");
    assert_eq!(
        case.exports(),
        ["P1 #1 membership @120 [s exited] {s exited@120}"]
    );
}

#[test]
fn a_filter_sets_a_baseline_and_then_exits_whom_it_leaves_out() {
    let mut case = Case::of(&[("s", vip())]);
    case.record(100, "a", "\"vip\":true,\"level\":\"gold\"");
    assert_eq!(case.exports().len(), 1);
    case.flow().filter = Some(level("gold"));
    case.publish(110);
    case.visit(111);
    // Nobody is told; the payload would show the hidden segment, in since its baseline.
    assert_eq!(case.exports().len(), 1);
    case.record(120, "a", "\"level\":\"silver\"");
    assert_eq!(
        case.exports()[1..],
        ["P1 #2 membership @120 [s exited] {s exited@120}"]
    );
    // The segment itself was never left, and no history shows the hidden one.
    assert_eq!(case.transitions(), ["P1 s realized@100"]);
    assert_eq!(case.standing(), ["s realized@100"]);
    case.record(130, "a", "\"level\":\"gold\"");
    assert_eq!(
        case.exports()[2..],
        ["P1 #3 membership @130 [s realized] {s realized@130}"]
    );
}

#[test]
fn the_hidden_status_shows_under_the_segments_name() {
    let mut case = Case::of(&[("s", vip())]);
    case.flow().filter = Some(level("gold"));
    case.publish(1);
    // In the segment, but not by the filter: a non-member of this dataflow.
    case.record(100, "a", "\"vip\":true");
    assert_eq!(case.exports(), [""; 0]);
    case.record(110, "a", "\"level\":\"gold\"");
    assert_eq!(
        case.exports(),
        ["P1 #1 membership @110 [s realized] {s realized@110}"]
    );
    assert_eq!(case.standing(), ["s realized@100"]);
}

#[test]
fn another_filter_is_another_baseline() {
    let mut case = Case::of(&[("s", vip())]);
    case.flow().filter = Some(level("gold"));
    case.publish(1);
    case.record(100, "a", "\"vip\":true,\"level\":\"gold\"");
    case.flow().filter = Some(level("silver"));
    case.publish(110);
    case.visit(111);
    // Out by the new filter, without a transition and without a word.
    assert_eq!(case.exports().len(), 1);
    case.record(120, "a", "\"level\":\"silver\"");
    assert_eq!(
        case.exports()[1..],
        ["P1 #2 membership @120 [s realized] {s realized@120}"]
    );
    // In by the next one as well: it keeps the instant of its last transition.
    case.flow().filter = Some(vip());
    case.publish(130);
    case.visit(131);
    case.record(140, "a b", "\"x\":1");
    assert_eq!(case.exports()[2..], ["P1 #3 identity @140 [] {s realized@120}"]);
}

#[test]
fn an_edit_of_the_segment_is_no_baseline() {
    let mut case = Case::of(&[("s", vip())]);
    case.flow().filter = Some(level("gold"));
    case.publish(1);
    case.record(100, "a", "\"vip\":true,\"level\":\"gold\"");
    case.segment("s").rule = level("silver");
    case.publish(110);
    case.visit(111);
    assert_eq!(
        case.exports()[1..],
        ["P1 #2 published @111 [s exited] {s exited@111}"]
    );
}

#[test]
fn a_new_profile_is_born_under_the_rules_of_its_day() {
    let mut case = Case::of(&[("s", vip())]);
    case.flow().filter = Some(level("gold"));
    case.publish(50);
    case.record(100, "a", "\"vip\":true,\"level\":\"gold\"");
    assert_eq!(
        case.exports(),
        ["P1 #1 membership identity @100 [s realized] {s realized@100}"]
    );
}
