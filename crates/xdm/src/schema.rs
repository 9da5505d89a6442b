//! What data may look like: field groups become schemas, schemas of a class their union, and a path in either has a type.
//!
//! Start reading at [`Schemas`]; then [`Schema::resolve`], what a path is; then [`Violation`], what is wrong with an
//! entity. The field groups that Adobe's users know are data: `field-groups/*.txt`, read by `standard`.

mod compile;
mod fit;
mod identities;
mod merge;
mod path;
mod resolve;
mod scalar;
mod sent;
mod standard;
#[cfg(test)]
mod tests;
mod types;

pub use compile::{IdentityError, Schemas, SchemasError};
pub use fit::{Misfit, Violation};
pub use merge::{Conflict, Sides};
pub use path::{FieldPath, PathError, Step};
pub use resolve::{Found, Unknown, Why};
pub use standard::standard_field_groups;
pub use types::Type;

use model::{IdentityDescriptor, SchemaClass};
use std::collections::BTreeMap;

/// The fields of one schema, or of the union of all schemas of a class.
#[derive(Clone, Debug, PartialEq)]
pub struct Schema {
    name: String,
    class: SchemaClass,
    root: Type,
    notes: BTreeMap<String, Note>,
    identities: Vec<IdentityDescriptor>,
}

/// What people call a field, and what it means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    /// What people call it.
    pub title: String,
    /// What it means.
    pub description: String,
}

impl Schema {
    /// What a sentence calls it: its id, or `profile__union` as Adobe calls the union of a class.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What its entities are.
    pub fn class(&self) -> SchemaClass {
        self.class
    }

    /// The type of a whole entity, an object.
    pub fn root(&self) -> &Type {
        &self.root
    }

    /// Every field as it is written (`orders[].price`) with its title and description, ascending.
    pub fn notes(&self) -> impl Iterator<Item = (&str, &Note)> {
        self.notes.iter().map(|(path, note)| (path.as_str(), note))
    }

    /// The fields that name the person. The union has those of all schemas.
    pub fn identities(&self) -> &[IdentityDescriptor] {
        &self.identities
    }

    /// What stands at a path of keys; see [`Type::resolve`].
    pub fn resolve<K: AsRef<str>>(&self, keys: &[K]) -> Result<Found<'_>, Unknown> {
        self.root.resolve(keys)
    }
}
