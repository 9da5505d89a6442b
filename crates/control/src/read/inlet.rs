//! `inlets`: where messages are posted.

use super::fields::NotBuilt;
use super::{Item, id_help, place};
use crate::report::{Report, Span};
use crate::secrets;
use model::{DatasetId, Inlet, InletId};

const NOT_BUILT: &[NotBuilt] = &[("description", "say it in a comment for now: `# ...`")];

/// An inlet as far as it could be read.
#[derive(Debug)]
pub(crate) struct InletDraft {
    pub(crate) inlet: Inlet,
    /// Where its dataset is named: at its id if it does not name one.
    pub(crate) dataset: Span,
}

pub(super) fn read(mut item: Item<'_>, report: &mut Report) -> Option<InletDraft> {
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
    let named = dataset
        .as_ref()
        .map_or_else(|| place(&item), |dataset| dataset.span);
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
    let inlet = Inlet {
        name: name.map_or_else(|| id.to_string(), |name| name.value),
        dataset: dataset?,
        token: token.map(|token| token.value),
        id,
    };
    Some(InletDraft {
        inlet,
        dataset: named,
    })
}
