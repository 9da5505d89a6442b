//! What a clause claims of something: that it is there and one of a set, or that it is not.

use super::set::{Cut, Set};
use crate::clock::Date;
use crate::program::{Direction, Expression, Field, Operator, Root, Step, When, Window};
use crate::types::{Known, Type};
use model::Scalar;
use rust_decimal::Decimal;
use xdm::{Number, Value};

/// That something is there and in the set; or, if it does not hold, that it is missing or not in the set.
#[derive(Clone, Debug)]
pub(super) struct Claim<'e> {
    pub(super) of: Subject<'e>,
    pub(super) set: Set,
    pub(super) holds: bool,
}

/// What is claimed of: the same thing, looked at twice in one place, is the same.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Subject<'e> {
    /// A value.
    Value(&'e Expression),
    /// How many milliseconds a date lies before now.
    Age(&'e Expression),
    /// The day of a date, counted from 1970-01-01.
    Day(&'e Expression),
    /// Whether something holds.
    Truth(&'e Expression),
}

/// What a subject can be.
pub(super) struct Domain {
    /// What it can be where it is there.
    pub(super) set: Set,
    /// Whether its numbers are whole.
    pub(super) whole: bool,
    /// Whether it is always there.
    pub(super) total: bool,
    /// Why, the end of a sentence.
    pub(super) because: &'static str,
}

impl<'e> Claim<'e> {
    /// What a condition claims.
    pub(super) fn of(condition: &'e Expression, kind: &dyn Fn(&Expression) -> Type) -> Self {
        if let Expression::Not(inner) = condition {
            let inner = Self::of(inner, kind);
            return Self {
                holds: !inner.holds,
                ..inner
            };
        }
        let found = match condition {
            Expression::Compare {
                left,
                operator,
                right,
            } => match (&**left, &**right) {
                (Expression::Literal(_), Expression::Literal(_)) => None,
                (subject, Expression::Literal(value)) => compared(subject, *operator, value, kind),
                (Expression::Literal(value), subject) => compared(subject, operator.mirrored(), value, kind),
                _ => None,
            },
            Expression::Call { function, arguments } => called(function.name, arguments, kind),
            Expression::Field(_) | Expression::Member { .. } => {
                Some((Subject::Value(condition), Set::conditions(), true))
            }
            Expression::Occurs { moment, when } => occurring(moment, when),
            _ => None,
        };
        let (of, set, holds) = found.unwrap_or((Subject::Truth(condition), Set::boolean(true), true));
        Self { of, set, holds }
    }
}

type Found<'e> = Option<(Subject<'e>, Set, bool)>;

fn compared<'e>(
    subject: &'e Expression,
    operator: Operator,
    value: &Value,
    kind: &dyn Fn(&Expression) -> Type,
) -> Found<'e> {
    let set = match (value, operator) {
        (Value::Number(number), _) => {
            let number = plain(*number)?;
            let (before, after) = (Cut::At(number, false), Cut::At(number, true));
            match operator {
                Operator::Equal => Set::number(number),
                Operator::NotEqual => Set::number(number).complement().and(&Set::numbers()),
                Operator::Less => Set::range(Cut::Start, before),
                Operator::LessOrEqual => Set::range(Cut::Start, after),
                Operator::Greater => Set::range(after, Cut::End),
                Operator::GreaterOrEqual => Set::range(before, Cut::End),
            }
        }
        (scalar, Operator::Equal) => equal(subject, scalar, kind)?,
        (scalar, Operator::NotEqual) => differs(subject, scalar, kind)?,
        _ => return None,
    };
    Some((Subject::Value(subject), set, true))
}

/// What equals a literal.
fn equal(subject: &Expression, value: &Value, kind: &dyn Fn(&Expression) -> Type) -> Option<Set> {
    match value {
        Value::Number(number) => plain(*number).map(Set::number),
        Value::Bool(value) => Some(Set::boolean(*value)),
        Value::String(text) if !may_be_computed_date(subject, kind) => Some(Set::text(text)),
        _ => None,
    }
}

/// What is of the kind of a literal and differs from it.
fn differs(subject: &Expression, value: &Value, kind: &dyn Fn(&Expression) -> Type) -> Option<Set> {
    let alike = match value {
        Value::Number(_) => Set::numbers(),
        Value::Bool(_) => Set::booleans(),
        _ => Set::texts(),
    };
    Some(equal(subject, value, kind)?.complement().and(&alike))
}

/// A date that is no text compares with texts as an instant, of which two texts may be the same.
fn may_be_computed_date(subject: &Expression, kind: &dyn Fn(&Expression) -> Type) -> bool {
    match subject {
        Expression::Field(Field {
            root: Root::Item(_),
            path,
        }) => path.keys().is_empty() || path.keys() == ["timestamp"],
        Expression::Field(_) => false,
        other => matches!(kind(other), Type::Date | Type::Unknown),
    }
}

fn called<'e>(name: &str, arguments: &'e [Expression], kind: &dyn Fn(&Expression) -> Type) -> Found<'e> {
    let (subject, rest) = arguments.split_first()?;
    let set = match (name, rest) {
        ("isNull", []) => return Some((Subject::Value(subject), Set::everything(), false)),
        ("isNotNull", []) => Set::everything(),
        ("equals", [Expression::Literal(text @ Value::String(_))]) => {
            Set::texts().and(&equal(subject, text, kind)?)
        }
        ("notEqualTo", [Expression::Literal(text @ Value::String(_))]) => differs(subject, text, kind)?,
        ("in" | "notIn", [Expression::Literal(Value::Array(items))]) => {
            let sets = items.iter().map(|item| match name {
                "in" => equal(subject, item, kind),
                _ => differs(subject, item, kind),
            });
            let sets: Vec<Set> = sets.collect::<Option<_>>()?;
            if name == "in" {
                sets.iter().fold(Set::nothing(), |all, one| all.or(one))
            } else {
                sets.iter().fold(Set::everything(), |all, one| all.and(one))
            }
        }
        _ => return None,
    };
    Some((Subject::Value(subject), set, true))
}

fn occurring<'e>(moment: &'e Expression, when: &When) -> Found<'e> {
    match when {
        When::Distance {
            window,
            direction,
            from,
        } if is_now(from) => Some((Subject::Age(moment), ages(window, *direction)?, true)),
        When::On(day) => {
            let day = day_of(day)?;
            Some((Subject::Day(moment), Set::number(day), true))
        }
        When::Before(day) => {
            let set = Set::range(Cut::Start, Cut::At(day_of(day)?, false));
            Some((Subject::Day(moment), set, true))
        }
        When::After(day) => {
            let set = Set::range(Cut::At(day_of(day)?, true), Cut::End);
            Some((Subject::Day(moment), set, true))
        }
        When::Between(first, last) => {
            let set = Set::range(Cut::At(day_of(first)?, false), Cut::At(day_of(last)?, true));
            Some((Subject::Day(moment), set, true))
        }
        _ => None,
    }
}

fn is_now(date: &Expression) -> bool {
    matches!(date, Expression::Call { function, .. } if function.name == "now")
}

/// A day that is written out.
fn day_of(date: &Expression) -> Option<Decimal> {
    let Expression::Call { function, arguments } = date else {
        return None;
    };
    let number = |at: usize| match arguments.get(at) {
        Some(Expression::Literal(Value::Number(Number::Exact(number)))) => i64::try_from(*number).ok(),
        _ => None,
    };
    match Date::of(number(0)?, number(1)?, number(2)?) {
        Some(Date::Day(day)) if function.name == "date" => Some(day.into()),
        _ => None,
    }
}

/// How long ago a date must lie, in milliseconds; of lengths that the calendar decides nothing is said.
fn ages(window: &Window, direction: Direction) -> Option<Set> {
    let Step::Fixed(length) = window.step() else {
        return None;
    };
    let (zero, far) = (Decimal::ZERO, Decimal::from(length.millis()));
    let at = |number: Decimal, after: bool| Cut::At(number, after);
    Some(match (direction, window.operator) {
        (Direction::Before, Operator::Less) => Set::range(at(zero, false), at(far, false)),
        (Direction::Before, Operator::LessOrEqual) => Set::range(at(zero, false), at(far, true)),
        (Direction::Before, Operator::Greater) => Set::range(at(far, true), Cut::End),
        (Direction::Before, Operator::GreaterOrEqual) => Set::range(at(far, false), Cut::End),
        (Direction::After, Operator::Less) => Set::range(at(-far, true), at(zero, true)),
        (Direction::After, Operator::LessOrEqual) => Set::range(at(-far, false), at(zero, true)),
        (Direction::After, Operator::Greater) => Set::range(Cut::Start, at(-far, false)),
        (Direction::After, Operator::GreaterOrEqual) => Set::range(Cut::Start, at(-far, true)),
        (_, Operator::Equal | Operator::NotEqual) => return None,
    })
}

/// A number that stays apart from all others of its length also where only the nearest f64 is known.
fn plain(number: Number) -> Option<Decimal> {
    const DIGITS: i128 = 1_000_000_000_000_000;
    match number {
        Number::Exact(number) => {
            let number = number.normalize();
            (number.mantissa().abs() < DIGITS).then_some(number)
        }
        Number::Approximate(_) => None,
    }
}

impl Subject<'_> {
    /// What it can be, by what is known of it.
    pub(super) fn domain<'s>(&self, known: &dyn Fn(&Expression) -> Known<'s>) -> Domain {
        let at_least = |least: i64, most: Option<i64>| {
            let high = most.map_or(Cut::End, |most| Cut::At(most.into(), true));
            Set::range(Cut::At(least.into(), false), high)
        };
        let whole = |set: Set, total: bool, because: &'static str| Domain {
            set,
            whole: true,
            total,
            because,
        };
        match self {
            Self::Truth(_) => Domain {
                set: Set::booleans(),
                whole: false,
                total: true,
                because: "",
            },
            Self::Age(moment) if of_event(moment, known) => {
                whole(at_least(0, None), true, "events of the future do not count yet")
            }
            Self::Day(moment) if of_event(moment, known) => whole(Set::numbers(), true, ""),
            Self::Age(_) | Self::Day(_) => whole(Set::numbers(), false, ""),
            Self::Value(Expression::Call { function, .. }) => match function.name {
                "count" => whole(at_least(0, None), true, "a count is 0 or more, and whole"),
                "getMonth" => whole(at_least(1, Some(12)), false, "a month is 1 to 12"),
                "currentMonth" => whole(at_least(1, Some(12)), true, "a month is 1 to 12"),
                "getDayOfMonth" => whole(at_least(1, Some(31)), false, "a day of the month is 1 to 31"),
                "currentDayOfMonth" => whole(at_least(1, Some(31)), true, "a day of the month is 1 to 31"),
                _ => Domain::open(),
            },
            Self::Value(value) => match known(value) {
                Known::Data(xdm::Type::Scalar(scalar)) => match scalar {
                    Scalar::Integer => whole(Set::numbers(), false, ""),
                    Scalar::Number => Domain::of(Set::numbers()),
                    Scalar::Boolean => Domain::of(Set::booleans()),
                    Scalar::String | Scalar::Date | Scalar::DateTime => Domain::of(Set::texts()),
                },
                _ => Domain::open(),
            },
        }
    }
}

impl Domain {
    fn open() -> Self {
        Self::of(Set::everything())
    }

    fn of(set: Set) -> Self {
        Self {
            set,
            whole: false,
            total: false,
            because: "",
        }
    }

    /// What of a set can be.
    pub(super) fn possible(&self, set: &Set) -> Set {
        let set = self.set.and(set);
        if self.whole { set.whole() } else { set }
    }
}

/// Whether it is the time of an event, which is always there.
fn of_event<'s>(moment: &Expression, known: &dyn Fn(&Expression) -> Known<'s>) -> bool {
    let item = matches!(moment, Expression::Field(Field { root: Root::Item(_), path }) if path.keys() == ["timestamp"]);
    item && known(moment) == Known::Of(Type::Date)
}
