//! What a rule has to say.

use std::fmt;

/// A sentence about a place in the tree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Finding {
    severity: Severity,
    path: String,
    line: Option<usize>,
    sentence: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Severity {
    Error,
    Note,
}

impl Finding {
    /// Something that may not stay.
    pub(super) fn error(path: &str, sentence: impl Into<String>) -> Self {
        Self {
            severity: Severity::Error,
            path: path.to_owned(),
            line: None,
            sentence: sentence.into(),
        }
    }

    /// Something to look at.
    pub(super) fn note(path: &str, sentence: impl Into<String>) -> Self {
        Self {
            severity: Severity::Note,
            ..Self::error(path, sentence)
        }
    }

    /// The same, at a line; the first is 1.
    pub(super) fn at(self, line: usize) -> Self {
        Self {
            line: Some(line),
            ..self
        }
    }

    pub(super) fn is_error(&self) -> bool {
        self.severity == Severity::Error
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let severity = match self.severity {
            Severity::Error => "error",
            Severity::Note => "note",
        };
        write!(f, "{severity}: {}", self.path)?;
        if let Some(line) = self.line {
            write!(f, ":{line}")?;
        }
        write!(f, ": {}", self.sentence)
    }
}
