//! Texts that nobody would write, found by changing texts that people write: whatever the text, an answer comes, soon, and
//! holds what answers promise.
//!
//! What it is guided by is what is said: a text about which something new is said, or whose program has a part in a place
//! where none was before, is kept and changed further. That takes no instrumented build, so it runs wherever the tests do.
//!
//! `cargo xtask long fuzz --minutes 30` runs it for longer. A run is a function of its seed, which it prints.

mod mutate;

use super::typed::schemas;
use crate::program::Expression;
use crate::{Parsed, Severity, parse, parse_typed};
use mutate::{Dice, mutate};
use std::collections::HashSet;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::{Duration, Instant};
use xdm::Schemas;

/// The longest text that is tried.
const LONGEST: usize = 64 * 1024;
/// How long an answer to it may take; without optimisation, as the test command builds it, five times as long.
const SOON: Duration = Duration::from_secs(1);
/// Texts that are kept to be changed further are at most so many and so long.
const KEPT: (usize, usize) = (20_000, 4_096);
/// As much as a thread has that serves requests.
const STACK: usize = 2 * 1024 * 1024;

#[test]
#[expect(
    clippy::disallowed_methods,
    reason = "how long to run and from which seed is told by cargo xtask long"
)]
fn whatever_the_text_an_answer_comes() {
    let told = |name: &str| std::env::var(name).ok().and_then(|text| text.parse::<u64>().ok());
    let minutes = told("WEIR_FUZZ_MINUTES");
    let time = minutes.map_or(Duration::from_secs(20), |minutes| {
        Duration::from_secs(60 * minutes)
    });
    let soon = if minutes.is_some() { SOON } else { 5 * SOON };
    let seed = told("WEIR_SEED").unwrap_or(42);
    let run = std::thread::Builder::new()
        .stack_size(STACK)
        .spawn(move || fuzz(seed, time, soon));
    let report = run
        .expect("a thread")
        .join()
        .expect("no panic beyond those that are caught");
    println!("{report}");
}

/// Gives a line on how it went.
#[expect(
    clippy::disallowed_methods,
    reason = "it runs for so long, and no answer may take long"
)]
fn fuzz(seed: u64, time: Duration, soon: Duration) -> String {
    let (schemas, mut dice) = (schemas(), Dice::new(seed));
    let mut kept = mutate::written();
    let (mut seen, mut tried, mut longest) = (HashSet::new(), 0_u64, Duration::ZERO);
    for text in &kept {
        seen.extend(features(text, &schemas, seed));
    }
    let begun = Instant::now();
    while begun.elapsed() < time {
        let text = mutate(&mut dice, &kept, LONGEST);
        let asked = Instant::now();
        let new: Vec<u64> = features(&text, &schemas, seed)
            .into_iter()
            .filter(|one| seen.insert(*one))
            .collect();
        let mut took = asked.elapsed();
        // The machine may have been busy with something else.
        for _ in 0..3 {
            if took <= soon {
                break;
            }
            let asked = Instant::now();
            features(&text, &schemas, seed);
            took = took.min(asked.elapsed());
        }
        assert!(
            took <= soon,
            "{took:?} for {} bytes (seed {seed}): {text}",
            text.len()
        );
        longest = longest.max(took);
        tried += 1;
        if !new.is_empty() && kept.len() < KEPT.0 && text.len() <= KEPT.1 {
            kept.push(text);
        }
    }
    let rate = tried / begun.elapsed().as_secs().max(1);
    format!(
        "{tried} texts, {rate} a second, {} kept, {} things seen, the longest answer took {longest:?} (seed {seed})",
        kept.len(),
        seen.len()
    )
}

/// What is said of a text and what its program is made of, after all that must hold of it was looked at.
fn features(text: &str, schemas: &Schemas, seed: u64) -> Vec<u64> {
    let looked = catch_unwind(AssertUnwindSafe(|| {
        let (untyped, typed) = (parse(text), parse_typed(text, schemas));
        check(text, &untyped, &parse);
        check(text, &typed, &|text| parse_typed(text, schemas));
        assert!(
            typed.program.is_none() || untyped.program.is_some(),
            "schemas took what is refused without"
        );
        let mut found = Vec::new();
        for (typed, parsed) in [(false, untyped), (true, typed)] {
            for diagnostic in &parsed.diagnostics {
                // What is quoted is the text's own.
                let said = &diagnostic.message;
                let (first, last) = (said.find('`'), said.rfind('`'));
                let before = &said[..first.unwrap_or(said.len())];
                let after = &said[last.unwrap_or(said.len())..];
                found.push(hash(&(typed, before, after)));
            }
            if let Some(program) = &parsed.program {
                parts(program.condition(), &mut found);
            }
        }
        found
    }));
    looked.unwrap_or_else(|_| panic!("seed {seed}: {text:?}"))
}

/// There is a program if and only if there is no error; spans lie in the text; a program is printed and read again.
fn check(text: &str, parsed: &Parsed, again: &dyn Fn(&str) -> Parsed) {
    let failed = parsed
        .diagnostics
        .iter()
        .any(|one| one.severity == Severity::Error);
    assert_eq!(parsed.program.is_none(), failed, "{:#?}", parsed.diagnostics);
    for diagnostic in &parsed.diagnostics {
        let span = diagnostic.span;
        assert!(text.get(span.start..span.end).is_some(), "{diagnostic:?}");
        assert!(diagnostic.message.ends_with(['.', '?']), "{diagnostic:?}");
    }
    let Some(program) = &parsed.program else { return };
    let printed = program.to_string();
    let read = again(&printed);
    let read = read
        .program
        .unwrap_or_else(|| panic!("{printed}\n{:#?}", read.diagnostics));
    assert_eq!(read.condition(), program.condition(), "{printed}");
    let _ = (
        program.segments(),
        program.paths(),
        program.longest_window(),
        program.gives(),
    );
    let kept = model::Duration::days(90);
    for warning in program.warnings(kept) {
        assert!(
            text.get(warning.span.start..warning.span.end).is_some(),
            "{warning:?}"
        );
    }
}

/// Which part stands in which.
fn parts(expression: &Expression, found: &mut Vec<u64>) {
    for part in expression.parts() {
        found.push(hash(&(
            std::mem::discriminant(expression),
            std::mem::discriminant(part),
        )));
        parts(part, found);
    }
}

fn hash(of: &impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    of.hash(&mut hasher);
    hasher.finish()
}
