//! From the tree to drafts: each definition on its own, with the place of everything that is checked later.
//!
//! A draft is as good as could be read. What is wrong is in the report; a draft of it may still be there, so
//! that a mistake in a segment does not also make every mapping of it a mistake.

mod dataflow;
mod dataset;
mod destination;
mod field_group;
mod fields;
mod inlet;
mod json;
mod queue;
mod rule;
mod schema;
mod segment;
mod span;
mod zone;

pub(crate) use dataflow::DataflowDraft;
pub(crate) use dataset::DatasetDraft;
pub(crate) use field_group::FieldGroupDraft;
pub(crate) use fields::Located;
pub(crate) use inlet::InletDraft;
pub(crate) use rule::{Rule, read, say};
pub(crate) use schema::SchemaDraft;
pub(crate) use segment::SegmentDraft;
pub(crate) use span::text as retention_text;
pub use zone::named as zone_named;

use crate::report::{Report, Severity, Span};
use crate::yaml::{Data, Node};
use dispatcher::Registry;
use fields::{Fields, NotBuilt};
use model::{DestinationDefinition, Duration, IdError};
use std::collections::HashMap;
use std::collections::hash_map::Entry;

/// What a file says, each definition read on its own.
#[derive(Debug, Default)]
pub(crate) struct Drafts {
    pub(crate) retention: Option<Duration>,
    pub(crate) field_groups: Vec<FieldGroupDraft>,
    pub(crate) schemas: Vec<SchemaDraft>,
    pub(crate) datasets: Vec<DatasetDraft>,
    /// Whether field groups and schemas could all be read: what one that could not would have defined is not unknown.
    pub(crate) schemas_whole: bool,
    pub(crate) inlets: Vec<InletDraft>,
    pub(crate) segments: Vec<SegmentDraft>,
    pub(crate) destinations: Vec<DestinationDefinition>,
    pub(crate) dataflows: Vec<DataflowDraft>,
    /// Every id of a destination, also of one that could not be read: what a reference is looked up in.
    pub(crate) destination_ids: Vec<String>,
}

const NOT_BUILT: &[NotBuilt] = &[
    (
        "mergePolicies",
        "there is one merge policy for now, `timestampOrdered`: take the key out",
    ),
    ("alerts", "take the key out"),
];

/// Reads a whole file.
pub(crate) fn file(root: &Node, kinds: &Registry, report: &mut Report) -> Drafts {
    let mut drafts = Drafts::default();
    let Some(mut fields) = Fields::open(root, "the file", report) else {
        return drafts;
    };
    drafts.retention = span::retention(&mut fields, report).map(|retention| retention.value);
    let field_groups = items(&mut fields, "fieldGroups", "field group", "id: shop", report);
    let schemas = items(&mut fields, "schemas", "schema", "id: customers", report);
    let datasets = items(&mut fields, "datasets", "dataset", "id: orders", report);
    let inlets = items(&mut fields, "inlets", "inlet", "id: web", report);
    let segments = items(&mut fields, "segments", "segment", "id: gold", report);
    let destinations = items(&mut fields, "destinations", "destination", "id: files", report);
    let dataflows = items(&mut fields, "dataflows", "dataflow", "id: loyalty", report);
    fields.finish(NOT_BUILT, report);

    let errors = report.count(Severity::Error);
    ids(&field_groups, report);
    ids(&schemas, report);
    drafts.field_groups = field_groups
        .into_iter()
        .filter_map(|item| field_group::read(item, report))
        .collect();
    drafts.schemas = schemas
        .into_iter()
        .filter_map(|item| schema::read(item, report))
        .collect();
    drafts.schemas_whole = report.count(Severity::Error) == errors;
    ids(&datasets, report);
    drafts.datasets = datasets
        .into_iter()
        .filter_map(|item| dataset::read(item, report))
        .collect();
    ids(&inlets, report);
    ids(&segments, report);
    drafts.destination_ids = ids(&destinations, report);
    ids(&dataflows, report);
    drafts.inlets = inlets
        .into_iter()
        .filter_map(|item| inlet::read(item, report))
        .collect();
    drafts.segments = segments
        .into_iter()
        .filter_map(|item| segment::read(item, report))
        .collect();
    let destinations = destinations.into_iter();
    drafts.destinations = destinations
        .filter_map(|item| destination::read(item, kinds, report))
        .collect();
    drafts.dataflows = dataflows
        .into_iter()
        .map(|item| dataflow::read(item, report))
        .collect();
    drafts
}

/// Reads a list of segments alone, as `weir backtest` is given them, in YAML or JSON.
pub(crate) fn segments(root: &Node, report: &mut Report) -> Drafts {
    let mut drafts = Drafts::default();
    let Data::List(nodes) = &root.data else {
        let message = format!("this is {}, and should be a list of segments", root.kind());
        report.error(
            root.span,
            message,
            "write `[{\"id\": ..., \"expression\": {...}}, ...]`",
        );
        return drafts;
    };
    let items = open_all(nodes, "segment", report);
    ids(&items, report);
    drafts.segments = items
        .into_iter()
        .filter_map(|item| segment::read(item, report))
        .collect();
    drafts
}

/// One item of a list, with its id.
pub(crate) struct Item<'a> {
    pub(crate) id: Option<Located<String>>,
    pub(crate) fields: Fields<'a>,
}

impl Item<'_> {
    /// The id, checked; `None`, reported already, if there is none or it is malformed.
    pub(crate) fn id<T>(&self, new: impl Fn(&str) -> Result<T, IdError>) -> Option<T> {
        new(&self.id.as_ref()?.value).ok()
    }
}

fn items<'a>(
    fields: &mut Fields<'a>,
    key: &'static str,
    noun: &str,
    example: &str,
    report: &mut Report,
) -> Vec<Item<'a>> {
    open_all(
        fields.list(key, example, report).unwrap_or_default(),
        noun,
        report,
    )
}

fn open_all<'a>(nodes: &'a [Node], noun: &str, report: &mut Report) -> Vec<Item<'a>> {
    let mut items = Vec::with_capacity(nodes.len());
    for (i, node) in nodes.iter().enumerate() {
        let Some(mut fields) = Fields::open(node, format!("{noun} {}", i + 1), report) else {
            continue;
        };
        let id = fields.required("id", "a-name", report);
        if let Some(id) = &id {
            fields.what = format!("{noun} `{}`", id.value);
        }
        items.push(Item { id, fields });
    }
    items
}

/// Reports malformed and repeated ids of one noun; gives all there are.
fn ids(items: &[Item<'_>], report: &mut Report) -> Vec<String> {
    let mut first: HashMap<&str, Span> = HashMap::new();
    for item in items {
        let Some(id) = &item.id else { continue };
        // All ids have one syntax, whatever the noun.
        if let Err(error) = model::SegmentId::new(&id.value) {
            let message = format!("`{}` cannot be an id: {error}", id.value);
            report.error(id.span, message, id_help(&id.value));
        }
        match first.entry(&id.value) {
            Entry::Vacant(entry) => {
                entry.insert(id.span);
            }
            Entry::Occupied(entry) => {
                let line = report.source().position(entry.get().start).line;
                let message = format!("{} has the id of the one on line {line}", item.fields.what);
                report.error(
                    id.span,
                    message,
                    "ids are unique among their kind: give one of the two another",
                );
            }
        }
    }
    items
        .iter()
        .filter_map(|item| Some(item.id.as_ref()?.value.clone()))
        .collect()
}

/// How to write an id like `text`.
pub(crate) fn id_help(text: &str) -> String {
    let allowed = |c: char| c.is_ascii_alphanumeric() || "-_.:".contains(c);
    let mended: String = text
        .chars()
        .map(|c| if allowed(c) { c } else { '-' })
        .take(128)
        .collect();
    if mended.chars().any(|c| c.is_ascii_alphanumeric()) {
        format!("write `{mended}`; what people call it goes into `name`")
    } else {
        "use letters, digits, `-`, `_`, `.` and `:`; what people call it goes into `name`".to_owned()
    }
}

/// The first line of a thing, for carets: its id if it has one.
pub(crate) fn place(item: &Item<'_>) -> Span {
    item.id.as_ref().map_or(item.fields.span, |id| id.span)
}
