//! A whole file checked: read, then each definition held against the others. Everything that is wrong at once.

mod attributes;
mod datasets;
mod mappings;
mod references;
mod schemas;
#[cfg(test)]
mod tests;

use crate::desired::{Desired, DesiredDataflow, DesiredSegment};
use crate::read::{self, DataflowDraft, DatasetDraft, Drafts, SegmentDraft};
use crate::report::{Report, Source, Span};
use crate::suggest;
use crate::yaml::{self, Node};
use dispatcher::Registry;
use model::{Dataset, DestinationId, Duration, SchemaClass, SchemaId, SegmentId, SegmentState};
use std::collections::BTreeMap;

pub(crate) use datasets::Kept;

/// How long events count if nobody says.
pub const RETENTION: Duration = Duration::days(90);

/// What is said of a file without schemas.
pub const UNTYPED: &str = "without `schemas` the store is untyped: messages of any shape are taken, and no path can be told from a misspelt one";

/// A larger file is refused unread: 10,000 segments are a tenth of it.
const LARGEST: usize = 32 * 1024 * 1024;

/// A file and what it asks for.
#[derive(Debug)]
pub struct Checked<T> {
    /// What it asks for; `None` if the report holds an error.
    pub desired: Option<T>,
    /// All that is to be said of it.
    pub report: Report,
}

/// Checks a file of definitions, called `file` in the report. `kinds` are the kinds of destination there are.
/// Needs no server, and looks no secret up.
pub fn check(file: &str, bytes: &[u8], kinds: &Registry) -> Checked<Desired> {
    let (mut report, root) = open(file, bytes);
    let drafts = root.map(|root| {
        let mut drafts = read::file(&root, kinds, &mut report);
        let retention = drafts.retention.unwrap_or(RETENTION);
        cross(&mut drafts, retention, &mut report);
        drafts
    });
    close(report, drafts, desired)
}

/// Checks a list of segments, as `weir backtest` is given them, in YAML or JSON; events count for `retention`.
pub fn check_segments(file: &str, bytes: &[u8], retention: Duration) -> Checked<Vec<DesiredSegment>> {
    let (mut report, root) = open(file, bytes);
    let drafts = root.map(|root| {
        let mut drafts = read::segments(&root, &mut report);
        cross(&mut drafts, retention, &mut report);
        drafts
    });
    close(report, drafts, |drafts| {
        drafts.segments.into_iter().map(segment).collect()
    })
}

/// The report to be, and the file's tree if it can be read.
fn open(file: &str, bytes: &[u8]) -> (Report, Option<Node>) {
    let text = String::from_utf8_lossy(bytes);
    let mut report = Report::new(Source::new(
        file,
        if bytes.len() > LARGEST {
            String::new()
        } else {
            text.into_owned()
        },
    ));
    if bytes.len() > LARGEST {
        let message = format!(
            "the file has {} bytes, and {LARGEST} are the most that is read",
            bytes.len()
        );
        report.error(Span::default(), message, "");
        return (report, None);
    }
    if let Err(error) = std::str::from_utf8(bytes) {
        let at = error.valid_up_to();
        report.error(
            Span::new(at, at + 1),
            "this is not UTF-8 text",
            "save the file as UTF-8",
        );
        return (report, None);
    }
    let root = yaml::read(&mut report);
    if root.is_none() && !report.failed() {
        let help = "write `segments:`, `destinations:` and `dataflows:`, each with a list";
        report.error(
            Span::default(),
            "the file says nothing, and applying nothing would remove everything",
            help,
        );
    }
    (report, root)
}

/// Parses the rules, and holds each definition against the others.
fn cross(drafts: &mut Drafts, retention: Duration, report: &mut Report) {
    let compiled = if drafts.schemas.is_empty() {
        None
    } else {
        // What could not be read may have the field that is missing.
        schemas::check(drafts, report).filter(|_| drafts.schemas_whole)
    };
    for segment in &mut drafts.segments {
        let evaluated = segment.state == SegmentState::Published;
        if let Some(rule) = &mut segment.rule {
            rule.parse(compiled.as_ref(), evaluated, report);
        }
    }
    for dataflow in &mut drafts.dataflows {
        if let Some(rule) = &mut dataflow.filter {
            rule.parse(compiled.as_ref(), true, report);
        }
    }
    let drafts = &*drafts;
    let index = Index::new(drafts);
    references::check(drafts, &index, report);
    mappings::check(drafts, &index, report);
    if let Some(compiled) = &compiled {
        attributes::check(drafts, compiled.union(SchemaClass::Profile), report);
    }
    datasets::check(drafts, report);
    let rules = drafts.segments.iter().filter_map(|segment| segment.rule.as_ref());
    let filters = drafts
        .dataflows
        .iter()
        .filter_map(|dataflow| dataflow.filter.as_ref());
    let kept = datasets::kept(drafts, retention);
    rules
        .chain(filters)
        .for_each(|rule| rule.check_windows(&kept, report));
}

/// Segments by the word that stands for them; of two with one id the first.
struct Index<'a> {
    segments: BTreeMap<&'a str, &'a SegmentDraft>,
}

impl<'a> Index<'a> {
    fn new(drafts: &'a Drafts) -> Self {
        let by_word = drafts
            .segments
            .iter()
            .rev()
            .map(|segment| (segment.word.as_str(), segment));
        Self {
            segments: by_word.collect(),
        }
    }

    fn segment(&self, word: &str) -> Option<&'a SegmentDraft> {
        self.segments.get(word).copied()
    }

    /// For a word that is no segment's: what it may have meant.
    fn help(&self, word: &str) -> String {
        suggest::help(word, self.segments.keys().copied(), "segments")
    }
}

fn close<T>(
    mut report: Report,
    drafts: Option<Drafts>,
    desired: impl FnOnce(Drafts) -> Option<T>,
) -> Checked<T> {
    report.sort();
    let desired = drafts.filter(|_| !report.failed()).and_then(desired);
    Checked { desired, report }
}

/// `None` only if something is missing, which is reported.
fn desired(mut drafts: Drafts) -> Option<Desired> {
    let mut field_groups: Vec<_> = drafts.field_groups.into_iter().map(|draft| draft.group).collect();
    let mut schemas: Vec<_> = drafts.schemas.into_iter().map(|draft| draft.schema).collect();
    let datasets: Option<Vec<_>> = drafts.datasets.into_iter().map(dataset).collect();
    let mut datasets = datasets?;
    let mut inlets: Vec<_> = drafts.inlets.into_iter().map(|draft| draft.inlet).collect();
    field_groups.sort_by(|a, b| a.id.cmp(&b.id));
    schemas.sort_by(|a, b| a.id.cmp(&b.id));
    datasets.sort_by(|a, b| a.id.cmp(&b.id));
    inlets.sort_by(|a, b| a.id.cmp(&b.id));
    drafts.destinations.sort_by(|a, b| a.id.cmp(&b.id));
    let segments: Option<Vec<_>> = drafts.segments.into_iter().map(segment).collect();
    let dataflows: Option<Vec<_>> = drafts.dataflows.into_iter().map(dataflow).collect();
    let (mut segments, mut dataflows) = (segments?, dataflows?);
    segments.sort_by(|a, b| a.id.cmp(&b.id));
    dataflows.sort_by(|a, b| a.id.cmp(&b.id));
    Some(Desired {
        retention: drafts.retention.unwrap_or(RETENTION),
        field_groups,
        schemas,
        datasets,
        inlets,
        segments,
        destinations: drafts.destinations,
        dataflows,
    })
}

fn dataset(draft: DatasetDraft) -> Option<Dataset> {
    Some(Dataset {
        id: draft.id,
        name: draft.name,
        schema: Some(SchemaId::new(&draft.schema?.value).ok()?),
        retention: draft.retention.map(|retention| retention.value),
    })
}

fn segment(draft: SegmentDraft) -> Option<DesiredSegment> {
    Some(DesiredSegment {
        id: draft.id?,
        name: draft.name?,
        expression: draft.rule?.text,
        time_zone: draft.time_zone,
        exclude_opt_out: draft.exclude_opt_out,
        state: draft.state,
    })
}

fn dataflow(draft: DataflowDraft) -> Option<DesiredDataflow> {
    let segments: Option<Vec<SegmentId>> = draft
        .segments
        .iter()
        .map(|word| SegmentId::new(&word.value).ok())
        .collect();
    let mut segments = segments?;
    segments.sort();
    Some(DesiredDataflow {
        id: draft.id?,
        name: draft.name?,
        destination: DestinationId::new(&draft.destination?.value).ok()?,
        segments,
        attributes: draft.attributes.into_iter().map(|path| path.value).collect(),
        triggers: draft.triggers,
        attribute_trigger: draft.attribute_trigger,
        segment_membership: draft.segment_membership,
        include_segment_names: draft.include_segment_names,
        include_segment_timestamps: draft.include_segment_timestamps,
        identities: draft.identities,
        envelope: draft.envelope,
        filter: draft.filter.map(|rule| rule.text),
        state: draft.state,
        queue: draft.queue,
    })
}

/// The word for a state that is not `published`, in a sentence: ``segment `x` is a draft``.
fn standing(state: SegmentState) -> &'static str {
    match state {
        SegmentState::Draft => "a draft",
        SegmentState::Published => "published",
        SegmentState::Inactive => "inactive",
        SegmentState::Archived => "archived",
    }
}
