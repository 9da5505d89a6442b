//! What holds for every text and every program.

use crate::Path;
use crate::function::Function;
use crate::generate::{Dice, Words, program};
use crate::program::{Expression, Field, Program, Root, Sign, Unit};
use crate::types::{Fields, Known, Type};
use crate::{Severity, json, parse};
use model::SegmentId;
use proptest::prelude::*;
use xdm::{Number, Value};

/// Strange ones: whatever a text can hold.
pub(super) fn words() -> Words {
    let path = |keys: &[&str]| Path::new(keys.iter().map(|key| (*key).to_owned()).collect());
    let number = |text: &str| Value::Number(Number::parse(text).expect("a number"));
    let text = |text: &str| Value::String(text.into());
    Words {
        paths: vec![
            path(&["a"]),
            path(&["timestamp"]),
            path(&["_acme", "count", "not", "xEvent"]),
            path(&["now", "two words", "", "E0", "\"\\", "é\u{301}\n\u{7f}"]),
            path(&["é", "1st"]),
        ],
        literals: vec![
            Value::Bool(true),
            text(""),
            text("\"quoted\" \\n \n \t \u{0} \u{1F600} ’"),
            number("0"),
            number("-12.50"),
            number("0.0000000000000000000000000001"),
            number("7.00000000000000000000000000000000001"),
            number("-123456789012345678901234567890"),
            number("1e300"),
            number("-4e-320"),
            number("1e-400"),
        ],
        windows: vec![
            (1, Unit::Day),
            (0, Unit::Millisecond),
            (u64::MAX, Unit::Millennium),
            (3, Unit::Month),
        ],
        days: vec![(2024, 2, 29), (1, 1, 1), (9999, 12, 31)],
        patterns: vec!["^a+\\d".to_owned(), "(?iU)\"(.)[\\w\n]".to_owned(), String::new()],
        segments: ["gold", "0b0e-11:a.b_C"]
            .map(|id| SegmentId::new(id).expect("an id"))
            .to_vec(),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: ProptestConfig::default().cases.max(2_000), ..ProptestConfig::default() })]

    #[test]
    fn print_then_parse_is_the_same(tape in prop::collection::vec(any::<u8>(), 0..200)) {
        let program = program(&mut Dice::new(&tape), &words(), 5);
        let text = program.to_string();
        let parsed = parse(&text);
        let errors: Vec<_> = parsed.diagnostics.iter().filter(|d| d.severity == Severity::Error).collect();
        prop_assert!(errors.is_empty(), "{text}\n{errors:#?}");
        let again = parsed.program.expect("a program");
        prop_assert_eq!(again.condition(), program.condition(), "{}", text);
    }

    /// What is a condition by its form is what has no other type than true or false, whatever it is made of.
    #[test]
    fn conditions_are_known_by_their_form(tape in prop::collection::vec(any::<u8>(), 0..200)) {
        let program = program(&mut Dice::new(&tape), &words(), 5);
        let mut wrong = Vec::new();
        program.condition().all(&mut |part| {
            let open = matches!(
                part,
                Expression::Call { .. } | Expression::Literal(_) | Expression::If { .. } | Expression::Let { .. } | Expression::Each { .. }
            );
            let boolean = Known::of(part, &mut Vec::new(), Fields::default()).is(Type::Boolean);
            if part.is_condition() != boolean && !open {
                wrong.push(format!("{part:?}"));
            }
        });
        prop_assert!(wrong.is_empty(), "{:?}", wrong);
    }

    #[test]
    fn any_text_gets_an_answer(text in ".{0,60}") {
        check_answer(&text)?;
    }

    #[test]
    fn any_soup_of_tokens_gets_an_answer(
        tokens in prop::collection::vec(prop::sample::select(TOKENS), 0..40),
        spaced in any::<bool>(),
    ) {
        check_answer(&tokens.join(if spaced { " " } else { "" }))?;
    }

    /// A right text with one token taken out, put in or doubled.
    #[test]
    fn any_slip_gets_an_answer(
        tape in prop::collection::vec(any::<u8>(), 0..80),
        slip in prop::sample::select(TOKENS),
        at in any::<prop::sample::Index>(),
        replace in any::<bool>(),
    ) {
        let text = program(&mut Dice::new(&tape), &words(), 3).to_string();
        let mut parts: Vec<&str> = text.split(' ').collect();
        let at = at.index(parts.len());
        if replace { parts[at] = slip } else { parts.insert(at, slip) }
        check_answer(&parts.join(" "))?;
    }
}

pub(super) const TOKENS: &[&str] = &[
    "a",
    "E",
    "xEvent",
    "timestamp",
    "1",
    "2.5",
    "-",
    "\"x\"",
    "'x'",
    "(",
    ")",
    "[",
    "]",
    ".",
    ",",
    "=",
    "==",
    "!=",
    "<",
    "<=",
    ">",
    ">=",
    "!",
    "and",
    "or",
    "not",
    "in",
    "notIn",
    "exists",
    "from",
    "where",
    "forall",
    "select",
    "let",
    "if",
    "CHAIN",
    "occurs",
    "days",
    "before",
    "now",
    "between",
    "true",
    "count",
    "sum",
    "equals",
    "inSegment",
    "isNull",
    "+",
    "*",
    "%",
    "^",
    "$",
    ":",
    "=>",
    "{",
    "}",
    "\\",
    "\"",
    "1e999",
    "é",
    "“",
    "#",
    "\n",
    "--",
    "&&",
];

/// There is a program if and only if there is no error; spans lie in the text; sentences are sentences.
fn check_answer(text: &str) -> Result<(), TestCaseError> {
    let parsed = parse(text);
    let failed = parsed.diagnostics.iter().any(|d| d.severity == Severity::Error);
    prop_assert_eq!(parsed.program.is_none(), failed, "{:?}: {:#?}", text, parsed);
    for diagnostic in &parsed.diagnostics {
        let span = diagnostic.span;
        prop_assert!(
            text.get(span.start..span.end).is_some(),
            "{text:?}: {diagnostic:?}"
        );
        prop_assert!(diagnostic.message.ends_with(['.', '?']), "{diagnostic:?}");
    }
    Ok(())
}

#[test]
fn nesting_is_bounded() {
    let many = |part: &str| part.repeat(20_000);
    for text in [
        many("("),
        many("not "),
        many("!"),
        many("["),
        many("a = ["),
        many("xEvent["),
        many("exists E from "),
        many("exists E from xEvent where "),
        many("f("),
        many("a.f("),
        many("a = not "),
        many("a[1]."),
        format!("a{}", many(".count()")),
        format!("a{}", many("[b]")),
        many("^"),
        many("$1."),
        many("- "),
        many("a in "),
        many("1 + "),
        many("a = "),
        many(") "),
        many("a "),
        many("a => ("),
        many("(P) => "),
        many("forall I from "),
        many("occurs between "),
        many("let a = "),
        many("let a = 1 in "),
        many("if("),
        many("if(a, "),
        many("CHAIN("),
        many("CHAIN(xEvent, timestamp, [A: WHAT("),
        many("CHAIN(xEvent, timestamp, [A: WHAT(a) WHEN(before "),
        many("-("),
        many("- a * "),
        many("select a from "),
        many("select a from b where "),
        many("sum a "),
        many("sum a over b from "),
        many("a.map((P) => "),
        many("a occurs < 1 day before "),
        format!("exists E from a{}", many(", E from a")),
        format!("a{}", many("[1]")),
        format!("-{}", many("1[a]")),
        format!("{}a{}", many("("), many(")")),
        format!("a{}", ".a".repeat(64)),
        format!("a{}", many(".a")),
        format!("a.b(){}", many(".c")),
        format!("a.head(){} > 1", many(".a")),
    ] {
        let parsed = parse(&text);
        assert!(parsed.program.is_none(), "{}", &text[..20]);
        assert!(!parsed.diagnostics.is_empty());
    }
    // A long text that is not deep is fine.
    for text in [
        format!("a{}", many(" and a")),
        format!("a in [1{}]", many(", 1")),
        format!("a{}", ".a".repeat(63)),
        format!("a{} > 1", many(" + a")),
        format!("a.head(){} > 1", ".a".repeat(64)),
        format!("a{} > 1", many(" * a")),
        format!("CHAIN(xEvent, timestamp, [WHAT(a){}])", many(", WHAT(a)")),
        format!("[a{0}].intersects([b{0}])", many(", c")),
    ] {
        let parsed = parse(&text);
        assert!(parsed.program.is_some(), "{:?}", parsed.diagnostics.first());
    }
    assert!(
        parse(&format!("{}a{}", "(".repeat(150), ")".repeat(150)))
            .program
            .is_some()
    );
}

/// As deep as a meaning may be, it can be printed and read again.
#[test]
fn the_deepest_programs_are_read_again() {
    let levels: [fn(Expression) -> Expression; 3] = [
        |inner| Expression::Not(Box::new(inner)),
        |inner| Expression::And(vec![Expression::Literal(Value::Bool(true)), inner]),
        |inner| Expression::Or(vec![inner, Expression::Literal(Value::Bool(true))]),
    ];
    let any = |inner| Expression::Filter {
        list: Box::new(Expression::Events),
        variable: None,
        condition: Box::new(inner),
    };
    let exists = |inner| Expression::Quantifier {
        every: false,
        variable: "E".to_owned(),
        list: Box::new(Expression::Events),
        condition: Some(Box::new(inner)),
    };
    for (outer, inner) in (0..3).flat_map(|outer| (0..3).map(move |inner| (outer, inner))) {
        let deep = |depth: usize| {
            let wrap = |condition, level: usize| match level {
                3 => exists(condition),
                10 | 30 => any(condition),
                _ => levels[if level.is_multiple_of(2) { outer } else { inner }](condition),
            };
            Program::new((1..depth).fold(Expression::Literal(Value::Bool(true)), wrap))
        };
        let deepest = deep(50);
        let again = parse(&deepest.to_string());
        assert_eq!(
            again.program.expect("a program").condition(),
            deepest.condition(),
            "{:?}",
            again.diagnostics
        );
        let of_json = json::read(&json::write(&deepest)).program;
        assert_eq!(of_json.expect("a program").condition(), deepest.condition());
        let deeper = parse(&deep(51).to_string());
        assert_eq!(deeper.program, None);
        assert!(
            deeper.diagnostics.iter().any(|d| d.message.contains("nested")),
            "{:?}",
            deeper.diagnostics
        );
    }
}

/// What a level is called, and how it is put around a value.
type Level<'l> = (&'l str, &'l dyn Fn(Expression, usize) -> Expression);

/// The same of values, each level of which is written in its own way.
#[test]
fn the_deepest_values_are_read_again() {
    let one = || Box::new(Expression::Literal(Value::parse("1").expect("json")));
    let levels: [Level<'_>; 6] = [
        ("sums", &|inner, _| Expression::Arithmetic {
            first: Box::new(inner),
            rest: vec![(Sign::Minus, *one())],
        }),
        ("negatives", &|inner, _| Expression::Negative(Box::new(inner))),
        ("choices", &|inner, _| Expression::If {
            condition: Box::new(Expression::Literal(Value::Bool(true))),
            then: Box::new(inner),
            otherwise: one(),
        }),
        ("bindings", &|inner, level| Expression::Let {
            name: format!("L{level}"),
            value: one(),
            body: Box::new(inner),
        }),
        ("calls", &|inner, _| Expression::Call {
            function: Function::named("head").expect("a function"),
            arguments: vec![inner],
        }),
        ("lists", &|inner, _| Expression::List(vec![*one(), inner])),
    ];
    for (name, wrap) in levels {
        let deep = |depth: usize| {
            let field = Field {
                root: Root::Profile,
                path: Path::new(vec!["a".to_owned()]),
            };
            let isnull = Function::named("isNull").expect("a function");
            let value = (0..depth).fold(Expression::Field(field), wrap);
            let arguments = vec![Expression::Member {
                of: Box::new(Expression::List(vec![value])),
                path: Path::new(vec!["b".to_owned()]),
            }];
            Program::new(Expression::Call {
                function: isnull,
                arguments,
            })
        };
        let deepest = deep(46);
        let again = parse(&deepest.to_string());
        let found = again
            .program
            .unwrap_or_else(|| panic!("{name}: {:?}", again.diagnostics));
        assert_eq!(found.condition(), deepest.condition(), "{name}");
        let of_json = json::read(&json::write(&deepest)).program;
        assert_eq!(
            of_json.expect("a program").condition(),
            deepest.condition(),
            "{name}"
        );
        assert_eq!(parse(&deep(47).to_string()).program, None, "{name}");
    }
}

#[test]
fn events_within_events_are_bounded() {
    let nested = |depth: usize| (0..depth).fold("true".to_owned(), |inner, _| format!("xEvent[{inner}]"));
    assert!(parse(&nested(3)).program.is_some());
    let parsed = parse(&nested(4));
    assert_eq!(parsed.diagnostics.len(), 1, "{parsed:#?}");
    assert_eq!(parsed.program, None);
    // Beside each other they may be as many as they like.
    assert!(
        parse("xEvent[xEvent[xEvent[a]] and xEvent[xEvent[b]]] and xEvent[xEvent[xEvent[c]]]")
            .program
            .is_some()
    );
}
