//! What is said of texts that are wrong, or likely not what was meant.

use crate::{Diagnostic, Severity, parse};

/// Each text with what is said of it: how much it matters, of what, the sentence, and after an arrow the fix.
fn table() -> impl Iterator<Item = (&'static str, Vec<&'static str>)> {
    include_str!("diagnostics.txt").split("\n\n").map(|entry| {
        let mut lines = entry.lines();
        (
            lines.next().expect("a text"),
            lines.map(str::trim_start).collect(),
        )
    })
}

fn said(text: &str, diagnostic: &Diagnostic) -> String {
    let Diagnostic {
        span,
        severity,
        message,
        fix,
        constant: _,
    } = diagnostic;
    let severity = format!("{severity:?}").to_lowercase();
    let fix = fix
        .as_ref()
        .map_or_else(String::new, |fix| format!(" -> `{fix}`"));
    format!("{severity} `{}`: {message}{fix}", &text[span.start..span.end])
}

#[test]
fn all_that_is_wrong_is_said() {
    let mut page = Vec::new();
    for (text, _) in table() {
        let found = parse(text).diagnostics;
        let lines = found
            .iter()
            .map(|diagnostic| format!("    {}", said(text, diagnostic)));
        page.push(
            [text.to_owned()]
                .into_iter()
                .chain(lines)
                .collect::<Vec<_>>()
                .join("\n"),
        );
    }
    let page = page.join("\n\n") + "\n";
    if page != include_str!("diagnostics.txt") {
        let new = concat!(env!("CARGO_MANIFEST_DIR"), "/src/tests/diagnostics.txt.new");
        std::fs::write(new, page).expect("a file beside it");
        panic!(
            "other things are said than tests/diagnostics.txt says; {new} has them: look at it and put it in place"
        );
    }
}

#[test]
fn nothing_is_no_condition() {
    for text in ["", " \n\t"] {
        let message = "There is no condition here.";
        assert_eq!(parse(text).diagnostics[0].message, message);
        assert_eq!(parse(text).diagnostics.len(), 1);
    }
}

/// A text becomes right when every fix is taken, if every error has one.
#[test]
fn fixes_mend() {
    let mut mended = 0;
    for (text, _) in table() {
        let diagnostics = parse(text).diagnostics;
        let apart = diagnostics
            .windows(2)
            .all(|pair| pair[0].span.end <= pair[1].span.start);
        let fixable = diagnostics
            .iter()
            .all(|d| d.fix.is_some() || d.severity != Severity::Error);
        if !apart || !fixable {
            continue;
        }
        let mut fixed = text.to_owned();
        for Diagnostic { span, fix, .. } in diagnostics.iter().rev() {
            if let Some(fix) = fix {
                fixed.replace_range(span.start..span.end, fix);
            }
        }
        let again = parse(&fixed);
        assert!(
            again.program.is_some(),
            "{text} became {fixed}: {:#?}",
            again.diagnostics
        );
        mended += usize::from(fixed != text);
    }
    assert!(
        mended > 20,
        "only {mended} texts of the table have a fix for every error"
    );
}
