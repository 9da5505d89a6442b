//! The page of the grammar, held to the parser: what its rules make is taken, and nothing of the language is left out.

use crate::generate::Dice;
use crate::lex::{RESERVED, SIGNS};
use crate::program::Unit;
use proptest::prelude::*;
use std::collections::BTreeMap;

const PAGE: &str = include_str!("../../../../docs/pql/grammar.md");

/// The right side of a rule.
#[derive(Debug)]
enum Part {
    Quoted(String),
    Rule(String),
    OneOf(Vec<Part>),
    Row(Vec<Part>),
    Maybe(Box<Part>),
    Many(Box<Part>),
}

/// Reads the rules of the page.
fn rules() -> BTreeMap<String, Part> {
    let block = PAGE
        .split("```ebnf")
        .nth(1)
        .and_then(|rest| rest.split("```").next());
    let mut tokens = block.expect("the rules").split_whitespace().peekable();
    let mut rules = BTreeMap::new();
    while let Some(name) = tokens.next() {
        assert_eq!(tokens.next(), Some("="), "after {name}");
        let part = one_of(&mut tokens);
        assert_eq!(tokens.next(), Some(";"), "at the end of {name}");
        assert!(
            rules.insert(name.to_owned(), part).is_none(),
            "{name} is there twice"
        );
    }
    rules
}

type Tokens<'t> = std::iter::Peekable<std::str::SplitWhitespace<'t>>;

fn one_of(tokens: &mut Tokens<'_>) -> Part {
    let mut all = vec![row(tokens)];
    while tokens.next_if_eq(&"|").is_some() {
        all.push(row(tokens));
    }
    Part::OneOf(all)
}

fn row(tokens: &mut Tokens<'_>) -> Part {
    let mut all = Vec::new();
    while let Some(token) = tokens.next_if(|token| !["|", ";", ")", "]", "}"].contains(token)) {
        let part = match token {
            "(" | "[" | "{" => {
                let inner = one_of(tokens);
                let closed = tokens.next();
                let (closing, part) = match token {
                    "(" => (")", inner),
                    "[" => ("]", Part::Maybe(Box::new(inner))),
                    _ => ("}", Part::Many(Box::new(inner))),
                };
                assert_eq!(closed, Some(closing));
                part
            }
            quoted if quoted.starts_with('"') => Part::Quoted(quoted.trim_matches('"').to_owned()),
            rule => Part::Rule(rule.to_owned()),
        };
        all.push(part);
    }
    Part::Row(all)
}

struct Writer<'w, 't> {
    rules: &'w BTreeMap<String, Part>,
    dice: Dice<'t>,
    text: Vec<String>,
}

impl Writer<'_, '_> {
    fn write(&mut self, part: &Part, depth: usize) {
        match part {
            Part::Quoted(word) => self.text.push(word.clone()),
            Part::Row(all) => all.iter().for_each(|part| self.write(part, depth)),
            Part::Maybe(inner) => {
                if depth > 0 && self.dice.roll(2) == 1 {
                    self.write(inner, depth);
                }
            }
            Part::Many(inner) => {
                let times = if depth == 0 { 0 } else { self.dice.roll(3) };
                (0..times).for_each(|_| self.write(inner, depth));
            }
            Part::OneOf(all) => {
                // The first is the one that ends soonest.
                let sides = if depth == 0 { 1 } else { all.len() };
                let part = &all[self.dice.roll(sides)];
                self.write(part, depth);
            }
            Part::Rule(name) => self.rule(name, depth),
        }
    }

    fn rule(&mut self, name: &str, depth: usize) {
        let inner = depth.saturating_sub(1);
        let word = match name {
            "name" => *self.dice.pick(&["a", "B_2", "é", "total"]),
            "number" => *self.dice.pick(&["1", "2.50", "7e-3"]),
            "whole" => *self.dice.pick(&["3", "0", "90"]),
            "text" => *self.dice.pick(&["\"x\"", "\"\"", "\"\\u00e9 \\\"\""]),
            // These run to the closing bracket around them.
            "form" => {
                self.text.push("(".to_owned());
                self.write(&self.rules["form"], inner);
                ")"
            }
            _ => {
                let rule = self
                    .rules
                    .get(name)
                    .unwrap_or_else(|| panic!("there is no rule {name}"));
                return self.write(rule, inner);
            }
        };
        self.text.push(word.to_owned());
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: ProptestConfig::default().cases.max(3_000), ..ProptestConfig::default() })]

    #[test]
    fn what_the_rules_make_is_read(tape in prop::collection::vec(any::<u8>(), 0..200), depth in 0..40_usize) {
        let rules = rules();
        let mut writer = Writer { rules: &rules, dice: Dice::new(&tape), text: Vec::new() };
        writer.rule("segment", depth);
        let text = writer.text.join(" ");
        let (_, diagnostics) = crate::parse::parse(&text);
        prop_assert!(diagnostics.is_empty(), "{text}\n{diagnostics:#?}");
    }
}

#[test]
fn nothing_of_the_language_is_left_out() {
    let rules = PAGE.split("```").nth(1).expect("the rules");
    let units = Unit::ALL
        .into_iter()
        .flat_map(|unit| [unit.words().0, unit.words().1]);
    let refused = ["{", "}", "$", "null"];
    let all = SIGNS
        .into_iter()
        .chain(RESERVED)
        .chain(units)
        .filter(|word| !refused.contains(word));
    for word in all {
        let quoted = |known: &str| known.trim_matches('"').eq_ignore_ascii_case(word);
        let found = rules
            .split_whitespace()
            .any(|token| token.starts_with('"') && quoted(token));
        assert!(found, "`{word}` does not occur in docs/pql/grammar.md");
    }
    assert!(rules.contains("\"$1\""));
}
