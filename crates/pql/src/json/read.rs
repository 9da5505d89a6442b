//! From JSON to the syntax tree that a text has too.
//!
//! As in the parser of texts, what is wrong is reported once, left out as [`Kind::Broken`], and the rest goes on. How
//! deep it goes is bounded by how deep JSON may be nested.

mod apply;
mod node;
mod time;
mod variable;

#[cfg(test)]
pub(super) use time::WHENS;

use super::tree::{Data, Json};
use crate::Diagnostic;
use crate::lex::is_name;
use crate::syntax::{Key, Kind, Node, Origin};
use node::Members;
use xdm::{Number, nearest};

/// The types of nodes that are values or conditions.
pub(super) const TYPES: [&str; 14] = [
    "fnApply",
    "literal",
    "fieldLookup",
    "parameterReference",
    "varRef",
    "itemReference",
    "list",
    "select",
    "quantification",
    "lambda",
    "let",
    "occurs",
    "arithmetic",
    "chain",
];
const LITERAL_TYPES: [&str; 6] = ["String", "Integer", "Double", "Boolean", "List", "XDMObject"];

/// The shape of `json`, and all that is wrong with it so far.
pub(super) fn node(json: &Json) -> (Node, Vec<Diagnostic>) {
    let mut reader = Reader {
        diagnostics: Vec::new(),
    };
    (reader.node(json), reader.diagnostics)
}

struct Reader {
    diagnostics: Vec<Diagnostic>,
}

impl Reader {
    fn report(&mut self, diagnostic: Diagnostic) {
        self.diagnostics.push(diagnostic);
    }

    fn fail<T>(&mut self, json: &Json, message: impl Into<String>) -> Option<T> {
        self.report(Diagnostic::error(json.span, message));
        None
    }

    /// A value or condition.
    fn node(&mut self, json: &Json) -> Node {
        let kind = self.kind(json);
        kind.map_or_else(|| Node::broken(json.span), |kind| Node::new(json.span, kind))
    }

    fn nodes(&mut self, all: &[Json]) -> Vec<Node> {
        all.iter().map(|one| self.node(one)).collect()
    }

    fn kind(&mut self, json: &Json) -> Option<Kind> {
        let (kind, mut members) = self.open(json)?;
        let found = match kind.as_str() {
            "literal" => self.literal(&mut members),
            "fieldLookup" | "parameterReference" | "varRef" | "itemReference" => {
                return self.path(json);
            }
            "fnApply" => self.apply(&mut members),
            "list" => members
                .list("items", self)
                .map(|items| Kind::List(self.nodes(items))),
            "arithmetic" => self.arithmetic(&mut members),
            "select" => self.select(&mut members),
            "quantification" => self.quantification(&mut members),
            "lambda" => self.lambda(&mut members),
            "let" => self.binding(&mut members),
            "occurs" => self.occurs(&mut members),
            "chain" => self.chain(&mut members),
            _ => {
                self.unknown(&members, "There is no type of node", &kind, TYPES);
                return None;
            }
        };
        members.finish(self);
        found
    }

    /// A node's type and its members.
    fn open<'j>(&mut self, json: &'j Json) -> Option<(String, Members<'j>)> {
        let Data::Object(all) = &json.data else {
            let message = format!(
                "A node is expected here, an object with a `nodeType`, and this is {}.",
                json.described()
            );
            return self.fail(json, message);
        };
        let mut members = Members::of(json, all);
        let kind = members.text("nodeType", self)?;
        members.kind.clone_from(&kind.text);
        Some((kind.text, members))
    }

    /// Reports a word of `nodeType` that there is not.
    fn unknown<'k>(
        &mut self,
        members: &Members<'_>,
        sentence: &str,
        word: &str,
        known: impl IntoIterator<Item = &'k str>,
    ) {
        let span = members.place("nodeType");
        let diagnostic = Diagnostic::error(span, format!("{sentence} `{word}`."));
        self.report(match nearest(word, known) {
            Some(near) => diagnostic.fix(format!("\"{near}\"")),
            None => diagnostic,
        });
    }

    /// `{"nodeType": "literal", "literalType": "String", "value": "KR"}`; the type may be left out.
    fn literal(&mut self, members: &mut Members<'_>) -> Option<Kind> {
        let kind = members.optional_text("literalType", self);
        let value = members.value("value", self)?;
        let Some(kind) = kind else {
            return self.constant(value);
        };
        let fits = match (kind.text.as_str(), &value.data) {
            ("XDMObject", Data::Text(text)) if text == "profile" => {
                return Some(Kind::From(Origin::Parameter(1), Vec::new()));
            }
            ("XDMObject", _) => {
                return self.fail(value, "The only object that can be named is `\"profile\"`.");
            }
            ("String", Data::Text(_))
            | ("Double", Data::Number(_))
            | ("Boolean", Data::Bool(_))
            | ("List", Data::List(_)) => true,
            ("Integer", Data::Number(number)) => match Number::parse(number) {
                Some(Number::Exact(number)) => number.is_integer(),
                // Too large a number is reported as such.
                Some(Number::Approximate(_)) | None => true,
            },
            ("String" | "Integer" | "Double" | "Boolean" | "List", _) => false,
            (word, _) => {
                let message = format!("There is no type of literal `{word}`.");
                let diagnostic = Diagnostic::error(kind.span, message);
                self.report(match nearest(word, LITERAL_TYPES) {
                    Some(near) => diagnostic.fix(format!("\"{near}\"")),
                    None => diagnostic,
                });
                return None;
            }
        };
        if fits {
            return self.constant(value);
        }
        let found = match (kind.text.as_str(), value.described()) {
            ("Integer", "a number") => "a number that is not whole",
            (_, found) => found,
        };
        let message = format!("`{}` is not what this holds, which is {found}.", kind.text);
        self.fail(value, message)
    }

    /// What stands in a `literal`, or in a list of such.
    fn constant(&mut self, json: &Json) -> Option<Kind> {
        Some(match &json.data {
            Data::Bool(value) => Kind::Bool(*value),
            Data::Text(text) => Kind::Text(text.clone()),
            Data::Number(number) => match Number::parse(number) {
                Some(number) => Kind::Number(number),
                None => return self.fail(json, "This number is too large."),
            },
            Data::List(items) => {
                let items = items.iter().map(|item| {
                    let kind = self.constant(item);
                    kind.map_or_else(|| Node::broken(item.span), |kind| Node::new(item.span, kind))
                });
                Kind::List(items.collect())
            }
            Data::Null => {
                let message =
                    "PQL has no `null`; whether a value is there is asked with `isNull` and `isNotNull`.";
                return self.fail(json, message);
            }
            Data::Object(_) => {
                let message = "A literal holds a text, a number, a boolean or a list of these; what is computed goes in a `list` node.";
                return self.fail(json, message);
            }
        })
    }

    /// Field after field, and what the first is looked up in.
    fn path(&mut self, json: &Json) -> Option<Kind> {
        // The outermost node has the last key: going down by hand keeps long paths off the stack.
        let (mut keys, mut at) = (Vec::new(), Some(json));
        let mut base = None;
        while let Some(json) = at {
            let is_lookup = matches!(&json.data, Data::Object(all) if all.iter().any(|(name, value)| {
                name.text == "nodeType" && matches!(&value.data, Data::Text(kind) if kind == "fieldLookup")
            }));
            if !is_lookup {
                base = Some(json);
                break;
            }
            let (_, mut members) = self.open(json)?;
            let key = members.text("fieldName", self);
            at = members.get("object");
            members.finish(self);
            keys.push((json, key?));
        }
        keys.reverse();
        let mut node = match base {
            Some(base) => self.root(base),
            None => None,
        };
        if base.is_some() && node.is_none() {
            return None;
        }
        for (json, key) in keys {
            let kind = match node {
                None => Kind::Path(vec![key]),
                Some(node) => member(node, key)?,
            };
            node = Some(Node::new(json.span, kind));
        }
        node.map(|node| node.kind)
    }

    /// What fields are looked up in.
    fn root(&mut self, json: &Json) -> Option<Node> {
        let (kind, mut members) = self.open(json)?;
        let from = |origin, keys| Node::new(json.span, Kind::From(origin, keys));
        let found = match kind.as_str() {
            "parameterReference" => {
                let position = members.whole("position", self)?;
                Some(from(Origin::Parameter(position.1), Vec::new()))
            }
            "itemReference" => {
                let (_, levels) = members.whole("levels", self)?;
                // Of more levels than fit there are as many as of most.
                let levels = usize::try_from(levels).unwrap_or(usize::MAX);
                Some(from(Origin::Climb(levels), Vec::new()))
            }
            "varRef" => {
                let name = members.text("varName", self)?;
                Some(from(Origin::Variable, vec![name]))
            }
            _ => {
                let node = self.node(json);
                return (!matches!(node.kind, Kind::Broken)).then_some(node);
            }
        };
        members.finish(self);
        found
    }
}

/// One more key, as a text has it behind a dot: a key that is no name is looked up with `get`.
fn member(of: Node, key: Key) -> Option<Kind> {
    Some(match of.kind {
        Kind::Broken => return None,
        Kind::Path(mut keys) => {
            keys.push(key);
            Kind::Path(keys)
        }
        Kind::From(origin, mut keys) => {
            keys.push(key);
            Kind::From(origin, keys)
        }
        Kind::Member { of, mut keys } if is_name(&key.text) => {
            keys.push(key);
            Kind::Member { of, keys }
        }
        kind => {
            let of = Box::new(Node::new(of.span, kind));
            if is_name(&key.text) {
                let keys = vec![key];
                return Some(Kind::Member { of, keys });
            }
            let span = key.span;
            let name = Key {
                span,
                text: "get".to_owned(),
            };
            let arguments = vec![Node::new(span, Kind::Text(key.text))];
            let of = Some(of);
            Kind::Call { of, name, arguments }
        }
    })
}
