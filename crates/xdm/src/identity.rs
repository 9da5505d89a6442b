//! By which names a message knows its person: `identityMap`, and the fields of the schema that are identities.

use crate::bad_message::{excerpt, quoted};
use crate::json::Json;
use crate::{BadMessage, MAX_IDENTITIES, MAX_IDENTITY_CHARS, Value};
use model::{Identity, IdentityLink, Path};
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt::Display;

/// The identities of a profile as predicates see them: namespace to a list of `{id}`, in the order of `links`.
pub fn identity_map_value(links: &[IdentityLink]) -> Value {
    let mut namespaces: BTreeMap<&str, Vec<Value>> = BTreeMap::new();
    for Identity { namespace, value } in links.iter().map(|link| &link.identity) {
        let id = ("id".into(), Value::String(value.clone()));
        let items = namespaces.entry(namespace).or_default();
        items.push(Value::object(vec![id]));
    }
    let lists = namespaces.into_iter();
    Value::object(
        lists
            .map(|(namespace, items)| (namespace.into(), Value::Array(items)))
            .collect(),
    )
}

/// The identities that a message names, as they are found.
#[derive(Debug, Default)]
pub(crate) struct Named {
    found: Vec<Identity>,
    /// The place of the one that is flagged as primary, and of the one in the schema's primary field.
    flagged: Option<usize>,
    primary_field: Option<usize>,
}

impl Named {
    /// Adds what an `identityMap` names.
    ///
    /// Source: XDM's identity map and identity item; the checks of values are Adobe's guardrails.
    pub(crate) fn add_map(&mut self, map: Json<'_>) -> Result<(), BadMessage> {
        for (namespace, list) in map.object_at("identityMap")? {
            check_namespace(&namespace)?;
            for item in list.array_at(format_args!("identityMap.{namespace}"))? {
                let (value, flagged) = read_item(item, &namespace)?;
                self.add(&namespace, &value, flagged)?;
            }
        }
        Ok(())
    }

    /// Adds an item of an `identityMap`.
    pub(crate) fn add(&mut self, namespace: &str, value: &str, flagged: bool) -> Result<(), BadMessage> {
        check_value(format_args!("identityMap.{namespace}"), value)?;
        let identity = Identity {
            namespace: namespace.into(),
            value: value.into(),
        };
        let place = self.place(identity);
        if flagged {
            self.flag(place)?;
        }
        self.within_bounds()
    }

    /// Adds what a field of the schema names.
    pub(crate) fn add_field(
        &mut self,
        at: &Path,
        identity: Identity,
        primary: bool,
    ) -> Result<(), BadMessage> {
        check_value(at, &identity.value)?;
        let place = self.place(identity);
        if primary {
            self.primary_field = Some(place);
        }
        self.within_bounds()
    }

    /// Where it is found, from now on at the latest.
    fn place(&mut self, identity: Identity) -> usize {
        let place = self.found.iter().position(|found| *found == identity);
        place.unwrap_or_else(|| {
            self.found.push(identity);
            self.found.len() - 1
        })
    }

    fn flag(&mut self, place: usize) -> Result<(), BadMessage> {
        let first = *self.flagged.get_or_insert(place);
        if first == place {
            return Ok(());
        }
        Err(BadMessage::TwoPrimaries {
            first: excerpt(&self.found[first].to_string()),
            second: excerpt(&self.found[place].to_string()),
        })
    }

    fn within_bounds(&self) -> Result<(), BadMessage> {
        // After each, because looking for its place would be slow among many.
        if self.found.len() > MAX_IDENTITIES {
            return Err(BadMessage::TooManyIdentities);
        }
        Ok(())
    }

    /// All of them without repeats, the primary one first: the schema's, else the one flagged, else the first of the
    /// first namespace in byte order. The others follow by namespace in byte order, then as found.
    pub(crate) fn finish(mut self) -> Result<Vec<Identity>, BadMessage> {
        if self.found.is_empty() {
            return Err(BadMessage::NoIdentity);
        }
        let primary = self.primary_field.or(self.flagged);
        let primary = primary.map(|place| self.found.remove(place));
        self.found.sort_by(|a, b| a.namespace.cmp(&b.namespace));
        if let Some(primary) = primary {
            self.found.insert(0, primary);
        }
        Ok(self.found)
    }
}

/// The value of an identity item and whether it is flagged as primary.
fn read_item<'a>(item: Json<'a>, namespace: &str) -> Result<(Cow<'a, str>, bool), BadMessage> {
    let [id, flag] = item.picked_at(format_args!("identityMap.{namespace}[]"), ["id", "primary"])?;
    let id = id.ok_or_else(|| BadMessage::Missing {
        at: format!("identityMap.{namespace}[].id"),
        why: "an identity is an object such as {\"id\":\"a@b.test\"}",
    })?;
    let value = id.text_at(format_args!("identityMap.{namespace}[].id"))?;
    let primary = match flag {
        Some(flag) => flag.boolean_at(format_args!("identityMap.{namespace}[].primary"))?,
        None => false,
    };
    Ok((value, primary))
}

pub(crate) fn check_namespace(namespace: &str) -> Result<(), BadMessage> {
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
fn check_value(at: impl Display, value: &str) -> Result<(), BadMessage> {
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
        at: at.to_string(),
        value: quoted(value),
        why,
    })
}

#[cfg(test)]
mod tests;
