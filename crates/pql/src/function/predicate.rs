//! Whether a value is there, and whether it is one of several.

use super::{ANY, Call, Function, Gives, Parameter, Time};
use crate::program::Expression;
use crate::types::Type;
use crate::value::Datum;

const VALUE: Parameter = Parameter::Value(Type::Unknown);
const LIST: Parameter = Parameter::Value(Type::List);
const TAGS: &str = r#"{"tags": ["vip", "press"], "status": "gold", "same": ["press", "vip"]}"#;

const fn predicate(
    name: &'static str,
    takes: &'static [Parameter],
    doc: &'static str,
    example: &'static str,
    eval: for<'v> fn(&Call<'_, 'v>) -> Datum<'v>,
) -> Function {
    let check = if takes.len() == 1 { DATA } else { ANY };
    Function {
        name,
        takes,
        optional: 0,
        gives: Gives::Type(Type::Boolean),
        doc,
        example: (TAGS, example),
        time: Time::Still,
        check,
        eval,
    }
}

pub(super) const ALL: &[Function] = &[
    predicate(
        "isNull",
        &[VALUE],
        "Holds if nothing is there: no value, null, or an object with nothing in it.",
        r"gone.isNull() and not tags.isNull()",
        |call| Datum::Boolean(!call.value(0).is_present()),
    ),
    predicate(
        "isNotNull",
        &[VALUE],
        "Holds if something is there; an empty list is something.",
        r"tags.isNotNull() and not gone.isNotNull()",
        |call| Datum::Boolean(call.value(0).is_present()),
    ),
    predicate(
        "in",
        &[VALUE, LIST],
        "Holds if some item of the list equals the value. It also stands between the two.",
        r#"status in ["gold", "platinum"] and "vip".in(tags)"#,
        |call| Datum::Boolean(contains(call, call.value(1), call.value(0))),
    ),
    predicate(
        "notIn",
        &[VALUE, LIST],
        "Holds if the value is there and every item of the list differs from it; one of another kind does not. It also \
         stands between the two.",
        r#"status notIn ["silver"] and not (status notIn ["silver", 1]) and not (gone notIn ["silver"])"#,
        |call| {
            let (item, list) = (call.value(0), call.value(1));
            let differs = |other: Datum<'_>| item.equals(&other, call.clock) == Some(false);
            let all = list.items().is_some_and(|mut items| items.all(differs));
            Datum::Boolean(all && item.is_present())
        },
    ),
    predicate(
        "includes",
        &[LIST, VALUE],
        "Holds if some item of the list equals the value.",
        r#"tags.includes("vip") and not tags.includes("gold")"#,
        |call| Datum::Boolean(contains(call, call.value(0), call.value(1))),
    ),
    predicate(
        "intersects",
        &[LIST, LIST],
        "Holds if some item of the one list equals some item of the other.",
        r#"tags.intersects(["vip", "staff"])"#,
        |call| Datum::Boolean(call.items(0).any(|item| contains(call, call.value(1), &item))),
    ),
    predicate(
        "subsetOf",
        &[LIST, LIST],
        "Holds if every item of the first list is in the second; both must be there.",
        r#"tags.subsetOf(["press", "staff", "vip"]) and not tags.subsetOf(["vip"]) and not gone.subsetOf(tags)"#,
        |call| Datum::Boolean(subset(call, call.value(0), call.value(1))),
    ),
    predicate(
        "supersetOf",
        &[LIST, LIST],
        "Holds if every item of the second list is in the first; both must be there.",
        r#"tags.supersetOf(["vip"]) and tags.supersetOf([]) and not tags.supersetOf(gone)"#,
        |call| Datum::Boolean(subset(call, call.value(1), call.value(0))),
    ),
];

/// Presence is asked of what can be missing.
const DATA: fn(&[Expression]) -> Result<(), String> = |arguments| match arguments {
    [Expression::Literal(_) | Expression::List(_)] => Err(ALWAYS.to_owned()),
    [Expression::Call { function, .. }] if matches!(function.name, "count" | "sum") => Err(ALWAYS.to_owned()),
    _ => Ok(()),
};
const ALWAYS: &str = "Only a value of the data can be null; this never is.";

/// Whether some item of a list equals a value.
pub(super) fn contains<'v>(call: &Call<'_, 'v>, list: &Datum<'v>, item: &Datum<'v>) -> bool {
    let equals = |other: Datum<'_>| item.equals(&other, call.clock) == Some(true);
    list.items().is_some_and(|mut items| items.any(equals))
}

fn subset<'v>(call: &Call<'_, 'v>, small: &Datum<'v>, large: &Datum<'v>) -> bool {
    let all = small
        .items()
        .map(|mut items| items.all(|item| contains(call, large, &item)));
    all == Some(true) && large.items().is_some()
}
