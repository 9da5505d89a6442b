//! Functions that hold or do not: `whose name starts with "A"`.

use super::condition::{literal_beside, missing};
use super::{Writer, joined};
use crate::function::Function;
use crate::program::Expression;
use crate::sentence::scope::may_be_missing;
use xdm::Value;

/// Functions with the words for that they hold and that they do not; the second of a pair is the negative of the first.
const TESTS: &[(&str, Option<&str>, &str, &str)] = &[
    ("equals", Some("notEqualTo"), "is", "is not"),
    (
        "startsWith",
        Some("doesNotStartWith"),
        "starts with",
        "does not start with",
    ),
    (
        "endsWith",
        Some("doesNotEndWith"),
        "ends with",
        "does not end with",
    ),
    ("contains", Some("doesNotContain"), "contains", "does not contain"),
    ("like", None, "looks like", "does not look like"),
    (
        "matches",
        None,
        "matches the pattern",
        "does not match the pattern",
    ),
    ("includes", None, "includes", "does not include"),
    ("intersects", None, "shares an item with", "shares no item with"),
    (
        "subsetOf",
        None,
        "has items only of",
        "does not have items only of",
    ),
    (
        "supersetOf",
        None,
        "has all items of",
        "does not have all items of",
    ),
];

/// Whether there are words for a function.
pub(super) fn is_known(name: &str) -> bool {
    words(name).is_some() || ["isNull", "isNotNull", "in", "notIn"].contains(&name)
}

/// That it holds, that it does not, and whether the function is the one of the two that holds where the first does not.
fn words(name: &str) -> Option<(&'static str, &'static str, bool)> {
    let found = |(one, other, holds, fails): &(&str, Option<&str>, &'static str, &'static str)| {
        let opposite = *other == Some(name);
        (*one == name || opposite).then_some((*holds, *fails, opposite))
    };
    TESTS.iter().find_map(found)
}

impl<'p> Writer<'p> {
    /// A call as a condition.
    pub(super) fn test(
        &mut self,
        function: &'static Function,
        arguments: &'p [Expression],
        negated: bool,
    ) -> String {
        let missable = arguments.iter().any(may_be_missing);
        match (function.name, arguments) {
            (name @ ("isNull" | "isNotNull"), [value]) => {
                let missing = (name == "isNull") != negated;
                self.about(value, if missing { "is missing" } else { "is known" })
            }
            ("in", [item, list]) => {
                let some = self.some_of(item, list);
                let said = if negated {
                    format!("is not {some}{}", missing(missable))
                } else {
                    format!("is {some}")
                };
                self.about(item, &said)
            }
            ("notIn", [item, list]) => {
                let some = self.some_of(item, list);
                let said = if negated {
                    format!("is {some} (or cannot be compared)")
                } else {
                    format!("is known and is not {some}")
                };
                self.about(item, &said)
            }
            (name, [one, other, rest @ ..]) => {
                let Some((holds, fails, opposite)) = words(name) else {
                    return self.whatever(function, arguments, negated);
                };
                let case = match rest.first() {
                    Some(Expression::Literal(Value::Bool(false))) => " (upper and lower case alike)",
                    _ => "",
                };
                let value = self.beside(one, other);
                let said = match (opposite, negated) {
                    (false, false) => format!("{holds} {value}{case}"),
                    (false, true) => format!("{fails} {value}{case}{}", missing(missable)),
                    (true, false) => format!("is known and {fails} {value}{case}"),
                    (true, true) => format!("{holds} {value}{case}{}", missing(missable)),
                };
                self.about(one, &said)
            }
            _ => self.whatever(function, arguments, negated),
        }
    }

    /// A function that gives no boolean, or none that there are words for.
    fn whatever(
        &mut self,
        function: &'static Function,
        arguments: &'p [Expression],
        negated: bool,
    ) -> String {
        let value = self.call(function, arguments);
        let words = self.pronouns();
        let said = if negated {
            "is neither true nor a list with something in it"
        } else {
            "is true or a list with something in it"
        };
        format!("{} ({value} {said})", words.for_which)
    }

    /// `"a", "b" or "c"`, `in their tags`.
    fn some_of(&mut self, item: &'p Expression, list: &'p Expression) -> String {
        let all: Vec<String> = match list {
            Expression::Literal(Value::Array(items)) => {
                items.iter().map(|value| literal_beside(item, value)).collect()
            }
            Expression::List(items) => items.iter().map(|one| self.value(one)).collect(),
            _ => return format!("in {}", self.value(list)),
        };
        match all.as_slice() {
            [] => "in an empty list".to_owned(),
            [one] => format!("one of: {one}"),
            _ => joined(&all, "or"),
        }
    }
}
