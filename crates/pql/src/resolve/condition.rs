//! Conditions: what holds or does not.

use super::name::Named;
use super::term::{THROUGH, Type};
use super::{MAX_DEPTH, Resolver, Scope};
use crate::program::{
    Bound, Condition, Field, List, Mention, Mentioned, Moment, Operator, Root, Term, Window,
};
use crate::syntax::{Key, Kind, Node};
use crate::{Diagnostic, Span};
use xdm::Value;

impl<'n> Resolver<'n> {
    pub(super) fn condition(&mut self, node: &'n Node) -> Option<Condition> {
        self.deeper(node.span, |resolver| resolver.meaning(node))
    }

    /// Goes one level down, if that is not too deep.
    pub(super) fn deeper(
        &mut self,
        span: Span,
        resolve: impl FnOnce(&mut Self) -> Option<Condition>,
    ) -> Option<Condition> {
        if self.depth == MAX_DEPTH {
            let message = format!("This is nested more than {MAX_DEPTH} levels deep; split the segment up.");
            return self.fail(Diagnostic::error(span, message));
        }
        self.depth += 1;
        let condition = resolve(self);
        self.depth -= 1;
        condition
    }

    fn meaning(&mut self, node: &'n Node) -> Option<Condition> {
        match &node.kind {
            Kind::Broken => None,
            Kind::Bool(value) => Some(Condition::Constant(*value)),
            Kind::Not(inner) => self.condition(inner).map(|inner| Condition::Not(Box::new(inner))),
            Kind::And(all) => self.conditions(all).map(Condition::And),
            Kind::Or(all) => self.conditions(all).map(Condition::Or),
            Kind::Compare {
                left,
                operator,
                right,
            } => self.compare(node.span, left, *operator, right),
            Kind::In { item, negated, list } => self.membership(item, *negated, list),
            Kind::Occurs {
                moment,
                window,
                window_span,
            } => self.occurs(moment, *window, *window_span),
            Kind::Exists {
                variable,
                list,
                condition,
            } => self.exists(variable, list, condition.as_deref()),
            Kind::Path(keys) => Some(match self.named(keys)? {
                Named::Events => Condition::Any(crate::program::Events { filter: None }),
                Named::Field(field) => Condition::Holds(field),
            }),
            Kind::Filter { .. } => match self.list(node)? {
                List::Events(events) => Some(Condition::Any(events)),
                List::Field(field) => Some(Condition::Holds(field)),
            },
            Kind::Call { of, name, arguments } => self.call(node.span, of.as_deref(), name, arguments),
            Kind::Member(key) => self.fail(Diagnostic::not_built(key.span, THROUGH)),
            Kind::Number(_) | Kind::Text(_) | Kind::List(_) => {
                let message = "This is a value, not a condition; compare it with something.";
                self.fail(Diagnostic::error(node.span, message))
            }
        }
    }

    pub(super) fn conditions(&mut self, all: impl IntoIterator<Item = &'n Node>) -> Option<Vec<Condition>> {
        let all: Vec<_> = all.into_iter().map(|one| self.condition(one)).collect();
        all.into_iter().collect()
    }

    fn compare(
        &mut self,
        span: Span,
        left: &'n Node,
        operator: Operator,
        right: &'n Node,
    ) -> Option<Condition> {
        let (left, right) = (self.term(left), self.term(right));
        let (left, right) = (left?, right?);
        let (one, other) = (Type::of(&left), Type::of(&right));
        if !one.meets(other) {
            let (one, other) = (one.described(), other.described());
            let message = format!("This compares {one} with {other}, which never holds.");
            return self.fail(Diagnostic::error(span, message));
        }
        let known = if one == Type::Unknown { other } else { one };
        if known.has_no_order() && !matches!(operator, Operator::Equal | Operator::NotEqual) {
            let kind = if known == Type::Boolean {
                "Booleans have"
            } else {
                "Lists have"
            };
            let message = format!("{kind} no order; compare them with `=` or `!=`.");
            return self.fail(Diagnostic::error(span, message));
        }
        if let (Term::Literal(_), Term::Literal(_)) = (&left, &right) {
            self.report(Diagnostic::lint(
                span,
                "This compares two literals, so it is the same for everybody.",
            ));
        }
        Some(Condition::Compare {
            left,
            operator,
            right,
        })
    }

    pub(super) fn membership(&mut self, item: &'n Node, negated: bool, list: &'n Node) -> Option<Condition> {
        let (span, item, list) = (
            list.span,
            self.term(item),
            self.list_term(list, if negated { "notIn" } else { "in" }),
        );
        let (item, list) = (item?, list?);
        if list == Term::Literal(Value::Array(Vec::new())) {
            self.report(Diagnostic::lint(span, "This list is empty."));
        }
        Some(if negated {
            Condition::NotIn { item, list }
        } else {
            Condition::In { item, list }
        })
    }

    /// A term that may be a list.
    pub(super) fn list_term(&mut self, node: &'n Node, function: &str) -> Option<Term> {
        let term = self.term(node)?;
        match Type::of(&term) {
            Type::List | Type::Unknown => Some(term),
            known => {
                let message = format!("`{function}` needs a list, and this is {}.", known.described());
                let diagnostic = Diagnostic::error(node.span, message);
                let fix = match &term {
                    Term::Literal(value) => Some(format!("[{}]", crate::print::Literal(value))),
                    _ => None,
                };
                self.fail(Diagnostic { fix, ..diagnostic })
            }
        }
    }

    fn occurs(&mut self, moment: &'n Node, window: Window, span: Span) -> Option<Condition> {
        let Kind::Path(keys) = &moment.kind else {
            if !matches!(moment.kind, Kind::Broken) {
                let message = "`occurs` stands after a date, such as `timestamp`.";
                self.report(Diagnostic::error(moment.span, message));
            }
            return None;
        };
        let Named::Field(field) = self.named(keys)? else {
            let message = "`occurs` stands after a date, such as `timestamp`.";
            return self.fail(Diagnostic::error(moment.span, message));
        };
        if window.count == 0 && window.bound == Bound::Open {
            self.report(Diagnostic::warning(
                span,
                "Nothing is younger than 0, so this never holds.",
            ));
        }
        let moment = match field {
            Field {
                root: Root::Item(item),
                path,
            } if path.keys() == ["timestamp"] => {
                self.mentions.push(Mention {
                    span,
                    of: Mentioned::Window(window),
                });
                Moment::Event(item)
            }
            field => Moment::Field(field),
        };
        Some(Condition::Occurs { moment, window })
    }

    fn exists(
        &mut self,
        variable: &'n Key,
        list: &'n Node,
        condition: Option<&'n Node>,
    ) -> Option<Condition> {
        let events = match self.list(list) {
            Some(List::Events(events)) => Some(events),
            Some(List::Field(_)) => self.fail(Diagnostic::not_built(list.span, "`exists` over an attribute")),
            None => None,
        };
        let taken =
            |scope: &Scope<'_>| matches!(scope, Scope::Variable { name, .. } if name.text == variable.text);
        if self.scopes.iter().any(taken) {
            let message = format!(
                "`{}` already names an event here; take another name.",
                variable.text
            );
            return self.fail(Diagnostic::error(variable.span, message));
        }
        let (condition, used) = match condition {
            None => (None, true),
            Some(condition) => {
                let scope = Scope::Variable {
                    name: variable,
                    used: false,
                };
                let (condition, used) =
                    self.within(scope, condition.span, |resolver| resolver.condition(condition));
                (Some(Box::new(condition?)), used)
            }
        };
        if !used {
            let message = format!(
                "The condition says nothing of `{0}`; the event's fields are `{0}.eventType` and so on.",
                variable.text
            );
            self.report(Diagnostic::warning(variable.span, message));
        }
        Some(Condition::Exists {
            variable: variable.text.clone(),
            events: events?,
            condition,
        })
    }
}
