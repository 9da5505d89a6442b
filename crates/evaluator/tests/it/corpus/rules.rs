//! `rules.json`: the rules of the language, a sentence each. A rule without a case is not held by anything.

use super::case::{Corpus, folder};
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Rules {
    topics: Vec<Topic>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Topic {
    topic: String,
    rules: BTreeMap<String, String>,
}

#[test]
fn every_rule_has_cases_and_every_case_a_rule() {
    let text = fs::read_to_string(folder().join("rules.json")).expect("the rules");
    let Rules { topics } = serde_json::from_str(&text).expect("rules.json is well formed");
    let mut known = BTreeSet::new();
    for topic in &topics {
        for (id, words) in &topic.rules {
            assert!(words.ends_with('.'), "{id} is no sentence");
            assert!(
                known.insert(id.as_str()),
                "{id}, of {}, is given twice",
                topic.topic
            );
        }
    }
    let corpus = Corpus::read();
    let mut shown = BTreeSet::new();
    for (file, case) in corpus.cases() {
        for rule in &case.rules {
            assert!(
                known.contains(rule.as_str()),
                "{}: {}: there is no rule `{rule}`",
                file.name,
                case.name
            );
            shown.insert(rule.as_str());
        }
    }
    let bare: Vec<_> = known.difference(&shown).collect();
    assert!(
        bare.is_empty(),
        "{} of {} rules have no case: {bare:?}",
        bare.len(),
        known.len()
    );
}
