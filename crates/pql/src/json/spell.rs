//! What stands in a JSON as a text has it, for sentences to quote: paths, literals, functions of these.

use super::read;
use super::tree::{Data, Json};
use crate::Span;
use crate::function::Function;
use crate::lex::is_name;
use crate::print::{Text, number};
use crate::syntax::{Key, Kind, Node, Origin};

/// Nothing longer is spelled, in bytes of JSON: sentences quote what is short.
const LONGEST: usize = 2_000;

/// What takes this place, if that is a short node that is spelled, or the name or key in one.
pub(super) fn at(json: &Json, place: Span) -> Option<String> {
    if place.end - place.start > LONGEST {
        return None;
    }
    let found = json.at(place)?;
    match &found.data {
        Data::Object(_) => spelled(&read::node(found).0),
        Data::Text(name) => Some(name.clone()),
        _ => None,
    }
}

fn spelled(node: &Node) -> Option<String> {
    match &node.kind {
        Kind::Bool(value) => Some(value.to_string()),
        Kind::Number(value) => Some(number(*value)),
        Kind::Text(text) => Some(Text(text).to_string()),
        Kind::List(items) => Some(format!("[{}]", all(items)?)),
        Kind::Path(keys) | Kind::From(Origin::Variable | Origin::Parameter(_), keys) => Some(path("", keys)),
        Kind::From(Origin::Climb(levels), keys) => Some(path(&"^".repeat((*levels).min(LONGEST)), keys)),
        Kind::Member { of, keys } => Some(path(&spelled(of)?, keys)),
        Kind::Call { of, name, arguments } => {
            let mut given: Vec<&Node> = of.as_deref().into_iter().chain(arguments).collect();
            match Function::named(&name.text) {
                Some(function) if function.is_word() => Some(name.text.clone()),
                Some(function) if function.is_method() && !given.is_empty() => {
                    let of = spelled(given.remove(0))?;
                    match name.text.as_str() {
                        "in" | "notIn" => Some(format!("{of} {} {}", name.text, all(given)?)),
                        name => Some(format!("{of}.{name}({})", all(given)?)),
                    }
                }
                _ => Some(format!("{}({})", name.text, all(given)?)),
            }
        }
        Kind::Compare {
            left,
            operator,
            right,
        } => {
            let (left, right) = (spelled(left)?, spelled(right)?);
            Some(format!("{left} {} {right}", operator.symbol()))
        }
        _ => None,
    }
}

fn all<'n>(nodes: impl IntoIterator<Item = &'n Node>) -> Option<String> {
    let all: Option<Vec<_>> = nodes.into_iter().map(spelled).collect();
    Some(all?.join(", "))
}

fn path(of: &str, keys: &[Key]) -> String {
    let mut said = of.to_owned();
    for key in keys {
        let dot = if said.is_empty() { "" } else { "." };
        said = if is_name(&key.text) {
            format!("{said}{dot}{}", key.text)
        } else {
            format!("{said}{dot}get({})", Text(&key.text))
        };
    }
    said
}
