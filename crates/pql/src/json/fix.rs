//! What the resolver would have written, as JSON.

use super::tree::{Data, Json};
use super::write;
use crate::Diagnostic;
use crate::lex::is_name;
use crate::parse;
use crate::print::Text;
use crate::syntax::{Kind, Node};
use xdm::Value;

/// The same with its fix, which is a text, as JSON; without one that has no place in JSON.
pub(super) fn in_json(diagnostic: Diagnostic, json: &Json) -> Diagnostic {
    let fix = diagnostic.fix.as_deref().and_then(|fix| {
        let found = json.at(diagnostic.span)?;
        match &found.data {
            Data::Text(_) if is_name(fix) => Some(Text(fix).to_string()),
            Data::Object(_) => {
                let (node, wrong) = parse::parse(fix);
                let json = value(&node).filter(|_| wrong.is_empty())?;
                Some(json.to_string())
            }
            _ => None,
        }
    });
    Diagnostic { fix, ..diagnostic }
}

/// A path or a literal: fixes are no more than that.
fn value(node: &Node) -> Option<Json> {
    match &node.kind {
        Kind::Path(keys) => {
            let (first, rest) = keys.split_first()?;
            let first = if rest.is_empty() {
                write::lookup(None, &first.text)
            } else {
                Json::node("varRef", [("varName", Json::text(first.text.as_str()))])
            };
            Some(
                rest.iter()
                    .fold(first, |of, key| write::lookup(Some(of), &key.text)),
            )
        }
        _ => literal(node).as_ref().map(write::literal),
    }
}

fn literal(node: &Node) -> Option<Value> {
    Some(match &node.kind {
        Kind::Bool(value) => Value::Bool(*value),
        Kind::Number(number) => Value::Number(*number),
        Kind::Text(text) => Value::String(text.as_str().into()),
        Kind::List(items) => Value::Array(items.iter().map(literal).collect::<Option<_>>()?),
        _ => return None,
    })
}
