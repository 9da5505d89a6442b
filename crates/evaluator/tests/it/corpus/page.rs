//! `docs/pql/truth-tables.md`, written from the cases that belong on it. Every value on the page is what the oracle says
//! when it is written; that this is what the rules say, the corpus has worked out beforehand.

use super::case::{Case, Corpus, File};
use super::run::{self, Subject, shown};
use model::Timestamp;
use std::fmt::Write as _;

/// The sections, with what a reader must know of each.
const SECTIONS: &[(&str, &str)] = &[
    (
        "Missing values",
        "A comparison or test over something missing does not hold, whatever it says; `not` turns that round. `–` is a profile without anything.",
    ),
    (
        "Numbers",
        "Exact decimals of up to 28 significant digits; beyond, the nearest 64-bit floating point number.",
    ),
    (
        "Arrays",
        "A missing list is empty for what counts and adds up, and makes what compares false.",
    ),
    (
        "Time edges",
        "When each form of `occurs` begins and ceases to hold of the date `d`, by itself, to the millisecond. In UTC.",
    ),
    (
        "Months and longer",
        "Steps of months and longer go to the same day and time, or to the last day of the month. In UTC.",
    ),
    (
        "Clock changes and zones",
        "Whose days and months a segment speaks of, and what they are where clocks are put forward or back.",
    ),
];

#[test]
fn the_page_is_what_the_cases_say() {
    let corpus = Corpus::read();
    let mut page = String::from(
        "# Truth tables of PQL\n\nWritten from the conformance corpus (`crates/pql/corpus`): each row is a case of it, worked out from the rules, \
         and evaluated when this page\nis written and whenever the tests run.\n",
    );
    for (section, about) in SECTIONS {
        writeln!(page, "\n## {section}\n\n{about}").expect("a text");
        let cases: Vec<_> = corpus
            .cases()
            .filter(|(_, case)| case.page.as_deref() == Some(section))
            .collect();
        assert!(!cases.is_empty(), "{section} is empty");
        let mut heads = "";
        for (file, case) in cases {
            heads = show(&mut page, heads, file, case);
        }
    }
    for (file, case) in corpus.cases() {
        let known = |page: &String| SECTIONS.iter().any(|(section, _)| section == page);
        assert!(
            case.page.as_ref().is_none_or(known),
            "{}: {}: no such section",
            file.name,
            case.name
        );
    }
    let written = include_str!("../../../../../docs/pql/truth-tables.md");
    let new = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/pql/truth-tables.md.new");
    if written != page {
        std::fs::write(new, page).expect("a file beside it");
        panic!(
            "docs/pql/truth-tables.md is not what the cases say; {new} is: look at it and put it in place"
        );
    }
}

const POINTS: &str = "\n| expression | of | holds |\n|---|---|---|\n";
const LIVES: &str = "\n| expression | of | zone | holds from | until |\n|---|---|---|---|---|\n";

/// Shows a case in a table of its own, or in that of the cases before if it has the same heads; gives the heads.
fn show(page: &mut String, heads: &str, file: &File, case: &Case) -> &'static str {
    let wanted = if case.table.is_some() {
        table(page, case);
        return "";
    } else if case.timeline.is_some() {
        LIVES
    } else {
        POINTS
    };
    if heads != wanted {
        page.push_str(wanted);
    }
    let profile = run::profile(file, case).expect("somebody");
    let subject = Subject::new(case, &profile.read().expect("a profile")).expect("a good expression");
    let text = case.expression.as_deref().unwrap_or_default();
    let (expression, data) = (code(text), given(&profile.given(text)));
    if wanted == POINTS {
        let now = super::case::instant(case.now.as_deref().unwrap_or_default()).expect("an instant");
        let holds = word(subject.at(now).holds);
        writeln!(page, "| {expression} | {data} | {holds} |").expect("a text");
        return wanted;
    }
    let zone = case.time_zone.as_deref().unwrap_or("UTC");
    for (from, until) in spans(&subject, case) {
        writeln!(page, "| {expression} | {data} | {zone} | {from} | {until} |").expect("a text");
    }
    wanted
}

/// From when until when it holds, as the oracle says.
fn spans(subject: &Subject, case: &Case) -> Vec<(String, String)> {
    let timeline = run::read(case.timeline.as_deref().unwrap_or_default()).expect("a life");
    let mut at = timeline[0].0;
    let mut holds = subject.at(at).holds;
    let mut spans = Vec::new();
    let mut from = holds.then(|| "the beginning".to_owned());
    // One more than there should be, so that too many show.
    for _ in 0..=timeline.len() {
        let flip = subject.flips(at).expect("it flips or does not");
        match from.take() {
            Some(from) if holds => spans.push((from, shown(flip))),
            _ if flip < Timestamp::MAX => from = Some(shown(flip)),
            _ => {}
        }
        if flip == Timestamp::MAX {
            break;
        }
        (at, holds) = (flip, !holds);
    }
    spans
}

fn table(page: &mut String, case: &Case) {
    let table = case.table.as_ref().expect("a table");
    let heads: Vec<String> = table.columns.iter().map(|column| code(column)).collect();
    writeln!(page, "\n{}:\n\n| of | {} |", case.name, heads.join(" | ")).expect("a text");
    writeln!(page, "|---|{}", "---|".repeat(heads.len())).expect("a text");
    for row in &table.rows {
        let cells = run::cells(case, table, row).expect("cells");
        let cells: Vec<&str> = cells.into_iter().map(word).collect();
        writeln!(
            page,
            "| {} | {} |",
            given(row.attributes.get()),
            cells.join(" | ")
        )
        .expect("a text");
    }
}

fn given(text: &str) -> String {
    if text == "{}" {
        "–".to_owned()
    } else {
        code(text)
    }
}

/// As code within a table.
fn code(text: &str) -> String {
    format!("`{}`", text.replace('|', "\\|"))
}

fn word(holds: bool) -> &'static str {
    if holds { "yes" } else { "no" }
}
