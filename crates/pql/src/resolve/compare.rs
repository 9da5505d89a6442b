//! Comparisons: two sides that can be of one kind.

use super::Resolver;
use crate::clock::Date;
use crate::function::Function;
use crate::print::Literal;
use crate::program::{Expression, Operator};
use crate::syntax::{Kind, Node};
use crate::types::{Known, Type};
use crate::{Diagnostic, Span};
use model::Scalar;
use xdm::{Number, Value};

/// One side of a comparison.
struct Side<'n, 's> {
    node: &'n Node,
    means: Expression,
    known: Known<'s>,
}

impl Side<'_, '_> {
    fn is_literal(&self) -> bool {
        matches!(self.means, Expression::Literal(_))
    }
}

impl<'n, 's> Resolver<'n, 's> {
    pub(super) fn compare(
        &mut self,
        span: Span,
        left: &'n Node,
        operator: Operator,
        right: &'n Node,
    ) -> Option<Expression> {
        let (one, other) = (self.side(left), self.side(right));
        let (one, other) = (one?, other?);
        if !one.known.meets(&other.known) {
            let diagnostic = self.never_alike(span, operator, &one, &other);
            return self.fail(diagnostic);
        }
        if operator.orders() {
            self.have_order(span, &one, &other)?;
        }
        for (side, other) in [(&one, &other), (&other, &one)] {
            self.is_one_value(side)?;
            self.date_beside(span, operator, side, other)?;
            self.whole_beside(operator, side, other);
        }
        if one.is_literal() && other.is_literal() {
            let message = "Both sides are written out here, so this is the same for everybody.";
            self.report(Diagnostic::lint(span, message));
        }
        Some(Expression::Compare {
            left: Box::new(one.means),
            operator,
            right: Box::new(other.means),
        })
    }

    fn side(&mut self, node: &'n Node) -> Option<Side<'n, 's>> {
        let means = self.value(node)?;
        let known = self.type_of(&means);
        match known.kind() {
            Type::Events => {
                let what = self.quoted(node.span);
                let message = format!(
                    "A list of events has no value to compare; count {what} with `.count()`, or add something up with `.sum(..)`."
                );
                self.fail(Diagnostic::error(node.span, message))
            }
            Type::Event => {
                let diagnostic = self.whole_event(node.span, &means);
                self.fail(diagnostic)
            }
            _ => Some(Side { node, means, known }),
        }
    }

    /// Two kinds that never compare, and what to write instead where that is plain.
    fn never_alike(
        &self,
        span: Span,
        operator: Operator,
        one: &Side<'_, '_>,
        other: &Side<'_, '_>,
    ) -> Diagnostic {
        let both = format!(
            "{} is {} and {} is {}",
            self.quoted(one.node.span),
            one.known.described(),
            self.quoted(other.node.span),
            other.known.described()
        );
        for (side, other) in [(one, other), (other, one)] {
            if let Expression::Literal(value) = &side.means
                && let Some(fix) = rewritten(value, other.known.kind())
            {
                let message = format!("{both}, so this never holds; write `{fix}`.");
                return Diagnostic::error(side.node.span, message).fix(fix);
            }
            let named = matches!(
                side.node.kind,
                Kind::Path(_) | Kind::From(..) | Kind::Member { .. } | Kind::Call { .. }
            );
            if side.known.is(Type::List) && !other.known.is(Type::Map) && named && !operator.orders() {
                let (list, item) = (self.source(side.node.span), self.source(other.node.span));
                let holds = format!("{list}.includes({item})");
                let fix = match operator {
                    Operator::NotEqual => format!("not ({holds})"),
                    _ => holds,
                };
                let message = format!(
                    "{both}, so this never holds; whether a list has an item is asked with `.includes(..)`."
                );
                return Diagnostic::error(span, message).fix(fix);
            }
        }
        let kinds = [one.known.kind(), other.known.kind()];
        let hint = if kinds.contains(&Type::Date) {
            "; dates are written `date(2024, 2, 29)`".to_owned()
        } else if let Some(whole) = [one, other].into_iter().find(|side| side.known.is(Type::Map)) {
            format!("; {}", whole.known.parts())
        } else if kinds.contains(&Type::List) {
            "; compare how many there are with `.count()`, or the largest with `.max()`".to_owned()
        } else {
            match (one.is_literal(), other.is_literal()) {
                (false, true) => format!("; compare it with {}", one.known.described()),
                (true, false) => format!("; compare it with {}", other.known.described()),
                _ => String::new(),
            }
        };
        Diagnostic::error(span, format!("{both}, so this never holds{hint}."))
    }

    fn have_order(&mut self, span: Span, one: &Side<'n, 's>, other: &Side<'n, 's>) -> Option<()> {
        let side = if one.known.is(Type::Unknown) { other } else { one };
        if !side.known.kind().has_no_order() {
            return Some(());
        }
        let what = self.quoted(side.node.span);
        let message = match side.known.kind() {
            Type::Boolean => {
                let side = if one.is_literal() { other } else { one };
                let what = self.quoted(side.node.span);
                format!("{what} is compared with `=` or `!=`: true and false have no order.")
            }
            Type::Map => format!(
                "{what} is {}, which has no order; compare one of its values.",
                side.known.described()
            ),
            _ => format!(
                "{what} is a list, which has no order; compare its `.count()`, or use `.includes(..)`."
            ),
        };
        self.fail(Diagnostic::error(span, message))
    }

    /// A whole object equals nothing.
    fn is_one_value(&mut self, side: &Side<'n, 's>) -> Option<()> {
        if !side.known.is(Type::Map) {
            return Some(());
        }
        let what = self.quoted(side.node.span);
        let message = format!(
            "{what} is {} and equals nothing as a whole; {}.",
            side.known.described(),
            side.known.parts()
        );
        self.report_by_schema(Diagnostic::error(side.node.span, message))
    }

    /// A text beside a date: it must read as one, and beside a date of the data it is compared letter by letter.
    fn date_beside(
        &mut self,
        span: Span,
        operator: Operator,
        side: &Side<'n, 's>,
        other: &Side<'n, 's>,
    ) -> Option<()> {
        if !other.known.is(Type::Date) {
            return Some(());
        }
        let date = self.quoted(other.node.span);
        if let Expression::Literal(Value::String(text)) = &side.means {
            let day = other.known == Known::Data(&xdm::Type::Scalar(Scalar::Date));
            match (Date::parse(text), other.known.is_written_date()) {
                (None, written) => {
                    let message = format!(
                        "{date} is a date, and this text is none; dates are written `date(2024, 2, 29)`."
                    );
                    let diagnostic = Diagnostic::error(side.node.span, message);
                    if !written || operator == Operator::Equal {
                        return self.fail(diagnostic);
                    }
                    self.report(Diagnostic::warning(side.node.span, diagnostic.message));
                }
                (Some(Date::Day(_)), true) if day => {}
                (Some(_), true) => {
                    let message = format!(
                        "{date} is compared letter by letter with this text; compare dates, as in `{} occurs on date(2024, 2, 29)`.",
                        self.source(other.node.span)
                    );
                    self.report(Diagnostic::warning(span, message));
                }
                (Some(_), false) => {}
            }
        } else if side.known == Known::Data(&xdm::Type::Scalar(Scalar::DateTime))
            && other.known.is_written_date()
            && side.node.span < other.node.span
        {
            let (one, other) = (self.source(side.node.span), self.source(other.node.span));
            let message = format!(
                "Two dates of the data are compared letter by letter here; write `{one} occurs before {other}` or the like."
            );
            self.report(Diagnostic::warning(span, message));
        }
        Some(())
    }

    /// A whole number never equals one that is none.
    fn whole_beside(&mut self, operator: Operator, side: &Side<'n, 's>, other: &Side<'n, 's>) {
        if let Expression::Literal(Value::Number(Number::Exact(number))) = &side.means
            && other.known == Known::Data(&xdm::Type::Scalar(Scalar::Integer))
            && !operator.orders()
            && !number.is_integer()
        {
            let what = self.quoted(other.node.span);
            let verdict = if operator == Operator::Equal {
                "never holds"
            } else {
                "holds for whoever has it"
            };
            let message = format!("{what} is a whole number, so this {verdict}.");
            self.report(Diagnostic::warning(side.node.span, message));
        }
    }

    pub(super) fn membership(
        &mut self,
        span: Span,
        item: &'n Node,
        negated: bool,
        list: &'n Node,
    ) -> Option<Expression> {
        let function = Function::named(if negated { "notIn" } else { "in" })?;
        let what = format!("`{}` needs", function.name);
        let (first, second) = (self.value(item), self.typed(list, Type::List, &what));
        let arguments = vec![first?, second?];
        self.meeting(function, span, &[item, list], &arguments)?;
        if negated && arguments[1] == Expression::Literal(Value::Array(Vec::new())) {
            let message = "The list is empty, so this holds for whoever has a value; that is asked with `.isNotNull()`.";
            self.report(Diagnostic::lint(list.span, message));
        }
        Some(Expression::Call { function, arguments })
    }
}

/// A literal of another kind that was most likely meant: `5` for `"5"`.
pub(super) fn rewritten(value: &Value, wanted: Type) -> Option<String> {
    let flat = |text: &str| match text.trim() {
        "true" | "false" if wanted == Type::Boolean => Some(text.trim().to_owned()),
        digits if wanted == Type::Number => {
            let number = Number::parse(digits).map(Value::Number)?;
            Some(Literal(&number).to_string())
        }
        _ => None,
    };
    match (value, wanted) {
        (Value::String(text), _) => flat(text),
        (Value::Number(_) | Value::Bool(_), Type::Text) => {
            let text = Literal(value).to_string();
            Some(Literal(&Value::String(text.as_str().into())).to_string())
        }
        (Value::Array(items), _) if !items.is_empty() => {
            let items: Option<Vec<_>> = items.iter().map(|item| rewritten(item, wanted)).collect();
            Some(format!("[{}]", items?.join(", ")))
        }
        _ => None,
    }
}
