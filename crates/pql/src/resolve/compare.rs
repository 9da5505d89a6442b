//! Comparisons: two sides that can be of one kind.

use super::Resolver;
use crate::clock::Date;
use crate::function::Function;
use crate::program::{Expression, Operator};
use crate::syntax::Node;
use crate::types::Type;
use crate::{Diagnostic, Span};
use xdm::Value;

impl<'n> Resolver<'n> {
    pub(super) fn compare(
        &mut self,
        span: Span,
        left: &'n Node,
        operator: Operator,
        right: &'n Node,
    ) -> Option<Expression> {
        let (one, other) = (self.side(left), self.side(right));
        let (left, right) = (one?, other?);
        let (one, other) = (self.type_of(&left), self.type_of(&right));
        if !one.meets(other) {
            let (one, other) = (one.described(), other.described());
            let message = format!("This compares {one} with {other}, which never holds.");
            return self.fail(Diagnostic::error(span, message));
        }
        let known = if one == Type::Unknown { other } else { one };
        if known.has_no_order() && operator.orders() {
            let kind = match known {
                Type::Boolean => "Booleans have",
                Type::Map => "Maps have",
                _ => "Lists have",
            };
            let message = format!("{kind} no order; compare them with `=` or `!=`.");
            return self.fail(Diagnostic::error(span, message));
        }
        for (text, other) in [(&left, other), (&right, one)] {
            if let (Expression::Literal(Value::String(text)), Type::Date) = (text, other)
                && Date::parse(text).is_none()
            {
                let message = "This text is no date; dates are written `date(2024, 2, 29)` or \"2024-02-29T00:00:00Z\".";
                return self.fail(Diagnostic::error(span, message));
            }
        }
        if let (Expression::Literal(_), Expression::Literal(_)) = (&left, &right) {
            self.report(Diagnostic::lint(
                span,
                "This compares two literals, so it is the same for everybody.",
            ));
        }
        Some(Expression::Compare {
            left: Box::new(left),
            operator,
            right: Box::new(right),
        })
    }

    fn side(&mut self, node: &'n Node) -> Option<Expression> {
        let found = self.value(node)?;
        match self.type_of(&found) {
            Type::Events => {
                let message = "A list of events is no value to compare; count it with `.count()` or add up with `.sum(..)`.";
                self.fail(Diagnostic::error(node.span, message))
            }
            Type::Event => self.whole_event(node.span, &found),
            _ => Some(found),
        }
    }

    pub(super) fn membership(&mut self, item: &'n Node, negated: bool, list: &'n Node) -> Option<Expression> {
        let function = Function::named(if negated { "notIn" } else { "in" })?;
        let what = format!("`{}` needs", function.name);
        let (span, item, list) = (list.span, self.value(item), self.typed(list, Type::List, &what));
        let (item, list) = (item?, list?);
        if list == Expression::Literal(Value::Array(Vec::new())) {
            self.report(Diagnostic::lint(span, "This list is empty."));
        }
        Some(Expression::Call {
            function,
            arguments: vec![item, list],
        })
    }
}
