//! What may not be changed, and why.

use super::Choices;
use crate::desired::{Desired, DesiredSegment};
use model::{
    DataflowId, DataflowState, Definitions, DestinationId, SegmentDefinition, SegmentId, SegmentState,
};
use std::cell::LazyCell;
use std::collections::HashMap;

/// Why a change is not made. Nothing of a change with a refusal is made.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// A published segment that something uses was to be deactivated, archived or removed.
    #[error(
        "segment `{segment}` cannot be {becomes}: {} ({})",
        listed(used_by),
        "take it out there first, or in the same file"
    )]
    SegmentInUse {
        /// Which.
        segment: SegmentId,
        /// `removed`, `made inactive`, ...
        becomes: &'static str,
        /// What would still use it.
        used_by: Vec<User>,
    },
    /// A segment was to go back in its life.
    #[error("segment `{segment}` cannot go from {from} to {to}: {why}")]
    SegmentState {
        /// Which.
        segment: SegmentId,
        /// Where it is.
        from: &'static str,
        /// Where it was to be.
        to: &'static str,
        /// Why not, and what to do.
        why: &'static str,
    },
    /// A destination that dataflows use was to be removed.
    #[error(
        "destination `{destination}` cannot be removed: {} ({})",
        flows(dataflows),
        "give them another destination first, or in the same file"
    )]
    DestinationInUse {
        /// Which.
        destination: DestinationId,
        /// What would still use it.
        dataflows: Vec<DataflowId>,
    },
    /// A destination was to become one of another kind.
    #[error(
        "destination `{destination}` cannot become `{to}`, it is `{from}`: make a destination with another id and move the dataflows to it"
    )]
    DestinationKind {
        /// Which.
        destination: DestinationId,
        /// The kind it is.
        from: String,
        /// The kind it was to be.
        to: String,
    },
    /// The way the server was started forbids it.
    #[error("{0}")]
    Server(String),
}

/// What uses a segment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum User {
    /// A dataflow that maps it.
    Mapping(DataflowId),
    /// A dataflow whose filter names it.
    Filter(DataflowId),
    /// A segment that names it with `inSegment`.
    Segment(SegmentId),
}

fn listed(users: &[User]) -> String {
    let each = users.iter().map(|user| match user {
        User::Mapping(dataflow) => format!("dataflow `{dataflow}` maps it"),
        User::Filter(dataflow) => format!("the filter of dataflow `{dataflow}` names it"),
        User::Segment(segment) => format!("segment `{segment}` refers to it"),
    });
    each.collect::<Vec<_>>().join(", ")
}

fn flows(dataflows: &[DataflowId]) -> String {
    let each: Vec<String> = dataflows.iter().map(|dataflow| format!("`{dataflow}`")).collect();
    match each.as_slice() {
        [one] => format!("dataflow {one} sends to it"),
        many => format!("dataflows {} send to it", many.join(", ")),
    }
}

/// Every reason there is, in the order of the definitions in force.
pub(super) fn all(current: &Definitions, desired: &Desired, choices: Choices) -> Vec<Refusal> {
    let wanted: HashMap<_, _> = desired
        .segments
        .iter()
        .map(|segment| (&segment.id, segment))
        .collect();
    // Every rule is parsed for it, so only if a segment goes.
    let users = LazyCell::new(|| users(desired));
    let users_of = |id: &SegmentId| users.get(id).cloned().unwrap_or_default();
    let segments = current.segments.iter();
    let segments =
        segments.filter_map(|segment| segment_refusal(segment, wanted.get(&segment.id).copied(), users_of));
    let destinations = current.destinations.iter().filter_map(|destination| {
        let id = &destination.id;
        match desired.destinations.iter().find(|d| d.id == *id) {
            Some(found) if found.kind != destination.kind => Some(Refusal::DestinationKind {
                destination: id.clone(),
                from: destination.kind.clone(),
                to: found.kind.clone(),
            }),
            Some(_) => None,
            None => {
                let users = desired
                    .dataflows
                    .iter()
                    .filter(|dataflow| dataflow.destination == *id);
                let mut dataflows: Vec<DataflowId> = users.map(|dataflow| dataflow.id.clone()).collect();
                // Those that go, and send exits first.
                let ending = current.dataflows.iter().filter(|dataflow| {
                    let goes = desired.dataflows.iter().all(|wanted| wanted.id != dataflow.id);
                    let ending = dataflow.state == DataflowState::Ending || choices.exit_sweep;
                    goes && ending && dataflow.destination == *id
                });
                dataflows.extend(ending.map(|dataflow| dataflow.id.clone()));
                (!dataflows.is_empty()).then(|| Refusal::DestinationInUse {
                    destination: id.clone(),
                    dataflows,
                })
            }
        }
    });
    segments.chain(destinations).collect()
}

fn segment_refusal(
    current: &SegmentDefinition,
    wanted: Option<&DesiredSegment>,
    users_of: impl Fn(&SegmentId) -> Vec<User>,
) -> Option<Refusal> {
    let to = wanted.map(|segment| segment.state);
    if let Some(why) = to.and_then(|to| backwards(current.state, to)) {
        return Some(Refusal::SegmentState {
            segment: current.id.clone(),
            from: word(current.state),
            to: to.map_or("", word),
            why,
        });
    }
    let becomes = match to {
        None => "removed",
        Some(SegmentState::Inactive) => "made inactive",
        Some(SegmentState::Archived) => "archived",
        Some(_) => return None,
    };
    if current.state != SegmentState::Published {
        return None;
    }
    let used_by = users_of(&current.id);
    (!used_by.is_empty()).then(|| Refusal::SegmentInUse {
        segment: current.id.clone(),
        becomes,
        used_by,
    })
}

/// Why a segment may not go from one state to the other; `None` if it may.
fn backwards(from: SegmentState, to: SegmentState) -> Option<&'static str> {
    use SegmentState::{Archived, Draft, Inactive, Published};
    match (from, to) {
        (Published, Draft) => {
            Some("people are in it; make it `inactive`, in which it is not evaluated and can be edited")
        }
        (Inactive, Draft) => Some("leave it `inactive`, in which it is not evaluated and can be edited"),
        (Archived, Draft | Published | Inactive) => {
            Some("an archived segment stays as it is; write a new one under another id")
        }
        _ => None,
    }
}

pub(super) fn word(state: SegmentState) -> &'static str {
    match state {
        SegmentState::Draft => "draft",
        SegmentState::Published => "published",
        SegmentState::Inactive => "inactive",
        SegmentState::Archived => "archived",
    }
}

/// What uses which segment in the state that is asked for.
fn users(desired: &Desired) -> HashMap<SegmentId, Vec<User>> {
    let named = |text: &str| {
        let program = pql::read(text).program;
        program.map(|program| program.segments()).unwrap_or_default()
    };
    let mut users: HashMap<SegmentId, Vec<User>> = HashMap::new();
    let mut uses = |segment: SegmentId, user: User| users.entry(segment).or_default().push(user);
    for segment in &desired.segments {
        if segment.state == SegmentState::Published {
            for named in named(&segment.expression) {
                uses(named, User::Segment(segment.id.clone()));
            }
        }
    }
    for dataflow in &desired.dataflows {
        for segment in &dataflow.segments {
            uses(segment.clone(), User::Mapping(dataflow.id.clone()));
        }
        for segment in dataflow.filter.iter().flat_map(|filter| named(filter)) {
            uses(segment, User::Filter(dataflow.id.clone()));
        }
    }
    users
}
