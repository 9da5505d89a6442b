//! Spans of time and dates: `in the last 7 days`.

use super::Writer;
use crate::program::{Direction, Expression, Operator, Unit, When, Which, Window};
use crate::sentence::scope::day;

const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

impl<'p> Writer<'p> {
    /// What a date must be like, behind a verb or behind `is`.
    pub(super) fn when(&mut self, when: &'p When) -> String {
        match when {
            When::Distance {
                window,
                direction,
                from,
            } => match (&**from, direction) {
                (Expression::Call { function, .. }, Direction::Before) if function.name == "now" => {
                    ago(window)
                }
                (Expression::Call { function, .. }, Direction::After) if function.name == "now" => {
                    ahead(window)
                }
                _ => {
                    let from = self.value(from);
                    distance(window, direction.word(), &from)
                }
            },
            When::Unit(which, unit) => {
                let unit = unit.words().0;
                match which {
                    Which::This => format!("in this calendar {unit}"),
                    Which::Last => format!("in the last calendar {unit}"),
                    Which::Next => format!("in the next calendar {unit}"),
                }
            }
            When::On(date) => match &**date {
                Expression::Call { function, .. } if is_day(function.name) => function.name.to_owned(),
                date => format!("on {}", self.value(date)),
            },
            When::Before(date) => format!("before {}", self.value(date)),
            When::After(date) => format!("after {}", self.value(date)),
            When::Between(first, last) => {
                let (first, last) = (self.value(first), self.value(last));
                format!("from {first} to {last} (both included)")
            }
        }
    }

    /// `29 February 2024`
    pub(super) fn date(&mut self, arguments: &'p [Expression]) -> String {
        if let Some((year, month, day)) = day(arguments) {
            let number = crate::print::number;
            return format!("{} {} {}", number(day), MONTHS[month - 1], number(year));
        }
        let all: Vec<_> = arguments.iter().map(|one| self.value(one)).collect();
        match all.as_slice() {
            [year, month, day] => format!("the day with year {year}, month {month} and day {day}"),
            _ => format!("the day of {}", all.join(", ")),
        }
    }
}

fn is_day(name: &str) -> bool {
    ["today", "yesterday", "tomorrow"].contains(&name)
}

/// `7 days`
fn length(window: &Window) -> String {
    let (one, many) = window.unit.words();
    let unit = if window.count == 1 { one } else { many };
    format!("{} {unit}", window.count)
}

/// How `=` counts.
fn whole(unit: Unit) -> String {
    format!("(counting whole {})", unit.words().1)
}

fn ago(window: &Window) -> String {
    let (length, whole) = (length(window), whole(window.unit));
    match window.operator {
        Operator::LessOrEqual => format!("in the last {length}"),
        Operator::Less => format!("in the last {length} (exactly {length} ago excluded)"),
        Operator::Greater => format!("more than {length} ago"),
        Operator::GreaterOrEqual => format!("at least {length} ago"),
        Operator::Equal => format!("exactly {length} ago {whole}"),
        Operator::NotEqual => format!("at a time other than {length} ago {whole}"),
    }
}

fn ahead(window: &Window) -> String {
    let (length, whole) = (length(window), whole(window.unit));
    match window.operator {
        Operator::LessOrEqual => format!("in the next {length}"),
        Operator::Less => format!("in the next {length} (exactly {length} from now excluded)"),
        Operator::Greater => format!("more than {length} from now"),
        Operator::GreaterOrEqual => format!("at least {length} from now"),
        Operator::Equal => format!("exactly {length} from now {whole}"),
        Operator::NotEqual => format!("at a time other than {length} from now {whole}"),
    }
}

/// `at most 7 days before X`
fn distance(window: &Window, side: &str, from: &str) -> String {
    let (length, whole) = (length(window), whole(window.unit));
    match window.operator {
        Operator::LessOrEqual => format!("at most {length} {side} {from}"),
        Operator::Less => format!("less than {length} {side} {from}"),
        Operator::Greater => format!("more than {length} {side} {from}"),
        Operator::GreaterOrEqual => format!("at least {length} {side} {from}"),
        Operator::Equal => format!("exactly {length} {side} {from} {whole}"),
        Operator::NotEqual => format!("at a time other than {length} {side} {from} {whole}"),
    }
}

/// `at most 2 days after the step before`
pub(super) fn gap(window: &Window) -> String {
    distance(window, "after", "the step before")
}
