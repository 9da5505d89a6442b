//! `pql/json`: the same language as a tree of JSON nodes, the form that Adobe's segment definitions also take.
//!
//! There is no second path: JSON is read into the syntax tree that a text is read into, with spans into the JSON text,
//! and the same resolver gives it its meaning. So whatever is said of it later, wherever, has a place in the JSON too;
//! [`Diagnostic::pointer`] names it the way JSON people do (RFC 6901). `docs/pql/json.md` has the form of each construct.

mod fix;
mod parse;
mod pointer;
mod read;
mod spell;
mod tree;
mod write;

use crate::types::Fields;
use crate::{Parsed, Program, Severity, Span, resolve};
use std::borrow::Cow;
use tree::{Json, Pretty};
use xdm::Schemas;

/// Every type of node: values and conditions, what is said of a date, and parts of nodes.
#[cfg(test)]
pub(crate) const NODE_TYPES: [&[&str]; 3] = [&read::TYPES, &read::WHENS, &["varDecl", "step"]];

/// What came of a JSON text.
#[derive(Clone, Debug, PartialEq)]
pub struct Read {
    /// What it means; `None` if and only if some diagnostic is an error. The spans of its mentions are places in the
    /// JSON text.
    pub program: Option<Program>,
    /// What there is to say, in the order of the text; of very much the 200 things that matter most.
    pub diagnostics: Vec<Diagnostic>,
}

/// One thing to say about a JSON text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// Of which value, as an RFC 6901 pointer: `/params/0/fieldName`; empty for the whole.
    pub pointer: String,
    /// What. The span is a place in the JSON text, and a fix is JSON to write in place of it.
    pub said: crate::Diagnostic,
}

/// Of so many things that are wrong with one JSON it is told where, and what. Nobody reads more, and each has a pointer,
/// which is as long as the JSON is deep.
const MOST: usize = 200;

/// Reads a predicate over data of which nothing is known. Never fails and never panics, whatever the text; how deep it may
/// be nested is bounded.
pub fn read(text: &str) -> Read {
    read_over(text, Fields::default())
}

/// The same over data that obeys schemas.
pub fn read_typed(text: &str, schemas: &Schemas) -> Read {
    read_over(text, Fields::of(schemas))
}

fn read_over(text: &str, fields: Fields<'_>) -> Read {
    let (json, mut diagnostics) = parse::parse(text);
    let mut program = None;
    if let Some(json) = &json {
        let (node, mut said) = read::node(json);
        let source = |span: Span| spell::at(json, span).map(Cow::Owned);
        let (resolved, more) = resolve::resolve(&source, &node, fields);
        program = resolved;
        said.extend(more.into_iter().map(|said| fix::in_json(said, json)));
        // Errors come first, so that there is one if and only if there is no program.
        said.sort_by_key(|said| (said.severity, said.span));
        said.truncate(MOST - diagnostics.len());
        diagnostics.extend(said.into_iter().map(|said| Diagnostic {
            pointer: pointer::of(json, said.span),
            said,
        }));
    }
    diagnostics.sort_by_key(|diagnostic| (diagnostic.said.span, diagnostic.said.severity));
    let sound = diagnostics
        .iter()
        .all(|diagnostic| diagnostic.said.severity != Severity::Error);
    Read {
        program: program.filter(|_| sound),
        diagnostics,
    }
}

/// The program as JSON, in one line without spaces. [`read()`] makes the same of it. It is a text because that is what a
/// segment definition holds, and because numbers keep all their digits.
pub fn write(program: &Program) -> String {
    write::program(program).to_string()
}

/// The same for people to read: a member a line, small nodes in one.
pub fn pretty(program: &Program) -> String {
    Pretty(&write::program(program)).to_string()
}

/// A JSON text in one line without spaces, its members in their order; `None` if it is no JSON.
pub fn compact(text: &str) -> Option<String> {
    let (json, _) = parse::parse(text);
    json.as_ref().map(Json::to_string)
}

/// Without the pointers.
impl From<Read> for Parsed {
    fn from(read: Read) -> Self {
        let Read { program, diagnostics } = read;
        let diagnostics = diagnostics.into_iter().map(|one| one.said).collect();
        Self { program, diagnostics }
    }
}
