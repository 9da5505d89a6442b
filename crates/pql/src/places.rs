//! Where the parts of a program stand in its text.

use crate::Span;
use crate::parse;
use crate::program::{Expression, Program};
use crate::resolve;
use crate::syntax::{Kind, Node};
use crate::types::Fields;

/// Where a part of a program stands in the text, and the parts of it.
///
/// A form that is written in another way than it is kept (`sum X.v over X from ..`) has a place, and its parts have none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// In bytes of the text.
    pub span: Span,
    parts: Vec<Option<Place>>,
}

impl Place {
    /// The place of the condition of `program`, which was read from `text`; `None` if it was not.
    pub fn of(text: &str, program: &Program) -> Option<Self> {
        let (node, _) = parse::parse(text);
        let (read, _) = resolve::resolve(&|_| None, &node, Fields::default());
        let condition = program.condition();
        if read?.condition() != condition {
            return None;
        }
        Some(match &node.kind {
            Kind::Lambda { body, .. } => align(body, condition),
            _ => align(&node, condition),
        })
    }

    /// The place of a part, by its number in [`Expression::parts`].
    pub fn part(&self, number: usize) -> Option<&Self> {
        self.parts.get(number)?.as_ref()
    }
}

/// Follows the shape and the meaning side by side, as far as they are alike.
fn align(node: &Node, meaning: &Expression) -> Place {
    let nodes: Vec<&Node> = match (&node.kind, meaning) {
        (Kind::Lambda { body, .. }, Expression::Each { .. })
        | (Kind::Not(body), Expression::Not(_))
        | (Kind::Negative(body), Expression::Negative(_)) => vec![body],
        // `price` of `orders.sum(price)`
        (_, Expression::Each { .. }) => vec![node],
        (Kind::And(all), Expression::And(_))
        | (Kind::Or(all), Expression::Or(_))
        | (Kind::List(all), Expression::List(_))
        | (Kind::If(all), Expression::If { .. }) => all.iter().collect(),
        (Kind::Compare { left, right, .. }, Expression::Compare { .. }) => vec![left, right],
        (Kind::Arithmetic { first, rest }, Expression::Arithmetic { .. }) => {
            let rest = rest.iter().map(|(_, value)| value);
            [&**first].into_iter().chain(rest).collect()
        }
        (Kind::Let { value, body, .. }, Expression::Let { .. }) => vec![value, body],
        (
            Kind::Filter {
                list,
                condition: Some(condition),
                ..
            },
            Expression::Filter { .. },
        ) => vec![list, condition],
        (Kind::Call { of, arguments, .. }, Expression::Filter { .. }) => {
            let all = of.as_deref().into_iter().chain(arguments);
            all.map(|argument| match &argument.kind {
                Kind::Lambda { body, .. } => body,
                _ => argument,
            })
            .collect()
        }
        (Kind::Call { of, arguments, .. }, Expression::Call { .. }) => {
            of.as_deref().into_iter().chain(arguments).collect()
        }
        (Kind::In { item, list, .. }, Expression::Call { .. }) => vec![item, list],
        (Kind::Occurs { moment, .. }, Expression::Occurs { .. }) => vec![moment],
        (Kind::Chain { list, .. }, Expression::Chain { .. }) => vec![list],
        (Kind::Quantifier { variables, .. }, Expression::Quantifier { .. }) => match variables.as_slice() {
            [one] => [&one.list].into_iter().chain(&one.condition).collect(),
            _ => Vec::new(),
        },
        _ => Vec::new(),
    };
    let parts = meaning.parts().into_iter().enumerate().map(|(at, part)| {
        let node = nodes.get(at)?;
        Some(align(node, part))
    });
    Place {
        span: node.span,
        parts: parts.collect(),
    }
}

#[cfg(test)]
mod tests;
