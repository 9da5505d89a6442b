//! A rule in a file, as text or as JSON: read, and what is said of it shown where it stands in the file.

use super::fields::Fields;
use super::json::{self, Spot};
use super::span;
use crate::check::Kept;
use crate::report::{Report, Severity, Span};
use crate::yaml::{Data, Places, Scalar, Style};
use model::SegmentId;
use pql::{Diagnostic, Mentioned, Notation, Program};
use xdm::Schemas;

/// A predicate and where its parts stand.
#[derive(Debug)]
pub(crate) struct Rule {
    /// As it is stored: the text trimmed, JSON without spaces between its parts.
    pub(crate) text: String,
    /// As it is read: a place in it is a place in the file.
    written: String,
    notation: Notation,
    /// What it means, as soon as it was parsed and if it means anything.
    program: Option<Program>,
    places: Written,
    /// What YAML takes for a comment behind it.
    comment: Option<Span>,
}

/// How a rule stands in the file.
#[derive(Debug)]
enum Written {
    /// In a scalar: a place in its text is a place in the file.
    Scalar(Places),
    /// As YAML: the JSON that it is has a place in the file for each of its values.
    Yaml(Vec<Spot>),
}

/// What is said of a rule, and of JSON where in the JSON.
type Said = Vec<(Diagnostic, Option<String>)>;

impl Rule {
    /// Parses it, held to the schemas if there are any, and reports all that is to be said of it. Of a rule that is not
    /// `evaluated` the schemas may have lost what it names.
    pub(crate) fn parse(&mut self, schemas: Option<&Schemas>, evaluated: bool, report: &mut Report) {
        let (mut program, mut said) = read(self.notation, &self.written, schemas);
        if let (None, false) = (&program, evaluated) {
            (program, _) = read(self.notation, &self.written, None);
        }
        if program.is_some() {
            let errors = said.iter_mut().map(|(one, _)| one);
            for error in errors.filter(|one| one.severity == pql::Severity::Error) {
                error.severity = pql::Severity::Warning;
            }
        }
        self.program = program;
        for (diagnostic, pointer) in &said {
            say(
                diagnostic,
                pointer.as_deref(),
                self.place(diagnostic.span),
                report,
            );
        }
        if let (None, Some(comment)) = (&self.program, self.comment) {
            report.warning(
                comment,
                "YAML takes this for a comment, so the rule ends before it",
                "if it belongs to the rule, write `pql: |` and the rule, indented, on the next line",
            );
        }
    }

    /// The segments it names with `inSegment`, and where in the file.
    pub(crate) fn references(&self) -> Vec<(&SegmentId, Span)> {
        let mentions = self.program.iter().flat_map(Program::mentions);
        let segments = mentions.filter_map(|mention| match &mention.of {
            Mentioned::Segment(id) => Some((id, self.place(mention.span))),
            Mentioned::Window(_) => None,
        });
        segments.collect()
    }

    /// Says which windows are longer than events are kept: in a typed store that is a mistake.
    pub(crate) fn check_windows(&self, kept: &Kept, report: &mut Report) {
        let Some(program) = &self.program else { return };
        let beyond = program.warnings(kept.longest);
        for (dataset, shorter) in &kept.shorter {
            let warnings = program.warnings(*shorter).into_iter();
            for warning in warnings.filter(|warning| !beyond.iter().any(|all| all.span == warning.span)) {
                let message = format!(
                    "dataset `{dataset}` keeps its events for {} only, and of older ones this window sees none",
                    span::text(*shorter)
                );
                report.lint(self.place(warning.span), message, "");
            }
        }
        for mut warning in beyond {
            if kept.typed {
                warning.severity = pql::Severity::Error;
            }
            say(&warning, None, self.place(warning.span), report);
        }
    }

    fn place(&self, span: pql::Span) -> Span {
        match &self.places {
            Written::Scalar(places) => places.span(span.start, span.end),
            Written::Yaml(spots) => json::place(spots, span),
        }
    }
}

/// The rule at `key`, which is there, yet to be parsed; `None`, reported, if it is no text.
pub(super) fn of(fields: &mut Fields<'_>, key: &'static str, report: &mut Report) -> Option<Rule> {
    fields.text(key, report)?;
    let node = fields.node(key, report)?;
    let Data::Scalar(scalar) = &node.data else {
        return None;
    };
    // Nothing is cut off in front: a place in the text is a place in the scalar.
    let written = scalar.text.trim_end().to_owned();
    if Notation::of(&written) == Notation::Json {
        let message = format!("`{key}` of {} is JSON, and a rule is text here", fields.what);
        let help =
            "as JSON it stands in `expression: {type: PQL, format: pql/json, value: ...}` of a segment";
        report.error(node.span, message, help);
        return None;
    }
    let file = report.source().text();
    Some(Rule {
        text: written.trim_start().to_owned(),
        written,
        notation: Notation::Text,
        program: None,
        places: Written::Scalar(Places::new(file, node.span, scalar)),
        comment: cut_off(file, scalar, node.span),
    })
}

/// The rule at `key` as JSON, yet to be parsed: in a text, as Adobe's API has it, or written out as YAML.
pub(super) fn of_json(fields: &mut Fields<'_>, key: &'static str, report: &mut Report) -> Option<Rule> {
    let node = fields.node(key, report)?;
    let (written, places) = match &node.data {
        Data::Scalar(scalar) if Notation::of(&scalar.text) == Notation::Text => {
            let message = format!("`{key}` of {} is no JSON object, as `pql/json` is", fields.what);
            report.error(node.span, message, "a rule as text has `format: pql/text`");
            return None;
        }
        Data::Scalar(scalar) => {
            let places = Places::new(report.source().text(), node.span, scalar);
            (scalar.text.trim_end().to_owned(), Written::Scalar(places))
        }
        _ => {
            let (text, spots) = json::written(node);
            (text, Written::Yaml(spots))
        }
    };
    Some(Rule {
        text: pql::json::compact(&written).unwrap_or_else(|| written.clone()),
        written,
        notation: Notation::Json,
        program: None,
        places,
        comment: None,
    })
}

/// What a rule means where the data obeys these schemas, and what is to be said of it.
pub(crate) fn read(
    notation: Notation,
    expression: &str,
    schemas: Option<&Schemas>,
) -> (Option<Program>, Said) {
    match notation {
        Notation::Text => {
            let parsed = match schemas {
                Some(schemas) => pql::parse_typed(expression, schemas),
                None => pql::parse(expression),
            };
            let said = parsed.diagnostics.into_iter().map(|said| (said, None));
            (parsed.program, said.collect())
        }
        Notation::Json => {
            let read = match schemas {
                Some(schemas) => pql::json::read_typed(expression, schemas),
                None => pql::json::read(expression),
            };
            let said = read.diagnostics.into_iter();
            let said = said.map(|one| (one.said, Some(one.pointer).filter(|pointer| !pointer.is_empty())));
            (read.program, said.collect())
        }
    }
}

/// Says what PQL says at a place of the file. Of JSON, `pointer` says where that is for those who have the JSON elsewhere.
pub(crate) fn say(diagnostic: &Diagnostic, pointer: Option<&str>, place: Span, report: &mut Report) {
    let severity = match diagnostic.severity {
        pql::Severity::Error => Severity::Error,
        pql::Severity::Warning => Severity::Warning,
        pql::Severity::Lint => Severity::Lint,
    };
    let message = clause(&diagnostic.message);
    let help = pointer.map_or_else(String::new, |pointer| format!("in the JSON it is `{pointer}`"));
    match &diagnostic.fix {
        Some(fix) => report.mend(severity, place, message, fix, &help),
        None => report.say(severity, place, message, help),
    }
}

/// A sentence as it reads after `error: `.
fn clause(sentence: &str) -> String {
    let sentence = sentence.strip_suffix('.').unwrap_or(sentence);
    let mut chars = sentence.chars();
    match (chars.next(), chars.next()) {
        (Some(first), Some(second)) if second.is_lowercase() || second == ' ' => {
            first.to_lowercase().chain(sentence.chars().skip(1)).collect()
        }
        _ => sentence.to_owned(),
    }
}

/// A plain scalar ends at ` #`, also within the quotes of a rule. The rule then seems to stop in the middle.
fn cut_off(file: &str, scalar: &Scalar, span: Span) -> Option<Span> {
    let rest = file[span.end..].lines().next().unwrap_or_default();
    let at = span.end + (rest.len() - rest.trim_start().len());
    (scalar.style == Style::Plain && rest.trim_start().starts_with('#'))
        .then(|| Span::new(at, span.end + rest.len()))
}
