//! `schemas`: a class with field groups, and the fields that name the person.

use super::Item;
use super::dataflow::words;
use super::field_group::CLASSES;
use super::fields::{Fields, Located};
use crate::report::{Report, Span};
use crate::yaml::Node;
use model::{FieldGroupId, IdentityDescriptor, Path, SchemaClass, SchemaDefinition, SchemaId};

/// A schema as far as it could be read.
#[derive(Debug)]
pub(crate) struct SchemaDraft {
    pub(crate) schema: SchemaDefinition,
    /// Where it is named.
    pub(crate) place: Span,
    /// Where each of its field groups is named, in the order of the file.
    pub(crate) groups: Vec<Located<FieldGroupId>>,
    /// Where each of its identities is, in the order of the file.
    pub(crate) identities: Vec<Located<Path>>,
}

pub(super) fn read(mut item: Item<'_>, report: &mut Report) -> Option<SchemaDraft> {
    let id = item.id(SchemaId::new);
    let place = super::place(&item);
    let fields = &mut item.fields;
    let title = fields.text("title", report);
    let description = fields.text("description", report);
    if fields.entry("class").is_none() {
        fields.missing(&["class"], "profile", report);
    }
    let class = fields.word("class", CLASSES, None, report);
    let groups = groups(fields, report);
    let identities = identities(fields, report);
    item.fields.finish(&[], report);
    let id = id?;
    let mut ids: Vec<FieldGroupId> = groups.iter().map(|group| group.value.clone()).collect();
    ids.sort();
    let schema = SchemaDefinition {
        title: title.map_or_else(|| id.to_string(), |title| title.value),
        description: description.map(|text| text.value).unwrap_or_default(),
        class: class.unwrap_or(SchemaClass::Profile),
        field_groups: ids,
        identities: identities
            .iter()
            .map(|(_, descriptor)| descriptor.clone())
            .collect(),
        id,
    };
    // Without a class, reported above, nothing can be said of what it holds.
    class.is_some().then_some(SchemaDraft {
        schema,
        place,
        groups,
        identities: identities.into_iter().map(|(path, _)| path).collect(),
    })
}

fn groups(fields: &mut Fields<'_>, report: &mut Report) -> Vec<Located<FieldGroupId>> {
    let words = words(
        fields,
        "fieldGroups",
        "profile-person-details",
        "a field group's id",
        report,
    );
    let group = |word: Located<String>| match FieldGroupId::new(&word.value) {
        Ok(value) => Some(Located {
            value,
            span: word.span,
        }),
        Err(error) => {
            let message = format!("`{}` cannot be a field group: {error}", word.value);
            report.error(word.span, message, super::id_help(&word.value));
            None
        }
    };
    words.unwrap_or_default().into_iter().filter_map(group).collect()
}

fn identities(fields: &mut Fields<'_>, report: &mut Report) -> Vec<(Located<Path>, IdentityDescriptor)> {
    let what = fields.what.clone();
    let example = "{path: personalEmail.address, namespace: email, primary: true}";
    let nodes = fields.list("identities", example, report).unwrap_or_default();
    nodes
        .iter()
        .filter_map(|node| identity(node, &what, report))
        .collect()
}

fn identity(node: &Node, what: &str, report: &mut Report) -> Option<(Located<Path>, IdentityDescriptor)> {
    let mut fields = Fields::open(node, format!("an identity of {what}"), report)?;
    let path = fields.required("path", "personalEmail.address", report);
    let namespace = fields.required("namespace", "email", report);
    let primary = fields.flag("primary", false, report);
    fields.finish(&[], report);
    let (path, namespace) = (path?, namespace?);
    let Some(keys) = Path::parse(&path.value) else {
        let message = format!("`{}` is not a path: a name is missing beside a dot", path.value);
        report.error(
            path.span,
            message,
            "write the keys with dots between them: `personalEmail.address`",
        );
        return None;
    };
    if namespace.value.chars().count() > 128 {
        let message = format!("the namespace of `{}` is longer than 128 characters", path.value);
        report.error(namespace.span, message, "name the kind of identity: `email`");
        return None;
    }
    let place = Located {
        value: keys.clone(),
        span: path.span,
    };
    let descriptor = IdentityDescriptor {
        path: keys,
        namespace: namespace.value,
        primary,
    };
    Some((place, descriptor))
}
