//! A rule in a file, as text or as JSON: read, and what is said of it shown where it stands in the file.

use super::fields::Fields;
use super::json::{self, Spot};
use super::span;
use crate::check::Kept;
use crate::report::{Report, Severity, Span};
use crate::yaml::{Data, Places, Scalar, Style};
use model::SegmentId;
use pql::{Diagnostic, Mentioned, Notation, Program};

/// A predicate and where its parts stand.
#[derive(Debug)]
pub(crate) struct Rule {
    /// As written, trimmed; JSON without spaces between its parts.
    pub(crate) text: String,
    program: Option<Program>,
    places: Written,
}

/// How a rule stands in the file.
#[derive(Debug)]
enum Written {
    /// In a scalar: a place in its text is a place in the file.
    Scalar(Places),
    /// As YAML: the JSON that it is has a place in the file for each of its values.
    Yaml(Vec<Spot>),
}

impl Rule {
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

/// The rule at `key`, which is there; `None`, reported, if it is no text. A rule that does not parse is
/// reported and given back without a program.
pub(super) fn of(fields: &mut Fields<'_>, key: &'static str, report: &mut Report) -> Option<Rule> {
    fields.text(key, report)?;
    let node = fields.node(key, report)?;
    let Data::Scalar(scalar) = &node.data else {
        return None;
    };
    // Nothing is cut off in front: a place in the text is a place in the scalar.
    let text = scalar.text.trim_end();
    if Notation::of(text) == Notation::Json {
        let message = format!("`{key}` of {} is JSON, and a rule is text here", fields.what);
        let help =
            "as JSON it stands in `expression: {type: PQL, format: pql/json, value: ...}` of a segment";
        report.error(node.span, message, help);
        return None;
    }
    let parsed = pql::parse(text);
    let rule = Rule {
        text: text.trim_start().to_owned(),
        program: parsed.program,
        places: Written::Scalar(Places::new(report.source().text(), node.span, scalar)),
    };
    for diagnostic in &parsed.diagnostics {
        say(diagnostic, None, rule.place(diagnostic.span), report);
    }
    if parsed
        .diagnostics
        .iter()
        .any(|d| d.severity == pql::Severity::Error)
    {
        cut_off(scalar, node.span, report);
    }
    Some(rule)
}

/// The rule at `key` as JSON: in a text, as Adobe's API has it, or written out as YAML.
pub(super) fn of_json(fields: &mut Fields<'_>, key: &'static str, report: &mut Report) -> Option<Rule> {
    let node = fields.node(key, report)?;
    let (text, places) = match &node.data {
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
    let read = pql::json::read(&text);
    let rule = Rule {
        text: pql::json::compact(&text).unwrap_or(text),
        program: read.program,
        places,
    };
    for pql::json::Diagnostic { pointer, said } in &read.diagnostics {
        say(said, Some(pointer.as_str()), rule.place(said.span), report);
    }
    Some(rule)
}

/// Says it at a place of the file. Of JSON, `pointer` says where that is for those who have the JSON elsewhere.
pub(crate) fn say(diagnostic: &Diagnostic, pointer: Option<&str>, place: Span, report: &mut Report) {
    let severity = match diagnostic.severity {
        pql::Severity::Error => Severity::Error,
        pql::Severity::Warning => Severity::Warning,
        pql::Severity::Lint => Severity::Lint,
    };
    let fix = diagnostic.fix.as_ref().map(|fix| format!("write `{fix}`"));
    let pointer = pointer.filter(|pointer| !pointer.is_empty());
    let more = pointer.map(|pointer| format!("in the JSON it is `{pointer}`"));
    let help: Vec<_> = fix.into_iter().chain(more).collect();
    report.say(severity, place, clause(&diagnostic.message), help.join("\n"));
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
fn cut_off(scalar: &Scalar, span: Span, report: &mut Report) {
    let file = report.source().text();
    let rest = file[span.end..].lines().next().unwrap_or_default();
    if scalar.style == Style::Plain && rest.trim_start().starts_with('#') {
        let at = span.end + (rest.len() - rest.trim_start().len());
        let place = Span::new(at, span.end + rest.len());
        let message = "YAML takes this for a comment, so the rule ends before it";
        report.warning(
            place,
            message,
            "if it belongs to the rule, write `pql: |` and the rule, indented, on the next line",
        );
    }
}
