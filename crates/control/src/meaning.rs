//! What a segment means, for people.

use model::SegmentDefinition;
use pql::{Notation, sentence};
use serde::Serialize;

/// A segment's rule as a sentence.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Meaning {
    /// In English.
    pub en: String,
    /// In Korean.
    pub ko: String,
}

/// What a segment's expression means in its zone; `None` if it means nothing.
pub fn meaning(segment: &SegmentDefinition) -> Option<Meaning> {
    let program = pql::read(&segment.expression).program?;
    let program = program.in_zone(segment.time_zone.zone()?);
    Some(Meaning {
        en: sentence::english(&program),
        ko: sentence::korean(&program),
    })
}

/// The format of an expression as a definition names it: `pql/text` or `pql/json`.
pub fn format_of(expression: &str) -> &'static str {
    Notation::of(expression).format()
}
