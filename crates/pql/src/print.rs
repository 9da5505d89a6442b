//! From a program back to `pql/text`, in one canonical spelling.

mod literal;
mod time;

use crate::function::Function;
use crate::lex::{is_name, is_reserved};
use crate::parse::MAX_CHAIN;
use crate::program::{Expression, Field, Link, Program, Root};
pub(crate) use literal::{Literal, Text, number};
use std::fmt::{self, Display, Formatter, Write};
use xdm::{Number, Value};

impl Display for Program {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        part(self.condition(), &[]).fmt(f)
    }
}

/// A part of a program as it is written there. `around` is what is in scope of it, the innermost last: the names, and
/// `None` for the item of a filter.
pub fn part<'p>(part: &'p Expression, around: &[Option<&'p str>]) -> impl Display + 'p {
    let items = around.to_vec();
    fmt::from_fn(move |out| {
        let items = items.clone();
        Printer { out, items }.expression(part)
    })
}

/// A step of a chain as it is written there: `A: WHAT(..) WHEN(..) COUNT(2)`.
pub fn step<'p>(step: &'p Link, around: &[Option<&'p str>]) -> impl Display + 'p {
    let items = around.to_vec();
    fmt::from_fn(move |out| {
        let items = items.clone();
        Printer { out, items }.link(step)
    })
}

struct Printer<'p, 'f> {
    out: &'p mut Formatter<'f>,
    /// What is in scope, the innermost last: its name, `None` for a filter's item.
    items: Vec<Option<&'p str>>,
}

impl<'p> Printer<'p, '_> {
    /// Where nothing stands around it but brackets and commas.
    fn expression(&mut self, expression: &'p Expression) -> fmt::Result {
        match expression {
            Expression::Literal(value) => write!(self.out, "{}", Literal(value)),
            Expression::Pattern(pattern) => write!(self.out, "{}", Text(pattern.text())),
            Expression::List(items) => {
                self.out.write_char('[')?;
                self.commas(items)?;
                self.out.write_char(']')
            }
            Expression::Field(field) => self.field(field),
            Expression::Events => self.out.write_str("xEvent"),
            Expression::Member { of, path } => {
                self.receiver(of)?;
                // `now.a` is a path that begins with that word.
                if matches!(&**of, Expression::Call { function, .. } if function.is_word()) {
                    self.out.write_str("()")?;
                }
                self.keys(path.keys(), true)
            }
            Expression::Not(inner) => {
                self.out.write_str("not (")?;
                self.expression(inner)?;
                self.out.write_char(')')
            }
            Expression::And(all) => self.joined(all, " and "),
            Expression::Or(all) => self.joined(all, " or "),
            Expression::Compare {
                left,
                operator,
                right,
            } => {
                self.operand(left)?;
                write!(self.out, " {} ", operator.symbol())?;
                self.operand(right)
            }
            Expression::Arithmetic { first, rest } => {
                self.tight(first)?;
                for (sign, value) in rest {
                    write!(self.out, " {} ", sign.symbol())?;
                    self.tight(value)?;
                }
                Ok(())
            }
            Expression::Negative(of) => {
                self.out.write_str("-(")?;
                self.expression(of)?;
                self.out.write_char(')')
            }
            Expression::If {
                condition,
                then,
                otherwise,
            } => {
                self.out.write_str("if(")?;
                self.expression(condition)?;
                for outcome in [then, otherwise] {
                    self.out.write_str(", ")?;
                    self.expression(outcome)?;
                }
                self.out.write_char(')')
            }
            Expression::Let { name, value, body } => {
                write!(self.out, "let {name} = ")?;
                self.operand(value)?;
                self.out.write_str(" in ")?;
                self.within(Some(name), body)
            }
            Expression::Filter {
                list,
                variable: Some(variable),
                condition,
            } => {
                write!(self.out, "select {variable} from ")?;
                self.receiver(list)?;
                self.out.write_str(" where ")?;
                self.within(Some(variable), condition)
            }
            Expression::Filter { list, condition, .. } => {
                self.receiver(list)?;
                self.out.write_char('[')?;
                self.within(None, condition)?;
                self.out.write_char(']')
            }
            Expression::Each { variable, body } => {
                if let Some(variable) = variable {
                    write!(self.out, "({variable}) => ")?;
                }
                self.within(variable.as_deref(), body)
            }
            Expression::Quantifier {
                every,
                variable,
                list,
                condition,
            } => {
                let word = if *every { "forall" } else { "exists" };
                write!(self.out, "{word} {variable} from ")?;
                self.receiver(list)?;
                let Some(condition) = condition else { return Ok(()) };
                self.out.write_str(" where ")?;
                self.within(Some(variable), condition)
            }
            Expression::Call { function, arguments } => match (function.name, arguments.as_slice()) {
                (name @ ("in" | "notIn"), [item, list]) => {
                    self.operand(item)?;
                    write!(self.out, " {name} ")?;
                    self.operand(list)
                }
                _ => self.call(function, arguments),
            },
            Expression::Occurs { moment, when } => {
                self.operand(moment)?;
                self.out.write_str(" occurs ")?;
                self.when(when)
            }
            Expression::Chain { events, steps } => self.chain(events, steps),
            Expression::InSegment(segment) => write!(self.out, "inSegment({})", Text(segment.as_str())),
        }
    }

    fn commas(&mut self, all: &'p [Expression]) -> fmt::Result {
        for (at, one) in all.iter().enumerate() {
            if at > 0 {
                self.out.write_str(", ")?;
            }
            self.expression(one)?;
        }
        Ok(())
    }

    /// Each operand in brackets that could otherwise be read as part of what stands around it.
    fn joined(&mut self, all: &'p [Expression], word: &str) -> fmt::Result {
        for (at, one) in all.iter().enumerate() {
            if at > 0 {
                self.out.write_str(word)?;
            }
            self.bracketed(
                one,
                matches!(one, Expression::And(_) | Expression::Or(_)) || is_open(one),
            )?;
        }
        Ok(())
    }

    /// Where a value stands beside a comparison or a word.
    fn operand(&mut self, expression: &'p Expression) -> fmt::Result {
        match expression {
            Expression::Call { function, arguments } => self.call(function, arguments),
            _ => self.bracketed(expression, is_open(expression)),
        }
    }

    /// Where a value stands beside an arithmetic sign.
    fn tight(&mut self, expression: &'p Expression) -> fmt::Result {
        let computed = matches!(
            expression,
            Expression::Arithmetic { .. } | Expression::Negative(_)
        );
        if computed {
            self.bracketed(expression, true)
        } else {
            self.operand(expression)
        }
    }

    /// Where a dot or a bracket follows.
    fn receiver(&mut self, expression: &'p Expression) -> fmt::Result {
        let negative = match expression {
            Expression::Literal(Value::Number(Number::Exact(number))) => number.is_sign_negative(),
            Expression::Literal(Value::Number(Number::Approximate(number))) => number.is_sign_negative(),
            _ => false,
        };
        if negative || chain_length(expression) >= MAX_CHAIN {
            self.bracketed(expression, true)
        } else {
            self.tight(expression)
        }
    }

    fn bracketed(&mut self, expression: &'p Expression, brackets: bool) -> fmt::Result {
        if !brackets {
            return self.expression(expression);
        }
        self.out.write_char('(')?;
        self.expression(expression)?;
        self.out.write_char(')')
    }

    fn call(&mut self, function: &Function, arguments: &'p [Expression]) -> fmt::Result {
        match arguments.split_first() {
            _ if function.is_word() => self.out.write_str(function.name),
            Some((of, rest)) if function.is_method() => {
                self.receiver(of)?;
                write!(self.out, ".{}(", function.name)?;
                self.commas(rest)?;
                self.out.write_char(')')
            }
            _ => {
                write!(self.out, "{}(", function.name)?;
                self.commas(arguments)?;
                self.out.write_char(')')
            }
        }
    }

    fn within(&mut self, item: Option<&'p str>, expression: &'p Expression) -> fmt::Result {
        self.items.push(item);
        self.expression(expression)?;
        self.items.pop();
        Ok(())
    }

    fn field(&mut self, field: &'p Field) -> fmt::Result {
        let keys = field.path.keys();
        match field.root {
            Root::Identities => {
                let far = self.items.contains(&None) || self.items.contains(&Some("identityMap"));
                self.out
                    .write_str(if far { "$1.identityMap" } else { "identityMap" })?;
                self.keys(keys, true)
            }
            Root::Profile if self.items.contains(&None) || !self.begins_bare(keys) => {
                self.out.write_str("$1")?;
                self.keys(keys, true)
            }
            Root::Profile => self.keys(keys, false),
            Root::Item(item) => {
                let inner = self.items.iter().rev().take(item);
                let levels = inner.filter(|name| name.is_none()).count();
                match self.items.iter().rev().nth(item).copied().flatten() {
                    Some(name) => {
                        self.out.write_str(name)?;
                        self.keys(keys, true)
                    }
                    None if levels == 0 => {
                        debug_assert!(self.begins_bare(keys), "{keys:?} cannot be named here");
                        self.keys(keys, false)
                    }
                    None => {
                        for _ in 0..levels {
                            self.out.write_char('^')?;
                        }
                        self.keys(keys, true)
                    }
                }
            }
        }
    }

    /// Whether the first key, standing alone, means what it says.
    fn begins_bare(&self, keys: &[String]) -> bool {
        let named = self.items.iter().flatten().copied();
        keys.first()
            .is_some_and(|first| stands_alone(first, keys.len() == 1, named))
    }

    fn keys(&mut self, keys: &[String], mut dotted: bool) -> fmt::Result {
        for key in keys {
            match (dotted, is_name(key)) {
                (true, false) => write!(self.out, ".get({})", Text(key))?,
                (true, true) => write!(self.out, ".{key}")?,
                (false, _) => self.out.write_str(key)?,
            }
            dotted = true;
        }
        Ok(())
    }
}

/// Whether a path that begins with this key is that path wherever these names are in scope: in a text, and in JSON where it
/// is looked up in nothing. `only` if it is its only key.
pub(crate) fn stands_alone<'a>(key: &str, only: bool, mut names: impl Iterator<Item = &'a str>) -> bool {
    let word = only && Function::named(key).is_some_and(Function::is_word);
    is_name(key) && !is_reserved(key) && !word && !names.any(|name| name == key)
}

/// Whether it runs on to the closing bracket around it.
fn is_open(expression: &Expression) -> bool {
    matches!(
        expression,
        Expression::Quantifier { .. }
            | Expression::Let { .. }
            | Expression::Filter {
                variable: Some(_),
                ..
            }
    )
}

/// How many functions, filters and paths follow each other without a bracket around some of them.
fn chain_length(expression: &Expression) -> usize {
    match expression {
        Expression::Call { function, arguments } if function.is_method() => {
            1 + arguments.first().map_or(0, chain_length)
        }
        Expression::Filter {
            list, variable: None, ..
        } => 1 + chain_length(list),
        Expression::Member { of, .. } => 1 + chain_length(of),
        _ => 0,
    }
}
