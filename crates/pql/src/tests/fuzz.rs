//! Texts and JSONs that nobody would write, found by changing those that people write: whatever it is, an answer comes,
//! soon, and holds what answers promise.
//!
//! What it is guided by is what is said: an expression about which something new is said, or whose program has a part in a
//! place where none was before, is kept and changed further. That takes no instrumented build, so it runs wherever the tests
//! do.
//!
//! `cargo xtask long fuzz --minutes 30` runs it for longer. A run is a function of its seed, which it prints.

mod json;
mod mutate;

use super::typed::schemas;
use crate::program::{Expression, Program};
use crate::sentence::{english, korean};
use crate::{Notation, Parsed, Severity, parse, parse_typed};
use mutate::Dice;
use std::collections::HashSet;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::{Duration, Instant};
use xdm::Schemas;

/// The longest text that is tried.
const LONGEST: usize = 64 * 1024;
/// How long an answer to it may take; without optimisation, as the test command builds it, five times as long.
const SOON: Duration = Duration::from_secs(1);
/// Expressions that are kept to be changed further are at most so many of a notation, and so long.
const KEPT: (usize, usize) = (20_000, 4_096);
/// As much as a thread has that serves requests.
const STACK: usize = 2 * 1024 * 1024;

#[test]
#[expect(
    clippy::disallowed_methods,
    reason = "how long to run and from which seed is told by cargo xtask long"
)]
fn whatever_is_written_an_answer_comes() {
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

/// What is known of a notation so far.
struct Kept {
    notation: Notation,
    expressions: Vec<String>,
    seen: HashSet<u64>,
    tried: u64,
    /// Of those that were tried how many mean something.
    sound: u64,
}

impl Kept {
    fn new(notation: Notation, expressions: Vec<String>) -> Self {
        let (seen, tried, sound) = (HashSet::new(), 0, 0);
        Self {
            notation,
            expressions,
            seen,
            tried,
            sound,
        }
    }

    fn mutate(&self, dice: &mut Dice) -> String {
        match self.notation {
            Notation::Text => mutate::mutate(dice, &self.expressions, LONGEST),
            Notation::Json => json::mutate(dice, &self.expressions, LONGEST),
        }
    }

    fn report(&self) -> String {
        let name = match self.notation {
            Notation::Text => "texts",
            Notation::Json => "JSONs",
        };
        format!(
            "{} {name} ({} mean something, {} kept, {} things seen)",
            self.tried,
            self.sound,
            self.expressions.len(),
            self.seen.len()
        )
    }
}

/// Gives a line on how it went.
#[expect(
    clippy::disallowed_methods,
    reason = "it runs for so long, and no answer may take long"
)]
fn fuzz(seed: u64, time: Duration, soon: Duration) -> String {
    let (schemas, mut dice, mut longest) = (schemas(), Dice::new(seed), Duration::ZERO);
    let texts = mutate::written();
    let jsons = json::written(&texts);
    let mut all = [(Notation::Text, texts), (Notation::Json, jsons)].map(|(notation, written)| {
        let mut kept = Kept::new(notation, written);
        for expression in &kept.expressions {
            kept.seen.extend(features(notation, expression, &schemas, seed).0);
        }
        kept
    });
    let begun = Instant::now();
    // They take turns.
    for turn in 0.. {
        if begun.elapsed() >= time {
            break;
        }
        let kept = &mut all[turn % 2];
        let notation = kept.notation;
        let expression = kept.mutate(&mut dice);
        let asked = Instant::now();
        let (features_of_it, sound) = features(notation, &expression, &schemas, seed);
        let mut took = asked.elapsed();
        // The machine may have been busy with something else.
        for _ in 0..3 {
            if took <= soon {
                break;
            }
            let asked = Instant::now();
            features(notation, &expression, &schemas, seed);
            took = took.min(asked.elapsed());
        }
        assert!(
            took <= soon,
            "{took:?} for {} bytes (seed {seed}): {expression}",
            expression.len()
        );
        longest = longest.max(took);
        kept.tried += 1;
        kept.sound += u64::from(sound);
        let new = features_of_it
            .into_iter()
            .filter(|one| kept.seen.insert(*one))
            .count();
        if new > 0 && kept.expressions.len() < KEPT.0 && expression.len() <= KEPT.1 {
            kept.expressions.push(expression);
        }
    }
    let [texts, jsons] = all.map(|kept| kept.report());
    format!("{texts} and {jsons}, the longest answer took {longest:?} (seed {seed})")
}

/// What is said of an expression and what its program is made of, after all that must hold of it was looked at; and
/// whether it means something.
fn features(notation: Notation, expression: &str, schemas: &Schemas, seed: u64) -> (Vec<u64>, bool) {
    let looked = catch_unwind(AssertUnwindSafe(|| {
        let [untyped, typed] = match notation {
            Notation::Text => [parse(expression), parse_typed(expression, schemas)],
            Notation::Json => json::read(expression, schemas),
        };
        check(expression, &untyped, None);
        check(expression, &typed, Some(schemas));
        assert!(
            typed.program.is_none() || untyped.program.is_some(),
            "schemas took what is refused without"
        );
        let (mut found, sound) = (Vec::new(), untyped.program.is_some());
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
        (found, sound)
    }));
    looked.unwrap_or_else(|_| panic!("seed {seed}: {expression:?}"))
}

/// There is a program if and only if there is no error; spans lie in the text; a program is written in either notation and
/// read again, and has its sentences.
fn check(expression: &str, parsed: &Parsed, schemas: Option<&Schemas>) {
    let failed = parsed
        .diagnostics
        .iter()
        .any(|one| one.severity == Severity::Error);
    assert_eq!(parsed.program.is_none(), failed, "{:#?}", parsed.diagnostics);
    for diagnostic in &parsed.diagnostics {
        let span = diagnostic.span;
        assert!(expression.get(span.start..span.end).is_some(), "{diagnostic:?}");
        assert!(diagnostic.message.ends_with(['.', '?']), "{diagnostic:?}");
    }
    let Some(program) = &parsed.program else { return };
    let printed = program.to_string();
    is_the_same(
        program,
        &printed,
        match schemas {
            Some(schemas) => parse_typed(&printed, schemas),
            None => parse(&printed),
        },
    );
    let written = crate::json::write(program);
    is_the_same(
        program,
        &written,
        match schemas {
            Some(schemas) => crate::json::read_typed(&written, schemas).into(),
            None => crate::json::read(&written).into(),
        },
    );
    for sentence in [english(program), korean(program)] {
        assert!(sentence.len() > 10 && sentence.ends_with('.'), "{sentence}");
    }
    let _ = (
        program.segments(),
        program.paths(),
        program.longest_window(),
        program.gives(),
    );
    let kept = model::Duration::days(90);
    for warning in program.warnings(kept) {
        assert!(
            expression.get(warning.span.start..warning.span.end).is_some(),
            "{warning:?}"
        );
    }
}

/// What was made of a program means what the program does.
fn is_the_same(program: &Program, written: &str, read: Parsed) {
    let Parsed {
        program: again,
        diagnostics,
    } = read;
    let again = again.unwrap_or_else(|| panic!("{written}\n{diagnostics:#?}"));
    assert_eq!(again.condition(), program.condition(), "{written}");
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
