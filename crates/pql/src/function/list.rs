//! Functions that give lists, or an item of one. A missing list is empty.

use super::predicate::contains;
use super::{ANY, Call, Function, Gives, Parameter, Time};
use crate::program::Operator;
use crate::types::Type;
use crate::value::Datum;

const LIST: Parameter = Parameter::Value(Type::List);
const EACH: Parameter = Parameter::Each(Type::Unknown);
const ORDERS: &str = r#"{"tags": ["b", "a", "b"], "orders": [
    {"id": 1, "price": 5, "store": "s1"}, {"id": 2, "price": 30, "store": "s2"}, {"id": 3, "price": 20, "store": "s1"}, {"id": 4}
]}"#;

pub(super) const ALL: &[Function] = &[
    Function {
        name: "intersection",
        takes: &[LIST, LIST],
        optional: 0,
        gives: Gives::Same,
        doc: "The items of the first list that are in the second, in their order, repeats included.",
        example: (ORDERS, r#"tags.intersection(["b", "c"]) = ["b", "b"]"#),
        time: Time::Still,
        check: ANY,
        eval: |call| Datum::list(call.items(0).filter(|item| contains(call, call.value(1), item))),
    },
    Function {
        name: "distinct",
        takes: &[LIST],
        optional: 0,
        gives: Gives::Same,
        doc: "The items without those that equal an earlier one.",
        example: (
            ORDERS,
            r#"tags.distinct() = ["b", "a"] and orders.store.distinct().count() = 2"#,
        ),
        time: Time::Still,
        check: ANY,
        eval: |call| {
            let mut kept: Vec<Datum<'_>> = Vec::new();
            for item in call.items(0) {
                let known = |other: &Datum<'_>| item.equals(other, call.clock) == Some(true);
                if !kept.iter().any(known) {
                    kept.push(item);
                }
            }
            Datum::list(kept)
        },
    },
    Function {
        name: "map",
        takes: &[LIST, EACH],
        optional: 0,
        gives: Gives::Type(Type::List),
        doc: "What is taken of each item, missing ones left out.",
        example: (
            ORDERS,
            r"orders.map(price) = [5, 30, 20] and orders.map((O) => O.price * 2).sum() = 110",
        ),
        time: Time::Still,
        check: ANY,
        eval: |call| {
            let taken = call.taken().map(|(_, taken)| taken);
            Datum::list(taken.filter(Datum::is_present))
        },
    },
    Function {
        name: "groupBy",
        takes: &[LIST, EACH],
        optional: 0,
        gives: Gives::Type(Type::Map),
        doc: "The items by what is taken of each, in the order in which that is met; items without it are left out.",
        example: (
            ORDERS,
            r#"orders.groupBy(store).get("s1").id = [1, 3] and orders.groupBy(store).keys() = ["s1", "s2"]"#,
        ),
        time: Time::Still,
        check: ANY,
        eval: |call| {
            let mut groups: Vec<(Datum<'_>, Vec<Datum<'_>>)> = Vec::new();
            for (item, key) in call.taken().filter(|(_, key)| key.is_present()) {
                let same = |(known, _): &&mut (Datum<'_>, _)| known.equals(&key, call.clock) == Some(true);
                match groups.iter_mut().find(same) {
                    Some((_, items)) => items.push(item),
                    None => groups.push((key, vec![item])),
                }
            }
            let groups = groups.into_iter().map(|(key, items)| (key, Datum::list(items)));
            Datum::Map(groups.collect())
        },
    },
    Function {
        name: "topN",
        takes: &[LIST, EACH, Parameter::Whole],
        optional: 0,
        gives: Gives::Same,
        doc: "The items with the n largest keys, the largest first, equal ones in the order of the list. Keys are numbers or \
              dates; items without are left out.",
        example: (ORDERS, r"orders.topN(price, 2).id = [2, 3]"),
        time: Time::Still,
        check: ANY,
        eval: |call| ranked(call, Operator::Greater),
    },
    Function {
        name: "bottomN",
        takes: &[LIST, EACH, Parameter::Whole],
        optional: 0,
        gives: Gives::Same,
        doc: "The items with the n smallest keys, the smallest first, equal ones in the order of the list.",
        example: (
            ORDERS,
            r"orders.bottomN(price, 2).id = [1, 3] and orders.bottomN(price, 9).count() = 3",
        ),
        time: Time::Still,
        check: ANY,
        eval: |call| ranked(call, Operator::Less),
    },
    Function {
        name: "head",
        takes: &[LIST],
        optional: 0,
        gives: Gives::Item,
        doc: "The first item; missing of an empty list.",
        example: (
            ORDERS,
            r#"tags.head() = "b" and head(orders.topN(price, 1)).id = 2 and gone.head().isNull()"#,
        ),
        time: Time::Still,
        check: ANY,
        eval: |call| call.items(0).next().unwrap_or(Datum::Missing),
    },
];

/// The items with the first n keys, where a key stands before another if they compare so.
fn ranked<'v>(call: &Call<'_, 'v>, before: Operator) -> Datum<'v> {
    let mut ranked: Vec<(Datum<'v>, Datum<'v>)> = Vec::new();
    for (item, key) in super::aggregate::keyed(call) {
        let after = |(_, known): &(_, Datum<'v>)| key.compares(before, known, call.clock);
        let place = ranked.iter().position(after).unwrap_or(ranked.len());
        ranked.insert(place, (item, key));
    }
    ranked.truncate(call.whole(2));
    Datum::list(ranked.into_iter().map(|(item, _)| item))
}
