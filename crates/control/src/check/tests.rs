mod typed;
mod wrong;

use super::{Checked, RETENTION, check, check_segments};
use crate::secrets::Secrets;
use crate::testing::{kinds, streams};
use crate::{Desired, Severity};
use model::{DataflowState, SegmentState};
use proptest::prelude::*;

fn checked(text: &str) -> Checked<Desired> {
    check("file.yaml", text.as_bytes(), &kinds())
}

/// `line:column message | help` of every mistake.
fn said(text: &str) -> Vec<String> {
    let report = checked(text).report;
    let place = |d: &crate::Diagnostic| report.source().position(d.span.start);
    let one = |d: &crate::Diagnostic| {
        let help = d.help.as_deref().unwrap_or_default();
        format!("{}:{} {} | {help}", place(d).line, place(d).column, d.message)
    };
    report.diagnostics().iter().map(one).collect()
}

/// What a marketer sees who gets everything wrong.
#[test]
fn every_mistake_at_once() {
    let checked = check("bad.yaml", include_bytes!("../../fixtures/bad.yaml"), &kinds());
    assert!(checked.desired.is_none());
    assert!(checked.report.count(Severity::Error) >= 25);
    let report = checked.report.to_string();
    assert!(
        !report.contains("hunter2") && !report.contains("swordfish"),
        "a secret is shown:\n{report}"
    );
    insta::assert_snapshot!(report);
}

#[test]
fn the_example_is_clean() {
    let text = include_str!("../../../../docs/examples/loyalty.yaml");
    let checked = check("docs/examples/loyalty.yaml", text.as_bytes(), &kinds());
    assert_eq!(
        checked.report.to_string(),
        "no mistakes in docs/examples/loyalty.yaml\n"
    );
    let desired = checked.desired.expect("it is clean");
    assert_eq!(
        (desired.segments.len(), desired.dataflows[0].segments.len()),
        (7, 5)
    );
}

/// The page that lists every key.
#[test]
fn the_documented_file_is_clean() {
    let page = include_str!("../../../../docs/definitions.md");
    let text = page
        .split("```yaml\n")
        .nth(1)
        .and_then(|rest| rest.split("```").next())
        .unwrap();
    let checked = checked(text);
    assert_eq!(checked.report.to_string(), "no mistakes in file.yaml\n");
    assert!(checked.desired.is_some());
}

#[test]
fn what_is_left_out_has_its_default() {
    let desired = checked(
        "{segments: [{id: a, pql: x = 1}], destinations: [{id: f, kind: file, settings: {folder: f}}], dataflows: [{id: d, destination: f, segments: [a]}], inlets: [{id: i}]}",
    );
    let desired = desired.desired.expect("it is clean");
    assert_eq!(desired.retention, RETENTION);
    let (segment, dataflow) = (&desired.segments[0], &desired.dataflows[0]);
    assert_eq!(
        (segment.name.as_str(), segment.state, segment.exclude_opt_out),
        ("a", SegmentState::Published, true)
    );
    assert_eq!(
        (dataflow.state, dataflow.envelope, dataflow.filter.clone()),
        (DataflowState::Enabled, false, None)
    );
    assert_eq!(
        (dataflow.triggers, &dataflow.identities),
        (model::Triggers::default(), &None)
    );
    assert_eq!(desired.inlets[0].dataset.as_str(), "i");
    assert_eq!(desired.destinations[0].limits, model::Limits::default());
    assert_eq!(desired.destinations[0].settings, r#"{"folder":"f"}"#);
}

/// The two forms of a rule, and every way to write a text, mean the same.
#[test]
fn a_rule_in_any_form() {
    let forms = [
        "pql: a = \"b\" and c = 1",
        "pql: 'a = \"b\" and c = 1'",
        "pql: \"a = \\\"b\\\" and c = 1\"",
        "pql: |\n      a = \"b\" and c = 1",
        "pql: >-\n      a = \"b\"\n      and c = 1",
        "expression: {type: PQL, format: pql/text, value: 'a = \"b\" and c = 1'}",
    ];
    for form in forms {
        let checked = checked(&format!("segments:\n  - id: s\n    {form}\n"));
        let desired = checked.desired.unwrap_or_else(|| panic!("{}", checked.report));
        assert_eq!(desired.segments[0].expression, "a = \"b\" and c = 1", "{form}");
    }
}

/// JSON in a text, or written out as YAML: stored as it was written, without spaces between its parts.
#[test]
fn a_rule_as_json() {
    let stored = r#"{"nodeType":"fnApply","fnName":"=","params":[{"nodeType":"fieldLookup","fieldName":"a"},{"nodeType":"literal","value":1.10}]}"#;
    let spaced = stored.replace(',', ", ").replace(':', ": ");
    let forms = [
        format!("value: '{stored}'"),
        format!("value: '{spaced}'"),
        format!("value: |\n        {spaced}"),
        format!("value: {spaced}"),
        "value:\n        nodeType: fnApply\n        fnName: =\n        params:\n        - {nodeType: fieldLookup, fieldName: a}\n        - nodeType: literal\n          value: 1.10".to_owned(),
    ];
    for form in forms {
        let file = format!("segments:\n  - id: s\n    expression:\n      format: pql/json\n      {form}\n");
        let checked = checked(&file);
        let desired = checked
            .desired
            .unwrap_or_else(|| panic!("{form}\n{}", checked.report));
        assert_eq!(desired.segments[0].expression, stored, "{form}");
        let program = pql::read(&desired.segments[0].expression)
            .program
            .expect("a program");
        assert_eq!(program.to_string(), "a = 1.1");
    }
}

/// What is wrong with a rule as JSON is shown where it stands in the file, however it is written there; also what only
/// others can judge.
#[test]
fn a_json_rule_s_mistakes_have_their_place() {
    let forms = [
        r#"value: '{"nodeType": "fnApply", "fnName": "WRONG", "params": []}'"#,
        r#"value: {"nodeType": "fnApply", "fnName": "WRONG", "params": []}"#,
        "value: |\n        {\"nodeType\": \"fnApply\",\n          \"fnName\": \"WRONG\", \"params\": []}",
        "value:\n        nodeType: fnApply\n        fnName: WRONG\n        params: []",
        r#"value: "{\"nodeType\": \"fnApply\", \"fnName\": \"WRONG\"}""#,
        "value: {nodeType: fnApply, fnName: inSegment, params: [{nodeType: literal, value: WRONG}]}",
        r#"value: {nodeType: fnApply, fnName: "not", params: [{nodeType: literal, value: true, WRONG: 1}]}"#,
        "value: {nodeType: occurs, moment: {nodeType: varRef, varName: WRONG}, when: {nodeType: unit, which: this, unit: day}}",
    ];
    for form in forms {
        let file = format!("segments:\n  - id: s\n    expression:\n      format: pql/json\n      {form}\n");
        let report = checked(&file).report;
        let text = report.source().text();
        let [diagnostic] = report.diagnostics() else {
            panic!("{form}\n{report}")
        };
        let place = &text[diagnostic.span.start..diagnostic.span.end];
        let shortest = place.contains("WRONG") && place.len() <= "{nodeType: literal, value: WRONG}".len();
        assert!(shortest, "{form}: {place}\n{report}");
    }
    let file = "segments:
  - id: s
    expression:
      format: pql/json
      value: {nodeType: fnApply, fnName: and, params: [{nodeType: literal, value: true}, {nodeType: fnApply, fnName: startWith}]}
";
    let shown = checked(file).report.to_string();
    assert!(shown.contains("there is no function `startWith`"), "{shown}");
    assert!(shown.contains("= help: write `\"startsWith\"`"), "{shown}");
    assert!(
        shown.contains("= help: in the JSON it is `/params/1/fnName`"),
        "{shown}"
    );
}

#[test]
fn text_and_json_in_each_other_s_place() {
    for (rule, said) in [
        (
            "pql: '{\"nodeType\": \"literal\", \"value\": true}'",
            "`pql` of segment `s` is JSON, and a rule is text here",
        ),
        (
            "expression: {format: pql/text, value: '{\"nodeType\": \"literal\"}'}",
            "is JSON, and a rule is text here",
        ),
        (
            "expression: {format: pql/json, value: a = 1}",
            "is no JSON object, as `pql/json` is",
        ),
        (
            "expression: {format: pql/json, value: [1]}",
            "a node is expected here",
        ),
        (
            "expression: {format: application/sql, value: a = 1}",
            "`application/sql` is not a value of `format`",
        ),
        (
            "expression: {type: SQL, value: a = 1}",
            "`SQL` is not a value of `type` of an expression",
        ),
    ] {
        let report = checked(&format!("segments:\n  - id: s\n    {rule}\n"))
            .report
            .to_string();
        assert!(report.contains(said), "{rule}\n{report}");
        assert!(report.contains("1 error in"), "{rule}\n{report}");
    }
}

/// A mistake in a rule is shown where it stands in the file, whatever form the rule has.
#[test]
fn a_rule_s_mistakes_have_their_place() {
    for form in [
        "pql: a = \"b\" and c == 1",
        "pql: 'a = \"b''s\" and c == 1'",
        "pql: \"a = \\\"\\u00e9\\\" and c == 1\"",
        "pql: |\n      a = \"b\"\n        and c == 1",
        "pql: |2\n       a = \"b\"\n        and c == 1",
        "pql: >-\n      a = \"골드\"\n      and c == 1",
        "pql: a = \"b\"\n      and c == 1",
        "expression:\n      value: a = \"b\" and c == 1",
    ] {
        let report = checked(&format!("segments:\n  - id: s\n    {form}\n")).report;
        let text = report.source().text();
        let places: Vec<usize> = report.diagnostics().iter().map(|d| d.span.start).collect();
        assert!(
            places
                .iter()
                .any(|at| text[*at..].starts_with('=') && text[..*at].ends_with(['=', ' '])),
            "{form}\n{report}"
        );
        assert!(
            places.iter().all(|at| text[..*at].contains(" and c ")),
            "{form}\n{report}"
        );
    }
}

#[test]
fn files_that_are_no_yaml() {
    for (text, expected) in [
        ("", "1:1 the file says nothing"),
        ("# nothing\n", "1:1 the file says nothing"),
        ("- a\n", "1:1 the file is a list, and should be a group of keys"),
        ("segments:\n\t- id: a\n", "2:2 there is a tab here"),
        (
            "segments:\n  - id: a\n    pql: \"a\" = b\n",
            "3:14 the text goes on after its closing quote",
        ),
        (
            "segments:\n  - id: a\n    pql: a: b\n",
            "3:11 a `:` stands where none is expected",
        ),
        (
            "segments:\n  - id: a\n   pql: b\n",
            "3:4 this line does not fit the lines around it",
        ),
        (
            "segments:\n  - id: a\n    pql: !(a = 1)\n",
            "3:10 `!(a` in front of this value is a YAML tag",
        ),
        (
            "segments:\n  - id: a\n    pql: @a\n",
            "3:10 a text cannot begin with `@`",
        ),
        ("segments: [a, b\n", "1:11 the bracket `[` is never closed"),
        (
            "segments:\n  - id: 'a\n",
            "2:11 a quote is opened and never closed",
        ),
        (
            "segments: &a []\ndataflows: *a\n",
            "1:14 anchors (`&name`) are not supported",
        ),
        (
            "segments: []\n---\nsegments: []\n",
            "2:1 a second document begins here",
        ),
        ("? [a]\n: b\n", "1:3 a list stands where a key is expected"),
    ] {
        let said = said(text);
        assert!(
            said.first().is_some_and(|s| s.starts_with(expected)),
            "{text:?}\n{said:#?}"
        );
    }
    let said = check("a", b"segments:\n  - id: \xff\n", &kinds()).report;
    assert_eq!(said.source().position(said.diagnostics()[0].span.start).line, 2);
    let deep = "[".repeat(1_000);
    assert!(checked(&deep).report.failed());
}

#[test]
fn single_mistakes_say_what_to_do() {
    for (text, expected) in [
        (
            "segment: []",
            "1:1 the file has no key `segment` | did you mean `segments`?",
        ),
        (
            "segments: []\nsegments: []",
            "2:1 the file has `segments` twice: already on line 1 | keep one of the two",
        ),
        (
            "inlets: [{id: a, tokn: b}]",
            "1:18 inlet `a` has no key `tokn` | did you mean `token`?",
        ),
        (
            "alerts: []",
            "1:1 `alerts` of the file is not built yet | take the key out",
        ),
        (
            "segments: [{id: a, pql: }]",
            "1:20 `pql` of segment `a` has no value | write a value, or take the line out",
        ),
        (
            "segments: [{id: a, pql: ' '}]",
            "1:25 `pql` of segment `a` is an empty text | write a text, or take the line out",
        ),
        (
            "segments: {id: a}",
            "1:11 `segments` of the file is a group of keys, and should be a list | write one item a line: `- id: gold`",
        ),
    ] {
        assert_eq!(said(text), [expected], "{text}");
    }
}

#[test]
fn circles_are_shown_with_their_path() {
    let rule = |id: &str, of: &str| format!("  - id: {id}\n    pql: inSegment(\"{of}\")\n");
    let text = format!(
        "segments:\n{}{}{}{}",
        rule("d", "a"),
        rule("a", "b"),
        rule("b", "c"),
        rule("c", "a")
    );
    let message =
        "7:20 segments refer to each other in a circle: a -> b -> c -> a | take one of these references out";
    assert_eq!(said(&text), [message.replace("7:20", "9:20")]);
    let text = format!("segments:\n{}", rule("a", "a"));
    assert_eq!(
        said(&text),
        ["3:20 segments refer to each other in a circle: a -> a | take one of these references out"]
    );
}

/// A row of ten thousand segments, each over the one before, is checked in no time and on a small stack.
#[test]
fn long_rows_of_references() {
    use std::fmt::Write;
    let mut text = "segments:\n  - id: s0\n    pql: a = 1\n".to_owned();
    for i in (1..10_000).rev() {
        writeln!(text, "  - id: s{i}\n    pql: inSegment(\"s{}\")", i - 1).expect("a text can be written");
    }
    let checked = checked(&text);
    assert_eq!(checked.report.summary(), "no mistakes in file.yaml");
    assert_eq!(
        checked.desired.map(|desired| desired.segments.len()),
        Some(10_000)
    );
}

#[test]
fn segments_that_are_not_evaluated_may_refer_to_what_is_gone() {
    let said = checked("segments:\n  - id: a\n    state: archived\n    pql: inSegment(\"gone\")\n");
    assert_eq!(
        (
            said.report.count(Severity::Error),
            said.report.count(Severity::Warning)
        ),
        (0, 1)
    );
    assert!(said.desired.is_some());
}

#[test]
fn windows_longer_than_the_retention_are_warnings() {
    let text = "retention: 2 days\nsegments:\n  - id: a\n    pql: xEvent[timestamp occurs < 3 days before now].count() > 1\n";
    let said = checked(text);
    assert_eq!(
        (
            said.report.count(Severity::Error),
            said.report.count(Severity::Warning)
        ),
        (0, 1),
        "{}",
        said.report
    );
    assert_eq!(
        checked(&text.replace("2 days", "3 days")).report.diagnostics(),
        []
    );
}

#[test]
fn a_comment_in_a_rule_is_noticed() {
    let said = said("segments:\n  - id: a\n    pql: a = \"b # c\"\n");
    assert!(
        said.iter()
            .any(|s| s.starts_with("3:17 YAML takes this for a comment")),
        "{said:?}"
    );
}

/// The form of `weir backtest`.
#[test]
fn a_list_of_segments_in_json() {
    let json = br#"[{"id":"seg-0","name":"n","expression":{"type":"PQL","format":"pql/text","value":"a.b = \"c\""}}]"#;
    let checked = check_segments("segments.json", json, RETENTION);
    let segments = checked.desired.unwrap_or_else(|| panic!("{}", checked.report));
    assert_eq!(
        (segments[0].id.as_str(), segments[0].expression.as_str()),
        ("seg-0", "a.b = \"c\"")
    );
}

/// Whatever the file, every mistake lies within it and can be shown.
fn holds(bytes: &[u8]) {
    let checked = check("f", bytes, &kinds());
    let report = &checked.report;
    assert_eq!(checked.desired.is_none(), report.failed());
    let length = report.source().text().len();
    for diagnostic in report.diagnostics() {
        assert!(
            diagnostic.span.start <= diagnostic.span.end && diagnostic.span.end <= length + 1,
            "{diagnostic:?}"
        );
    }
    assert!(report.to_string().ends_with(" in f\n"));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn any_bytes(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        holds(&bytes);
    }

    #[test]
    fn any_text(text in "[ \\-:#'\"\\[\\]{},|>&*!%@a-c0-2é한\n\t\\\\]{0,120}") {
        holds(text.as_bytes());
    }

    /// Files that are nearly right: the bad and the good one with a piece taken out, doubled or replaced.
    #[test]
    fn mutilated_files(good in any::<bool>(), from in 0_usize..6_000, length in 0_usize..40, put in "[ \\-:#'\"\\[\\]{},|>a\n\t]{0,8}") {
        let text: &str = if good { include_str!("../../../../docs/examples/loyalty.yaml") } else { include_str!("../../fixtures/bad.yaml") };
        let from = from % text.len();
        let to = (from + length).min(text.len());
        let mut bytes = text.as_bytes()[..from].to_vec();
        bytes.extend_from_slice(put.as_bytes());
        bytes.extend_from_slice(&text.as_bytes()[to..]);
        holds(&bytes);
    }
}

/// `resolved`: as a server sees it that has one secret.
fn stream(settings: &str, resolved: bool) -> String {
    let text = format!("destinations: [{{id: s, kind: stream, settings: {settings}}}]");
    let mut checked = check("file.yaml", text.as_bytes(), &streams());
    if resolved {
        let known = ("WEIR_SECRET_KNOWN".to_owned(), "swordfish".to_owned());
        checked.report.resolve(&Secrets::new([known], None));
    }
    checked.report.to_string()
}

#[test]
fn a_secret_in_settings_is_refused_once_and_never_shown() {
    for offline in [true, false] {
        let report = stream("{signingKey: hunter2}", !offline);
        assert!(report.contains("holds the secret itself"), "{report}");
        assert_eq!(report.matches(" error: ").count(), 1, "{report}");
        assert!(!report.contains("hunter2"), "{report}");
    }
}

#[test]
fn a_reference_in_settings_is_looked_up_by_the_server_alone() {
    let clean = "no mistakes in file.yaml\n";
    for settings in ["{signingKey: env:WEIR_SECRET_OTHER}", "{signingKey: file:a/b}"] {
        assert_eq!(stream(settings, false), clean);
        let report = stream(settings, true);
        assert!(
            report.contains("`signingKey` of destination `s` names a secret that the server does not have"),
            "{report}"
        );
    }
    assert_eq!(stream("{signingKey: env:WEIR_SECRET_KNOWN}", true), clean);
    let report = stream("{signingKey: env:HOME}", false);
    assert!(
        report.contains("only those that begin with `WEIR_SECRET_` are read"),
        "{report}"
    );
}

#[test]
fn where_credentials_come_from_is_no_secret() {
    assert_eq!(
        stream("{credentials: default}", true),
        "no mistakes in file.yaml\n"
    );
    let report = stream("{credentials: hunter2}", false);
    assert!(
        report.contains("holds the secret itself") && !report.contains("hunter2"),
        "{report}"
    );
}
