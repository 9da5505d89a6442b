//! Field groups, schemas and datasets in the form of the file that makes them.

use super::view::optional;
use model::{Dataset, Field, FieldGroup, IdentityDescriptor, SchemaClass, SchemaDefinition};
use serde_json::{Map, Value, json};

pub(super) fn field_group(group: &FieldGroup) -> Value {
    let field = |field: &Field| {
        let mut value = json!({"type": field.scalar.word(), "title": field.title});
        described(&mut value, &field.description);
        (field.path.clone(), value)
    };
    let fields: Map<String, Value> = group.fields.iter().map(field).collect();
    let mut value = json!({"id": group.id, "title": group.title, "fields": fields});
    described(&mut value, &group.description);
    let one = match group.classes[..] {
        [class] => Some(json!(class.word())),
        _ => None,
    };
    optional(&mut value, "class", one);
    value
}

pub(super) fn schema(schema: &SchemaDefinition) -> Value {
    let identity = |one: &IdentityDescriptor| json!({"path": one.path.to_string(), "namespace": one.namespace, "primary": one.primary});
    let mut value = json!({
        "id": schema.id,
        "title": schema.title,
        "class": SchemaClass::word(schema.class),
        "fieldGroups": schema.field_groups,
        "identities": schema.identities.iter().map(identity).collect::<Vec<_>>(),
    });
    described(&mut value, &schema.description);
    value
}

pub(super) fn dataset(dataset: &Dataset) -> Value {
    let mut value = json!({"id": dataset.id, "name": dataset.name, "schema": dataset.schema});
    let retention = dataset
        .retention
        .map(|kept| json!(format!("{} seconds", kept.millis() / 1000)));
    optional(&mut value, "retention", retention);
    value
}

/// An empty description is none.
fn described(value: &mut Value, description: &str) {
    optional(
        value,
        "description",
        (!description.is_empty()).then(|| json!(description)),
    );
}
