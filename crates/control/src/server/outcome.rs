//! What came of a file.

use crate::UNTYPED;
use crate::change::{Change, Refusal};
use crate::report::Report;
use serde::Serialize;
use serde::ser::SerializeMap;
use std::fmt;

/// What came of a file: all that is to be said of it, and what was done or would be.
#[derive(Debug)]
pub struct Outcome {
    /// Mistakes, warnings and lints of the file.
    pub report: Report,
    /// What was done.
    pub verdict: Verdict,
}

/// What was done.
#[derive(Debug)]
pub enum Verdict {
    /// Nothing: the report holds errors.
    Invalid,
    /// Nothing: the file is right, but may not be put in force from where things stand.
    Refused(Vec<Refusal>),
    /// Nothing: this is what applying it would do.
    Planned(Change),
    /// This, and it is durable.
    Applied(Change),
}

impl Verdict {
    /// `invalid`, `refused`, `planned`, `applied` or `unchanged`.
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Invalid => "invalid",
            Self::Refused(_) => "refused",
            Self::Planned(change) | Self::Applied(change) if change.is_empty() => "unchanged",
            Self::Planned(_) => "planned",
            Self::Applied(_) => "applied",
        }
    }

    /// Whether the file is, or could be put, in force.
    pub fn is_ok(&self) -> bool {
        !matches!(self, Self::Invalid | Self::Refused(_))
    }
}

/// As a person reads it in a terminal.
impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.report.diagnostics().is_empty() {
            writeln!(f, "{}", self.report)?;
        }
        match &self.verdict {
            Verdict::Invalid => writeln!(f, "nothing was changed"),
            Verdict::Refused(refusals) => {
                refusals
                    .iter()
                    .try_for_each(|refusal| writeln!(f, "refused: {refusal}"))?;
                writeln!(f, "nothing was changed")
            }
            Verdict::Planned(change) if !change.is_empty() => {
                write!(
                    f,
                    "{change}\n{}this is a dry run: nothing was changed\n",
                    note(change)
                )
            }
            Verdict::Applied(change) if !change.is_empty() => {
                let version = change.definitions.version;
                write!(f, "{change}\n{}in force as version {version}\n", note(change))
            }
            Verdict::Planned(change) | Verdict::Applied(change) => write!(f, "{change}"),
        }
    }
}

/// What is to be known of a store without schemas, on a line of its own.
fn note(change: &Change) -> String {
    if change.definitions.schemas.is_empty() {
        format!("{UNTYPED}\n")
    } else {
        String::new()
    }
}

/// `{"outcome", "version", "changes": [{"sign", "noun", "id", "edits", "effects"}], "refusals": [..],
/// "report": {..}, "text"}`: `text` is what a terminal shows.
impl Serialize for Outcome {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("outcome", self.verdict.as_str())?;
        match &self.verdict {
            Verdict::Invalid => {}
            Verdict::Refused(refusals) => {
                let refusals: Vec<String> = refusals.iter().map(ToString::to_string).collect();
                map.serialize_entry("refusals", &refusals)?;
            }
            Verdict::Planned(change) | Verdict::Applied(change) => {
                map.serialize_entry("version", &change.definitions.version)?;
                map.serialize_entry("changes", &change.items)?;
            }
        }
        map.serialize_entry("report", &self.report)?;
        map.serialize_entry("text", &self.to_string())?;
        map.end()
    }
}
