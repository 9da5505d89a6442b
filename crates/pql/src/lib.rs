//! Reads Adobe's Profile Query Language, as a text (`pql/text`) or as JSON (`pql/json`): a typed [`Program`] and all
//! diagnostics come out.
//!
//! What this crate is not: it evaluates no program (that is `evaluator::oracle`) and holds no schema: whoever has one asks
//! [`parse_typed`]. It performs no I/O
//! and reads no clock. What belongs to the language and is not built yet is refused by name, never ignored.
//!
//! Start reading at [`parse()`], then [`Program`], what comes out. In between a text is lexed (`lex`), brought into
//! shape (`parse`, `syntax`) and given its meaning (`resolve`), by what is known of each part (`types`); clauses that are the
//! same for everybody are found by `lint`. What a single [`Function`] gives stands in its entry, with
//! all else there is to say of it; what values are and how they compare in [`value`], and in [`clock`] what time has to
//! do with it.

pub mod clock;
mod diagnostic;
pub mod function;
#[cfg(any(test, feature = "generate"))]
pub mod generate;
pub mod json;
mod lex;
mod lint;
mod parse;
mod places;
pub mod print;
mod program;
mod resolve;
pub mod sentence;
mod syntax;
#[cfg(test)]
mod tests;
mod types;
pub mod value;

pub use diagnostic::{Diagnostic, Severity, Span};
pub use function::Function;
pub use places::Place;
pub use program::{
    Direction, Expression, Field, Link, Mention, Mentioned, Operator, Path, Pattern, Program, Root, Sign,
    Step, Unit, When, Which, Window,
};
use std::borrow::Cow;
use types::Fields;
pub use types::Type;
use xdm::Schemas;

/// What came of a text.
#[derive(Clone, Debug, PartialEq)]
pub struct Parsed {
    /// What the text means; `None` if and only if some diagnostic is an error.
    pub program: Option<Program>,
    /// All there is to say, in the order of the text.
    pub diagnostics: Vec<Diagnostic>,
}

/// How a predicate is written down.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Notation {
    /// `pql/text`
    Text,
    /// `pql/json`
    Json,
}

impl Notation {
    /// That of an expression: JSON begins with `{`, and no text of PQL does.
    pub fn of(expression: &str) -> Self {
        if expression.trim_start().starts_with('{') {
            Self::Json
        } else {
            Self::Text
        }
    }

    /// As a segment definition calls it.
    pub fn format(self) -> &'static str {
        match self {
            Self::Text => "pql/text",
            Self::Json => "pql/json",
        }
    }
}

/// Reads a predicate in whatever notation it is, over data of which nothing is known. Never fails and never panics.
pub fn read(expression: &str) -> Parsed {
    match Notation::of(expression) {
        Notation::Text => parse(expression),
        Notation::Json => json::read(expression).into(),
    }
}

/// Reads a text over data of which nothing is known. Never fails and never panics, whatever the text.
pub fn parse(text: &str) -> Parsed {
    parsed(text, Fields::default())
}

/// Reads a text over data that obeys schemas: a path that they do not have is an error, and so is what can never be
/// because of a type. Never fails and never panics, whatever the text.
pub fn parse_typed(text: &str, schemas: &Schemas) -> Parsed {
    parsed(text, Fields::of(schemas))
}

fn parsed(text: &str, fields: Fields<'_>) -> Parsed {
    let (node, mut diagnostics) = parse::parse(text);
    let source = |span: Span| text.get(span.start..span.end).map(Cow::Borrowed);
    let (program, more) = resolve::resolve(&source, &node, fields);
    diagnostics.extend(more);
    diagnostics.sort_by_key(|diagnostic| (diagnostic.span, diagnostic.severity));
    let sound = diagnostics
        .iter()
        .all(|diagnostic| diagnostic.severity != Severity::Error);
    Parsed {
        program: program.filter(|_| sound),
        diagnostics,
    }
}
