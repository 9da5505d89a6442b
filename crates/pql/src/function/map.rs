//! Functions of maps: objects of the data, and what `groupBy` gives.

use super::{ANY, Function, Gives, Parameter, Time};
use crate::types::Type;
use crate::value::Datum;
use xdm::Value;

const MAP: Parameter = Parameter::Value(Type::Map);
const POINTS: &str = r#"{"points": {"shop": 3, "web site": 4}, "where": "shop"}"#;

pub(super) const ALL: &[Function] = &[
    Function {
        name: "get",
        takes: &[MAP, Parameter::Value(Type::Unknown)],
        optional: 0,
        gives: Gives::Type(Type::Unknown),
        doc: "The value of a key; missing if there is none.",
        example: (
            POINTS,
            r#"points.get("web site") = 4 and points.get(where) = 3 and points.get("x").isNull()"#,
        ),
        time: Time::Still,
        check: ANY,
        eval: |call| match (call.value(0), call.text(1)) {
            (Datum::Map(entries), _) => {
                let same = |(key, _): &&(Datum<'_>, _)| key.equals(call.value(1), call.clock) == Some(true);
                entries
                    .iter()
                    .find(same)
                    .map_or(Datum::Missing, |(_, value)| value.clone())
            }
            (map, Some(key)) if map.items().is_none() => map.at(&[key.to_owned()]),
            _ => Datum::Missing,
        },
    },
    Function {
        name: "keys",
        takes: &[MAP],
        optional: 0,
        gives: Gives::Type(Type::List),
        doc: "The keys: of an object in byte order.",
        example: (POINTS, r#"points.keys() = ["shop", "web site"]"#),
        time: Time::Still,
        check: ANY,
        eval: |call| match call.value(0) {
            Datum::Map(entries) => Datum::list(entries.iter().map(|(key, _)| key.clone())),
            Datum::Data(Value::Object(members)) => {
                let present = members.iter().filter(|(_, value)| Datum::of(value).is_present());
                Datum::list(present.map(|(key, _)| Datum::Text(key.clone())))
            }
            _ => Datum::Missing,
        },
    },
    Function {
        name: "values",
        takes: &[MAP],
        optional: 0,
        gives: Gives::Type(Type::List),
        doc: "The values in the order of their keys.",
        example: (POINTS, r"points.values() = [3, 4] and points.values().sum() = 7"),
        time: Time::Still,
        check: ANY,
        eval: |call| match call.value(0) {
            Datum::Map(entries) => Datum::list(entries.iter().map(|(_, value)| value.clone())),
            Datum::Data(Value::Object(members)) => {
                Datum::list(members.values().map(Datum::of).filter(Datum::is_present))
            }
            _ => Datum::Missing,
        },
    },
];
