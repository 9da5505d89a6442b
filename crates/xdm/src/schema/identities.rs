//! The identities that an entity names in the fields of its schema.

use super::Schema;
use crate::BadMessage;
use crate::identity::Named;
use crate::json::{Json, Members};
use model::Identity;

impl Schema {
    /// The identities in the fields that name the person, in the order of their paths, with those of `identityMap`.
    ///
    /// A field that is missing or null names nobody, unless it is the primary one: then the entity is refused, because
    /// nobody could say where it belongs. A primary field goes before what `identityMap` flags.
    pub(crate) fn name_person(&self, members: &Members<'_>, named: &mut Named) -> Result<(), BadMessage> {
        for descriptor in &self.identities {
            let keys = descriptor.path.keys();
            match at(members, keys)? {
                Some(json) => {
                    let value = json.text_at(&descriptor.path)?;
                    let namespace = descriptor.namespace.clone();
                    named.add_field(
                        &descriptor.path,
                        Identity { namespace, value },
                        descriptor.primary,
                    )?;
                }
                None if descriptor.primary => {
                    return Err(BadMessage::Missing {
                        at: descriptor.path.to_string(),
                        why: "it is the primary identity of the dataset's schema, and says whose the entity is",
                    });
                }
                None => {}
            }
        }
        Ok(())
    }
}

/// The value at `keys`; `None` if it or an object around it is missing or null.
fn at<'a>(members: &Members<'a>, keys: &[String]) -> Result<Option<Json<'a>>, BadMessage> {
    let Some((first, rest)) = keys.split_first() else {
        return Ok(None);
    };
    let mut found = members.get(first.as_str()).copied();
    for key in rest {
        let below = found.map(Json::members).transpose()?.flatten();
        found = below.and_then(|members| members.get(key.as_str()).copied());
    }
    Ok(found.filter(|json| !json.is_null()))
}
