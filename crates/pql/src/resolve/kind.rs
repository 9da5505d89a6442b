//! Whether what a function is given can be what it looks for.

use super::Resolver;
use super::compare::rewritten;
use crate::function::{Function, Parameter};
use crate::program::Expression;
use crate::syntax::Node;
use crate::types::{Known, Type};
use crate::{Diagnostic, Span};
use xdm::Value;

impl<'n, 's> Resolver<'n, 's> {
    /// Whether what is taken of each item can put items in order: a number or a date.
    pub(super) fn key(&mut self, function: &Function, span: Span, known: &Known<'s>) -> Option<()> {
        if !function.ranks() {
            return Some(());
        }
        let (name, what, found) = (function.name, self.quoted(span), known.described());
        match known.kind() {
            Type::Number | Type::Date | Type::Unknown => Some(()),
            Type::Text => {
                if matches!(known, Known::Data(_)) {
                    let message = format!(
                        "`{name}` goes by numbers or dates, and {what} is {found}; only texts that read as dates count."
                    );
                    self.report(Diagnostic::warning(span, message));
                }
                Some(())
            }
            _ => {
                let message = format!("`{name}` goes by numbers or dates, and {what} is {found}.");
                self.report_by_schema(Diagnostic::error(span, message))
            }
        }
    }

    /// Whether the items of a list are what a function takes of each where it is not told what to take.
    pub(super) fn items_fit(&mut self, function: &Function, list: &Node, given: &Known<'s>) -> Option<()> {
        let Some(Parameter::Each(wanted)) = function.takes.get(1) else {
            return Some(());
        };
        let item = given.item();
        if item.fits(*wanted) {
            let written = matches!(item.kind(), Type::Unknown | Type::Number | Type::Date);
            return if written {
                Some(())
            } else {
                self.key(function, list.span, &item)
            };
        }
        let message = format!(
            "`{}` needs {} each, and an item of {} is {}.",
            function.name,
            wanted.described(),
            self.quoted(list.span),
            item.described()
        );
        self.report_by_schema(Diagnostic::error(list.span, message))
    }

    /// Whether some item of one side can equal one of the other, for a function that looks for such.
    pub(super) fn meeting(
        &mut self,
        function: &'static Function,
        span: Span,
        nodes: &[&'n Node],
        arguments: &[Expression],
    ) -> Option<()> {
        let ([one, other, ..], [_, node, ..]) = (arguments, nodes) else {
            return Some(());
        };
        let (left, right) = match function.name {
            "in" | "notIn" => (vec![self.type_of(one)], self.items_of(other)),
            "includes" => (self.items_of(one), vec![self.type_of(other)]),
            "intersects" | "intersection" | "subsetOf" | "supersetOf" => {
                (self.items_of(one), self.items_of(other))
            }
            "get" => (vec![self.type_of(one).entry().0], vec![self.type_of(other)]),
            _ => return Some(()),
        };
        let pairs = || {
            left.iter()
                .flat_map(|one| right.iter().map(move |other| (one, other)))
        };
        let mut apart = pairs().filter(|(one, other)| !one.can_equal(other));
        let Some((kind, foreign)) = apart.next() else {
            return Some(());
        };
        let none = pairs().all(|(one, other)| !one.can_equal(other));
        let literal = matches!(other, Expression::Literal(Value::Array(_)));
        // One of another kind is enough for `notIn` not to hold.
        let never = match function.name {
            "in" | "includes" | "intersects" | "get" => none,
            "notIn" => literal,
            _ => false,
        };
        let (kind, found) = (kind.described(), foreign.described());
        let place = self.quoted(node.span);
        let both = match function.name {
            "in" | "notIn" => format!(
                "{} is {kind}, and {place} has {} in it",
                self.quoted(nodes[0].span),
                plural(found)
            ),
            "includes" => format!(
                "{} holds {}, and {place} is {found}",
                self.quoted(nodes[0].span),
                plural(kind)
            ),
            "get" => format!(
                "The keys of this map are {}, and {place} is {found}",
                plural(kind)
            ),
            _ => format!(
                "{} holds {}, and {place} holds {}",
                self.quoted(nodes[0].span),
                plural(kind),
                plural(found)
            ),
        };
        let fix = match other {
            Expression::Literal(value) if none => {
                left.first().and_then(|known| rewritten(value, known.kind()))
            }
            _ => None,
        };
        let diagnostic = if never {
            let message = match function.name {
                "get" => format!("{both}, so there is never such a key."),
                "notIn" => format!("{both}, which makes `notIn` never hold."),
                _ => format!("{both}, so this never holds."),
            };
            Diagnostic::error(span, message)
        } else if none {
            let message = format!("{both}; no two of these are ever equal.");
            Diagnostic::warning(span, message)
        } else {
            let message = format!("{both}, which are never equal to it.");
            Diagnostic::lint(span, message)
        };
        let diagnostic = match fix {
            Some(fix) => Diagnostic {
                span: node.span,
                ..diagnostic
            }
            .fix(fix),
            None => diagnostic,
        };
        if never {
            return self.report_by_schema(diagnostic);
        }
        self.report(diagnostic);
        Some(())
    }

    /// What the items of a list are: each kind once where they are written out, else what is known of all.
    fn items_of(&mut self, list: &Expression) -> Vec<Known<'s>> {
        let all: Vec<Known<'s>> = match list {
            Expression::Literal(Value::Array(items)) => {
                let items = items.iter().cloned().map(Expression::Literal);
                items.map(|item| self.type_of(&item)).collect()
            }
            Expression::List(items) => items.iter().map(|item| self.type_of(item)).collect(),
            list => vec![self.type_of(list).item()],
        };
        let mut kinds = Vec::new();
        for known in all {
            if !kinds.contains(&known) {
                kinds.push(known);
            }
        }
        kinds
    }
}

/// `texts` for `a text`.
fn plural(described: &str) -> String {
    match described.split_once(' ') {
        Some(("a" | "an", word)) => match word.split_once(" of ") {
            Some((group, of)) => format!("{group}s of {of}"),
            None => format!("{word}s"),
        },
        _ => format!("values that are {described}"),
    }
}
