//! What a leaf asks, as far as an index can answer it.

use super::threshold::Threshold;
use pql::{Expression, Field, Operator, Path, Root};
use xdm::{Number, Value};

/// A leaf, seen by what answers it.
pub(super) enum Question<'p> {
    /// Whether the text at a path is one of these; `items` is whether some item of the list there is.
    Text {
        path: &'p Path,
        items: bool,
        texts: Vec<&'p str>,
    },
    /// Whether the boolean at a path is this.
    Flag { path: &'p Path, value: bool },
    /// How the number at a path lies to a bound.
    Bound {
        path: &'p Path,
        operator: Operator,
        bound: Number,
    },
    /// How a count or sum of events lies to a number.
    Threshold(Threshold<'p>),
    /// Anything else: the oracle answers it.
    Other,
}

impl<'p> Question<'p> {
    pub(super) fn of(leaf: &'p Expression) -> Self {
        if let Some(threshold) = Threshold::of(leaf) {
            return Self::Threshold(threshold);
        }
        let known = match leaf {
            Expression::Compare {
                left,
                operator,
                right,
            } => compare(left, *operator, right).or_else(|| compare(right, operator.mirrored(), left)),
            Expression::Call { function, arguments } => match (function.name, arguments.as_slice()) {
                ("in", [one, other]) => one_of(one, other).or_else(|| has(other, one)),
                ("includes", [list, one]) => has(list, one),
                ("intersects", [one, other]) => meets(one, other).or_else(|| meets(other, one)),
                _ => None,
            },
            _ => None,
        };
        known.unwrap_or(Self::Other)
    }
}

/// `path = "text"`, `path = true`, `path >= 5`
fn compare<'p>(side: &'p Expression, operator: Operator, literal: &'p Expression) -> Option<Question<'p>> {
    let path = attribute(side)?;
    match literal {
        Expression::Literal(Value::String(text)) if operator == Operator::Equal => Some(Question::Text {
            path,
            items: false,
            texts: vec![text],
        }),
        Expression::Literal(Value::Bool(value)) if operator == Operator::Equal => {
            Some(Question::Flag { path, value: *value })
        }
        Expression::Literal(Value::Number(bound @ Number::Exact(_))) if operator.orders() => {
            Some(Question::Bound {
                path,
                operator,
                bound: *bound,
            })
        }
        _ => None,
    }
}

/// `path in ["a", "b"]`
fn one_of<'p>(side: &'p Expression, literal: &'p Expression) -> Option<Question<'p>> {
    Some(Question::Text {
        path: attribute(side)?,
        items: false,
        texts: texts(literal)?,
    })
}

/// `path.includes("a")`
fn has<'p>(side: &'p Expression, literal: &'p Expression) -> Option<Question<'p>> {
    let (path, Expression::Literal(Value::String(text))) = (attribute(side)?, literal) else {
        return None;
    };
    Some(Question::Text {
        path,
        items: true,
        texts: vec![text],
    })
}

/// `path.intersects(["a", "b"])`
fn meets<'p>(side: &'p Expression, literal: &'p Expression) -> Option<Question<'p>> {
    Some(Question::Text {
        path: attribute(side)?,
        items: true,
        texts: texts(literal)?,
    })
}

/// A path of the profile.
fn attribute(expression: &Expression) -> Option<&Path> {
    match expression {
        Expression::Field(Field {
            root: Root::Profile,
            path,
        }) => Some(path),
        _ => None,
    }
}

/// The items of a list of literal texts.
pub(super) fn texts(expression: &Expression) -> Option<Vec<&str>> {
    let Expression::Literal(Value::Array(items)) = expression else {
        return None;
    };
    let mut texts = Vec::with_capacity(items.len());
    for item in items {
        let Value::String(text) = item else { return None };
        texts.push(text.as_str());
    }
    Some(texts)
}
