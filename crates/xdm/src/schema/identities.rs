//! The identities that an entity names in the fields of its schema.

use super::Schema;
use crate::BadMessage;
use crate::identity::Named;
use crate::json::{Json, Members};
use model::{Identity, Path};

impl Schema {
    /// The identities in the fields that name the person, in the order of their paths, with those of `identityMap`.
    ///
    /// A field that is missing or null names nobody, unless it is the primary one: then the entity is refused, because
    /// nobody could say where it belongs. A primary field goes before what `identityMap` flags.
    pub(crate) fn name_person(&self, members: &Members<'_>, named: &mut Named) -> Result<(), BadMessage> {
        for descriptor in &self.identities {
            match at(members, &descriptor.path)? {
                Some(json) => {
                    let identity = Identity {
                        namespace: descriptor.namespace.as_str().into(),
                        value: json.text_at(&descriptor.path)?.into(),
                    };
                    named.add_field(&descriptor.path, identity, descriptor.primary)?;
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

/// The value at a path; `None` if it or an object around it is missing or null.
fn at<'a>(members: &Members<'a>, path: &Path) -> Result<Option<Json<'a>>, BadMessage> {
    let mut keys = path.keys();
    let mut found = keys.next().and_then(|first| members.get(first.as_ref()).copied());
    for key in keys {
        let below = found.map(Json::members).transpose()?.flatten();
        found = below.and_then(|members| members.get(key.as_ref()).copied());
    }
    Ok(found.filter(|json| !json.is_null()))
}
