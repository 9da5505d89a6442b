//! Segments: numbers, `changed_in`, and who enters or leaves because of the edit.

use super::refusal::word;
use super::{Item, Publish};
use crate::desired::{Desired, DesiredSegment};
use model::{Definitions, SegmentDefinition, SegmentId, SegmentNo, SegmentState};
use std::collections::BTreeMap;

/// Edits `definitions.segments`; gives what differs.
pub(super) fn change(definitions: &mut Definitions, desired: &Desired, publish: Publish) -> Vec<Item> {
    let current = std::mem::take(&mut definitions.segments);
    let mut left: BTreeMap<&SegmentId, &SegmentDefinition> =
        current.iter().map(|segment| (&segment.id, segment)).collect();
    let mut items = Vec::new();
    for wanted in &desired.segments {
        let (segment, item) = match left.remove(&wanted.id) {
            None => {
                let segment = made(wanted, next_no(definitions), publish);
                let item = Item::added("segment", &wanted.id).doing(beginning(wanted.state));
                (segment, Some(item))
            }
            Some(segment) => edited(segment, wanted, publish, || next_no(definitions)),
        };
        items.extend(item);
        definitions.segments.push(segment);
    }
    items.extend(left.into_values().map(removal));
    items
}

/// Has every segment that is evaluated recomputed.
pub(super) fn recompute(definitions: &mut Definitions, publish: Publish) {
    let published = definitions
        .segments
        .iter_mut()
        .filter(|segment| segment.state == SegmentState::Published);
    published.for_each(|segment| segment.changed_in = publish.version);
}

/// The next number, which is then given out.
pub(super) fn next_no(definitions: &mut Definitions) -> SegmentNo {
    let no = definitions.next_segment;
    definitions.next_segment = no.next();
    no
}

fn made(wanted: &DesiredSegment, no: SegmentNo, publish: Publish) -> SegmentDefinition {
    SegmentDefinition {
        id: wanted.id.clone(),
        no,
        name: wanted.name.clone(),
        expression: wanted.expression.clone(),
        time_zone: wanted.time_zone.clone(),
        exclude_opt_out: wanted.exclude_opt_out,
        state: wanted.state,
        changed_in: publish.version,
        created: publish.at,
        updated: publish.at,
    }
}

/// The segment as it becomes, and what differs, if anything does.
fn edited(
    current: &SegmentDefinition,
    wanted: &DesiredSegment,
    publish: Publish,
    next_no: impl FnOnce() -> SegmentNo,
) -> (SegmentDefinition, Option<Item>) {
    use SegmentState::Published;
    let mut segment = current.clone();
    let rule = current.expression != wanted.expression;
    let zone = current.time_zone != wanted.time_zone;
    let opt_out = current.exclude_opt_out != wanted.exclude_opt_out;
    let state = current.state != wanted.state;
    let mut edits = Vec::new();
    if rule {
        edits.push("rule changed".to_owned());
    }
    if zone {
        edits.push(format!("timeZone {} -> {}", current.time_zone, wanted.time_zone));
    }
    if opt_out {
        edits.push(format!(
            "excludeOptOut {} -> {}",
            current.exclude_opt_out, wanted.exclude_opt_out
        ));
    }
    if state {
        edits.push(format!("{} -> {}", word(current.state), word(wanted.state)));
    }
    if current.name != wanted.name {
        edits.push(format!("name `{}` -> `{}`", current.name, wanted.name));
    }
    if edits.is_empty() {
        return (segment, None);
    }
    segment.name.clone_from(&wanted.name);
    segment.expression.clone_from(&wanted.expression);
    segment.time_zone.clone_from(&wanted.time_zone);
    segment.exclude_opt_out = wanted.exclude_opt_out;
    segment.state = wanted.state;
    segment.updated = publish.at;
    let began = state && wanted.state == Published;
    let ended = state && current.state == Published;
    let meaning = rule || zone || opt_out;
    if meaning || began || ended {
        segment.changed_in = publish.version;
    }
    if began && current.state != SegmentState::Draft {
        segment.no = next_no();
    }
    let mut item = Item::changed("segment", &wanted.id, edits);
    if began {
        item = item.doing(beginning(Published));
    } else if ended {
        item = item.doing(ENDING);
    } else if meaning && wanted.state == Published {
        item = item.doing(
            "everybody is looked at again in the background; who comes in or falls out changes with cause `published`",
        );
    }
    (segment, Some(item))
}

const ENDING: &str = "its memberships end without transitions, and nobody is sent an exit";

fn beginning(state: SegmentState) -> &'static str {
    match state {
        SegmentState::Published => {
            "everybody is looked at in the background; who is in it enters now, with cause `published`"
        }
        SegmentState::Draft => "a draft is kept and checked, and not evaluated",
        SegmentState::Inactive | SegmentState::Archived => "it is kept, and not evaluated",
    }
}

fn removal(gone: &SegmentDefinition) -> Item {
    let item = Item::removed("segment", &gone.id);
    if gone.state == SegmentState::Published {
        item.doing(ENDING)
    } else {
        item
    }
}
