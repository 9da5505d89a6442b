//! `datasets`: the schema of a dataset's messages, and how long its events count.

use super::fields::Located;
use super::{Item, span};
use crate::report::{Report, Span};
use model::{DatasetId, Duration};

/// A dataset as far as it could be read.
#[derive(Debug)]
pub(crate) struct DatasetDraft {
    pub(crate) id: DatasetId,
    /// Where it is named.
    pub(crate) place: Span,
    pub(crate) name: String,
    /// As written: looked up later.
    pub(crate) schema: Option<Located<String>>,
    pub(crate) retention: Option<Located<Duration>>,
}

pub(super) fn read(mut item: Item<'_>, report: &mut Report) -> Option<DatasetDraft> {
    let id = item.id(DatasetId::new);
    let place = super::place(&item);
    let fields = &mut item.fields;
    let name = fields.text("name", report);
    let schema = fields.required("schema", "customers", report);
    let retention = span::retention(fields, report);
    item.fields.finish(&[], report);
    let id = id?;
    Some(DatasetDraft {
        name: name.map_or_else(|| id.to_string(), |name| name.value),
        id,
        place,
        schema,
        retention,
    })
}
