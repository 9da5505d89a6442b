//! YAML as a tree in which every node knows its place in the file.
//!
//! Of YAML only what people write in configuration: mappings, lists and scalars. Anchors, aliases, tags,
//! mapping keys that are not plain text and a second document are mistakes here, each with its sentence.

mod place;
mod syntax;
#[cfg(test)]
mod tests;
mod tree;

pub(crate) use place::Places;
pub(crate) use tree::read;

use crate::report::Span;

/// A value and where it stands.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Node {
    pub(crate) span: Span,
    pub(crate) data: Data,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Data {
    Scalar(Scalar),
    List(Vec<Node>),
    Map(Vec<(Node, Node)>),
}

/// A text, number, boolean or nothing: only the reader of a key knows which it wants.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Scalar {
    pub(crate) text: String,
    pub(crate) style: Style,
}

/// How a scalar is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Style {
    /// Without quotes: may also be a number, a boolean or nothing.
    Plain,
    /// In single or double quotes.
    SingleQuoted,
    /// In double quotes, with escapes.
    DoubleQuoted,
    /// An indented block under `|` or `>`.
    Block,
}

impl Scalar {
    /// Whether it is nothing: no value at all, `~` or `null`.
    pub(crate) fn is_null(&self) -> bool {
        self.style == Style::Plain && matches!(self.text.as_str(), "" | "~" | "null" | "Null" | "NULL")
    }
}

impl Node {
    /// `a list`, `a text`, ...: what a sentence calls it.
    pub(crate) fn kind(&self) -> &'static str {
        match &self.data {
            Data::List(_) => "a list",
            Data::Map(_) => "a group of keys",
            Data::Scalar(scalar) if scalar.is_null() => "nothing",
            Data::Scalar(scalar) => match (scalar.style, json(scalar)) {
                (Style::Plain, serde_json::Value::Bool(_)) => "true or false",
                (Style::Plain, serde_json::Value::Number(_)) => "a number",
                _ => "a text",
            },
        }
    }

    /// The key called `name`, if it is a group that has one.
    pub(crate) fn key(&self, name: &str) -> Option<&Node> {
        let Data::Map(entries) = &self.data else {
            return None;
        };
        let mut keys = entries.iter().map(|(key, _)| key);
        keys.find(|key| matches!(&key.data, Data::Scalar(key) if key.text == name))
    }

    /// Whether it is nothing.
    pub(crate) fn is_null(&self) -> bool {
        matches!(&self.data, Data::Scalar(scalar) if scalar.is_null())
    }

    /// As JSON, plain scalars by YAML's core schema. Numbers beyond 64 bits and floats that JSON does not
    /// know are texts.
    pub(crate) fn json(&self) -> serde_json::Value {
        match &self.data {
            Data::Scalar(scalar) => json(scalar),
            Data::List(items) => items.iter().map(Node::json).collect(),
            Data::Map(entries) => entries
                .iter()
                .filter_map(|(key, value)| match &key.data {
                    Data::Scalar(key) => Some((key.text.clone(), value.json())),
                    _ => None,
                })
                .collect(),
        }
    }
}

fn json(scalar: &Scalar) -> serde_json::Value {
    use serde_json::Value;
    let text = scalar.text.as_str();
    if scalar.style != Style::Plain {
        return Value::from(text);
    }
    match text {
        _ if scalar.is_null() => Value::Null,
        "true" | "True" | "TRUE" => Value::Bool(true),
        "false" | "False" | "FALSE" => Value::Bool(false),
        _ => number(text).map_or_else(|| Value::from(text), Value::Number),
    }
}

/// The number that a plain scalar writes by YAML's core schema, if it is one.
fn number(text: &str) -> Option<serde_json::Number> {
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    if let Some(hex) = text.strip_prefix("0x") {
        return u64::from_str_radix(hex, 16).ok().map(Into::into);
    }
    if let Some(octal) = text.strip_prefix("0o") {
        return u64::from_str_radix(octal, 8).ok().map(Into::into);
    }
    if !digits.starts_with(|c: char| c.is_ascii_digit() || c == '.') {
        return None;
    }
    if let Ok(n) = text.parse::<i64>() {
        return Some(n.into());
    }
    if let Ok(n) = text.parse::<u64>() {
        return Some(n.into());
    }
    let float = digits
        .chars()
        .all(|c| c.is_ascii_digit() || matches!(c, '.' | 'e' | 'E' | '+' | '-'));
    float
        .then(|| text.parse::<f64>().ok())
        .flatten()
        .and_then(serde_json::Number::from_f64)
}
