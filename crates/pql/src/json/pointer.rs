//! Places of a JSON text as RFC 6901 pointers.

use super::tree::{Data, Json};
use crate::Span;

/// A step down.
#[derive(Clone, Debug)]
pub(super) enum Step {
    Member(String),
    Item(usize),
}

/// The pointer to the smallest value that the whole place lies in.
pub(super) fn of(json: &Json, place: Span) -> String {
    let (mut at, mut steps) = (json, Vec::new());
    while let Some((number, part)) = at.part_around(place) {
        steps.push(match &at.data {
            Data::Object(members) => Step::Member(members[number].0.text.clone()),
            _ => Step::Item(number),
        });
        at = part;
    }
    spelled(&steps)
}

/// `/params/0/a~1b`
pub(super) fn spelled(steps: &[Step]) -> String {
    let spelled = |step: &Step| match step {
        Step::Member(name) => format!("/{}", name.replace('~', "~0").replace('/', "~1")),
        Step::Item(index) => format!("/{index}"),
    };
    steps.iter().map(spelled).collect()
}
