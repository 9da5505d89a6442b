//! The conformance corpus, `crates/pql/corpus`: every case against the oracle and, where it is told in messages, against
//! the steps of a profile. What a case says was worked out from the rules, never recorded from a program.

mod case;
mod page;
mod replay;
mod rules;
mod run;

use case::{Case, Corpus};

/// So many there are at least; a table counts as one.
const FEWEST: usize = 1_300;

#[test]
fn every_case_comes_out_as_it_says() {
    let corpus = Corpus::read();
    let failures: Vec<String> = corpus
        .cases()
        .filter_map(|(file, case)| {
            Some(format!(
                "{}: {}: {}",
                file.name,
                case.name,
                run::check(file, case).err()?
            ))
        })
        .collect();
    assert!(
        failures.is_empty(),
        "{} of {} cases differ:\n{}",
        failures.len(),
        corpus.cases().count(),
        failures.join("\n")
    );
}

#[test]
fn there_are_enough_of_them_each_of_its_own() {
    let corpus = Corpus::read();
    let cases = corpus.cases().count();
    assert!(cases >= FEWEST, "there are {cases} cases");
    let mut seen = std::collections::BTreeMap::new();
    for (file, case) in corpus.cases() {
        let content = format!("{case:?}").replace(&format!("{:?}", case.name), "");
        let of = format!("{}: {}", file.name, case.name);
        if let Some(first) = seen.insert(content, of.clone()) {
            panic!("{of} says the same as {first}");
        }
    }
}

/// What a program that evaluates differently would get: the corpus must notice.
#[test]
fn a_case_that_says_otherwise_fails() {
    let corpus = Corpus::read();
    let wrong = corpus.cases().filter(|(file, case)| {
        let other = Case {
            holds: case.holds.map(|holds| !holds),
            ..(*case).clone()
        };
        case.holds.is_some() && run::check(file, &other).is_ok()
    });
    let names: Vec<&str> = wrong.map(|(_, case)| case.name.as_str()).collect();
    assert!(names.is_empty(), "these pass either way: {names:?}");
}
