//! Definitions become schemas, and the schemas of a class their union.

use super::merge::{MergeError, Merged, merge};
use super::standard::{of_class, standard_field_groups};
use super::types::Type;
use super::{Conflict, PathError, Schema, Unknown};
use crate::suggest::nearest;
use model::{
    FieldGroup, FieldGroupId, IdentityDescriptor, Path, Scalar, SchemaClass, SchemaDefinition, SchemaId,
};
use std::collections::BTreeMap;
use std::sync::Arc;

/// All schemas of a typed store.
#[derive(Clone, Debug, PartialEq)]
pub struct Schemas {
    by_id: BTreeMap<SchemaId, Arc<Schema>>,
    profile: Arc<Schema>,
    event: Arc<Schema>,
}

/// A mistake in the definition of schemas.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SchemasError {
    /// A schema names a field group that is not there.
    #[error("schema `{schema}` has field group `{group}`, which does not exist")]
    NoGroup {
        /// Which schema.
        schema: SchemaId,
        /// The name.
        group: FieldGroupId,
        /// The one that may have been meant.
        near: Option<String>,
    },
    /// A field group of another class.
    #[error("schema `{schema}` is of class `{}`, and field group `{group}` is not", class.word())]
    OtherClass {
        /// Which schema.
        schema: SchemaId,
        /// Its class.
        class: SchemaClass,
        /// Which field group.
        group: FieldGroupId,
    },
    /// A field whose path cannot be read.
    #[error("`{path}` is not the path of a field: {why}")]
    Path {
        /// As written.
        path: String,
        /// What is wrong with it.
        why: PathError,
    },
    /// Field groups of one class disagree.
    #[error(transparent)]
    Conflict(#[from] Conflict),
    /// An identity that cannot be one.
    #[error("`{path}` cannot be an identity in schema `{schema}`: {why}")]
    Identity {
        /// Which schema.
        schema: SchemaId,
        /// As written.
        path: Path,
        /// Why not.
        why: IdentityError,
    },
}

/// Why a field cannot be an identity.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum IdentityError {
    /// It is not there.
    #[error("{0}")]
    Unknown(Unknown),
    /// It is something else than a text.
    #[error("it is {0}, and an identity is a text")]
    NotText(String),
    /// It is in a list or a map, where there may be many.
    #[error("it is inside a list or a map, and an identity is one value: send these in `identityMap`")]
    Many,
    /// It is listed twice.
    #[error("it is listed twice")]
    Twice,
    /// Another one is primary, too.
    #[error("`{0}` is primary already, and a schema has one primary identity")]
    SecondPrimary(Path),
}

impl Schemas {
    /// Compiles the schemas of a store, with `groups` beside the standard field groups. Every mistake at once.
    pub fn compile(groups: &[FieldGroup], schemas: &[SchemaDefinition]) -> Result<Self, Vec<SchemasError>> {
        let mut known: BTreeMap<&FieldGroupId, &FieldGroup> = BTreeMap::new();
        for group in standard_field_groups().iter().chain(groups) {
            known.insert(&group.id, group);
        }
        let mut errors = Vec::new();
        let mut compiled = Vec::new();
        let mut used: BTreeMap<SchemaClass, Vec<&FieldGroup>> = BTreeMap::new();
        for class in SchemaClass::ALL {
            let groups = used.entry(class).or_default();
            for group in of_class(class) {
                groups.push(group);
            }
        }
        for definition in schemas {
            let groups = groups_of(definition, &known, &mut errors);
            used.entry(definition.class).or_default().extend(&groups);
            compiled.push((definition, groups));
        }
        let mut unions = BTreeMap::new();
        for (class, groups) in used {
            match merge(groups) {
                Ok(merged) => {
                    let identities = schemas.iter().filter(|one| one.class == class);
                    let identities = identities.flat_map(|one| one.identities.clone()).collect();
                    let name = match class {
                        SchemaClass::Profile => "profile__union",
                        SchemaClass::Event => "experienceevent__union",
                    };
                    unions.insert(class, Arc::new(schema(name, class, merged, identities)));
                }
                Err(MergeError::Path(path, why)) => errors.push(SchemasError::Path { path, why }),
                Err(MergeError::Conflicts(conflicts)) => errors.extend(conflicts.into_iter().map(Into::into)),
            }
        }
        let mut by_id = BTreeMap::new();
        for (definition, groups) in compiled {
            // What is wrong with the fields of a schema is wrong with the union, and said.
            if let Ok(merged) = merge(groups) {
                let made = schema(
                    definition.id.as_str(),
                    definition.class,
                    merged,
                    definition.identities.clone(),
                );
                check_identities(&definition.id, &made, &mut errors);
                by_id.insert(definition.id.clone(), Arc::new(made));
            }
        }
        let (profile, event) = (
            unions.remove(&SchemaClass::Profile),
            unions.remove(&SchemaClass::Event),
        );
        match (profile, event) {
            (Some(profile), Some(event)) if errors.is_empty() => Ok(Self {
                by_id,
                profile,
                event,
            }),
            _ => Err(errors),
        }
    }

    /// The schema with this id.
    pub fn get(&self, id: &SchemaId) -> Option<&Arc<Schema>> {
        self.by_id.get(id)
    }

    /// All fields of all schemas of a class: what a segment can name.
    pub fn union(&self, class: SchemaClass) -> &Arc<Schema> {
        match class {
            SchemaClass::Profile => &self.profile,
            SchemaClass::Event => &self.event,
        }
    }
}

fn schema(name: &str, class: SchemaClass, merged: Merged, mut identities: Vec<IdentityDescriptor>) -> Schema {
    identities.sort_by(|a, b| (&a.path, &a.namespace, a.primary).cmp(&(&b.path, &b.namespace, b.primary)));
    identities.dedup();
    Schema {
        name: name.to_owned(),
        class,
        root: merged.root,
        notes: merged.notes,
        identities,
    }
}

/// The field groups of a schema, those of its class among them.
fn groups_of<'a>(
    definition: &SchemaDefinition,
    known: &BTreeMap<&FieldGroupId, &'a FieldGroup>,
    errors: &mut Vec<SchemasError>,
) -> Vec<&'a FieldGroup> {
    let mut groups: Vec<&FieldGroup> = of_class(definition.class).collect();
    for id in &definition.field_groups {
        match known.get(id) {
            Some(group) if group.classes.contains(&definition.class) => groups.push(group),
            Some(_) => errors.push(SchemasError::OtherClass {
                schema: definition.id.clone(),
                class: definition.class,
                group: id.clone(),
            }),
            None => errors.push(SchemasError::NoGroup {
                schema: definition.id.clone(),
                group: id.clone(),
                near: nearest(id.as_str(), known.keys().map(|id| id.as_str())).map(str::to_owned),
            }),
        }
    }
    groups
}

fn check_identities(id: &SchemaId, schema: &Schema, errors: &mut Vec<SchemasError>) {
    let mut primary: Option<&Path> = None;
    for (i, descriptor) in schema.identities.iter().enumerate() {
        let path = &descriptor.path;
        let twice = schema.identities[..i].iter().any(|other| other.path == *path);
        let why = match schema.resolve(&path.keys().collect::<Vec<_>>()) {
            Err(unknown) => Some(IdentityError::Unknown(unknown)),
            Ok(found) if found.lists + found.maps > 0 => Some(IdentityError::Many),
            Ok(found) if *found.kind != Type::Scalar(Scalar::String) => {
                Some(IdentityError::NotText(found.kind.to_string()))
            }
            Ok(_) if twice => Some(IdentityError::Twice),
            Ok(_) => primary
                .filter(|_| descriptor.primary)
                .map(|first| IdentityError::SecondPrimary(first.clone())),
        };
        if descriptor.primary && primary.is_none() {
            primary = Some(path);
        }
        errors.extend(why.map(|why| SchemasError::Identity {
            schema: id.clone(),
            path: path.clone(),
            why,
        }));
    }
}
