//! The short way for what fits, which is nearly everything: one pass over the text, and nothing is kept.
//!
//! It also looks at members that a later one of the same key replaces, so what it does not take may fit all the same:
//! `fit` then looks again, and says why not.

use super::scalar::misfit;
use super::types::Type;
use crate::json::{Fault, Members, Reader};

/// Whether all that was sent fits, replaced members too.
pub(super) fn fits_as_sent(members: &Members<'_>, kind: &Type) -> bool {
    members.iter().all(|(key, value)| {
        let below = member(kind, key);
        below.is_some_and(|below| fits(&mut value.reader(), below, true).is_ok_and(|fits| fits))
    })
}

fn member<'t>(kind: &'t Type, key: &str) -> Option<&'t Type> {
    match kind {
        Type::Object(members) => members.get(key),
        Type::Map(value) => Some(value),
        Type::List(_) | Type::Scalar(_) => None,
    }
}

fn fits(reader: &mut Reader<'_>, kind: &Type, may_be_null: bool) -> Result<bool, Fault> {
    let opening = reader.peek();
    if !matches!(opening, b'{' | b'[') {
        let sent = reader.skip()?;
        return match kind {
            _ if sent == "null" => Ok(may_be_null),
            Type::Scalar(scalar) => Ok(misfit(sent, *scalar)?.is_none()),
            _ => Ok(false),
        };
    }
    let item = match (opening, kind) {
        (b'[', Type::List(item)) => Some(item),
        (b'{', Type::Object(_) | Type::Map(_)) => None,
        _ => return Ok(false),
    };
    reader.enter()?;
    while reader.more() {
        let fits = match item {
            Some(item) => fits(reader, item, false)?,
            None => match member(kind, &reader.key()?) {
                Some(below) => fits(reader, below, true)?,
                None => false,
            },
        };
        if !fits {
            return Ok(false);
        }
    }
    Ok(true)
}
