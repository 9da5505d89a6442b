//! A count or sum of events, compared with a number: what is counted, in which window, and from where to where it holds.

use super::reads::{is_about_item, moves};
use super::window::Reach;
use pql::{Expression, Field, Operator, Root, When};
use rust_decimal::Decimal;
use xdm::{Number, Value};

/// `xEvent[eventType = "view" and timestamp occurs < 7 days before now].count() >= 3`, taken apart.
pub(super) struct Threshold<'p> {
    /// What must hold of an event for it to count; it stands still.
    pub(super) tests: Vec<Test<'p>>,
    /// What is summed of an event: an `Each`. Without it events are counted.
    pub(super) summed: Option<&'p Expression>,
    /// When it must have happened, all of these.
    pub(super) reaches: Vec<Reach>,
    /// Where the count or sum must lie.
    pub(super) band: Band,
}

/// What an event must be like, or must not.
#[derive(Clone, Copy)]
pub(super) struct Test<'p> {
    pub(super) condition: &'p Expression,
    pub(super) holds: bool,
}

/// `low <= value < high`, or just not. Counts are in ones, sums in millionths.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Band {
    pub(super) low: i64,
    pub(super) high: i64,
    pub(super) within: bool,
}

/// Sums are kept in whole units of one millionth.
pub(super) const DECIMALS: u32 = 6;

impl Band {
    pub(super) fn holds(&self, value: i64) -> bool {
        (self.low <= value && value < self.high) == self.within
    }

    /// Where something whole lies that compares so with a number.
    fn of(operator: Operator, bound: Number, decimals: u32) -> Option<Self> {
        let Number::Exact(bound) = bound else { return None };
        let scaled = bound.checked_mul(Decimal::from(10_u64.pow(decimals)))?;
        let whole = |bound: Decimal| i64::try_from(bound).ok().filter(|whole| *whole < i64::MAX);
        // The first whole number that is not below the bound, and the first above it.
        let (from, above) = (whole(scaled.ceil())?, whole(scaled.floor())? + 1);
        let (low, high, within) = match operator {
            Operator::GreaterOrEqual => (from, i64::MAX, true),
            Operator::Greater => (above, i64::MAX, true),
            Operator::Less => (i64::MIN, from, true),
            Operator::LessOrEqual => (i64::MIN, above, true),
            Operator::Equal => (from, above, true),
            Operator::NotEqual => (from, above, false),
        };
        Some(Self { low, high, within })
    }
}

/// Something is there.
const SOME: Band = Band {
    low: 1,
    high: i64::MAX,
    within: true,
};
/// Nothing is there.
const NONE: Band = Band {
    low: i64::MIN,
    high: 1,
    within: true,
};

impl<'p> Threshold<'p> {
    pub(super) fn of(leaf: &'p Expression) -> Option<Self> {
        match leaf {
            Expression::Compare {
                left,
                operator,
                right,
            } => Self::compare(left, *operator, right)
                .or_else(|| Self::compare(right, operator.mirrored(), left)),
            Expression::Events | Expression::Filter { .. } => Self::list(leaf, SOME),
            Expression::Quantifier {
                every: false,
                list,
                condition,
                ..
            } => {
                let mut found = Self::list(list, SOME)?;
                if let Some(condition) = condition {
                    found.narrow(condition)?;
                }
                Some(found)
            }
            Expression::Quantifier { list, condition, .. } => {
                let mut found = Self::list(list, NONE)?;
                let condition: &Expression = condition.as_deref()?;
                found.test(condition, false)?;
                Some(found)
            }
            _ => None,
        }
    }

    /// `list.count() >= 3`, `list.sum(amount) < 10`
    fn compare(side: &'p Expression, operator: Operator, literal: &'p Expression) -> Option<Self> {
        let (Expression::Call { function, arguments }, Expression::Literal(Value::Number(bound))) =
            (side, literal)
        else {
            return None;
        };
        match (function.name, arguments.as_slice()) {
            ("count", [list]) => Self::list(list, Band::of(operator, *bound, 0)?),
            ("sum", [list, each @ Expression::Each { body, .. }]) => {
                let mut found = Self::list(list, Band::of(operator, *bound, DECIMALS)?)?;
                found.summed = (is_about_item(body) && !moves(body)).then_some(each);
                found.summed.is_some().then_some(found)
            }
            _ => None,
        }
    }

    /// Of a list of events, with or without filters.
    fn list(list: &'p Expression, band: Band) -> Option<Self> {
        match list {
            Expression::Events => Some(Self {
                tests: Vec::new(),
                summed: None,
                reaches: Vec::new(),
                band,
            }),
            Expression::Filter { list, condition, .. } => {
                let mut found = Self::list(list, band)?;
                found.narrow(condition)?;
                Some(found)
            }
            _ => None,
        }
    }

    fn narrow(&mut self, condition: &'p Expression) -> Option<()> {
        match condition {
            Expression::And(all) => all.iter().try_for_each(|one| self.narrow(one)),
            Expression::Occurs { moment, when } if is_timestamp(moment) && is_from_now(when) => {
                self.reaches.push(reach(when)?);
                Some(())
            }
            test => self.test(test, true),
        }
    }

    fn test(&mut self, condition: &'p Expression, holds: bool) -> Option<()> {
        let still = is_about_item(condition) && !moves(condition);
        still.then(|| self.tests.push(Test { condition, holds }))
    }
}

/// The `timestamp` of the event that is looked at.
fn is_timestamp(moment: &Expression) -> bool {
    matches!(moment, Expression::Field(Field { root: Root::Item(0), path }) if path.keys() == ["timestamp"])
}

/// Whether it says how far from now.
fn is_from_now(when: &When) -> bool {
    match when {
        When::Distance { from, .. } => is_now(from),
        When::Unit(..) => true,
        _ => false,
    }
}

/// How far from now it may be; `None` where that is no window into which events come and out of which they go one after
/// the other.
fn reach(when: &When) -> Option<Reach> {
    match when {
        When::Distance {
            window, direction, ..
        } => Reach::new(*window, *direction),
        When::Unit(which, unit) => {
            let (window, direction) = which.from_now(*unit);
            Reach::new(window, direction)
        }
        _ => None,
    }
}

fn is_now(date: &Expression) -> bool {
    matches!(date, Expression::Call { function, arguments } if function.name == "now" && arguments.is_empty())
}
