//! `fieldGroups`: fields of the user's own.

use super::Item;
use super::fields::{Fields, Located};
use crate::report::{Report, Span};
use crate::suggest;
use crate::yaml::{Data, Node};
use model::{Field, FieldGroup, FieldGroupId, Scalar, SchemaClass};
use xdm::{FieldPath, standard_field_groups};

/// A field group as far as it could be read.
#[derive(Debug)]
pub(crate) struct FieldGroupDraft {
    pub(crate) group: FieldGroup,
    /// Where it is named.
    pub(crate) place: Span,
    /// Where each of its fields is, in the order of the group.
    pub(crate) fields: Vec<Span>,
}

/// The words of a class.
pub(super) const CLASSES: &[(&str, Option<SchemaClass>)] = &[
    ("profile", Some(SchemaClass::Profile)),
    ("event", Some(SchemaClass::Event)),
];

pub(super) fn read(mut item: Item<'_>, report: &mut Report) -> Option<FieldGroupDraft> {
    let id = item.id(FieldGroupId::new);
    if let Some(word) = &item.id
        && standard_field_groups()
            .iter()
            .any(|group| group.id.as_str() == word.value)
    {
        let message = format!(
            "`{}` is the id of a field group that Weir has already",
            word.value
        );
        report.error(
            word.span,
            message,
            "give your own another id; a schema may have both",
        );
    }
    let place = super::place(&item);
    let fields = &mut item.fields;
    let title = fields.text("title", report);
    let description = fields.text("description", report);
    let class = fields.word("class", CLASSES, None, report);
    let mut read = read_fields(fields, report);
    item.fields.finish(&[], report);
    read.sort_by(|(a, _), (b, _)| a.path.cmp(&b.path));
    let (fields, places) = read.into_iter().unzip();
    let id = id?;
    let group = FieldGroup {
        title: title.map_or_else(|| id.to_string(), |title| title.value),
        description: description.map(|text| text.value).unwrap_or_default(),
        classes: class.map_or_else(|| SchemaClass::ALL.to_vec(), |class| vec![class]),
        fields,
        id,
    };
    Some(FieldGroupDraft {
        group,
        place,
        fields: places,
    })
}

fn read_fields(fields: &mut Fields<'_>, report: &mut Report) -> Vec<(Field, Span)> {
    const EXAMPLE: &str = "{_shop.size: string}";
    if fields.entry("fields").is_none() {
        fields.missing(&["fields"], EXAMPLE, report);
        return Vec::new();
    }
    let what = format!("`fields` of {}", fields.what);
    let node = fields.node("fields", report);
    let Some(group) = node.and_then(|node| Fields::open(node, what, report)) else {
        return Vec::new();
    };
    let owner = &fields.what;
    let fields = group.entries();
    fields
        .filter_map(|(path, value)| field(&path, value, owner, report))
        .collect()
}

/// `path: type`, or `path: {type, title, description}`.
fn field(path: &Located<&str>, node: &Node, owner: &str, report: &mut Report) -> Option<(Field, Span)> {
    let parsed = FieldPath::parse(path.value);
    if let Err(why) = &parsed {
        let message = format!("`{}` is not the path of a field: {why}", path.value);
        let help = "write the keys with dots between them, `[]` behind a list and `{}` behind a map: `orders[].price`";
        report.error(path.span, message, help);
    }
    let what = format!("field `{}` of {owner}", path.value);
    let (kind, title, description) = match &node.data {
        Data::Map(_) => {
            let mut fields = Fields::open(node, what.clone(), report)?;
            let kind = fields.required("type", "string", report);
            let title = fields.text("title", report);
            let description = fields.text("description", report);
            fields.finish(&[], report);
            (kind, title, description)
        }
        Data::Scalar(scalar) if !node.is_null() => {
            let value = scalar.text.trim().to_owned();
            let span = node.span;
            (Some(Located { value, span }), None, None)
        }
        _ => {
            let message = format!("{what} is {}, and should be a type", node.kind());
            report.error(
                path.span,
                message,
                "write `path: string`, or `path: {type: string, title: ...}`",
            );
            (None, None, None)
        }
    };
    let scalar = kind.and_then(|kind| scalar(&kind, &what, report));
    let path_text = parsed.ok()?.to_string();
    let field = Field {
        title: title.map_or_else(|| path_text.clone(), |title| title.value),
        description: description.map(|text| text.value).unwrap_or_default(),
        path: path_text,
        scalar: scalar?,
    };
    Some((field, path.span))
}

fn scalar(word: &Located<String>, what: &str, report: &mut Report) -> Option<Scalar> {
    let found = Scalar::named(&word.value);
    if found.is_none() {
        let message = format!("`{}` is not a type ({what})", word.value);
        let help = match word.value.to_ascii_lowercase().as_str() {
            "array" | "list" => {
                "a list is written in the path, and the type is that of its items: `tags[]: string`"
                    .to_owned()
            }
            "map" => "a map is written in the path, and the type is that of its values: `scores{}: number`"
                .to_owned(),
            "object" => "write the fields of the object, each with its path: `size.width: number`".to_owned(),
            "text" => "did you mean `string`?".to_owned(),
            "int" | "long" | "short" | "byte" => "did you mean `integer`?".to_owned(),
            "double" | "float" | "decimal" => "did you mean `number`?".to_owned(),
            "datetime" | "timestamp" => "did you mean `date-time`?".to_owned(),
            other => suggest::help(other, Scalar::ALL.map(Scalar::word), "types"),
        };
        report.error(word.span, message, help);
    }
    found
}
