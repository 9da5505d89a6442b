//! Dataflows: numbers, mappings with their stamps, hidden segments and baselines.

use super::segments::next_no;
use super::{Item, Publish};
use crate::desired::{Desired, DesiredDataflow};
use model::{Dataflow, DataflowNo, DataflowState, Definitions, Mapping, SegmentId};

/// Edits `definitions.dataflows`; gives what differs.
pub(super) fn change(definitions: &mut Definitions, desired: &Desired, publish: Publish) -> Vec<Item> {
    let current = std::mem::take(&mut definitions.dataflows);
    let mut items = Vec::new();
    for wanted in &desired.dataflows {
        let found = current.iter().find(|dataflow| dataflow.id == wanted.id);
        let no = found.map_or_else(|| number(definitions, wanted), |dataflow| dataflow.no);
        let segments = mappings(definitions, found, wanted, publish);
        let dataflow = made(wanted, no, segments);
        items.extend(match found {
            None => Some(addition(&dataflow)),
            Some(current) => edit(current, &dataflow),
        });
        definitions.dataflows.push(dataflow);
    }
    let gone = current
        .iter()
        .filter(|dataflow| desired.dataflows.iter().all(|wanted| wanted.id != dataflow.id));
    for dataflow in gone {
        definitions.retired.push((dataflow.id.clone(), dataflow.no));
        items.push(removal(dataflow));
    }
    definitions.retired.sort();
    items
}

/// The number of a new dataflow: the one it had, if there was one of this id.
fn number(definitions: &mut Definitions, wanted: &DesiredDataflow) -> DataflowNo {
    if let Some(at) = definitions.retired.iter().position(|(id, _)| *id == wanted.id) {
        return definitions.retired.remove(at).1;
    }
    let no = definitions.next_dataflow;
    definitions.next_dataflow = no.next();
    no
}

/// The mappings as they become. A mapping that stays keeps its stamps and numbers; a new filter, or another
/// one, makes new baselines.
fn mappings(
    definitions: &mut Definitions,
    current: Option<&Dataflow>,
    wanted: &DesiredDataflow,
    publish: Publish,
) -> Vec<Mapping> {
    let same_filter = current.is_some_and(|current| current.filter == wanted.filter);
    let mut mappings = Vec::with_capacity(wanted.segments.len());
    for segment in &wanted.segments {
        let known = current.into_iter().flat_map(|current| &current.segments);
        let found = known.clone().find(|mapping| mapping.segment == *segment);
        let mut mapping = found.cloned().unwrap_or_else(|| Mapping {
            segment: segment.clone(),
            hidden: None,
            baseline_in: publish.version,
            created: publish.at,
            updated: publish.at,
        });
        if !same_filter {
            mapping.baseline_in = publish.version;
            mapping.updated = publish.at;
        }
        mapping.hidden = match (&wanted.filter, mapping.hidden) {
            (None, _) => None,
            (Some(_), Some(no)) => Some(no),
            (Some(_), None) => Some(next_no(definitions)),
        };
        mappings.push(mapping);
    }
    mappings
}

fn made(wanted: &DesiredDataflow, no: DataflowNo, segments: Vec<Mapping>) -> Dataflow {
    Dataflow {
        id: wanted.id.clone(),
        no,
        name: wanted.name.clone(),
        destination: wanted.destination.clone(),
        segments,
        attributes: wanted.attributes.clone(),
        triggers: wanted.triggers,
        attribute_trigger: wanted.attribute_trigger,
        segment_membership: wanted.segment_membership,
        include_segment_names: wanted.include_segment_names,
        include_segment_timestamps: wanted.include_segment_timestamps,
        identities: wanted.identities.clone(),
        envelope: wanted.envelope,
        filter: wanted.filter.clone(),
        state: wanted.state,
        queue: wanted.queue,
    }
}

fn addition(dataflow: &Dataflow) -> Item {
    let item = Item::added("dataflow", &dataflow.id);
    let item = item.doing(format!(
        "sends changes in {} to {}",
        listed(dataflow),
        dataflow.destination
    ));
    match dataflow.state {
        DataflowState::Enabled => item.doing(FROM_NOW_ON),
        state => item.doing(standing(state)),
    }
}

fn removal(dataflow: &Dataflow) -> Item {
    Item::removed("dataflow", &dataflow.id)
        .doing(
            "exports that wait are not sent any more: each is cancelled and counted as suppressed(cancelled)",
        )
        .doing(NO_SWEEP)
        .doing("dead letters stay; a dataflow of the same id takes up its revisions where they ended")
}

/// What differs between two versions of a dataflow, if anything does.
fn edit(current: &Dataflow, wanted: &Dataflow) -> Option<Item> {
    let mut edits = Vec::new();
    let mut effects = Vec::new();
    if current.name != wanted.name {
        edits.push(format!("name `{}` -> `{}`", current.name, wanted.name));
    }
    if current.state != wanted.state {
        edits.push(format!("{} -> {}", word(current.state), word(wanted.state)));
        effects.push(match (current.state, wanted.state) {
            (DataflowState::Paused, DataflowState::Enabled) => "what was collected is sent now",
            (DataflowState::Disabled, DataflowState::Enabled) => {
                "what changed meanwhile is not sent: a reconcile is not built yet"
            }
            (_, state) => standing(state),
        });
    }
    if current.destination != wanted.destination {
        edits.push(format!(
            "destination {} -> {}",
            current.destination, wanted.destination
        ));
        effects
            .push("what waits goes to the new destination, which knows nothing of what the old one was told");
    }
    let mapped =
        |dataflow: &Dataflow, segment: &SegmentId| dataflow.segments.iter().any(|m| m.segment == *segment);
    let new: Vec<&Mapping> = wanted
        .segments
        .iter()
        .filter(|m| !mapped(current, &m.segment))
        .collect();
    let gone: Vec<&Mapping> = current
        .segments
        .iter()
        .filter(|m| !mapped(wanted, &m.segment))
        .collect();
    edits.extend(new.iter().map(|mapping| format!("maps {}", mapping.segment)));
    edits.extend(
        gone.iter()
            .map(|mapping| format!("no longer maps {}", mapping.segment)),
    );
    if !new.is_empty() {
        effects.push(FROM_NOW_ON);
    }
    if !gone.is_empty() {
        effects.push(NO_SWEEP);
    }
    if current.filter != wanted.filter {
        let (what, effect) = match (&current.filter, &wanted.filter) {
            (None, _) => (
                "filter made",
                "who is inside segment and filter now is the baseline: the edit itself sends nobody, and exits nobody",
            ),
            (_, None) => (
                "filter taken out",
                "the whole segments count now; the edit itself sends nobody",
            ),
            _ => (
                "filter changed",
                "who is inside segment and filter now is the new baseline: the edit itself sends nobody, and exits nobody",
            ),
        };
        edits.push(what.to_owned());
        effects.push(effect);
    }
    let options = options(current, wanted);
    if current.queue != wanted.queue {
        edits.push("queue changed".to_owned());
        effects.push("its bounds hold at once, also for what waits");
    }
    if !options.is_empty() {
        effects.push("holds from the next export on; nothing is sent again because of it");
    }
    edits.extend(options);
    let item = Item::changed("dataflow", &wanted.id, edits);
    let item = effects.into_iter().fold(item, Item::doing);
    (!item.edits.is_empty()).then_some(item)
}

/// The options that differ, by the names they have in a file.
fn options(current: &Dataflow, wanted: &Dataflow) -> Vec<String> {
    let differing = [
        ("attributes", current.attributes != wanted.attributes),
        ("triggers", current.triggers != wanted.triggers),
        (
            "attributeTrigger",
            current.attribute_trigger != wanted.attribute_trigger,
        ),
        (
            "segmentMembership",
            current.segment_membership != wanted.segment_membership,
        ),
        (
            "includeSegmentNames",
            current.include_segment_names != wanted.include_segment_names,
        ),
        (
            "includeSegmentTimestamps",
            current.include_segment_timestamps != wanted.include_segment_timestamps,
        ),
        ("identities", current.identities != wanted.identities),
        ("envelope", current.envelope != wanted.envelope),
    ];
    let differing = differing.into_iter().filter(|(_, differs)| *differs);
    differing.map(|(option, _)| format!("{option} changed")).collect()
}

const FROM_NOW_ON: &str = "from now on: who is in a segment already is sent with the next change, not now (a backfill is not built yet)";
const NO_SWEEP: &str = "who was told `realized` is not sent an exit (an exit sweep is not built yet)";

fn listed(dataflow: &Dataflow) -> String {
    match dataflow.segments.as_slice() {
        [] => "no segment".to_owned(),
        mappings => mappings
            .iter()
            .map(|m| m.segment.to_string())
            .collect::<Vec<_>>()
            .join(", "),
    }
}

fn word(state: DataflowState) -> &'static str {
    match state {
        DataflowState::Enabled => "enabled",
        DataflowState::Paused => "paused",
        DataflowState::Disabled => "disabled",
    }
}

fn standing(state: DataflowState) -> &'static str {
    match state {
        DataflowState::Enabled => "decides exports and sends them",
        DataflowState::Paused => "exports collect, and nothing is sent",
        DataflowState::Disabled => "no export is decided, and what waits is not sent",
    }
}
