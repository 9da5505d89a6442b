//! Functions of dates. Days, months and years are those of the segment's zone.

use super::{ANY, Call, Function, Gives, Parameter, Time};
use crate::clock::{Date, Part};
use crate::program::Expression;
use crate::types::Type;
use crate::value::Datum;
use rust_decimal::prelude::ToPrimitive;
use xdm::{Number, Value};

const DATE: Parameter = Parameter::Value(Type::Date);
const NUMBER: Parameter = Parameter::Value(Type::Number);
const BORN: &str = r#"{"born": "1990-04-02", "seen": "2023-11-14T08:00:00+09:00", "year": 2023}"#;

/// A word that gives a date.
const fn word(
    name: &'static str,
    doc: &'static str,
    example: &'static str,
    eval: for<'v> fn(&Call<'_, 'v>) -> Datum<'v>,
) -> Function {
    Function {
        name,
        takes: &[],
        optional: 0,
        gives: Gives::Type(Type::Date),
        doc,
        example: (BORN, example),
        time: Time::Moves,
        check: ANY,
        eval,
    }
}

/// A part of a date, or of now.
const fn part(
    name: &'static str,
    takes: &'static [Parameter],
    doc: &'static str,
    example: &'static str,
    eval: for<'v> fn(&Call<'_, 'v>) -> Datum<'v>,
) -> Function {
    Function {
        name,
        takes,
        optional: 0,
        gives: Gives::Type(Type::Number),
        doc,
        example: (BORN, example),
        time: if takes.is_empty() {
            Time::Moves
        } else {
            Time::Still
        },
        check: ANY,
        eval,
    }
}

pub(super) const ALL: &[Function] = &[
    word(
        "now",
        "The instant of the evaluation.",
        r"seen < now and not (seen > now)",
        |_| Datum::Date(Date::Now),
    ),
    word(
        "today",
        "The day of now; as an instant its first.",
        r"seen < today and born occurs before today",
        |_| Datum::Date(Date::Today(0)),
    ),
    word(
        "yesterday",
        "The day before.",
        r"seen occurs on yesterday",
        |_| Datum::Date(Date::Today(-1)),
    ),
    word(
        "tomorrow",
        "The day after.",
        r"not (seen occurs tomorrow) and seen < tomorrow",
        |_| Datum::Date(Date::Today(1)),
    ),
    Function {
        name: "date",
        takes: &[NUMBER, NUMBER, NUMBER],
        optional: 0,
        gives: Gives::Type(Type::Date),
        doc: "A day by its year, month and day; as an instant its first. Missing if there is no such day.",
        example: (
            BORN,
            r"born = date(1990, 4, 2) and seen > date(year, 11, 1) and date(year, 2, 30).isNull()",
        ),
        time: Time::Still,
        check: |arguments| {
            let literal = |argument: &Expression| match argument {
                Expression::Literal(Value::Number(number)) => Some(whole(*number)),
                _ => None,
            };
            let all: Option<Vec<_>> = arguments.iter().map(literal).collect();
            match all.as_deref() {
                Some([Some(year), Some(month), Some(day)]) if Date::of(*year, *month, *day).is_some() => {
                    Ok(())
                }
                Some(_) => Err(
                    "There is no such day in the calendar, which here has the years 1 to 9999.".to_owned(),
                ),
                None => Ok(()),
            }
        },
        eval: |call| {
            let part = |at: usize| call.value(at).number(call.clock).and_then(whole);
            let date = part(0).zip(part(1)).zip(part(2));
            date.and_then(|((year, month), day)| Date::of(year, month, day))
                .map_or(Datum::Missing, Datum::Date)
        },
    },
    part(
        "getYear",
        &[DATE],
        "The year of a date.",
        r"born.getYear() = 1990 and getYear(now) = 2023",
        |call| get(call, Part::Year),
    ),
    part(
        "getMonth",
        &[DATE],
        "The month of a date, 1 to 12.",
        r"born.getMonth() = 4",
        |call| get(call, Part::Month),
    ),
    part(
        "getDayOfMonth",
        &[DATE],
        "The day of the month of a date, 1 to 31.",
        r"born.getDayOfMonth() = 2 and seen.getDayOfMonth() = 13",
        |call| get(call, Part::Day),
    ),
    part(
        "currentYear",
        &[],
        "The year it is.",
        r"currentYear() - born.getYear() >= 33",
        |_| Datum::Calendar(Part::Year),
    ),
    part(
        "currentMonth",
        &[],
        "The month it is, 1 to 12.",
        r"currentMonth() = seen.getMonth()",
        |_| Datum::Calendar(Part::Month),
    ),
    part(
        "currentDayOfMonth",
        &[],
        "The day of the month it is, 1 to 31.",
        r"currentDayOfMonth() = 14",
        |_| Datum::Calendar(Part::Day),
    ),
];

fn get<'v>(call: &Call<'_, 'v>, part: Part) -> Datum<'v> {
    let date = call.value(0).date();
    date.map(|date| call.clock.part(part, date)).into()
}

fn whole(number: Number) -> Option<i64> {
    match number {
        Number::Exact(number) if number.is_integer() => number.to_i64(),
        _ => None,
    }
}
