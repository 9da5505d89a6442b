//! Segments as sentences, in English and Korean.

use super::properties::TOKENS;
use crate::Path;
use crate::function::Function;
use crate::generate::{Dice, Words, program};
use crate::parse;
use crate::print::{Text, number};
use crate::program::{Expression, Field, Operator, Program, Unit, When, Window};
use crate::sentence::{english, korean};
use jiff::tz::TimeZone;
use model::SegmentId;
use proptest::prelude::*;
use xdm::{Number, Value};

fn meaning(text: &str) -> Program {
    let parsed = parse(text);
    let diagnostics = parsed.diagnostics;
    parsed
        .program
        .unwrap_or_else(|| panic!("{text}: {diagnostics:#?}"))
}

/// Each segment with its sentences. They were read by people; what is here is how they should read.
#[test]
fn sentences_read_as_they_should() {
    let written = include_str!("sentence/sentences.txt");
    let texts: Vec<_> = written
        .lines()
        .filter(|line| !line.is_empty() && !line.starts_with(' '))
        .collect();
    assert!(texts.len() >= 80, "{} segments", texts.len());
    let said = |text: &&str| {
        let program = meaning(text);
        format!("{text}\n    {}\n    {}\n", english(&program), korean(&program))
    };
    let found = texts.iter().map(said).collect::<Vec<_>>().join("\n");
    if found != written {
        let new = concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/src/tests/sentence/sentences.txt.new"
        );
        std::fs::write(new, found).expect("a file beside it");
        panic!("the sentences are not those of sentences.txt; {new} are: read them and put them in place");
    }
}

#[test]
fn a_zone_is_said_where_it_is_not_utc() {
    let born = meaning("born occurs on today").in_zone(TimeZone::get("Asia/Seoul").expect("a zone"));
    assert_eq!(
        english(&born),
        "People whose \"born\" is today (days, months and years by the clock of Asia/Seoul)."
    );
    assert_eq!(
        korean(&born),
        "\"born\" 값이 오늘인 사람 (날짜는 Asia/Seoul 시간대 기준)."
    );
}

/// Every function has its words, which are not the fallback that shows it by its name.
#[test]
fn every_function_has_words() {
    for function in Function::all() {
        let program = meaning(function.example.1);
        for said in [english(&program), korean(&program)] {
            assert!(!said.contains('`'), "{}: {said}", function.name);
            assert!(!said.contains(" (call it"), "{said}");
        }
    }
}

/// Each level is said once: a sentence is no longer than what it says.
#[test]
fn the_deepest_have_sentences_too() {
    let levels = [
        ("not (a = 1 or ", ")", 24),
        ("(1 < if(a, b, c) and ", ")", 40),
        ("(exists X from items where ", ")", 1),
        ("xEvent[", "]", 3),
        ("(let S = a + 1 in ", ")", 1),
        ("if(a, b, ", ")", 45),
        ("intersection(a, if(", ", b, c))", 23),
        ("xs.topN(if(", ", b, c), 2)", 5),
    ];
    for (open, close, depth) in levels {
        let program = meaning(&format!("{}d{}", open.repeat(depth), close.repeat(depth)));
        let longest = 60 + depth * 400;
        for said in [english(&program), korean(&program)] {
            assert!(said.len() < longest, "{} bytes of {open}: {said}", said.len());
        }
    }
}

/// Words of which each is found again in a sentence.
fn words() -> Words {
    let path = |keys: &[&str]| Path::new(keys.iter().map(|key| (*key).to_owned()).collect());
    let number = |text: &str| Value::Number(Number::parse(text).expect("a number"));
    let text = |text: &str| Value::String(text.into());
    Words {
        paths: vec![
            path(&["alpha"]),
            path(&["beta", "one"]),
            path(&["beta", "two words"]),
            path(&["homeAddress", "country"]),
            path(&["gamma"]),
        ],
        literals: vec![
            text("gold"),
            text("KR"),
            Value::Bool(true),
            text("은"),
            number("17.50"),
            number("-230"),
        ],
        windows: vec![
            (7, Unit::Day),
            (1, Unit::Hour),
            (3, Unit::Month),
            (52, Unit::Week),
        ],
        days: vec![(2024, 2, 29), (1987, 11, 5)],
        patterns: vec!["^a+$".to_owned(), "b.c".to_owned()],
        segments: ["seg-1", "seg-2"]
            .map(|id| SegmentId::new(id).expect("an id"))
            .to_vec(),
    }
}

/// What a sentence must hold of an expression, each in the spellings that will do.
fn to_be_said(expression: &Expression, tell: &mut dyn FnMut(Vec<String>)) {
    match expression {
        Expression::Literal(value) => tell_literal(value, tell),
        Expression::Pattern(pattern) => tell(vec![Text(pattern.text()).to_string()]),
        Expression::InSegment(segment) => tell(vec![Text(segment.as_str()).to_string()]),
        Expression::Field(Field { path, .. }) | Expression::Member { path, .. } => {
            if let Some(last) = path.keys().last() {
                let known = match path.keys() {
                    [a, b] if a == "homeAddress" && b == "country" => {
                        &["home country", "거주 국가", "in Korea", "에 사는", "에 살"][..]
                    }
                    _ => &[],
                };
                let known = known.iter().map(|known| (*known).to_owned());
                // The time of an event is not named: it is said when it was.
                if last != "timestamp" {
                    tell(known.chain([last.clone()]).collect());
                }
            }
        }
        Expression::Occurs { when, .. } => tell_window(when, tell),
        Expression::Chain { steps, .. } => {
            for step in steps {
                step.when.iter().for_each(|when| tell_window(when, tell));
                step.gaps.iter().for_each(|gap| tell(vec![gap.count.to_string()]));
                tell(vec![step.count.to_string()]);
            }
        }
        _ => {}
    }
    // The parts of a date are written as people write dates.
    if !matches!(expression, Expression::Call { function, .. } if function.name == "date") {
        expression
            .parts()
            .into_iter()
            .for_each(|part| to_be_said(part, tell));
    }
}

fn tell_literal(value: &Value, tell: &mut dyn FnMut(Vec<String>)) {
    match value {
        Value::String(text) if text == "KR" => {
            tell(vec!["\"KR\"".to_owned(), "Korea".to_owned(), "한국".to_owned()]);
        }
        Value::String(text) => tell(vec![Text(text).to_string()]),
        Value::Number(known) => tell(vec![number(*known)]),
        Value::Array(items) => items.iter().for_each(|item| tell_literal(item, tell)),
        Value::Bool(true) => tell(["true", "any kind", "모두"].map(str::to_owned).to_vec()),
        Value::Bool(false) => tell(
            ["false", "no kind", "alike", "대소문자", "아무에게도"]
                .map(str::to_owned)
                .to_vec(),
        ),
        Value::Null | Value::Object(_) => {}
    }
}

fn tell_window(when: &When, tell: &mut dyn FnMut(Vec<String>)) {
    if let When::Distance { window, .. } = when {
        tell(vec![window.count.to_string()]);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: ProptestConfig::default().cases.max(3_000), ..ProptestConfig::default() })]

    /// Nothing is left out: every literal, path, pattern, segment and length is said.
    #[test]
    fn nothing_is_left_out(tape in prop::collection::vec(any::<u8>(), 0..150)) {
        let program = program(&mut Dice::new(&tape), &words(), 4);
        for said in [english(&program), korean(&program)] {
            let mut missing = Vec::new();
            to_be_said(program.condition(), &mut |spellings| {
                if !spellings.iter().any(|spelling| said.contains(spelling)) {
                    missing.push(spellings);
                }
            });
            prop_assert!(missing.is_empty(), "{}\n{}\nleaves out {:?}", program, said, missing);
            prop_assert!(said.ends_with('.') && said.len() > 10, "{}", said);
            prop_assert!(!said.contains("  ") && !said.contains("()"), "{}", said);
            let opened = said.matches('(').count();
            prop_assert_eq!(opened, said.matches(')').count(), "{}", said);
        }
    }

    /// Programs that differ in one operator, number, word or side are not said alike.
    #[test]
    fn another_program_is_another_sentence(
        tape in prop::collection::vec(any::<u8>(), 0..120),
        place in any::<prop::sample::Index>(),
    ) {
        let program = program(&mut Dice::new(&tape), &words(), 3);
        let mut condition = program.condition().clone();
        let mut places = 0;
        change(&mut condition, &mut || { places += 1; false });
        // A program of nothing but `xEvent` has nothing small to change.
        if places == 0 {
            return Ok(());
        }
        let mut left = place.index(places);
        change(&mut condition, &mut || {
            let here = left == 0;
            left = left.wrapping_sub(1);
            here
        });
        let other = Program::new(condition);
        prop_assert_ne!(english(&program), english(&other), "{} and {}", program, other);
        prop_assert_ne!(korean(&program), korean(&other), "{} and {}", program, other);
    }

    /// What texts of any kind can mean has a sentence.
    #[test]
    fn whatever_means_something_has_a_sentence(tokens in prop::collection::vec(prop::sample::select(TOKENS), 0..12)) {
        if let Some(program) = parse(&tokens.join(" ")).program {
            prop_assert!(!english(&program).is_empty() && !korean(&program).is_empty());
        }
    }
}

/// Changes what `here` says of the places where something small can change.
fn change(expression: &mut Expression, here: &mut dyn FnMut() -> bool) {
    match expression {
        Expression::Compare {
            operator,
            left,
            right,
        } => {
            if here() {
                let at = Operator::ALL
                    .iter()
                    .position(|known| known == operator)
                    .expect("an operator");
                *operator = Operator::ALL[(at + 1) % Operator::ALL.len()];
                if operator.orders() && (left_is_list(left) || left_is_list(right)) {
                    *operator = Operator::Equal;
                }
            }
            change(left, here);
            change(right, here);
        }
        Expression::Literal(value) => {
            if here() {
                *value = match &value {
                    Value::Bool(value) => Value::Bool(!value),
                    Value::Number(_) => Value::Number(Number::parse("987654").expect("a number")),
                    Value::String(_) => Value::String("other".into()),
                    Value::Array(_) => Value::Array(vec![Value::String("others".into())]),
                    other => (*other).clone(),
                };
            }
        }
        Expression::InSegment(segment) => {
            if here() {
                *segment = SegmentId::new("seg-other").expect("an id");
            }
        }
        Expression::Field(field) => {
            let whole = field.path.keys().is_empty();
            if !whole && here() {
                field.path = Path::new(vec!["delta".to_owned()]);
            }
        }
        Expression::Quantifier {
            every,
            list,
            condition,
            ..
        } => {
            if here() {
                *every = !*every;
            }
            change(list, here);
            if let Some(condition) = condition {
                change(condition, here);
            }
        }
        Expression::Occurs { moment, when } => {
            change(moment, here);
            if let When::Distance {
                window, direction, ..
            } = when
            {
                if here() {
                    *direction = direction.turned();
                }
                change_window(window, here);
            }
        }
        Expression::Chain { events, steps } => {
            change(events, here);
            for step in steps {
                if here() {
                    step.count += 1;
                }
                change(&mut step.what, here);
                step.gaps.iter_mut().for_each(|gap| change_window(gap, here));
            }
        }
        Expression::Not(of) | Expression::Negative(of) | Expression::Member { of, .. } => change(of, here),
        Expression::And(all) | Expression::Or(all) | Expression::List(all) => {
            for one in all {
                change(one, here);
            }
        }
        Expression::Arithmetic { first, rest } => {
            change(first, here);
            for (_, one) in rest {
                change(one, here);
            }
        }
        Expression::If {
            condition,
            then,
            otherwise,
        } => {
            change(condition, here);
            change(then, here);
            change(otherwise, here);
        }
        Expression::Let { value, body, .. } => {
            change(value, here);
            change(body, here);
        }
        Expression::Filter { list, condition, .. } => {
            change(list, here);
            change(condition, here);
        }
        Expression::Each { body, .. } => change(body, here),
        Expression::Call { arguments, .. } => arguments.iter_mut().for_each(|one| change(one, here)),
        Expression::Pattern(_) | Expression::Events => {}
    }
}

fn left_is_list(side: &Expression) -> bool {
    !matches!(
        side,
        Expression::Literal(Value::Number(_) | Value::String(_)) | Expression::Field(_)
    )
}

fn change_window(window: &mut Window, here: &mut dyn FnMut() -> bool) {
    if here() {
        window.count += 1;
    }
    if here() {
        let at = Operator::ALL
            .iter()
            .position(|known| *known == window.operator)
            .expect("an operator");
        window.operator = Operator::ALL[(at + 1) % Operator::ALL.len()];
    }
    if here() {
        window.unit = if window.unit == Unit::Day {
            Unit::Hour
        } else {
            Unit::Day
        };
    }
}
