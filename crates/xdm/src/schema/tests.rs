mod fit;
mod naming;
mod page;
mod paths;
mod random;
mod unions;

use super::{Schema, Schemas, SchemasError};
use model::{
    Field, FieldGroup, FieldGroupId, IdentityDescriptor, Path, Scalar, SchemaClass, SchemaDefinition,
    SchemaId,
};
use std::sync::Arc;

/// A field group of the user's own; each field is `path: type`.
fn group(id: &str, fields: &[&str]) -> FieldGroup {
    let field = |text: &&str| {
        let (path, scalar) = text.rsplit_once(": ").unwrap();
        Field {
            path: path.to_owned(),
            scalar: Scalar::named(scalar).unwrap(),
            title: format!("{path} of {id}"),
            description: String::new(),
        }
    };
    FieldGroup {
        id: FieldGroupId::new(id).unwrap(),
        title: id.to_owned(),
        description: String::new(),
        classes: SchemaClass::ALL.to_vec(),
        fields: fields.iter().map(field).collect(),
    }
}

fn definition(id: &str, class: SchemaClass, groups: &[&str]) -> SchemaDefinition {
    SchemaDefinition {
        id: SchemaId::new(id).unwrap(),
        title: id.to_owned(),
        description: String::new(),
        class,
        field_groups: groups.iter().map(|id| FieldGroupId::new(id).unwrap()).collect(),
        identities: Vec::new(),
    }
}

/// `path namespace`, and `!` behind for the primary one.
fn identity(text: &str) -> IdentityDescriptor {
    let (path, namespace) = text.split_once(' ').unwrap();
    IdentityDescriptor {
        path: Path::parse(path).unwrap(),
        namespace: namespace.trim_end_matches('!').to_owned(),
        primary: namespace.ends_with('!'),
    }
}

/// One schema of one field group of the user's own.
fn schema(class: SchemaClass, fields: &[&str], identities: &[&str]) -> Arc<Schema> {
    let definition = SchemaDefinition {
        identities: identities.iter().map(|text| identity(text)).collect(),
        ..definition("own", class, &["mine"])
    };
    let schemas = Schemas::compile(&[group("mine", fields)], std::slice::from_ref(&definition));
    Arc::clone(schemas.unwrap().get(&definition.id).unwrap())
}

/// The sentences of all mistakes.
fn mistakes(groups: &[FieldGroup], schemas: &[SchemaDefinition]) -> Vec<String> {
    let errors = Schemas::compile(groups, schemas).unwrap_err();
    errors.iter().map(SchemasError::to_string).collect()
}
