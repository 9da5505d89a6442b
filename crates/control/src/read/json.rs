//! JSON that is written as YAML: as the text that it is, and where in the file each value of it stands.

use crate::report::Span;
use crate::yaml::{Data, Node, Scalar, Style};

/// A stretch of the JSON and where in the file it stands.
#[derive(Debug)]
pub(super) struct Spot {
    start: usize,
    end: usize,
    file: Span,
}

/// The JSON that a node is, without spaces.
pub(super) fn written(node: &Node) -> (String, Vec<Spot>) {
    let (mut text, mut spots) = (String::new(), Vec::new());
    write(node, &mut text, &mut spots);
    (text, spots)
}

/// Where the smallest value stands that a place of the JSON lies in.
pub(super) fn place(spots: &[Spot], place: pql::Span) -> Span {
    let around = spots
        .iter()
        .filter(|spot| spot.start <= place.start && place.end <= spot.end);
    let smallest = around.min_by_key(|spot| spot.end - spot.start);
    smallest.map_or_else(Span::default, |spot| spot.file)
}

fn write(node: &Node, text: &mut String, spots: &mut Vec<Spot>) {
    let start = text.len();
    match &node.data {
        Data::Scalar(scalar) => text.push_str(&literal(scalar, node)),
        Data::List(items) => {
            text.push('[');
            for (at, item) in items.iter().enumerate() {
                text.push_str(if at > 0 { "," } else { "" });
                write(item, text, spots);
            }
            text.push(']');
        }
        Data::Map(entries) => {
            text.push('{');
            for (at, (key, value)) in entries.iter().enumerate() {
                text.push_str(if at > 0 { "," } else { "" });
                let name = text.len();
                text.push_str(&match &key.data {
                    Data::Scalar(scalar) => quoted(&scalar.text),
                    _ => quoted(""),
                });
                spots.push(Spot {
                    start: name,
                    end: text.len(),
                    file: key.span,
                });
                text.push(':');
                write(value, text, spots);
            }
            text.push('}');
        }
    }
    spots.push(Spot {
        start,
        end: text.len(),
        file: node.span,
    });
}

/// A number that JSON knows keeps all its digits.
fn literal(scalar: &Scalar, node: &Node) -> String {
    let number =
        scalar.style == Style::Plain && serde_json::from_str::<serde_json::Number>(&scalar.text).is_ok();
    if number {
        scalar.text.clone()
    } else {
        node.json().to_string()
    }
}

fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}
