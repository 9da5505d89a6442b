//! Dataflows: numbers, mappings with their stamps, hidden segments and baselines.

use super::bulk::{Choices, Offer, Offered, backfill, exit_sweep, re_export, reconcile};
use super::segments::next_no;
use super::{Item, Publish};
use crate::desired::{Desired, DesiredDataflow};
use model::{Dataflow, DataflowNo, DataflowState, Definitions, Mapping, SegmentId};

/// What the edits of dataflows go by.
#[derive(Clone, Copy)]
pub(super) struct Edits<'a> {
    /// What was in force.
    pub(super) before: &'a Definitions,
    pub(super) publish: Publish,
    pub(super) choices: Choices,
}

/// Edits `definitions.dataflows`; adds what differs to `items`, and gives what can be done in bulk.
pub(super) fn change(
    definitions: &mut Definitions,
    desired: &Desired,
    edits: Edits<'_>,
    items: &mut Vec<Item>,
) -> Vec<Offer> {
    let current = std::mem::take(&mut definitions.dataflows);
    let mut offers = Vec::new();
    let mut put = |edited: Option<(Item, Vec<Offered>)>, dataflow: &Dataflow| {
        let Some((mut item, offered)) = edited else { return };
        let place = items.len();
        offers.extend(
            offered
                .into_iter()
                .map(|offered| offered.put(dataflow, &mut item, place)),
        );
        items.push(item);
    };
    for wanted in &desired.dataflows {
        let found = current.iter().find(|dataflow| dataflow.id == wanted.id);
        let no = found.map_or_else(|| number(definitions, wanted), |dataflow| dataflow.no);
        let segments = mappings(definitions, found, wanted, edits.publish);
        let dataflow = made(wanted, no, segments);
        let edited = match found {
            None => Some(addition(definitions, &dataflow, edits)),
            Some(current) => edit(definitions, current, &dataflow, edits),
        };
        put(edited, &dataflow);
        definitions.dataflows.push(dataflow);
    }
    let gone = current
        .into_iter()
        .filter(|dataflow| desired.dataflows.iter().all(|wanted| wanted.id != dataflow.id));
    for dataflow in gone {
        if dataflow.state == DataflowState::Ending {
            definitions.dataflows.push(dataflow);
            continue;
        }
        put(Some(removal(&dataflow, edits)), &dataflow);
        // Also one that maps nothing: exits of an earlier edit may still wait.
        if edits.choices.exit_sweep {
            definitions.dataflows.push(Dataflow {
                segments: Vec::new(),
                filter: None,
                state: DataflowState::Ending,
                ..dataflow
            });
        } else {
            definitions.retired.push((dataflow.id, dataflow.no));
        }
    }
    definitions.retired.sort();
    offers
}

/// Removes a dataflow that has told everybody that they left.
pub(crate) fn end(definitions: &mut Definitions, no: DataflowNo) {
    let ended = |dataflow: &Dataflow| dataflow.no == no && dataflow.state == DataflowState::Ending;
    let Some(at) = definitions.dataflows.iter().position(ended) else {
        return;
    };
    let dataflow = definitions.dataflows.remove(at);
    definitions.retired.push((dataflow.id, dataflow.no));
    definitions.retired.sort();
    definitions.version = definitions.version.next();
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

fn addition(definitions: &Definitions, dataflow: &Dataflow, edits: Edits<'_>) -> (Item, Vec<Offered>) {
    let item = Item::added("dataflow", &dataflow.id);
    let item = item.doing(format!(
        "sends changes in {} to {}",
        listed(dataflow),
        dataflow.destination
    ));
    let item = match dataflow.state {
        DataflowState::Enabled => item,
        state => item.doing(standing(state)),
    };
    let mapped: Vec<&Mapping> = dataflow.segments.iter().collect();
    let Edits { publish, choices, .. } = edits;
    let offer = (!mapped.is_empty()).then(|| backfill(definitions, &mapped, publish, choices.backfill));
    (item, offer.into_iter().collect())
}

fn removal(dataflow: &Dataflow, edits: Edits<'_>) -> (Item, Vec<Offered>) {
    let mapped: Vec<&Mapping> = dataflow.segments.iter().collect();
    let sweep = edits.choices.exit_sweep;
    let waiting = if sweep {
        "it goes when what waits and the exits have been sent; until then its destination stays"
    } else {
        "exports that wait are not sent any more: each is cancelled and counted as suppressed(cancelled)"
    };
    let item = Item::removed("dataflow", &dataflow.id)
        .doing(waiting)
        .doing("dead letters stay; a dataflow of the same id takes up its revisions where they ended");
    let offer = (!mapped.is_empty()).then(|| exit_sweep(edits.before, dataflow, &mapped, sweep));
    (item, offer.into_iter().collect())
}

/// What differs between two versions of a dataflow, if anything does.
fn edit(
    definitions: &Definitions,
    current: &Dataflow,
    wanted: &Dataflow,
    with: Edits<'_>,
) -> Option<(Item, Vec<Offered>)> {
    let Edits {
        before,
        publish,
        choices,
    } = with;
    let mut edits = Vec::new();
    let mut effects = Vec::new();
    let mut offers = Vec::new();
    let mut shows_other = false;
    if current.name != wanted.name {
        edits.push(format!("name `{}` -> `{}`", current.name, wanted.name));
    }
    if current.state != wanted.state {
        edits.push(format!("{} -> {}", word(current.state), word(wanted.state)));
        match (current.state, wanted.state) {
            (DataflowState::Paused, DataflowState::Enabled) => effects.push("what was collected is sent now"),
            (DataflowState::Disabled, DataflowState::Enabled) => {}
            (_, state) => effects.push(standing(state)),
        }
        if !current.state.decides() {
            let between = (before, wanted);
            offers.push(reconcile(
                definitions,
                between,
                current,
                publish,
                choices.reconcile,
            ));
        }
    }
    if current.destination != wanted.destination {
        edits.push(format!(
            "destination {} -> {}",
            current.destination, wanted.destination
        ));
        effects
            .push("what waits goes to the new destination, which knows nothing of what the old one was told");
        shows_other = true;
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
        offers.push(backfill(definitions, &new, publish, choices.backfill));
    }
    if !gone.is_empty() {
        offers.push(exit_sweep(before, current, &gone, choices.exit_sweep));
    }
    if current.filter != wanted.filter {
        let (what, effect) = match (&current.filter, &wanted.filter) {
            (None, _) => (
                "filter made",
                "who is inside segment and filter now is the baseline, without a transition",
            ),
            (_, None) => (
                "filter taken out",
                "the whole segments count now, without a transition",
            ),
            _ => (
                "filter changed",
                "who is inside segment and filter now is the new baseline, without a transition",
            ),
        };
        edits.push(what.to_owned());
        effects.push(effect);
        shows_other = true;
    }
    let options = options(current, wanted);
    if current.queue != wanted.queue {
        edits.push("queue changed".to_owned());
        effects.push("its bounds hold at once, also for what waits");
    }
    if !options.is_empty() {
        effects.push("holds from the next export on");
        // What triggers an export does not show in it.
        shows_other |= !options
            .iter()
            .all(|(option, _)| ["triggers", "attributeTrigger"].contains(option));
    }
    edits.extend(options.into_iter().map(|(option, _)| format!("{option} changed")));
    if shows_other && !current.segments.is_empty() {
        let between = (before, wanted);
        offers.push(re_export(
            definitions,
            between,
            current,
            publish,
            choices.re_export,
        ));
    }
    let item = Item::changed("dataflow", &wanted.id, edits);
    let item = effects.into_iter().fold(item, Item::doing);
    (!item.edits.is_empty()).then_some((item, offers))
}

/// The options that differ, by the names they have in a file.
fn options(current: &Dataflow, wanted: &Dataflow) -> Vec<(&'static str, bool)> {
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
    differing.into_iter().filter(|(_, differs)| *differs).collect()
}

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
        DataflowState::Ending => "ending",
    }
}

fn standing(state: DataflowState) -> &'static str {
    match state {
        DataflowState::Enabled => "decides exports and sends them",
        DataflowState::Paused => "exports collect, and nothing is sent",
        DataflowState::Disabled => "no export is decided, and what waits is not sent",
        DataflowState::Ending => "tells everybody it told `realized` that they left, and goes",
    }
}
