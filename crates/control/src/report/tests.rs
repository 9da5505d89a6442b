use super::{Position, Report, Source, Span};

fn report(text: &str) -> Report {
    Report::new(Source::new("f.yaml", text.to_owned()))
}

#[test]
fn positions_count_lines_and_characters_from_one() {
    let source = Source::new("f", "ab\r\né골c\n".to_owned());
    for (at, line, column) in [
        (0, 1, 1),
        (2, 1, 3),
        (4, 2, 1),
        (5, 2, 1),
        (6, 2, 2),
        (9, 2, 3),
        (11, 3, 1),
        (99, 3, 1),
    ] {
        assert_eq!(source.position(at), Position { line, column }, "{at}");
    }
    assert_eq!(source.line(1).0, "ab");
    assert_eq!(source.line(3).0, "");
}

/// The caret stands under its place with tabs and wide characters in front, and covers as much as it should.
#[test]
fn carets() {
    let text = "a:\n\tname: \"골드\" # gold\n";
    let mut report = report(text);
    let at = text.find('"').unwrap();
    report.error(
        Span::new(at, text.find(" #").unwrap()),
        "no such tier",
        "first line\nsecond line",
    );
    report.warning(
        Span::new(text.find('#').unwrap(), text.len()),
        "two lines long",
        "",
    );
    report.lint(Span::new(text.len(), text.len()), "at the very end", "");
    report.sort();
    insta::assert_snapshot!(report, @r#"
    f.yaml:2:8: error: no such tier
      |
    2 |     name: "골드" # gold
      |           ^^^^^^
      = help: first line
      = help: second line

    f.yaml:2:13: warning: two lines long
      |
    2 |     name: "골드" # gold
      |                  ^^^^^^

    f.yaml:3:1: lint: at the very end
      |
    3 | 
      | ^

    1 error, 1 warning and 1 lint in f.yaml
    "#);
}

#[test]
fn long_lines_are_cut_around_the_mistake() {
    let text = format!("{}HERE{}", "x".repeat(500), "y".repeat(500));
    let mut report = report(&text);
    report.error(Span::new(500, 504), "there", "");
    let shown = report.to_string();
    let lines: Vec<&str> = shown.lines().collect();
    assert!(
        lines[2].len() < 130 && lines[2].starts_with("1 | ...x") && lines[2].ends_with("y..."),
        "{shown}"
    );
    assert_eq!(lines[3].find("^^^^"), lines[2].find("HERE"), "{shown}");
    assert!(lines[0].starts_with("f.yaml:1:501: error"));
}

/// What was found to be a secret is never shown.
#[test]
fn secrets_are_starred_out() {
    let mut report = report("{token: swordfish, colour: red}\n");
    report.mask(Span::new(8, 17));
    report.error(Span::new(19, 25), "no colours here", "");
    let shown = report.to_string();
    assert!(shown.contains("{token: *********, colour: red}"), "{shown}");
    assert!(!serde_json::to_string(&report).unwrap().contains("swordfish"));
}

/// Nor what looks like one in a file that is no YAML.
#[test]
fn what_looks_like_a_secret_is_starred_out() {
    let mut report = report("password: \"hunter2\n");
    report.error(Span::new(10, 11), "a quote is opened and never closed", "");
    assert!(report.to_string().contains("hunter2"));
    report.mask_by_look();
    assert!(report.to_string().contains("password: ********\n"), "{report}");
}

#[test]
fn for_machines() {
    let mut report = report("a: b\n");
    report.error(Span::new(3, 4), "no b", "write c");
    let json = serde_json::to_string(&report).unwrap();
    assert_eq!(
        json,
        r#"{"file":"f.yaml","errors":1,"warnings":0,"diagnostics":[{"severity":"error","line":1,"column":4,"endLine":1,"endColumn":5,"message":"no b","help":"write c"}]}"#
    );
}
