//! Datasets: each has a schema that is there, and each inlet a dataset that is.

use crate::read::{DatasetDraft, Drafts, SchemaDraft};
use crate::report::Report;
use crate::suggest;
use model::{Duration, SchemaClass};

pub(super) fn check(drafts: &Drafts, report: &mut Report) {
    for dataset in &drafts.datasets {
        if !drafts
            .inlets
            .iter()
            .any(|inlet| inlet.inlet.dataset == dataset.id)
        {
            let message = format!("no inlet takes messages of dataset `{}`", dataset.id);
            let help = format!("add `dataset: {}` to an inlet, or take it out", dataset.id);
            report.lint(dataset.place, message, help);
        }
        let Some(word) = &dataset.schema else { continue };
        match schema_of(dataset, drafts) {
            None => {
                // A schema that could not be read is defined all the same.
                if drafts.schemas_whole {
                    let message = format!(
                        "dataset `{}` has schema `{}`, which this file does not define",
                        dataset.id, word.value
                    );
                    let known = drafts.schemas.iter().map(|draft| draft.schema.id.as_str());
                    report.error(word.span, message, suggest::help(&word.value, known, "schemas"));
                }
            }
            Some(schema) if schema.schema.class == SchemaClass::Profile => {
                if let Some(retention) = &dataset.retention {
                    let message = format!(
                        "dataset `{}` has a retention, and its records are kept for good",
                        dataset.id
                    );
                    report.error(
                        retention.span,
                        message,
                        "take the line out: events alone have a retention",
                    );
                }
            }
            Some(_) => {}
        }
    }
    if drafts.schemas.is_empty() {
        return;
    }
    for inlet in &drafts.inlets {
        let id = &inlet.inlet.dataset;
        if !drafts.datasets.iter().any(|dataset| dataset.id == *id) {
            let message = format!(
                "inlet `{}` takes messages of dataset `{id}`, which this file does not define",
                inlet.inlet.id
            );
            let known = drafts.datasets.iter().map(|dataset| dataset.id.as_str());
            let help = match suggest::nearest(id.as_str(), known) {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!(
                    "where there are schemas every dataset has one: add `{{id: {id}, schema: ...}}` to `datasets`"
                ),
            };
            report.error(inlet.dataset, message, help);
        }
    }
}

/// How long events are kept.
pub(crate) struct Kept {
    /// The longest of all datasets.
    pub(crate) longest: Duration,
    /// Whether a window that is longer is a mistake: it is where every dataset says what it keeps.
    pub(crate) typed: bool,
    /// Datasets that keep their events for less.
    pub(crate) shorter: Vec<(String, Duration)>,
}

/// How long the events of a file's datasets are kept; `common` is what the file says for all.
pub(super) fn kept(drafts: &Drafts, common: Duration) -> Kept {
    let events = |dataset: &&DatasetDraft| {
        schema_of(dataset, drafts).is_some_and(|draft| draft.schema.class == SchemaClass::Event)
    };
    let own = |dataset: &DatasetDraft| {
        let kept = dataset.retention.as_ref().map_or(common, |own| own.value);
        (dataset.id.to_string(), kept)
    };
    let all: Vec<_> = drafts.datasets.iter().filter(events).map(own).collect();
    let longest = all.iter().map(|(_, kept)| *kept).max().unwrap_or(common);
    Kept {
        longest,
        typed: !drafts.schemas.is_empty(),
        shorter: all.into_iter().filter(|(_, kept)| *kept < longest).collect(),
    }
}

fn schema_of<'a>(dataset: &DatasetDraft, drafts: &'a Drafts) -> Option<&'a SchemaDraft> {
    let word = dataset.schema.as_ref()?;
    drafts
        .schemas
        .iter()
        .find(|draft| draft.schema.id.as_str() == word.value)
}
