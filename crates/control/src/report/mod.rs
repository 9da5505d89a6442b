//! What is wrong with a file: every mistake with its place, a plain sentence, and what to do about it.

mod render;
mod source;
#[cfg(test)]
mod tests;

pub use source::{Position, Source, Span};

use crate::secrets::Secrets;
use serde::Serialize;
use std::fmt;

/// How bad it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// The file cannot be applied.
    Error,
    /// It can, but something will not happen as written.
    Warning,
    /// It can, and does what it says; it could say it better.
    Lint,
}

impl Severity {
    /// The word in front of the message.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
            Self::Lint => "lint",
        }
    }
}

/// One mistake.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// Where.
    pub span: Span,
    /// How bad.
    pub severity: Severity,
    /// What is wrong and why, in a plain sentence.
    pub message: String,
    /// What to do about it.
    pub help: Option<String>,
    /// What to write in place of what stands there, where one thing is likely.
    pub fix: Option<String>,
}

/// All that is to be said of one file, in the order of the file.
#[derive(Clone, Debug)]
pub struct Report {
    source: Source,
    diagnostics: Vec<Diagnostic>,
    /// Stretches that are never shown: secrets that stand in the file itself.
    masked: Vec<Span>,
    /// Secrets that the file names: what names one, where, and the reference.
    references: Vec<(String, Span, String)>,
    /// Whether the file could not be read as YAML: then only the look of a line tells what may be a secret.
    unread: bool,
}

impl Report {
    /// Nothing to be said of `source` yet.
    pub(crate) fn new(source: Source) -> Self {
        Self {
            source,
            diagnostics: Vec::new(),
            masked: Vec::new(),
            references: Vec::new(),
            unread: false,
        }
    }

    /// The file.
    pub fn source(&self) -> &Source {
        &self.source
    }

    /// Every mistake, in the order of the file.
    pub fn diagnostics(&self) -> &[Diagnostic] {
        &self.diagnostics
    }

    /// How many there are of a severity.
    pub fn count(&self, severity: Severity) -> usize {
        self.diagnostics.iter().filter(|d| d.severity == severity).count()
    }

    /// Whether the file cannot be applied.
    pub fn failed(&self) -> bool {
        self.count(Severity::Error) > 0
    }

    pub(crate) fn error(&mut self, span: Span, message: impl Into<String>, help: impl Into<String>) {
        self.say(Severity::Error, span, message, help);
    }

    pub(crate) fn warning(&mut self, span: Span, message: impl Into<String>, help: impl Into<String>) {
        self.say(Severity::Warning, span, message, help);
    }

    pub(crate) fn lint(&mut self, span: Span, message: impl Into<String>, help: impl Into<String>) {
        self.say(Severity::Lint, span, message, help);
    }

    /// An empty `help` is none.
    pub(crate) fn say(
        &mut self,
        severity: Severity,
        span: Span,
        message: impl Into<String>,
        help: impl Into<String>,
    ) {
        let help = Some(help.into()).filter(|help| !help.is_empty());
        self.diagnostics.push(Diagnostic {
            span,
            severity,
            message: message.into(),
            help,
            fix: None,
        });
    }

    /// Reports a mistake that another text in its place mends. There may be more to say that helps.
    pub(crate) fn mend(
        &mut self,
        severity: Severity,
        span: Span,
        message: impl Into<String>,
        fix: &str,
        more: &str,
    ) {
        let help = format!("write `{fix}`\n{more}");
        self.say(severity, span, message, help.trim_end());
        if let Some(last) = self.diagnostics.last_mut() {
            last.fix = Some(fix.to_owned());
        }
    }

    /// Whether there is an error about exactly this stretch.
    pub(crate) fn failed_at(&self, span: Span) -> bool {
        let errors = self
            .diagnostics
            .iter()
            .filter(|one| one.severity == Severity::Error);
        errors.map(|one| one.span).any(|one| one == span)
    }

    /// Never shows this stretch of the file.
    pub(crate) fn mask(&mut self, span: Span) {
        self.masked.push(span);
    }

    /// Remembers that `what` at `span` names a secret.
    pub(crate) fn names_secret(&mut self, what: &str, span: Span, reference: &str) {
        self.references
            .push((what.to_owned(), span, reference.to_owned()));
    }

    /// Reports every secret that the file names and the server does not have.
    pub(crate) fn resolve(&mut self, secrets: &Secrets) {
        for (what, span, reference) in std::mem::take(&mut self.references) {
            if let Err(error) = secrets.resolve(&reference) {
                self.error(
                    span,
                    format!("{what} names a secret that the server does not have: {error}"),
                    "",
                );
            }
        }
        self.sort();
    }

    /// Shows no line that looks as if a secret stands in it.
    pub(crate) fn mask_by_look(&mut self) {
        self.unread = true;
    }

    pub(crate) fn sort(&mut self) {
        self.diagnostics.sort_by(|a, b| {
            (a.span.start, a.severity, a.span.end).cmp(&(b.span.start, b.severity, b.span.end))
        });
    }

    /// `26 errors and 1 warning in loyalty.yaml`.
    pub fn summary(&self) -> String {
        let counts = [Severity::Error, Severity::Warning, Severity::Lint]
            .map(|severity| (severity, self.count(severity)));
        let parts: Vec<String> = counts
            .iter()
            .filter(|(_, n)| *n > 0)
            .map(|(severity, n)| format!("{n} {}{}", severity.as_str(), if *n == 1 { "" } else { "s" }))
            .collect();
        let parts = match parts.split_last() {
            None => "no mistakes".to_owned(),
            Some((last, [])) => last.clone(),
            Some((last, rest)) => format!("{} and {last}", rest.join(", ")),
        };
        format!("{parts} in {}", self.source.name())
    }
}

/// Every mistake with its line and a caret, an empty line after each, and the summary.
impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for diagnostic in &self.diagnostics {
            f.write_str(&render::render(self, diagnostic))?;
            writeln!(f)?;
        }
        writeln!(f, "{}", self.summary())
    }
}

/// For machines: `{"file", "errors", "warnings", "diagnostics": [{"severity", "line", "column", "endLine",
/// "endColumn", "message", "help", "fix"}]}`; `fix` is what to write in place of the stretch. The file's own text is not repeated.
impl Serialize for Report {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        #[serde(rename_all = "camelCase")]
        struct Entry<'a> {
            severity: Severity,
            line: usize,
            column: usize,
            end_line: usize,
            end_column: usize,
            message: &'a str,
            #[serde(skip_serializing_if = "Option::is_none")]
            help: Option<&'a str>,
            #[serde(skip_serializing_if = "Option::is_none")]
            fix: Option<&'a str>,
        }
        #[derive(Serialize)]
        struct Whole<'a> {
            file: &'a str,
            errors: usize,
            warnings: usize,
            diagnostics: Vec<Entry<'a>>,
        }
        Whole {
            file: self.source.name(),
            errors: self.count(Severity::Error),
            warnings: self.count(Severity::Warning),
            diagnostics: self
                .diagnostics
                .iter()
                .map(|d| {
                    let start = self.source.position(d.span.start);
                    let end = self.source.position(d.span.end);
                    Entry {
                        severity: d.severity,
                        line: start.line,
                        column: start.column,
                        end_line: end.line,
                        end_column: end.column,
                        message: &d.message,
                        help: d.help.as_deref(),
                        fix: d.fix.as_deref(),
                    }
                })
                .collect(),
        }
        .serialize(serializer)
    }
}
