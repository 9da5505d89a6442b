//! Schemas compiled, and each mistake in them shown where it stands in the file.

use crate::read::{Drafts, SchemaDraft};
use crate::report::{Report, Span};
use crate::suggest;
use model::{FieldGroup, SchemaDefinition, SchemaId};
use xdm::{Conflict, IdentityError, Schemas, SchemasError, standard_field_groups};

/// The schemas of the file; `None`, all reported, if they do not compile.
pub(super) fn check(drafts: &Drafts, report: &mut Report) -> Option<Schemas> {
    let groups: Vec<FieldGroup> = drafts
        .field_groups
        .iter()
        .map(|draft| draft.group.clone())
        .collect();
    let schemas: Vec<SchemaDefinition> = drafts.schemas.iter().map(|draft| draft.schema.clone()).collect();
    // What could not be read may use them.
    if drafts.schemas_whole {
        unused(drafts, report);
    }
    let errors = match Schemas::compile(&groups, &schemas) {
        Ok(compiled) => return Some(compiled),
        Err(errors) => errors,
    };
    for error in &errors {
        explain(error, drafts, report);
    }
    None
}

fn explain(error: &SchemasError, drafts: &Drafts, report: &mut Report) {
    let message = error.to_string();
    match error {
        SchemasError::NoGroup { schema, group, near } => {
            // What could not be read is defined all the same.
            if drafts.schemas_whole {
                let help = near.as_ref().map_or_else(
                    || no_near(group.as_str(), drafts),
                    |near| format!("did you mean `{near}`?"),
                );
                report.error(group_of(drafts, schema, group.as_str()), message, help);
            }
        }
        SchemasError::OtherClass { schema, group, class } => {
            let help = format!(
                "take it out, or put it into a schema of another class than `{}`",
                class.word()
            );
            report.error(group_of(drafts, schema, group.as_str()), message, help);
        }
        // A path that cannot be read is in no draft.
        SchemasError::Path { .. } => {}
        SchemasError::Conflict(conflict) => {
            let help = "one place has one type in all schemas of a class: rename the field, or give it the same type";
            report.error(place_of(conflict, drafts), message, help);
        }
        SchemasError::Identity { schema, path, why } => {
            let found = of(drafts, schema);
            let places = found.iter().flat_map(|draft| &draft.identities);
            let mut places = places.filter(|one| one.value == *path);
            // Of one that is listed twice the second is too much.
            let span = match why {
                IdentityError::Twice => places.next_back(),
                _ => places.next(),
            };
            if drafts.schemas_whole || !matches!(why, IdentityError::Unknown(_)) {
                let span = span.map_or_else(|| place(drafts, schema), |one| one.span);
                report.error(span, message, identity_help(why));
            }
        }
    }
}

fn identity_help(why: &IdentityError) -> String {
    match why {
        IdentityError::Unknown(unknown) => match &unknown.near {
            Some(near) => format!("did you mean `{near}`?"),
            None => "add the field group that has it to the schema".to_owned(),
        },
        IdentityError::SecondPrimary(_) => "write `primary: true` at one of the two".to_owned(),
        IdentityError::Twice => "keep one of the two".to_owned(),
        IdentityError::NotText(_) | IdentityError::Many => {
            "take it out: what a message names in `identityMap` needs no schema".to_owned()
        }
    }
}

/// Field groups and schemas that do nothing.
fn unused(drafts: &Drafts, report: &mut Report) {
    for draft in &drafts.field_groups {
        let id = &draft.group.id;
        if !drafts
            .schemas
            .iter()
            .any(|schema| schema.schema.field_groups.contains(id))
        {
            let message = format!("field group `{id}` is in no schema");
            report.lint(
                draft.place,
                message,
                "name it in `fieldGroups` of a schema, or take it out",
            );
        }
    }
    for draft in &drafts.schemas {
        let id = draft.schema.id.as_str();
        let named = |dataset: &crate::read::DatasetDraft| {
            dataset.schema.as_ref().is_some_and(|word| word.value == id)
        };
        if !drafts.datasets.iter().any(named) {
            let message = format!("no dataset has schema `{id}`, so no message is held to it");
            report.lint(
                draft.place,
                message,
                "name it in `schema` of a dataset, or take it out",
            );
        }
    }
}

fn of<'a>(drafts: &'a Drafts, schema: &SchemaId) -> Option<&'a SchemaDraft> {
    drafts.schemas.iter().find(|draft| draft.schema.id == *schema)
}

fn place(drafts: &Drafts, schema: &SchemaId) -> Span {
    of(drafts, schema).map_or_else(Span::default, |draft| draft.place)
}

/// Where a schema names a field group.
fn group_of(drafts: &Drafts, schema: &SchemaId, group: &str) -> Span {
    let named =
        of(drafts, schema).and_then(|draft| draft.groups.iter().find(|one| one.value.as_str() == group));
    named.map_or_else(|| place(drafts, schema), |one| one.span)
}

/// The field of the file's own that makes a conflict, the last in the file: standard field groups make none among
/// themselves.
fn place_of(conflict: &Conflict, drafts: &Drafts) -> Span {
    let below = |path: &str| {
        let rest = path.strip_prefix(conflict.path.as_str());
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[', '{']))
    };
    let groups = drafts.field_groups.iter().filter(|draft| {
        let mut sides = conflict.sides.groups();
        sides.any(|id| *id == draft.group.id)
    });
    let fields = groups.flat_map(|draft| draft.group.fields.iter().zip(&draft.fields));
    let spans = fields
        .filter(|(field, _)| below(&field.path))
        .map(|(_, span)| *span);
    spans.max_by_key(|span| span.start).unwrap_or_default()
}

/// The file's own field groups and Weir's, as far as they can be read.
fn no_near(word: &str, drafts: &Drafts) -> String {
    let own = drafts.field_groups.iter().map(|draft| draft.group.id.as_str());
    let standard = standard_field_groups().iter().map(|group| group.id.as_str());
    suggest::help(word, own.chain(standard), "field groups")
}
