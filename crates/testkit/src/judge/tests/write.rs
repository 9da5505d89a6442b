//! Records: which write wins, which counts as a write, and what predicates see.

use super::case::{Case, at, compare, level, not, path, vip};
use crate::judge::Heard;
use crate::rule::{Literal, Rule, Than};
use model::{AttributeTrigger, ProfileId};
use std::collections::BTreeMap;

fn shown(case: &Case) -> Vec<String> {
    let attributes: BTreeMap<_, _> = case.judge.attributes(ProfileId::from_bits(1));
    let audit = |path: &str| path.starts_with("extSourceSystemAudit");
    let lines = attributes.iter().map(|(path, json)| format!("{path}={json}"));
    lines.filter(|line| !audit(line)).collect()
}

/// Members of `v`, mapped attributes `level` and `a.b`, and P1 a member already.
fn member(trigger: AttributeTrigger) -> Case {
    let mut case = Case::of(&[("v", vip())]);
    case.flow().attributes = [path("level"), path("a.b")].into();
    case.flow().attribute_trigger = trigger;
    case.publish(1);
    case.dated(100, 100, "x", "\"vip\":true,\"level\":\"gold\",\"a\":{\"b\":1}");
    assert_eq!(
        case.exports(),
        ["P1 #1 membership identity attribute @100 [v realized] {v realized@100}"]
    );
    case
}

#[test]
fn the_later_business_time_wins() {
    let mut case = member(AttributeTrigger::Write);
    // Late: it loses, is no write, and is not exported.
    case.dated(110, 99, "x", "\"level\":\"old\"");
    assert_eq!(case.exports().len(), 1);
    // As late as the first, but it arrived later: it wins.
    case.dated(120, 100, "x", "\"level\":\"tie\"");
    assert_eq!(shown(&case), ["a.b=1", "level=\"tie\"", "vip=true"]);
    assert_eq!(case.exports()[1..], ["P1 #2 attribute @120 [] {v realized@100}"]);
}

#[test]
fn a_time_more_than_five_minutes_ahead_is_not_believed() {
    let mut case = Case::of(&[]);
    let five_minutes = 300_000;
    case.dated(100, 100 + five_minutes, "x", "\"level\":\"ahead\"");
    case.record(200, "x", "\"level\":\"now\"");
    assert_eq!(shown(&case), ["level=\"ahead\""]);
    // One millisecond more: it counts as written on receipt, at 300, before the first.
    case.dated(
        300,
        300 + five_minutes + 1,
        "x",
        "\"level\":\"beyond\",\"other\":1",
    );
    case.record(301, "x", "\"other\":2");
    assert_eq!(shown(&case), ["level=\"ahead\"", "other=2"]);
}

#[test]
fn null_removes_and_stays_as_a_tombstone() {
    let mut case = member(AttributeTrigger::Write);
    // It removes the subtree, and is a write of the mapped descendant.
    case.dated(110, 110, "x", "\"a\":null");
    assert_eq!(shown(&case), ["level=\"gold\"", "vip=true"]);
    assert_eq!(case.exports()[1..], ["P1 #2 attribute @110 [] {v realized@100}"]);
    // Older than the tombstone: lost. Newer: shows.
    case.dated(120, 109, "x", "\"a\":{\"b\":2}");
    assert_eq!(case.exports().len(), 2);
    case.dated(130, 111, "x", "\"a\":{\"b\":3}");
    assert_eq!(shown(&case), ["a.b=3", "level=\"gold\"", "vip=true"]);
    assert_eq!(case.exports().len(), 3);
}

#[test]
fn objects_and_scalars_end_each_other() {
    let mut case = Case::of(&[]);
    case.dated(100, 100, "x", "\"a\":{\"b\":1,\"c\":2}");
    case.dated(101, 101, "x", "\"a\":5");
    assert_eq!(shown(&case), ["a=5"]);
    // The object ends the scalar; what the scalar had removed does not come back.
    case.dated(102, 102, "x", "\"a\":{\"b\":3}");
    assert_eq!(shown(&case), ["a.b=3"]);
    // Of equal times the later arrival wins, an object over a scalar too.
    case.dated(102, 110, "x", "\"e\":5");
    case.dated(102, 110, "x", "\"e\":{\"f\":1}");
    assert_eq!(shown(&case), ["a.b=3", "e.f=1"]);
    case.dated(102, 111, "x", "\"e\":null");
    // Late, before the scalar of 101, which ended it.
    case.dated(103, 99, "x", "\"a\":{\"d\":4}");
    assert_eq!(shown(&case), ["a.b=3"]);
}

#[test]
fn the_same_value_is_a_write_but_no_new_value() {
    let mut case = member(AttributeTrigger::Write);
    case.dated(110, 110, "x", "\"level\":\"gold\"");
    assert_eq!(case.exports()[1..], ["P1 #2 attribute @110 [] {v realized@100}"]);

    let mut case = member(AttributeTrigger::Value);
    case.dated(110, 110, "x", "\"level\":\"gold\"");
    assert_eq!(case.exports().len(), 1);
    case.dated(111, 111, "x", "\"level\":\"silver\"");
    assert_eq!(case.exports()[1..], ["P1 #2 attribute @111 [] {v realized@100}"]);
    // A null where nothing is: a write, but no new value.
    case.dated(112, 112, "x", "\"level\":null");
    case.dated(113, 113, "x", "\"level\":null");
    assert_eq!(case.exports()[2..], ["P1 #3 attribute @112 [] {v realized@100}"]);
}

#[test]
fn an_unmapped_attribute_and_a_sibling_are_nobodys_business() {
    let mut case = member(AttributeTrigger::Write);
    case.record(110, "x", "\"other\":1");
    case.record(110, "x", "\"a\":{\"c\":1}");
    assert_eq!(case.exports().len(), 1);
    // An ancestor and a descendant of a mapped path are.
    case.record(111, "x", "\"a\":7");
    case.record(112, "x", "\"level\":{\"deep\":1}");
    let causes: Vec<_> = case.exports()[1..]
        .iter()
        .map(|e| e.split(" @").next().unwrap().to_owned())
        .collect();
    assert_eq!(causes, ["P1 #2 attribute", "P1 #3 attribute"]);
    let attributes: Vec<_> = case
        .last_export()
        .attributes
        .iter()
        .map(|(path, json)| format!("{path}={json}"))
        .collect();
    assert_eq!(attributes, ["level.deep=1"]);
}

#[test]
fn an_object_over_a_scalar_is_a_write_of_the_whole() {
    let mut case = member(AttributeTrigger::Write);
    case.record(110, "x", "\"a\":7");
    // The object ends `a`, which lies above the mapped `a.b`.
    case.record(111, "x", "\"a\":{\"c\":1}");
    assert_eq!(case.exports().len(), 3);
}

#[test]
fn a_late_scalar_removes_only_what_is_older() {
    let mut case = member(AttributeTrigger::Write);
    case.dated(120, 120, "x", "\"a\":{\"c\":1}");
    assert_eq!(case.exports().len(), 1);
    // At 110 `a` was a scalar, at 120 an object again: `a.b` of 100 is gone, `a.c` of 120 stays.
    case.dated(130, 110, "x", "\"a\":7");
    assert_eq!(shown(&case), ["a.c=1", "level=\"gold\"", "vip=true"]);
    assert_eq!(case.exports()[1..], ["P1 #2 attribute @130 [] {v realized@100}"]);
}

#[test]
fn scalars_pass_verbatim_and_lists_lose_their_white_space() {
    let mut case = Case::of(&[("v", vip())]);
    case.flow().attributes = [path("n"), path("t"), path("l")].into();
    case.publish(1);
    case.record(
        100,
        "x",
        r#""vip":true,"n":1.10,"t":"b\u00e9ta","l":[ 1.0 , "a b" , {"k" : [ ] , "a":1}]"#,
    );
    let attributes: Vec<_> = case
        .last_export()
        .attributes
        .iter()
        .map(|(path, json)| format!("{path}={json}"))
        .collect();
    assert_eq!(
        attributes,
        [r#"l=[1.0,"a b",{"k":[],"a":1}]"#, "n=1.10", r#"t="b\u00e9ta""#]
    );
}

#[test]
fn comparisons_with_what_is_missing_are_false() {
    let differs = compare("level", Than::NotEqual, Literal::Text("gold".to_owned()));
    let mut case = Case::of(&[("differs", differs), ("not", not(level("gold")))]);
    case.record(100, "x", "\"other\":1");
    assert_eq!(case.transitions(), ["P1 not realized@100"]);
    // Of another kind is missing too.
    case.record(101, "x", "\"level\":1");
    assert_eq!(case.transitions().len(), 1);
    case.record(102, "x", "\"level\":\"silver\"");
    assert_eq!(case.transitions()[1..], ["P1 differs realized@102"]);
}

#[test]
fn lists_and_numbers_compare_as_written() {
    let literal = |text: &str| Literal::Text(text.to_owned());
    let mut case = Case::of(&[
        (
            "in",
            Rule::In(path("level"), vec![literal("gold"), literal("béta")]),
        ),
        ("meets", Rule::Intersects(path("tags"), vec![literal("vip")])),
        (
            "more",
            compare("points", Than::More, Literal::Number("1.1".to_owned())),
        ),
    ]);
    case.record(100, "x", r#""level":"b\u00e9ta","tags":"vip","points":1.10"#);
    // A text is no list, and 1.10 is not more than 1.1.
    assert_eq!(case.transitions(), ["P1 in realized@100"]);
    case.record(101, "x", r#""tags":["x","vip"],"points":1.11"#);
    assert_eq!(
        case.transitions()[1..],
        ["P1 meets realized@101", "P1 more realized@101"]
    );
}

#[test]
fn who_opted_out_is_left_out_unless_the_segment_says_otherwise() {
    let mut case = Case::of(&[("s", vip()), ("t", vip())]);
    case.segment("t").exclude_opt_out = false;
    case.publish(1);
    case.record(100, "x", r#""vip":true,"consents":{"collect":{"val":"y"}}"#);
    case.record(101, "x", r#""consents":{"collect":{"val":"n"}}"#);
    case.record(102, "x", r#""consents":null"#);
    case.record(
        103,
        "x",
        r#""privacyOptOuts":[{"optOutType":"general_opt_out","optOutValue":"out"}]"#,
    );
    assert_eq!(
        case.transitions(),
        [
            "P1 s realized@100",
            "P1 t realized@100",
            "P1 s exited@101",
            "P1 s realized@102",
            "P1 s exited@103"
        ]
    );
}

#[test]
fn what_cannot_be_read_or_names_nobody_is_bad() {
    let mut case = Case::of(&[]);
    assert_eq!(case.record(100, "x", "\"vip\":"), Heard::Bad);
    assert_eq!(
        case.event_with(100, "x", "e", 100, "\"timestamp\":\"soon\""),
        Heard::Bad
    );
    let until = format!("\"_weir\":{{\"validUntil\":\"{}\"}}", at(150));
    assert_eq!(case.record(100, "x", &until), Heard::Bad);
    assert_eq!(case.judge.ids(), []);
}
