//! `inlets`: where messages are posted.

use super::fields::NotBuilt;
use super::{Item, id_help};
use crate::report::Report;
use crate::secrets;
use model::{DatasetId, Inlet, InletId};

const NOT_BUILT: &[NotBuilt] = &[
    ("description", "say it in a comment for now: `# ...`"),
    ("schema", "paths are untyped for now: take the key out"),
    (
        "retention",
        "events of all datasets are kept equally long: write `retention` at the top of the file",
    ),
];

pub(super) fn read(mut item: Item<'_>, report: &mut Report) -> Option<Inlet> {
    let id = item.id(InletId::new);
    let fields = &mut item.fields;
    let name = fields.text("name", report);
    let dataset = fields.text("dataset", report);
    let token = fields.text("token", report);
    if let Some(token) = &token {
        secrets::check(
            &token.value,
            &format!("`token` of {}", fields.what),
            token.span,
            report,
        );
    }
    let dataset = match &dataset {
        None => id.as_ref().and_then(|id| DatasetId::new(id.as_str()).ok()),
        Some(dataset) => match DatasetId::new(&dataset.value) {
            Ok(id) => Some(id),
            Err(error) => {
                let message = format!("`{}` cannot be a dataset: {error}", dataset.value);
                report.error(dataset.span, message, id_help(&dataset.value));
                None
            }
        },
    };
    item.fields.finish(NOT_BUILT, report);
    let id = id?;
    Some(Inlet {
        name: name.map_or_else(|| id.to_string(), |name| name.value),
        dataset: dataset?,
        token: token.map(|token| token.value),
        id,
    })
}
