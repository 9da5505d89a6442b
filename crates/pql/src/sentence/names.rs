//! What things are called: a small table of what Adobe's field groups hold, and for the rest the path itself.

mod country;
mod data;

use crate::lex::is_name;
use crate::print::Text;
use crate::program::Expression;
use country::COUNTRIES;
use data::{EVENT, EVENT_TYPES, PROFILE};
use xdm::Value;

/// The same in both languages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Words {
    pub(super) english: &'static str,
    pub(super) korean: &'static str,
}

/// What people do in an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Deed {
    /// `bought`
    pub(super) past: &'static str,
    /// `buy`
    pub(super) base: &'static str,
    /// `purchases`
    pub(super) events: &'static str,
    /// `구매`, before `한`
    pub(super) korean: &'static str,
    /// `구매`, what is counted
    pub(super) korean_event: &'static str,
}

/// A path of the profile, if it is known.
pub(super) fn of_profile(keys: &[String]) -> Option<Words> {
    found(PROFILE, keys)
}

/// A path of an event, if it is known.
pub(super) fn of_event(keys: &[String]) -> Option<Words> {
    found(EVENT, keys)
}

fn found(table: &[(&str, Words)], keys: &[String]) -> Option<Words> {
    let plain = keys.iter().all(|key| is_name(key));
    let path = keys.join(".");
    let (_, words) = table.iter().find(|(known, _)| plain && *known == path)?;
    Some(*words)
}

/// What people do in events of this type, if it is known.
pub(super) fn deed(event_type: &str) -> Option<Deed> {
    let (_, deed) = EVENT_TYPES.iter().find(|(known, _)| *known == event_type)?;
    Some(*deed)
}

/// The country of a code, where the path is one that holds codes.
pub(super) fn country(keys: &[String], code: &str) -> Option<Words> {
    let coded = ["country", "countryCode"];
    let known = keys.len() > 1 && keys.last().is_some_and(|key| coded.contains(&key.as_str()));
    let (_, words) = COUNTRIES.iter().find(|(found, _)| known && *found == code)?;
    Some(*words)
}

/// The country that a literal beside a field is the code of.
pub(super) fn country_beside(known: &Expression, literal: &Value) -> Option<Words> {
    match (known, literal) {
        (Expression::Field(field), Value::String(code)) => country(field.path.keys(), code),
        _ => None,
    }
}

/// A path that is not known, in quotes: `"orders.price"`.
pub(super) fn quoted(keys: &[String]) -> String {
    let spelled = |(at, key): (usize, &String)| match (is_name(key), at) {
        (true, 0) => key.clone(),
        (true, _) => format!(".{key}"),
        (false, _) => format!("[{}]", Text(key)),
    };
    format!("\"{}\"", keys.iter().enumerate().map(spelled).collect::<String>())
}
