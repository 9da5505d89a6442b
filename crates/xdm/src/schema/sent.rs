//! The short way for what fits, which is nearly everything: one look at all that was sent, and nothing is kept.
//!
//! It also looks at members that a later one of the same key replaces, so what it does not take may fit all the same:
//! `fit` then looks again, and says why not.

use super::scalar::misfit;
use super::types::Type;
use crate::json::{Fault, Json, Members};

/// Whether all that was sent fits, replaced members too.
pub(super) fn fits_as_sent(members: &Members<'_>, kind: &Type) -> bool {
    members.iter().all(|(key, value)| {
        let below = member(kind, key);
        below.is_some_and(|below| fits(*value, below, true).is_ok_and(|fits| fits))
    })
}

fn member<'t>(kind: &'t Type, key: &str) -> Option<&'t Type> {
    match kind {
        Type::Object(members) => members.get(key),
        Type::Map(value) => Some(value),
        Type::List(_) | Type::Scalar(_) => None,
    }
}

fn fits(json: Json<'_>, kind: &Type, may_be_null: bool) -> Result<bool, Fault> {
    match (json.first(), kind) {
        (b'[', Type::List(item)) => {
            for json in json.below()? {
                if !fits(json, item, false)? {
                    return Ok(false);
                }
            }
            Ok(true)
        }
        (b'{', Type::Object(_) | Type::Map(_)) => {
            for (key, json) in json.entries()? {
                match member(kind, &key.unquoted()?) {
                    Some(below) if fits(json, below, true)? => {}
                    _ => return Ok(false),
                }
            }
            Ok(true)
        }
        (b'[' | b'{', _) => Ok(false),
        (b'n', _) => Ok(may_be_null),
        (_, Type::Scalar(scalar)) => Ok(misfit(json.text(), *scalar)?.is_none()),
        _ => Ok(false),
    }
}
