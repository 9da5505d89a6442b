//! Field groups, schemas and datasets: what messages are held to.

use super::Item;
use crate::desired::Desired;
use crate::read::retention_text;
use model::{Dataset, Definitions, FieldGroup, IdentityDescriptor, SchemaDefinition};

/// Edits `definitions.field_groups`, `.schemas` and `.datasets`; gives what differs.
pub(super) fn change(definitions: &mut Definitions, desired: &Desired) -> Vec<Item> {
    let mut items = Vec::new();
    let before = std::mem::replace(&mut definitions.field_groups, desired.field_groups.clone());
    let groups = Noun {
        name: "field group",
        id: |group: &FieldGroup| group.id.as_str(),
        edited: edited_group,
        added: |_| None,
        removed: None,
    };
    groups.diff(&before, &desired.field_groups, &mut items);
    let before = std::mem::replace(&mut definitions.schemas, desired.schemas.clone());
    let schemas = Noun {
        name: "schema",
        id: |schema: &SchemaDefinition| schema.id.as_str(),
        edited: edited_schema,
        added: |_| None,
        removed: None,
    };
    schemas.diff(&before, &desired.schemas, &mut items);
    let before = std::mem::replace(&mut definitions.datasets, datasets(desired));
    let datasets = Noun {
        name: "dataset",
        id: |dataset: &Dataset| dataset.id.as_str(),
        edited: edited_dataset,
        added: held,
        removed: Some(if desired.is_typed() {
            "no message of it is taken any more; what it accepted stays"
        } else {
            "its messages are taken whatever their shape from now on"
        }),
    };
    // Those of an untyped store come and go with the inlets that name them.
    let typed = |all: &[Dataset]| {
        all.iter()
            .filter(|one| one.schema.is_some())
            .cloned()
            .collect::<Vec<_>>()
    };
    datasets.diff(&typed(&before), &typed(&definitions.datasets), &mut items);
    items
}

/// Those that are defined; in an untyped store those that inlets name. Ascending.
fn datasets(desired: &Desired) -> Vec<Dataset> {
    if desired.is_typed() {
        return desired.datasets.clone();
    }
    let mut ids: Vec<_> = desired.inlets.iter().map(|inlet| inlet.dataset.clone()).collect();
    ids.sort();
    ids.dedup();
    ids.into_iter().map(Dataset::untyped).collect()
}

/// Whether events of some dataset are kept for longer or shorter than before.
pub(super) fn keeps_otherwise(before: &Definitions, after: &Definitions) -> bool {
    let mut ids = before
        .datasets
        .iter()
        .chain(&after.datasets)
        .map(|dataset| &dataset.id);
    before.retention != after.retention || ids.any(|id| before.retention_of(id) != after.retention_of(id))
}

/// How one noun is told.
struct Noun<T> {
    name: &'static str,
    id: fn(&T) -> &str,
    edited: fn(&T, &T) -> Option<Item>,
    /// What one that is new does.
    added: fn(&T) -> Option<String>,
    /// What happens when one goes.
    removed: Option<&'static str>,
}

impl<T> Noun<T> {
    /// What comes, differs and goes.
    fn diff(&self, before: &[T], after: &[T], items: &mut Vec<Item>) {
        for wanted in after {
            let id = (self.id)(wanted);
            match before.iter().find(|one| (self.id)(one) == id) {
                None => {
                    let item = Item::added(self.name, id);
                    items.push((self.added)(wanted).into_iter().fold(item, Item::doing));
                }
                Some(current) => items.extend((self.edited)(current, wanted)),
            }
        }
        let stays = |one: &T| after.iter().any(|wanted| (self.id)(wanted) == (self.id)(one));
        let gone = before.iter().filter(|one| !stays(one));
        items.extend(gone.map(|one| {
            let item = Item::removed(self.name, (self.id)(one));
            self.removed.into_iter().fold(item, Item::doing)
        }));
    }
}

fn edited_group(current: &FieldGroup, wanted: &FieldGroup) -> Option<Item> {
    let mut edits = words(
        &current.title,
        &wanted.title,
        &current.description,
        &wanted.description,
    );
    if current.classes != wanted.classes {
        edits.push("class changed".to_owned());
    }
    let places = |group: &FieldGroup| -> Vec<_> {
        let fields = group.fields.iter();
        fields.map(|field| (field.path.clone(), field.scalar)).collect()
    };
    let (before, after) = (places(current), places(wanted));
    for (path, scalar) in &after {
        match before.iter().find(|(other, _)| other == path) {
            None => edits.push(format!("`{path}` added")),
            Some((_, other)) if other != scalar => {
                edits.push(format!("`{path}` {} -> {}", other.word(), scalar.word()));
            }
            Some(_) => {}
        }
    }
    let gone = before
        .iter()
        .filter(|(path, _)| after.iter().all(|(other, _)| other != path));
    edits.extend(gone.map(|(path, _)| format!("`{path}` removed")));
    let moved = before != after;
    if edits.is_empty() && current.fields != wanted.fields {
        edits.push("words of fields changed".to_owned());
    }
    let item = Item::changed("field group", &wanted.id, edits);
    let item = if moved { item.doing(FROM_NOW_ON) } else { item };
    (!item.edits.is_empty()).then_some(item)
}

const FROM_NOW_ON: &str = "messages are held to it from now on; what is stored stays as it is";

fn edited_schema(current: &SchemaDefinition, wanted: &SchemaDefinition) -> Option<Item> {
    let mut edits = words(
        &current.title,
        &wanted.title,
        &current.description,
        &wanted.description,
    );
    let mut effects = Vec::new();
    if current.class != wanted.class {
        edits.push(format!(
            "class {} -> {}",
            current.class.word(),
            wanted.class.word()
        ));
    }
    if current.field_groups != wanted.field_groups {
        edits.push("field groups changed".to_owned());
    }
    if current.class != wanted.class || current.field_groups != wanted.field_groups {
        effects.push(FROM_NOW_ON);
    }
    if current.identities != wanted.identities {
        edits.push("identities changed".to_owned());
        effects.push(if primary(current) == primary(wanted) {
            "the fields name people from now on; nobody who is known is joined because of it"
        } else {
            "records are filed under the new primary identity from now on; what was filed under the old one stays beside it"
        });
    }
    let item = Item::changed("schema", &wanted.id, edits);
    let item = effects.into_iter().fold(item, Item::doing);
    (!item.edits.is_empty()).then_some(item)
}

fn primary(schema: &SchemaDefinition) -> Option<&IdentityDescriptor> {
    schema.identities.iter().find(|identity| identity.primary)
}

fn words(title: &str, new_title: &str, description: &str, new_description: &str) -> Vec<String> {
    let mut edits = Vec::new();
    if title != new_title {
        edits.push(format!("title `{title}` -> `{new_title}`"));
    }
    if description != new_description {
        edits.push("description changed".to_owned());
    }
    edits
}

fn edited_dataset(current: &Dataset, wanted: &Dataset) -> Option<Item> {
    let mut edits = Vec::new();
    let mut effects = Vec::new();
    if current.name != wanted.name {
        edits.push(format!("name `{}` -> `{}`", current.name, wanted.name));
    }
    if current.schema != wanted.schema {
        let text = |dataset: &Dataset| {
            dataset
                .schema
                .as_ref()
                .map_or_else(String::new, ToString::to_string)
        };
        edits.push(format!("schema {} -> {}", text(current), text(wanted)));
        effects.push(FROM_NOW_ON.to_owned());
    }
    if current.retention != wanted.retention {
        let text = |dataset: &Dataset| {
            dataset
                .retention
                .map_or_else(|| "that of all".to_owned(), retention_text)
        };
        edits.push(format!("retention {} -> {}", text(current), text(wanted)));
        effects.push(
            "every segment is recomputed; events that are forgotten already do not come back".to_owned(),
        );
    }
    let item = Item::changed("dataset", &wanted.id, edits);
    let item = effects.into_iter().fold(item, Item::doing);
    (!item.edits.is_empty()).then_some(item)
}

/// What a new dataset with a schema does.
fn held(dataset: &Dataset) -> Option<String> {
    let schema = dataset.schema.as_ref()?;
    Some(format!(
        "messages that do not fit schema `{schema}` are refused, each with its reasons, and kept as dead messages"
    ))
}
