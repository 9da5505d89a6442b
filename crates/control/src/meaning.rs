//! What a segment means, for people.

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

/// What an expression means; `None` if it means nothing.
pub fn meaning(expression: &str) -> Option<Meaning> {
    let program = pql::read(expression).program?;
    Some(Meaning {
        en: sentence::english(&program),
        ko: sentence::korean(&program),
    })
}

/// The format of an expression as a definition names it: `pql/text` or `pql/json`.
pub fn format_of(expression: &str) -> &'static str {
    Notation::of(expression).format()
}
