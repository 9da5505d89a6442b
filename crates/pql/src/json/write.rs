//! From a program to JSON.

mod time;

use super::tree::{Data, Json};
use crate::print::{number, stands_alone};
use crate::program::{Expression, Field, Path, Program, Root};
use xdm::{Number, Value};

pub(super) fn program(program: &Program) -> Json {
    Writer { items: Vec::new() }.expression(program.condition())
}

/// A literal with its type.
pub(super) fn literal(value: &Value) -> Json {
    let kind = match value {
        Value::Number(Number::Exact(number)) if number.is_integer() && number.scale() == 0 => "Integer",
        Value::Number(_) => "Double",
        Value::Bool(_) => "Boolean",
        Value::Array(_) => "List",
        Value::String(_) | Value::Null | Value::Object(_) => "String",
    };
    Json::node(
        "literal",
        [("literalType", Json::text(kind)), ("value", bare(value))],
    )
}

fn bare(value: &Value) -> Json {
    match value {
        Value::Bool(value) => Json::new(Data::Bool(*value)),
        Value::String(text) => Json::text(text.as_str()),
        Value::Number(known) => Json::number(number(*known)),
        Value::Array(items) => Json::new(Data::List(items.iter().map(bare).collect())),
        Value::Null | Value::Object(_) => {
            debug_assert!(false, "no literal");
            Json::new(Data::Null)
        }
    }
}

/// A field of something, or of what is around.
pub(super) fn lookup(of: Option<Json>, key: &str) -> Json {
    let name = ("fieldName", Json::text(key));
    match of {
        Some(of) => Json::node("fieldLookup", [name, ("object", of)]),
        None => Json::node("fieldLookup", [name]),
    }
}

struct Writer<'p> {
    /// What is in scope, the innermost last: its name, `None` for a filter's item.
    items: Vec<Option<&'p str>>,
}

impl<'p> Writer<'p> {
    fn expression(&mut self, expression: &'p Expression) -> Json {
        match expression {
            Expression::Literal(value) => literal(value),
            Expression::Pattern(pattern) => literal(&Value::String(pattern.text().into())),
            Expression::List(items) => Json::node("list", [("items", self.all(items))]),
            Expression::Field(field) => self.field(field),
            Expression::Events => lookup(Some(profile()), "xEvent"),
            Expression::Member { of, path } => {
                let of = self.expression(of);
                lookups(of, path)
            }
            Expression::Not(inner) => apply("not", vec![self.expression(inner)]),
            Expression::And(all) => Json::node(
                "fnApply",
                [("fnName", Json::text("and")), ("params", self.all(all))],
            ),
            Expression::Or(all) => Json::node(
                "fnApply",
                [("fnName", Json::text("or")), ("params", self.all(all))],
            ),
            Expression::Compare {
                left,
                operator,
                right,
            } => apply(
                operator.symbol(),
                vec![self.expression(left), self.expression(right)],
            ),
            Expression::Arithmetic { first, rest } => {
                let values = [&**first].into_iter().chain(rest.iter().map(|(_, value)| value));
                let values: Vec<_> = values.map(|value| self.expression(value)).collect();
                let sign = rest.first().map_or("+", |(sign, _)| sign.symbol());
                if rest.iter().all(|(other, _)| other.symbol() == sign) {
                    return apply(sign, values);
                }
                let signs = rest.iter().map(|(sign, _)| Json::text(sign.symbol()));
                let signs = Json::new(Data::List(signs.collect()));
                let params = Json::new(Data::List(values));
                Json::node("arithmetic", [("params", params), ("signs", signs)])
            }
            Expression::Negative(of) => apply("-", vec![self.expression(of)]),
            Expression::If {
                condition,
                then,
                otherwise,
            } => {
                let all = [condition, then, otherwise].map(|one| self.expression(one));
                apply("if", all.into())
            }
            Expression::Let { name, value, body } => {
                let value = self.expression(value);
                let body = self.within(Some(name), body);
                let name = Json::text(name.as_str());
                Json::node("let", [("varName", name), ("value", value), ("body", body)])
            }
            Expression::Filter {
                list,
                variable: Some(variable),
                condition,
            } => {
                let variables = self.declaration(variable, list, Some(condition));
                Json::node("select", [("variables", variables)])
            }
            Expression::Filter { list, condition, .. } => {
                let list = self.expression(list);
                let condition = self.within(None, condition);
                apply("filter", vec![list, condition])
            }
            Expression::Each { variable, body } => {
                let body = self.within(variable.as_deref(), body);
                let Some(variable) = variable else { return body };
                let names = Json::new(Data::List(vec![Json::text(variable.as_str())]));
                Json::node("lambda", [("parameters", names), ("body", body)])
            }
            Expression::Quantifier {
                every,
                variable,
                list,
                condition,
            } => {
                let word = Json::text(if *every { "all" } else { "some" });
                let variables = self.declaration(variable, list, condition.as_deref());
                Json::node("quantification", [("quantifier", word), ("variables", variables)])
            }
            Expression::Call { function, arguments } => {
                let params = self.all(arguments);
                let name = Json::text(function.name);
                Json::node("fnApply", [("fnName", name), ("params", params)])
            }
            Expression::Occurs { moment, when } => {
                let moment = self.expression(moment);
                let when = self.when(when);
                Json::node("occurs", [("moment", moment), ("when", when)])
            }
            Expression::Chain { events, steps } => self.chain(events, steps),
            Expression::InSegment(segment) => {
                let id = Value::String(segment.as_str().into());
                apply("inSegment", vec![literal(&id)])
            }
        }
    }

    fn all(&mut self, all: &'p [Expression]) -> Json {
        Json::new(Data::List(all.iter().map(|one| self.expression(one)).collect()))
    }

    fn within(&mut self, item: Option<&'p str>, body: &'p Expression) -> Json {
        self.items.push(item);
        let body = self.expression(body);
        self.items.pop();
        body
    }

    /// A list of one variable.
    fn declaration(
        &mut self,
        variable: &'p str,
        list: &'p Expression,
        condition: Option<&'p Expression>,
    ) -> Json {
        let name = ("varName", Json::text(variable));
        let list = ("from", self.expression(list));
        let declared = match condition {
            Some(condition) => {
                let condition = self.within(Some(variable), condition);
                Json::node("varDecl", [name, list, ("where", condition)])
            }
            None => Json::node("varDecl", [name, list]),
        };
        Json::new(Data::List(vec![declared]))
    }

    fn field(&self, field: &Field) -> Json {
        let root = match field.root {
            Root::Profile => profile(),
            Root::Identities => lookup(Some(profile()), "identityMap"),
            Root::Item(item) => {
                if let Some(name) = self.items.iter().rev().nth(item).copied().flatten() {
                    Json::node("varRef", [("varName", Json::text(name))])
                } else {
                    let inner = self.items.iter().rev().take(item);
                    let levels = inner.filter(|name| name.is_none()).count();
                    if levels == 0 && self.begins_bare(field.path.keys()) {
                        let (first, rest) = field.path.keys().split_at(1);
                        let first = lookup(None, &first[0]);
                        return rest.iter().fold(first, |of, key| lookup(Some(of), key));
                    }
                    Json::node("itemReference", [("levels", Json::number(levels))])
                }
            }
        };
        lookups(root, &field.path)
    }

    /// Whether the first key, looked up in nothing, means what it says: as in a text.
    fn begins_bare(&self, keys: &[String]) -> bool {
        let named = self.items.iter().flatten().copied();
        keys.first()
            .is_some_and(|first| stands_alone(first, keys.len() == 1, named))
    }
}

fn profile() -> Json {
    Json::node("parameterReference", [("position", Json::number(1))])
}

fn apply(name: &str, params: Vec<Json>) -> Json {
    let params = Json::new(Data::List(params));
    Json::node("fnApply", [("fnName", Json::text(name)), ("params", params)])
}

fn lookups(of: Json, path: &Path) -> Json {
    path.keys().iter().fold(of, |of, key| lookup(Some(of), key))
}
