//! `identityMap`: by which names a message knows its person.

use crate::bad_message::{excerpt, quoted};
use crate::json::Json;
use crate::{BadMessage, MAX_IDENTITIES, MAX_IDENTITY_CHARS, Value};
use model::{Identity, IdentityLink};
use std::collections::BTreeMap;

/// The identities of a profile as predicates see them: namespace to a list of `{id}`, in the order of `links`.
pub fn identity_map_value(links: &[IdentityLink]) -> Value {
    let mut namespaces: BTreeMap<&str, Vec<Value>> = BTreeMap::new();
    for Identity { namespace, value } in links.iter().map(|link| &link.identity) {
        let id = ("id".into(), Value::String(value.into()));
        let items = namespaces.entry(namespace).or_default();
        items.push(Value::object([id]));
    }
    let lists = namespaces.into_iter();
    Value::object(lists.map(|(namespace, items)| (namespace.into(), Value::Array(items))))
}

/// The identities that an `identityMap` names, without repeats, the primary one first: the one flagged, else the
/// first of the first namespace in byte order. The others follow by namespace in byte order, then as sent.
///
/// Source: XDM's identity map and identity item; the checks of values are Adobe's guardrails.
pub(crate) fn identities(map: Json<'_>) -> Result<Vec<Identity>, BadMessage> {
    let mut found: Vec<Identity> = Vec::new();
    let mut primary: Option<Identity> = None;
    for (namespace, list) in map.object_at("identityMap")? {
        check_namespace(&namespace)?;
        for item in list.array_at(format_args!("identityMap.{namespace}"))? {
            let (value, flagged) = read_item(item, &namespace)?;
            check_value(&namespace, &value)?;
            let namespace = namespace.clone().into_owned();
            let identity = Identity { namespace, value };
            if flagged {
                flag(&mut primary, &identity)?;
            }
            if !found.contains(&identity) {
                found.push(identity);
            }
            // At once, because the look-up above would be slow over many.
            if found.len() > MAX_IDENTITIES {
                return Err(BadMessage::TooManyIdentities);
            }
        }
    }
    if found.is_empty() {
        return Err(BadMessage::NoIdentity);
    }
    let first = found
        .iter()
        .position(|identity| Some(identity) == primary.as_ref());
    // It comes to the front; the others keep their order.
    found[..=first.unwrap_or(0)].rotate_right(1);
    Ok(found)
}

/// The value of an identity item and whether it is flagged as primary.
fn read_item(item: Json<'_>, namespace: &str) -> Result<(String, bool), BadMessage> {
    let members = item.object_at(format_args!("identityMap.{namespace}[]"))?;
    let id = members.get("id").ok_or_else(|| BadMessage::Missing {
        at: format!("identityMap.{namespace}[].id"),
        why: "an identity is an object such as {\"id\":\"a@b.test\"}",
    })?;
    let value = id.text_at(format_args!("identityMap.{namespace}[].id"))?;
    let primary = match members.get("primary") {
        Some(flag) => flag.boolean_at(format_args!("identityMap.{namespace}[].primary"))?,
        None => false,
    };
    Ok((value, primary))
}

fn flag(primary: &mut Option<Identity>, identity: &Identity) -> Result<(), BadMessage> {
    let first = primary.get_or_insert_with(|| identity.clone());
    if first == identity {
        return Ok(());
    }
    Err(BadMessage::TwoPrimaries {
        first: excerpt(&first.to_string()),
        second: excerpt(&identity.to_string()),
    })
}

fn check_namespace(namespace: &str) -> Result<(), BadMessage> {
    const MAX_CHARS: usize = 128;
    let why = if namespace.trim().is_empty() {
        "which is blank"
    } else if namespace.chars().count() > MAX_CHARS {
        "which is longer than 128 characters"
    } else {
        return Ok(());
    };
    Err(BadMessage::Namespace {
        namespace: quoted(namespace),
        why,
    })
}

/// Refuses what stands for "nobody" in many sources: it would join strangers.
fn check_value(namespace: &str, value: &str) -> Result<(), BadMessage> {
    let trimmed = value.trim();
    let nobody = ["null", "anonymous", "invalid"]
        .iter()
        .any(|word| trimmed.eq_ignore_ascii_case(word));
    let why = if trimmed.is_empty() {
        "which is blank"
    } else if nobody {
        "which stands for nobody"
    } else if value.chars().count() > MAX_IDENTITY_CHARS {
        "which is longer than 1024 characters"
    } else {
        return Ok(());
    };
    Err(BadMessage::IdentityValue {
        namespace: namespace.to_owned(),
        value: quoted(value),
        why,
    })
}

#[cfg(test)]
mod tests;
