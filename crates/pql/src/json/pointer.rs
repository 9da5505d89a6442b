//! Places of a JSON text as RFC 6901 pointers.

use super::tree::{Data, Json};
use crate::Span;

/// A step down.
#[derive(Clone, Debug)]
pub(super) enum Step {
    Member(String),
    Item(usize),
}

/// The pointer to the smallest value that the whole place lies in. The name of a member belongs to its value.
pub(super) fn of(json: &Json, place: Span) -> String {
    let (mut at, mut steps) = (json, Vec::new());
    let holds = |span: Span| span.start <= place.start && place.end <= span.end;
    loop {
        let below = match &at.data {
            Data::List(items) => items
                .iter()
                .enumerate()
                .find(|(_, item)| holds(item.span))
                .map(|(index, item)| (Step::Item(index), item)),
            Data::Object(members) => members
                .iter()
                .find(|(name, value)| holds(name.span) || holds(value.span))
                .map(|(name, value)| (Step::Member(name.text.clone()), value)),
            _ => None,
        };
        let Some((step, inner)) = below else {
            return spelled(&steps);
        };
        steps.push(step);
        at = inner;
    }
}

/// `/params/0/a~1b`
pub(super) fn spelled(steps: &[Step]) -> String {
    let spelled = |step: &Step| match step {
        Step::Member(name) => format!("/{}", name.replace('~', "~0").replace('/', "~1")),
        Step::Item(index) => format!("/{index}"),
    };
    steps.iter().map(spelled).collect()
}
