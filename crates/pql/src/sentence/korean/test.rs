//! Functions that hold or do not: `이름이 "A"로 시작하는`.

use super::Writer;
use super::condition::{How, copula, literal_beside};
use super::particle::{OBJECT, SUBJECT, TOWARDS, WITH, with};
use super::verb::{CONSISTS, DIFFERS, DOES, ENDS, EXISTS, Form, IS, SAME, Verb};
use crate::function::Function;
use crate::program::Expression;
use crate::sentence::scope::may_be_missing;
use xdm::Value;

/// The functions of texts and lists that there are words for, and what is the negative of which.
const OPPOSITES: &[(&str, &str)] = &[
    ("equals", "notEqualTo"),
    ("startsWith", "doesNotStartWith"),
    ("endsWith", "doesNotEndWith"),
    ("contains", "doesNotContain"),
];

/// Whether there are words for a function.
pub(super) fn is_known(name: &str) -> bool {
    let test = |(one, other): &(&str, &str)| *one == name || *other == name;
    let others = [
        "isNull",
        "isNotNull",
        "in",
        "notIn",
        "like",
        "matches",
        "includes",
        "intersects",
        "subsetOf",
        "supersetOf",
    ];
    OPPOSITES.iter().any(test) || others.contains(&name)
}

impl<'p> Writer<'p> {
    /// A call as a condition.
    pub(super) fn test(
        &mut self,
        function: &'static Function,
        arguments: &'p [Expression],
        form: Form,
        negated: bool,
    ) -> String {
        let missable = arguments.iter().any(may_be_missing);
        match (function.name, arguments) {
            (name @ ("isNull" | "isNotNull"), [value]) => {
                let there = (name == "isNotNull") != negated;
                let value = with(&self.value(value), SUBJECT);
                format!("{value} {}", EXISTS.form(form, !there))
            }
            ("in", [item, list]) => {
                let some = self.some_of(item, list);
                self.is(item, &some, form, negated, missable)
            }
            ("notIn", [item, list]) => {
                let some = self.some_of(item, list);
                if negated {
                    let item = with(&self.value(item), SUBJECT);
                    return format!("{item} (비교할 수 없거나) {}", copula(&some, &IS, form, false));
                }
                let item = with(&self.value(item), SUBJECT);
                format!("{item} 있으면서 {}", copula(&some, &IS, form, true))
            }
            (name, [one, other, rest @ ..]) if is_known(name) => {
                let case = match rest.first() {
                    Some(Expression::Literal(Value::Bool(false))) => "대소문자 구분 없이 ",
                    _ => "",
                };
                let value = self.beside(one, other);
                let base = OPPOSITES.iter().find(|(_, opposite)| *opposite == name);
                let (said, verb) = words(base.map_or(name, |(base, _)| base), &value);
                let said = format!("{case}{said}");
                match (base.is_some(), negated) {
                    (false, negated) => {
                        let or_missing = negated && missable;
                        self.does(
                            one,
                            &said,
                            verb,
                            How {
                                form,
                                negated,
                                or_missing,
                            },
                        )
                    }
                    (true, true) => self.does(
                        one,
                        &said,
                        verb,
                        How {
                            form,
                            negated: false,
                            or_missing: missable,
                        },
                    ),
                    (true, false) => {
                        let said = format!("있으면서 {said}");
                        self.does(
                            one,
                            &said,
                            verb,
                            How {
                                form,
                                negated: true,
                                or_missing: false,
                            },
                        )
                    }
                }
            }
            _ => {
                let value = with(&self.call(function, arguments), SUBJECT);
                let said = format!("{value} 참(또는 비어 있지 않은 목록)");
                format!("{said}{}", copula("", &IS, form, negated))
            }
        }
    }

    /// `"a", "b", "c" 중 하나`
    fn some_of(&mut self, item: &'p Expression, list: &'p Expression) -> String {
        let all: Vec<String> = match list {
            Expression::Literal(Value::Array(items)) => {
                items.iter().map(|value| literal_beside(item, value)).collect()
            }
            Expression::List(items) => items.iter().map(|one| self.value(one)).collect(),
            _ => return format!("{} 중 하나", self.value(list)),
        };
        if all.is_empty() {
            "빈 목록 중 하나".to_owned()
        } else {
            format!("{} 중 하나", all.join(", "))
        }
    }
}

/// What stands before the verb, and the verb.
fn words(name: &str, value: &str) -> (String, &'static Verb) {
    match name {
        "equals" => (format!("{} ", with(value, WITH)), &SAME),
        "startsWith" => (format!("{} 시작", with(value, TOWARDS)), &DOES),
        "endsWith" => (format!("{} ", with(value, TOWARDS)), &ENDS),
        "contains" | "includes" => (format!("{} 포함", with(value, OBJECT)), &DOES),
        "like" => (format!("{value} 형태와 일치"), &DOES),
        "matches" => (format!("{value} 패턴과 일치"), &DOES),
        "intersects" => (format!("{} 공통 항목이 ", with(value, WITH)), &EXISTS),
        "subsetOf" => (format!("{value}의 항목으로만 "), &CONSISTS),
        "supersetOf" => (format!("{value}의 항목을 빠짐없이 포함"), &DOES),
        _ => (format!("{} ", with(value, WITH)), &DIFFERS),
    }
}
