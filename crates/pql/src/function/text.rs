//! Functions of texts. Each is false where one of its texts is missing, the negative ones too.

use super::{ANY, Call, Function, Gives, Parameter, Time};
use crate::program::Expression;
use crate::types::Type;
use crate::value::Datum;
use crate::value::fold::folded;
use xdm::{Number, Value};

const TEXT: Parameter = Parameter::Value(Type::Text);
const NAME: &str =
    r#"{"name": "Ana Ito", "mail": "ana@example.test", "code": "KR-2023-77", "off": "50% off"}"#;

/// A test of two texts, with the flag for case.
const fn test(
    name: &'static str,
    doc: &'static str,
    example: &'static str,
    eval: for<'v> fn(&Call<'_, 'v>) -> Datum<'v>,
) -> Function {
    Function {
        name,
        takes: &[TEXT, TEXT, Parameter::Case],
        optional: 1,
        gives: Gives::Type(Type::Boolean),
        doc,
        example: (NAME, example),
        time: Time::Still,
        check: ANY,
        eval,
    }
}

pub(super) const ALL: &[Function] = &[
    test(
        "equals",
        "Holds if both texts are the same; with `false`, but for case.",
        r#"name.equals("Ana Ito") and name.equals("ANA ITO", false) and not name.equals("ANA ITO")"#,
        |call| both(call, |one, other| one == other),
    ),
    test(
        "notEqualTo",
        "Holds if the texts differ; with `false`, in more than case.",
        r#"name.notEqualTo("Eva") and name.notEqualTo("ANA ITO") and not name.notEqualTo("ANA ITO", false)"#,
        |call| both(call, |one, other| one != other),
    ),
    test(
        "startsWith",
        "Holds if the text begins so.",
        r#"name.startsWith("Ana") and name.startsWith("ana", false) and not name.startsWith("ana")"#,
        |call| both(call, |text, part| text.starts_with(part)),
    ),
    test(
        "doesNotStartWith",
        "Holds if the text begins otherwise.",
        r#"name.doesNotStartWith("Ito") and not gone.doesNotStartWith("Ito")"#,
        |call| both(call, |text, part| !text.starts_with(part)),
    ),
    test(
        "endsWith",
        "Holds if the text ends so.",
        r#"mail.endsWith(".test") and mail.endsWith(".TEST", false)"#,
        |call| both(call, |text, part| text.ends_with(part)),
    ),
    test(
        "doesNotEndWith",
        "Holds if the text ends otherwise.",
        r#"mail.doesNotEndWith(".com") and not gone.doesNotEndWith(".com")"#,
        |call| both(call, |text, part| !text.ends_with(part)),
    ),
    test(
        "contains",
        "Holds if the part is somewhere in the text.",
        r#"mail.contains("example") and mail.contains("EXAMPLE", false) and not mail.contains("EXAMPLE")"#,
        |call| both(call, |text, part| text.contains(part)),
    ),
    test(
        "doesNotContain",
        "Holds if the part is nowhere in the text.",
        r#"mail.doesNotContain("sample") and not gone.doesNotContain("sample")"#,
        |call| both(call, |text, part| !text.contains(part)),
    ),
    test(
        "like",
        "Holds if the whole text looks like the other, in which `%` is any text and `_` any one sign; `\\%` and `\\_` are \
         the signs themselves.",
        r#"mail.like("%@example.%") and code.like("KR-____-%") and off.like("50\\% %") and not name.like("Ana")"#,
        |call| both(call, like),
    ),
    Function {
        name: "matches",
        takes: &[TEXT, Parameter::Pattern],
        optional: 0,
        gives: Gives::Type(Type::Boolean),
        doc: "Holds if the pattern is found somewhere in the text; `^` and `$` bind it to the ends.",
        example: (
            NAME,
            r#"code.matches("\\d{4}") and code.matches("^[A-Z]{2}-") and not code.matches("^\\d")"#,
        ),
        time: Time::Still,
        check: ANY,
        eval: |call| {
            let found = call.text(0).zip(call.pattern(1));
            Datum::Boolean(found.is_some_and(|(text, pattern)| pattern.regex().is_match(text)))
        },
    },
    Function {
        name: "regexGroup",
        takes: &[TEXT, Parameter::Pattern, Parameter::Whole],
        optional: 0,
        gives: Gives::Type(Type::Text),
        doc: "What the group of this number matched where the pattern is found first; 0 is the whole. Missing if it is not \
              found.",
        example: (
            NAME,
            r#"code.regexGroup("-(\\d+)-(\\d+)", 2) = "77" and code.regexGroup("x(y)?", 1).isNull()"#,
        ),
        time: Time::Still,
        check: |arguments| match arguments {
            [
                _,
                Expression::Pattern(pattern),
                Expression::Literal(Value::Number(Number::Exact(group))),
            ] if *group > pattern.groups().into() => Err(format!(
                "The groups of this pattern go up to {}.",
                pattern.groups()
            )),
            _ => Ok(()),
        },
        eval: |call| {
            let found = call.text(0).zip(call.pattern(1)).and_then(|(text, pattern)| {
                let captures = pattern.regex().captures(text)?;
                Some(Datum::Text(captures.get(call.whole(2))?.as_str().into()))
            });
            found.unwrap_or(Datum::Missing)
        },
    },
];

/// A test of the first two arguments, folded if case does not matter.
fn both<'v>(call: &Call<'_, 'v>, test: impl Fn(&str, &str) -> bool) -> Datum<'v> {
    let (Some(one), Some(other)) = (call.text(0), call.text(1)) else {
        return Datum::Boolean(false);
    };
    Datum::Boolean(if call.cased(2) {
        test(one, other)
    } else {
        test(&folded(one), &folded(other))
    })
}

/// One sign of what a text should look like.
#[derive(Clone, Copy, PartialEq)]
enum Sign {
    Any,
    One,
    This(char),
}

fn like(text: &str, shape: &str) -> bool {
    let mut signs = Vec::new();
    let mut chars = shape.chars();
    while let Some(c) = chars.next() {
        signs.push(match c {
            '%' => Sign::Any,
            '_' => Sign::One,
            '\\' => Sign::This(chars.next().unwrap_or('\\')),
            c => Sign::This(c),
        });
    }
    // Which beginnings of the shape can match what was read: at worst text times shape.
    let mut open = vec![false; signs.len() + 1];
    open[0] = true;
    spread(&signs, &mut open);
    for c in text.chars() {
        let mut next = vec![false; signs.len() + 1];
        for (at, sign) in signs.iter().enumerate().filter(|(at, _)| open[*at]) {
            match sign {
                Sign::Any => next[at] = true,
                Sign::One => next[at + 1] = true,
                Sign::This(wanted) => next[at + 1] |= *wanted == c,
            }
        }
        spread(&signs, &mut next);
        open = next;
    }
    open[signs.len()]
}

/// `%` is also no text at all.
fn spread(signs: &[Sign], open: &mut [bool]) {
    for (at, sign) in signs.iter().enumerate() {
        if *sign == Sign::Any && open[at] {
            open[at + 1] = true;
        }
    }
}
