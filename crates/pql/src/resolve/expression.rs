//! What each part of a text means, as a condition or as a value.

use super::Resolver;
use super::name::path;
use crate::lint::Linter;
use crate::program::{Expression, Field, Sign};
use crate::syntax::{Key, Kind, Node};
use crate::types::{Known, Type};
use crate::{Diagnostic, Span};
use model::{Scalar, SegmentId};
use std::cell::RefCell;
use xdm::Value;

impl<'n> Resolver<'n, '_> {
    /// Something that holds or does not.
    pub(super) fn condition(&mut self, node: &'n Node) -> Option<Expression> {
        let found = self.expression(node)?;
        let known = self.type_of(&found);
        if known.kind().can_hold() {
            return Some(found);
        }
        let diagnostic = if known.is(Type::Event) {
            self.whole_event(node.span, &found)
        } else {
            self.no_condition(node.span, &found, &known)
        };
        self.fail(diagnostic)
    }

    /// A value where something must hold or not.
    fn no_condition(&self, span: Span, value: &Expression, known: &Known<'_>) -> Diagnostic {
        let (what, found) = (self.quoted(span), known.described());
        if let Expression::Literal(_) = value {
            let message = format!("{what} is {found}, not a condition; compare something with it.");
            return Diagnostic::error(span, message);
        }
        let name = match what.as_str() {
            "this" => "..",
            quoted => quoted.trim_matches('`'),
        };
        let example = match known.kind() {
            Type::Number => format!("{name} >= 1"),
            Type::Text => format!("{name} = \"..\""),
            Type::Date => format!("{name} occurs before today"),
            _ => {
                let message = format!("{what} is {found}, not a condition; {}.", known.parts());
                return Diagnostic::error(span, message);
            }
        };
        let message = format!("{what} is {found}, not a condition; compare it, as in `{example}`.");
        Diagnostic::error(span, message)
    }

    pub(super) fn whole_event(&self, span: Span, found: &Expression) -> Diagnostic {
        let name = match found {
            Expression::Field(Field {
                root: crate::program::Root::Item(item),
                ..
            }) => self.scopes.iter().rev().nth(*item).and_then(|scope| scope.name),
            _ => None,
        };
        match name {
            Some(name) => {
                let message = format!("`{}` is a whole event; name one of its fields.", name.text);
                Diagnostic::error(span, message).fix(format!("{}.eventType", name.text))
            }
            None => Diagnostic::error(span, "This is a whole event; name one of its fields."),
        }
    }

    /// Something that can be compared, computed with or handed to a function. `a in b` is one: it is `a.in(b)`, a function
    /// like any other.
    pub(super) fn value(&mut self, node: &'n Node) -> Option<Expression> {
        let condition = matches!(
            node.kind,
            Kind::Not(_)
                | Kind::And(_)
                | Kind::Or(_)
                | Kind::Compare { .. }
                | Kind::Occurs { .. }
                | Kind::Quantifier { .. }
                | Kind::Chain { .. }
        );
        if condition {
            let message = "This is a condition, which holds or does not; a value is expected here.";
            return self.fail(Diagnostic::error(node.span, message));
        }
        self.expression(node)
    }

    /// A value of this type, as far as that is known.
    pub(super) fn typed(&mut self, node: &'n Node, wanted: Type, what: &str) -> Option<Expression> {
        let found = self.value(node)?;
        let known = self.type_of(&found);
        if known.fits(wanted) {
            if wanted == Type::Date && known == Known::Data(&xdm::Type::Scalar(Scalar::String)) {
                let message = format!(
                    "{} is a text by its schema, and only texts that read as dates count here; let the schema say `date` or `date-time`.",
                    self.quoted(node.span)
                );
                self.report(Diagnostic::warning(node.span, message));
            }
            return Some(found);
        }
        let diagnostic = self.unfit(node.span, what, wanted, &known);
        self.fail(match &found {
            Expression::Literal(value) if wanted == Type::List => {
                diagnostic.fix(format!("[{}]", crate::print::Literal(value)))
            }
            Expression::Field(_) if wanted == Type::List && known.is(Type::Map) => {
                let values = format!("{}.values()", self.source(node.span));
                let message = format!(
                    "{}; the list of its values is `{values}`.",
                    diagnostic.message.trim_end_matches('.')
                );
                Diagnostic {
                    message,
                    ..diagnostic
                }
                .fix(values)
            }
            _ => diagnostic,
        })
    }

    /// Whatever it is.
    pub(super) fn expression(&mut self, node: &'n Node) -> Option<Expression> {
        let found = self.deeper(node.span, |resolver| resolver.meaning(node))?;
        self.lint(node, &found);
        Some(found)
    }

    /// Says of clauses that hold of everybody or nobody that they do, and of those that say nothing new.
    fn lint(&mut self, node: &Node, found: &Expression) {
        let alone = matches!(
            node.kind,
            Kind::Compare { .. } | Kind::In { .. } | Kind::Occurs { .. } | Kind::Call { .. }
        );
        if !alone && !matches!(node.kind, Kind::And(_) | Kind::Or(_)) {
            return;
        }
        let types = RefCell::new(self.types.clone());
        let linter = Linter {
            known: &|expression| Known::of(expression, &mut types.borrow_mut(), self.fields),
            quoted: &|span| self.quoted(span),
        };
        let said = if alone {
            linter.alone(node.span, found).into_iter().collect()
        } else {
            linter.joined(node, found)
        };
        for diagnostic in said {
            if self.linted.insert(diagnostic.span) {
                self.report(diagnostic);
            }
        }
    }

    fn meaning(&mut self, node: &'n Node) -> Option<Expression> {
        match &node.kind {
            Kind::Broken => None,
            Kind::Bool(value) => Some(Expression::Literal(Value::Bool(*value))),
            Kind::Number(number) => Some(Expression::Literal(Value::Number(*number))),
            Kind::Text(text) => Some(Expression::Literal(Value::String(text.into()))),
            Kind::List(items) => self.list_of(items),
            Kind::Path(keys) => self.named(keys),
            Kind::From(origin, keys) => self.from(node.span, *origin, keys),
            Kind::Member { of, keys } => self.member(of, keys),
            Kind::Call { of, name, arguments } => self.call(node.span, of.as_deref(), name, arguments),
            Kind::Lambda { .. } => {
                let message = "`=>` stands at the beginning of a segment, or in a function such as `map`.";
                self.fail(Diagnostic::error(node.span, message))
            }
            Kind::Filter {
                list,
                variable,
                condition,
            } => self.filter(list, variable.as_ref(), condition.as_deref()),
            Kind::Over { .. } => self.over(node),
            Kind::Not(inner) => self
                .condition(inner)
                .map(|inner| Expression::Not(Box::new(inner))),
            Kind::And(all) => self.conditions(all).map(Expression::And),
            Kind::Or(all) => self.conditions(all).map(Expression::Or),
            Kind::Compare {
                left,
                operator,
                right,
            } => self.compare(node.span, left, *operator, right),
            Kind::Arithmetic { first, rest } => self.arithmetic(first, rest),
            Kind::Negative(of) => {
                let of = self.typed(of, Type::Number, "`-` needs")?;
                Some(Expression::Negative(Box::new(of)))
            }
            Kind::In { item, negated, list } => self.membership(node.span, item, *negated, list),
            Kind::If(arguments) => self.choice(node.span, arguments),
            Kind::Let { name, value, body } => self.binding(name, value, body),
            Kind::Occurs { moment, when } => self.occurs(moment, when),
            Kind::Quantifier { every, variables } => self.quantifier(*every, variables),
            Kind::Chain { list, moment, steps } => self.chain(list, moment, steps),
        }
    }

    fn conditions(&mut self, all: &'n [Node]) -> Option<Vec<Expression>> {
        let all: Vec<_> = all.iter().map(|one| self.condition(one)).collect();
        all.into_iter().collect()
    }

    /// A list is a literal if all its items are.
    fn list_of(&mut self, items: &'n [Node]) -> Option<Expression> {
        let items: Vec<_> = items.iter().map(|item| self.value(item)).collect();
        let items: Vec<_> = items.into_iter().collect::<Option<_>>()?;
        let literal = |item: &Expression| match item {
            Expression::Literal(value) => Some(value.clone()),
            _ => None,
        };
        let literals: Option<Vec<_>> = items.iter().map(literal).collect();
        Some(match literals {
            Some(literals) => Expression::Literal(Value::Array(literals)),
            None => Expression::List(items),
        })
    }

    fn arithmetic(&mut self, first: &'n Node, rest: &'n [(Sign, Node)]) -> Option<Expression> {
        let sign = rest.first().map_or("+", |(sign, _)| sign.symbol());
        let first = self.typed(first, Type::Number, &format!("`{sign}` needs"));
        let mut computed = Vec::with_capacity(rest.len());
        for (sign, node) in rest {
            let found = self.typed(node, Type::Number, &format!("`{}` needs", sign.symbol()));
            computed.push(found.map(|found| (*sign, found)));
        }
        Some(Expression::Arithmetic {
            first: Box::new(first?),
            rest: computed.into_iter().collect::<Option<_>>()?,
        })
    }

    /// A path into a result.
    fn member(&mut self, of: &'n Node, keys: &[Key]) -> Option<Expression> {
        let found = self.value(of)?;
        self.own_fields_only(keys.first(), &found)?;
        let known = self.type_of(&found);
        self.there(&known, &keys.iter().collect::<Vec<_>>())?;
        let path = path(keys);
        let of = Box::new(found);
        Some(Expression::Member { of, path })
    }

    pub(super) fn segment(&mut self, id: &str, span: Span) -> Option<Expression> {
        match SegmentId::new(id) {
            Ok(id) => {
                self.mentions.push(crate::program::Mention {
                    span,
                    of: crate::program::Mentioned::Segment(id.clone()),
                });
                Some(Expression::InSegment(id))
            }
            Err(why) => self.fail(Diagnostic::error(
                span,
                format!("This is no segment's id: {why}."),
            )),
        }
    }

    /// What was found is not what is wanted.
    pub(super) fn unfit(&self, span: Span, what: &str, wanted: Type, found: &Known<'_>) -> Diagnostic {
        let message = format!(
            "{what} {}, and {} is {}.",
            wanted.described(),
            self.quoted(span),
            found.described()
        );
        Diagnostic::error(span, message)
    }
}
