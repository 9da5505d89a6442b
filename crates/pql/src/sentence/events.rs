//! Which of a person's events are meant: their type, when they happened, and what else must hold of them.

use crate::program::{Expression, Field, Operator, Root, When};
use crate::sentence::names::{self, Deed};
use crate::sentence::scope::is_named_within;
use xdm::Value;

/// Events of `xEvent` that hold some conditions.
pub(super) struct Events<'p> {
    /// The text that their `eventType` is.
    pub(super) kind: Option<&'p str>,
    /// When they happened; all of these, each with what the event is called there.
    pub(super) whens: Vec<(Option<&'p str>, &'p When)>,
    /// What else must hold of them.
    pub(super) rest: Vec<(Option<&'p str>, &'p Expression)>,
}

impl<'p> Events<'p> {
    /// The events that a list is, if it is `xEvent` with or without filters.
    pub(super) fn of(list: &'p Expression) -> Option<Self> {
        match list {
            Expression::Events => Some(Self {
                kind: None,
                whens: Vec::new(),
                rest: Vec::new(),
            }),
            Expression::Filter {
                list,
                variable,
                condition,
            } => {
                let mut events = Self::of(list)?;
                events.that(variable.as_deref(), condition);
                Some(events)
            }
            _ => None,
        }
    }

    /// Those of them of which this holds too.
    pub(super) fn that(&mut self, name: Option<&'p str>, condition: &'p Expression) {
        match condition {
            Expression::And(all) => all.iter().for_each(|one| self.that(name, one)),
            Expression::Occurs { moment, when } if is_own(moment, "timestamp") => {
                self.whens.push((name, when));
            }
            _ => match kind(condition) {
                Some(kind) if self.kind.is_none() => self.kind = Some(kind),
                _ => self.rest.push((name, condition)),
            },
        }
    }

    /// What is done in the events, if there is a word for it and none of them needs a name.
    pub(super) fn deed(&self) -> Option<Deed> {
        self.kind.and_then(names::deed).filter(|_| self.named().is_none())
    }

    /// The name that something further in needs, and the condition it is in.
    pub(super) fn named(&self) -> Option<(Option<&'p str>, &'p Expression)> {
        let mut rest = self.rest.iter().copied();
        rest.find(|(name, condition)| name.is_some() && is_named_within(condition))
    }

    /// The count that is asked of events: `xEvent[..].count() >= 3`, either way round.
    pub(super) fn counted(
        left: &'p Expression,
        operator: Operator,
        right: &'p Expression,
    ) -> Option<(Self, Operator, &'p Value)> {
        match (left, right) {
            (Expression::Call { function, arguments }, Expression::Literal(number @ Value::Number(_)))
                if function.name == "count" =>
            {
                let events = Self::of(arguments.first()?)?;
                Some((events, operator, number))
            }
            (Expression::Literal(Value::Number(_)), Expression::Call { .. }) => {
                Self::counted(right, operator.mirrored(), left)
            }
            _ => None,
        }
    }
}

/// `eventType = "purchase"`, `eventType.equals("purchase")`
fn kind(condition: &Expression) -> Option<&str> {
    let (left, right) = match condition {
        Expression::Compare {
            left,
            operator: Operator::Equal,
            right,
        } => (&**left, &**right),
        Expression::Call { function, arguments } if function.name == "equals" => match arguments.as_slice() {
            [left, right] => (left, right),
            _ => return None,
        },
        _ => return None,
    };
    match right {
        Expression::Literal(Value::String(text)) if is_own(left, "eventType") => Some(text.as_str()),
        _ => None,
    }
}

/// Whether this is a field of the event at hand.
fn is_own(expression: &Expression, key: &str) -> bool {
    matches!(expression, Expression::Field(Field { root: Root::Item(0), path }) if path.keys() == [key])
}

/// Whether what is taken of each event is its time.
pub(super) fn is_time(each: &Expression) -> bool {
    matches!(each, Expression::Each { body, .. } if is_own(body, "timestamp"))
}
