//! What there is to say about a text, and where in it.

/// A stretch of the text in bytes; `start == end` is a place between two characters.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span {
    /// The first byte.
    pub start: usize,
    /// The byte after the last.
    pub end: usize,
}

impl Span {
    pub(crate) fn new(start: usize, end: usize) -> Self {
        Self { start, end }
    }

    /// The place right before this stretch.
    pub(crate) fn before(self) -> Self {
        Self::new(self.start, self.start)
    }

    /// From the start of this stretch to the end of the other.
    pub(crate) fn to(self, other: Self) -> Self {
        Self::new(self.start.min(other.start), self.end.max(other.end))
    }
}

/// How much a diagnostic matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// There is no program.
    Error,
    /// There is a program, which likely does not do what is wanted.
    Warning,
    /// There is a program, which could say the same more plainly.
    Lint,
}

/// One thing to say about a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// Where.
    pub span: Span,
    /// How much it matters.
    pub severity: Severity,
    /// What: a plain sentence, with its full stop.
    pub message: String,
    /// What to write in place of the span, where one thing is likely.
    pub fix: Option<String>,
    /// Of a clause that is the same for everybody, or adds nothing: `true` or `false` in its place means the same.
    pub constant: Option<bool>,
}

impl Diagnostic {
    pub(crate) fn error(span: Span, message: impl Into<String>) -> Self {
        Self {
            span,
            severity: Severity::Error,
            message: message.into(),
            fix: None,
            constant: None,
        }
    }

    pub(crate) fn warning(span: Span, message: impl Into<String>) -> Self {
        Self {
            severity: Severity::Warning,
            ..Self::error(span, message)
        }
    }

    pub(crate) fn lint(span: Span, message: impl Into<String>) -> Self {
        Self {
            severity: Severity::Lint,
            ..Self::error(span, message)
        }
    }

    /// `what` belongs to the language; this version does not know it.
    pub(crate) fn not_built(span: Span, what: &str) -> Self {
        Self::error(span, format!("{what} is not built yet."))
    }

    pub(crate) fn constant(mut self, value: bool) -> Self {
        self.constant = Some(value);
        self
    }

    pub(crate) fn fix(mut self, text: impl Into<String>) -> Self {
        self.fix = Some(text.into());
        self
    }
}
