//! A PQL text in a file: parsed, and what is said of it shown where it stands in the file.

use super::fields::Fields;
use super::span;
use crate::check::Kept;
use crate::report::{Report, Severity, Span};
use crate::yaml::{Data, Places, Scalar, Style};
use model::SegmentId;
use pql::{Diagnostic, Mentioned, Program};
use xdm::Schemas;

/// A predicate and where its parts stand.
#[derive(Debug)]
pub(crate) struct Rule {
    /// As written, trimmed.
    pub(crate) text: String,
    /// What it means, as soon as it was parsed and if it means anything.
    program: Option<Program>,
    places: Places,
    /// How many bytes of white space stand before the text.
    indent: usize,
    /// What YAML takes for a comment behind it.
    comment: Option<Span>,
}

impl Rule {
    /// Parses it, held to the schemas if there are any, and reports all that is to be said of it. Of a rule that is not
    /// `evaluated` the schemas may have lost what it names.
    pub(crate) fn parse(&mut self, schemas: Option<&Schemas>, evaluated: bool, report: &mut Report) {
        let mut parsed = match schemas {
            Some(schemas) => pql::parse_typed(&self.text, schemas),
            None => pql::parse(&self.text),
        };
        if let (None, false) = (&parsed.program, evaluated) {
            parsed.program = pql::parse(&self.text).program;
        }
        if parsed.program.is_some() {
            let errors = parsed.diagnostics.iter_mut();
            for error in errors.filter(|one| one.severity == pql::Severity::Error) {
                error.severity = pql::Severity::Warning;
            }
        }
        self.program = parsed.program;
        for diagnostic in &parsed.diagnostics {
            say(diagnostic, self.place(diagnostic.span), report);
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
            say(&warning, self.place(warning.span), report);
        }
    }

    fn place(&self, span: pql::Span) -> Span {
        self.places.span(span.start + self.indent, span.end + self.indent)
    }
}

/// The rule at `key`, which is there, yet to be parsed; `None`, reported, if it is no text.
pub(super) fn of(fields: &mut Fields<'_>, key: &'static str, report: &mut Report) -> Option<Rule> {
    fields.text(key, report)?;
    let node = fields.node(key, report)?;
    let Data::Scalar(scalar) = &node.data else {
        return None;
    };
    let file = report.source().text();
    Some(Rule {
        text: scalar.text.trim().to_owned(),
        program: None,
        places: Places::new(file, node.span, scalar),
        indent: scalar.text.len() - scalar.text.trim_start().len(),
        comment: cut_off(file, scalar, node.span),
    })
}

/// Says what PQL says of a text that stands at this place.
pub(crate) fn say(diagnostic: &Diagnostic, place: Span, report: &mut Report) {
    let severity = match diagnostic.severity {
        pql::Severity::Error => Severity::Error,
        pql::Severity::Warning => Severity::Warning,
        pql::Severity::Lint => Severity::Lint,
    };
    let message = clause(&diagnostic.message);
    match &diagnostic.fix {
        Some(fix) => report.mend(severity, place, message, fix),
        None => report.say(severity, place, message, ""),
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
