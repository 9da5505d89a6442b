//! What holds, condition by condition.

use super::sum::sum;
use super::value::{Items, Operand, lookup};
use super::{EventView, Oracle, fold};
use pql::{Condition, Events, Field, List, Moment, Operator, Root, Term};
use rust_decimal::Decimal;
use std::cmp::Ordering;
use xdm::{Number, Value};

/// The events in scope, the innermost first: those that filters and quantifiers are looking at.
#[derive(Clone, Copy)]
pub(super) struct Scope<'s, 'v> {
    event: &'v EventView<'v>,
    outer: Option<&'s Scope<'s, 'v>>,
}

impl<'v> Oracle<'v> {
    pub(super) fn holds(&self, condition: &'v Condition, scope: Option<&Scope<'_, 'v>>) -> bool {
        match condition {
            Condition::Constant(holds) => *holds,
            Condition::Not(inner) => !self.holds(inner, scope),
            Condition::And(all) => all.iter().all(|one| self.holds(one, scope)),
            Condition::Or(all) => all.iter().any(|one| self.holds(one, scope)),
            Condition::Holds(field) => self.field(field, scope).is_true(),
            Condition::Compare {
                left,
                operator,
                right,
            } => compare(&self.term(left, scope), *operator, &self.term(right, scope)),
            Condition::Equals {
                left,
                right,
                case_sensitive,
            } => match (self.term(left, scope).text(), self.term(right, scope).text()) {
                (Some(one), Some(other)) if *case_sensitive => one == other,
                (Some(one), Some(other)) => fold::equal(one, other),
                _ => false,
            },
            Condition::In { item, list } => {
                let item = self.term(item, scope);
                let list = self.term(list, scope);
                list.items().is_some_and(|items| {
                    items
                        .iter()
                        .any(|other| item.equals(&Operand::One(other)) == Some(true))
                })
            }
            Condition::NotIn { item, list } => {
                let item = self.term(item, scope);
                let list = self.term(list, scope);
                let differs = |other| item.equals(&Operand::One(other)) == Some(false);
                item.is_present() && list.items().is_some_and(|items| items.iter().all(differs))
            }
            Condition::Intersects { left, right } => {
                let (left, right) = (self.term(left, scope), self.term(right, scope));
                let (Some(left), Some(right)) = (left.items(), right.items()) else {
                    return false;
                };
                let right = || right.iter().map(Operand::One);
                left.iter()
                    .map(Operand::One)
                    .any(|one| right().any(|other| one.equals(&other) == Some(true)))
            }
            Condition::IsNull(field) => !self.field(field, scope).is_present(),
            Condition::IsNotNull(field) => self.field(field, scope).is_present(),
            Condition::Occurs { moment, window } => {
                let instant = match moment {
                    Moment::Event(item) => at(scope, *item).map(|event| event.timestamp),
                    Moment::Field(field) => self.field(field, scope).date(),
                };
                instant.is_some_and(|instant| self.occurs(instant, window))
            }
            Condition::Exists {
                events, condition, ..
            } => self
                .view
                .events
                .iter()
                .any(|event| self.selects(events, condition.as_deref(), event, scope)),
            Condition::Any(events) => self
                .view
                .events
                .iter()
                .any(|event| self.selects(events, None, event, scope)),
            Condition::InSegment(segment) => (self.view.in_segment)(segment),
        }
    }

    /// Whether an event is one of `events` and `condition` holds of it.
    ///
    /// Whether it is visible is asked last: an event of which the rest does not hold then needs no timer.
    fn selects(
        &self,
        events: &'v Events,
        condition: Option<&'v Condition>,
        event: &'v EventView<'v>,
        scope: Option<&Scope<'_, 'v>>,
    ) -> bool {
        let inner = Scope { event, outer: scope };
        let holds = |condition: &'v Condition| self.holds(condition, Some(&inner));
        !self.is_gone(event)
            && events.filter.as_deref().is_none_or(holds)
            && condition.is_none_or(holds)
            && self.is_visible(event)
    }

    fn term(&self, term: &'v Term, scope: Option<&Scope<'_, 'v>>) -> Operand<'v> {
        match term {
            Term::Literal(value) => Operand::One(value),
            Term::Field(field) => self.field(field, scope),
            Term::Count(List::Field(field)) => count(
                self.field(field, scope)
                    .items()
                    .map_or(0, |items| items.iter().count()),
            ),
            Term::Count(List::Events(events)) => {
                let selected = self
                    .view
                    .events
                    .iter()
                    .filter(|event| self.selects(events, None, event, scope));
                count(selected.count())
            }
            Term::Sum {
                list: List::Field(field),
                path,
            } => {
                let list = self.field(field, scope);
                let items = list.items();
                total(
                    items
                        .iter()
                        .flat_map(Items::iter)
                        .map(|item| lookup(item, path.keys())),
                )
            }
            Term::Sum {
                list: List::Events(events),
                path,
            } => {
                let selected = self
                    .view
                    .events
                    .iter()
                    .filter(|event| self.selects(events, None, event, scope));
                total(selected.map(|event| lookup(event.value, path.keys())))
            }
        }
    }

    fn field(&self, field: &'v Field, scope: Option<&Scope<'_, 'v>>) -> Operand<'v> {
        let root = match field.root {
            Root::Profile => Some(self.view.attributes),
            Root::Identities => Some(self.view.identities),
            Root::Item(item) => at(scope, item).map(|event| event.value),
        };
        root.map_or(Operand::Missing, |root| lookup(root, field.path.keys()))
    }
}

/// The event `item` places further out.
fn at<'v>(scope: Option<&Scope<'_, 'v>>, item: usize) -> Option<&'v EventView<'v>> {
    let found = (0..item).try_fold(scope?, |scope, _| scope.outer);
    debug_assert!(found.is_some(), "the parser gives only items that are in scope");
    found.map(|scope| scope.event)
}

fn count(items: usize) -> Operand<'static> {
    Operand::Number(Number::Exact(Decimal::from(items)))
}

/// Those that are no numbers are skipped; the sum of nothing is 0.
fn total<'v>(of: impl Iterator<Item = Operand<'v>>) -> Operand<'v> {
    let numbers: Vec<Number> = of.filter_map(|item| item.number()).collect();
    sum(&numbers).map_or(Operand::Missing, Operand::Number)
}

fn compare(left: &Operand<'_>, operator: Operator, right: &Operand<'_>) -> bool {
    let ordered = |wanted: fn(Ordering) -> bool| left.order(right).is_some_and(wanted);
    match operator {
        Operator::Equal => left.equals(right) == Some(true),
        Operator::NotEqual => left.equals(right) == Some(false),
        Operator::Less => ordered(Ordering::is_lt),
        Operator::LessOrEqual => ordered(Ordering::is_le),
        Operator::Greater => ordered(Ordering::is_gt),
        Operator::GreaterOrEqual => ordered(Ordering::is_ge),
    }
}

impl Operand<'_> {
    fn is_true(&self) -> bool {
        match self {
            Self::One(Value::Bool(value)) => *value,
            list => list.items().is_some_and(|items| items.iter().next().is_some()),
        }
    }
}
