//! What belongs to whom: the person, the item at hand, or one further out.

use super::names::{self, Words};
use crate::function::Gives;
use crate::program::{Expression, Field, Link, Operator, Program, Root, When};
use crate::types::{Fields, Known, Type};
use jiff::tz::TimeZone;
use xdm::{Number, Value};

/// What is in scope, the innermost last.
#[derive(Default)]
pub(super) struct Around<'p> {
    things: Vec<Thing<'p>>,
}

/// An item of a list, or a value with a name.
#[derive(Clone, Copy)]
pub(super) struct Thing<'p> {
    pub(super) name: Option<&'p str>,
    pub(super) kind: Sort,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Sort {
    Event,
    Item,
    Value,
}

/// Whose a path is, seen from where it stands.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Owner<'p> {
    /// Of whom or what the sentence speaks just now.
    Subject(Sort),
    /// The person, while the sentence speaks of something of theirs.
    Person,
    /// Something that has a name.
    Named(&'p str),
    /// An item without a name, so many items further out; 1 is the one around the item at hand.
    Outer(Sort, usize),
}

impl<'p> Around<'p> {
    pub(super) fn push(&mut self, thing: Thing<'p>) {
        self.things.push(thing);
    }

    pub(super) fn pop(&mut self) {
        self.things.pop();
    }

    /// Whether the sentence speaks of the person just now.
    pub(super) fn of_person(&self) -> bool {
        self.things.iter().all(|thing| thing.kind == Sort::Value)
    }

    /// The country that the person lives in, if that is what two sides of a comparison are.
    pub(super) fn home(&self, left: &Expression, right: &Expression) -> Option<Words> {
        match (left, right) {
            (
                Expression::Field(Field {
                    root: Root::Profile,
                    path,
                }),
                Expression::Literal(literal),
            ) if self.of_person() && path.keys() == ["homeAddress", "country"] => {
                names::country_beside(left, literal)
            }
            _ => None,
        }
    }

    pub(super) fn owner(&self, root: Root) -> Owner<'p> {
        let Root::Item(item) = root else {
            return if self.of_person() {
                Owner::Subject(Sort::Item)
            } else {
                Owner::Person
            };
        };
        let Some(thing) = self.things.iter().rev().nth(item) else {
            return Owner::Person;
        };
        let inner = self.things.iter().rev().take(item);
        let levels = inner.filter(|thing| thing.kind != Sort::Value).count();
        match (thing.kind, levels, thing.name) {
            (Sort::Value, _, Some(name)) => Owner::Named(name),
            (kind, 0, _) => Owner::Subject(kind),
            (_, _, Some(name)) => Owner::Named(name),
            (kind, levels, None) => Owner::Outer(kind, levels),
        }
    }

    /// What something in scope is.
    pub(super) fn sort_at(&self, root: Root) -> Sort {
        let thing = match root {
            Root::Item(item) => self.things.iter().rev().nth(item),
            Root::Profile | Root::Identities => None,
        };
        thing.map_or(Sort::Item, |thing| thing.kind)
    }

    /// Whether an expression gives a date, as far as it says so itself: by its function, or as the time of an event.
    pub(super) fn is_date(&self, expression: &Expression) -> bool {
        match expression {
            Expression::Call { function, .. } => function.gives == Gives::Type(Type::Date),
            Expression::Field(Field { root, path }) => {
                self.sort_at(*root) == Sort::Event && path.keys() == ["timestamp"]
            }
            _ => false,
        }
    }

    /// What an item of the list is.
    pub(super) fn sort_of(&self, list: &Expression) -> Sort {
        let known = |thing: &Thing<'_>| match thing.kind {
            Sort::Event => Known::Of(Type::Event),
            Sort::Item | Sort::Value => Known::UNKNOWN,
        };
        let mut types: Vec<_> = self.things.iter().map(known).collect();
        if Known::of(list, &mut types, Fields::default()).is(Type::Events) {
            Sort::Event
        } else {
            Sort::Item
        }
    }
}

/// Whether the item that a condition speaks of is also named within an item of another list: then it needs its name.
pub(super) fn is_named_within(condition: &Expression) -> bool {
    named_within(condition, 0, 0)
}

/// `depth` things stand between, `items` of them items of lists.
fn named_within(expression: &Expression, depth: usize, items: usize) -> bool {
    let here = |one: &Expression| named_within(one, depth, items);
    let inside = |one: &Expression| named_within(one, depth + 1, items + 1);
    match expression {
        Expression::Field(field) => field.root == Root::Item(depth) && items > 0,
        Expression::Let { value, body, .. } => here(value) || named_within(body, depth + 1, items),
        Expression::Filter { list, condition, .. } => here(list) || inside(condition),
        Expression::Each { body, .. } => inside(body),
        Expression::Quantifier { list, condition, .. } => {
            here(list) || condition.as_ref().is_some_and(|one| inside(one))
        }
        Expression::Chain { events, steps } => here(events) || steps.iter().flat_map(parts_of).any(inside),
        _ => expression.parts().into_iter().any(here),
    }
}

fn parts_of(step: &Link) -> impl Iterator<Item = &Expression> {
    [&step.what]
        .into_iter()
        .chain(step.when.iter().flat_map(When::parts))
}

/// Whether a condition has a clause of its own that says that it does not hold.
pub(super) fn is_simple(condition: &Expression) -> bool {
    !matches!(
        condition,
        Expression::And(_) | Expression::Or(_) | Expression::Not(_)
    )
}

/// A comparison with its literal on the right, where people say it.
pub(super) fn literal_right<'p>(
    left: &'p Expression,
    operator: Operator,
    right: &'p Expression,
) -> (&'p Expression, Operator, &'p Expression) {
    match (left, right) {
        (Expression::Literal(_), Expression::Literal(_)) => (left, operator, right),
        (Expression::Literal(_), _) => (right, operator.mirrored(), left),
        _ => (left, operator, right),
    }
}

/// Whether a value can be missing.
pub(super) fn may_be_missing(expression: &Expression) -> bool {
    match expression {
        Expression::Literal(_) | Expression::Pattern(_) | Expression::List(_) | Expression::Events => false,
        Expression::Call { function, arguments } => match function.name {
            "count" | "sum" | "currentYear" | "currentMonth" | "currentDayOfMonth" => false,
            "date" => arguments.iter().any(may_be_missing),
            _ => !function.is_word(),
        },
        Expression::If { then, otherwise, .. } => may_be_missing(then) || may_be_missing(otherwise),
        _ => true,
    }
}

/// A literal number, if it is whole.
pub(super) fn whole(expression: &Expression) -> Option<Number> {
    match expression {
        Expression::Literal(Value::Number(known @ Number::Exact(number))) if number.is_integer() => {
            Some(*known)
        }
        _ => None,
    }
}

/// The year, month and day of `date(2024, 2, 29)`.
pub(super) fn day(arguments: &[Expression]) -> Option<(Number, usize, Number)> {
    let [year, month, day] = arguments else {
        return None;
    };
    let Number::Exact(number) = whole(month)? else {
        return None;
    };
    let month = usize::try_from(number)
        .ok()
        .filter(|month| (1..=12).contains(month))?;
    Some((whole(year)?, month, whole(day)?))
}

/// The zone, if it is not UTC.
pub(super) fn zone(program: &Program) -> Option<String> {
    let zone = program.zone();
    if *zone == TimeZone::UTC {
        return None;
    }
    let name = zone.iana_name().map(ToOwned::to_owned);
    Some(name.unwrap_or_else(|| match zone.to_fixed_offset() {
        Ok(offset) => offset.to_string(),
        Err(_) => format!("{zone:?}"),
    }))
}
