//! A PQL text in a file: parsed, and what is said of it shown where it stands in the file.

use super::fields::Fields;
use super::span;
use crate::check::Kept;
use crate::report::{Report, Severity, Span};
use crate::yaml::{Data, Places, Scalar, Style};
use model::SegmentId;
use pql::{Diagnostic, Mentioned, Program};

/// A predicate and where its parts stand.
#[derive(Debug)]
pub(crate) struct Rule {
    /// As written, trimmed.
    pub(crate) text: String,
    program: Option<Program>,
    places: Places,
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
            say(&warning, self.place(warning.span), report);
        }
    }

    fn place(&self, span: pql::Span) -> Span {
        self.places.span(span.start, span.end)
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
    let parsed = pql::parse(text);
    let rule = Rule {
        text: text.trim_start().to_owned(),
        program: parsed.program,
        places: Places::new(report.source().text(), node.span, scalar),
    };
    for diagnostic in &parsed.diagnostics {
        say(diagnostic, rule.place(diagnostic.span), report);
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

/// Says what PQL says of a text that stands at this place.
pub(crate) fn say(diagnostic: &Diagnostic, place: Span, report: &mut Report) {
    let severity = match diagnostic.severity {
        pql::Severity::Error => Severity::Error,
        pql::Severity::Warning => Severity::Warning,
        pql::Severity::Lint => Severity::Lint,
    };
    let help = diagnostic
        .fix
        .as_ref()
        .map_or_else(String::new, |fix| format!("write `{fix}`"));
    report.say(severity, place, clause(&diagnostic.message), help);
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
