//! Functions that make one number or date of many items. A missing list is empty.

use super::{ANY, Call, Function, Gives, Parameter, Time};
use crate::program::Operator;
use crate::types::Type;
use crate::value::{Datum, number};
use rust_decimal::Decimal;
use xdm::Number;

const LIST: Parameter = Parameter::Value(Type::List);
const NUMBER: Parameter = Parameter::Each(Type::Number);
const SCORES: &str = r#"{"scores": [1.5, 4, null, "9", 2], "items": [{"price": 0.1}, {"price": 0.2}, {}],
    "xEvent": [{"timestamp": "2023-11-01T00:00:00Z", "n": 1}, {"timestamp": "2023-11-10T08:00:00Z", "n": 2}]}"#;

pub(super) const ALL: &[Function] = &[
    Function {
        name: "count",
        takes: &[LIST],
        optional: 0,
        gives: Gives::Type(Type::Number),
        doc: "How many items there are, whatever they are.",
        example: (
            SCORES,
            r"scores.count() = 5 and count(gone) = 0 and (count E over E from xEvent where E.n > 1) = 1",
        ),
        time: Time::Still,
        check: ANY,
        eval: |call| Datum::count(call.items(0).count()),
    },
    Function {
        name: "sum",
        takes: &[LIST, NUMBER],
        optional: 1,
        gives: Gives::Type(Type::Number),
        doc: "The numbers added up, exactly; what is no number is skipped. Of nothing it is 0.",
        example: (
            SCORES,
            r"scores.sum() = 7.5 and items.sum(price) = 0.3 and (sum I.price over I from items) = 0.3",
        ),
        time: Time::Still,
        check: ANY,
        eval: |call| number::sum(&numbers(call)).into(),
    },
    Function {
        name: "average",
        takes: &[LIST, NUMBER],
        optional: 1,
        gives: Gives::Type(Type::Number),
        doc: "The sum divided by how many numbers there are. Of nothing it is missing.",
        example: (
            SCORES,
            r"scores.average() = 2.5 and items.average(price) = 0.15 and average(gone).isNull()",
        ),
        time: Time::Still,
        check: ANY,
        eval: |call| {
            let numbers = numbers(call);
            let count = Number::Exact(Decimal::from(numbers.len()));
            let sum = number::sum(&numbers);
            sum.and_then(|sum| number::quotient(sum, count)).into()
        },
    },
    Function {
        name: "min",
        takes: &[LIST, Parameter::Each(Type::Unknown)],
        optional: 1,
        gives: Gives::Each,
        doc: "The smallest number or the earliest date. Of nothing it is missing.",
        example: (
            SCORES,
            r"scores.min() = 1.5 and xEvent.min(timestamp) occurs before date(2023, 11, 2)",
        ),
        time: Time::Still,
        check: ANY,
        eval: |call| extreme(call, Operator::Less),
    },
    Function {
        name: "max",
        takes: &[LIST, Parameter::Each(Type::Unknown)],
        optional: 1,
        gives: Gives::Each,
        doc: "The largest number or the latest date. Of nothing it is missing.",
        example: (
            SCORES,
            r"scores.max() = 4 and xEvent.max(timestamp) occurs < 7 days before now",
        ),
        time: Time::Still,
        check: ANY,
        eval: |call| extreme(call, Operator::Greater),
    },
];

fn numbers(call: &Call<'_, '_>) -> Vec<Number> {
    call.taken()
        .filter_map(|(_, taken)| taken.number(call.clock))
        .collect()
}

fn extreme<'v>(call: &Call<'_, 'v>, before: Operator) -> Datum<'v> {
    let mut found = Datum::Missing;
    for (_, key) in keyed(call) {
        if !found.is_present() || key.compares(before, &found, call.clock) {
            found = key;
        }
    }
    found
}

/// The items with what is taken of each as a key: the numbers, or if there are none, the dates.
pub(super) fn keyed<'v>(call: &Call<'_, 'v>) -> Vec<(Datum<'v>, Datum<'v>)> {
    let taken: Vec<_> = call.taken().collect();
    let numbered = |(item, key): &(Datum<'v>, Datum<'v>)| {
        let number = key.number(call.clock)?;
        Some((item.clone(), Datum::Number(number)))
    };
    let numbers: Vec<_> = taken.iter().filter_map(numbered).collect();
    if !numbers.is_empty() {
        return numbers;
    }
    let dated = |(item, key): (Datum<'v>, Datum<'v>)| Some((item, Datum::Date(key.date()?)));
    taken.into_iter().filter_map(dated).collect()
}
