//! One step: apply the change, recompute what is to be recomputed, and say what differs.

use crate::oracle::{EventView, Outcome, View, recompute};
use crate::rules::{Rules, Segment};
use crate::{Arrival, Change, State, Step};
use model::{
    Body, Event, EventBody, Membership, RecordBody, RulesVersion, SegmentId, Stamp, Status, Timestamp,
    Transition,
};

/// Applies `change` to `state` at the instant `now` and evaluates once.
///
/// The instant must not lie before the profile's last step, and everything due before it must have been
/// stepped ([`crate::advance()`] does both).
pub fn evaluate(rules: &Rules, state: &mut State, change: Change<'_>, now: Timestamp) -> Step {
    debug_assert!(
        now >= state.stepped(),
        "time went back for {:?}",
        state.profile.id
    );
    let mut step = Step::at(now);
    let scope = Scope::of(rules, state, &change, now);
    let mut based = state.profile.hot.rules;
    match change {
        Change::Due => {}
        Change::Visit => step.bulk = true,
        Change::Message(arrival) => based = apply(rules, state, arrival, &mut step),
    }
    state.forget(|event| rules.forgotten(event) <= now);
    recompute_all(rules, state, scope, based, &mut step);
    if scope == Scope::Upgrade {
        state.drop_memberships(|no| rules.segment(no).is_none());
        state.profile.hot.rules = rules.version;
    }
    state.profile.hot.stepped = now;
    state.touched.hot = true;
    step
}

/// Which segments a step looks at.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Scope {
    /// The profile is at the current version: all.
    Current,
    /// The profile is behind and the instant was due before the publish: those it did not change.
    Unchanged,
    /// The profile is behind and this is its first step after the publish: all, and it is brought up.
    Upgrade,
}

impl Scope {
    fn of(rules: &Rules, state: &State, change: &Change<'_>, now: Timestamp) -> Self {
        let absorbed: &[State] = if let Change::Message(arrival) = change {
            &arrival.absorbed
        } else {
            &[]
        };
        let behind = absorbed
            .iter()
            .chain([state])
            .any(|s| s.profile.hot.rules < rules.version);
        match change {
            _ if !behind => Self::Current,
            Change::Due if now <= rules.published_at => Self::Unchanged,
            _ => Self::Upgrade,
        }
    }
}

/// Applies a message; gives the newest rule set that any of the profiles it joins was evaluated under.
fn apply(rules: &Rules, state: &mut State, arrival: Arrival<'_>, step: &mut Step) -> RulesVersion {
    let Arrival {
        dataset,
        primary,
        body,
        seq,
        received,
        linked,
        evicted,
        absorbed,
    } = arrival;
    step.identities_changed = !(linked.is_empty() && evicted.is_empty() && absorbed.is_empty());
    let mut based = state.profile.hot.rules;
    if !absorbed.is_empty() {
        for other in &absorbed {
            step.merged.push(other.profile.id);
            based = based.max(other.profile.hot.rules);
        }
        crate::absorb::absorb(rules, state, absorbed, step.at);
    }
    state.relink(&linked, &evicted);
    match body {
        Body::Record(record) => {
            let stamp = xdm::stamp_of(record, received, seq);
            write(state, record, (dataset, primary), stamp, step);
        }
        Body::Event(event) => append(rules, state, dataset, event, seq, step.at),
    }
    based
}

fn write(
    state: &mut State,
    record: &RecordBody,
    key: (&model::DatasetId, &model::Identity),
    stamp: Stamp,
    step: &mut Step,
) {
    let applied = state.write(record, key, stamp);
    step.written = applied.written;
    step.changed = applied.changed;
}

/// Keeps an event, unless it is so late that it can never count. The caller has seen that it is no duplicate.
fn append(
    rules: &Rules,
    state: &mut State,
    dataset: &model::DatasetId,
    body: &EventBody,
    seq: model::Seq,
    now: Timestamp,
) {
    // What is no longer remembered must not stand beside a newcomer of the same name.
    state.forget(|event| rules.forgotten(event) <= now);
    if body.timestamp + rules.retention_of(dataset) > now {
        state.keep(Event {
            owner: state.profile.id,
            dataset: dataset.clone(),
            id: body.id.clone(),
            timestamp: body.timestamp,
            valid_until: body.valid_until,
            seq,
            json: body.json.clone(),
        });
    }
}

/// Evaluates the segments in scope in the order of their references, notes what changed, and sets the next due.
fn recompute_all(rules: &Rules, state: &mut State, scope: Scope, based: RulesVersion, step: &mut Step) {
    let behind = state.profile.hot.rules;
    let outcomes = outcomes(rules, state, scope, step.at);
    let mut next_due = Timestamp::MAX;
    for (segment, outcome) in rules.segments().iter().zip(outcomes) {
        let Some((holds, until)) = outcome else { continue };
        next_due = next_due.min(until);
        let was = state.realized(segment.no);
        let baseline = segment.baseline_in.is_some_and(|publish| based < publish);
        if baseline {
            set_baseline(state, segment, holds, step.at);
        } else if holds != was {
            let status = if holds { Status::Realized } else { Status::Exited };
            state.set_membership(Membership {
                segment: segment.no,
                status,
                since: step.at,
            });
            step.transitions.push(Transition {
                at: step.at,
                segment: segment.no,
                status,
            });
            if behind < segment.changed_in {
                step.published.push(segment.no);
            }
        }
    }
    state.profile.hot.next_due = (next_due < Timestamp::MAX).then_some(next_due);
}

/// The first evaluation of a hidden segment says where the profile stands; nobody is told.
fn set_baseline(state: &mut State, segment: &Segment, holds: bool, now: Timestamp) {
    if !holds {
        state.drop_memberships(|no| no == segment.no);
    } else if !state.realized(segment.no) {
        state.set_membership(Membership {
            segment: segment.no,
            status: Status::Realized,
            since: now,
        });
    }
}

/// From when on predicates do not see an event, where that is before the longest retention: a dataset that keeps its
/// events for less ends them as if each said so itself.
fn seen_until(rules: &Rules, event: &Event) -> Option<Timestamp> {
    if rules.retention_of(&event.dataset) == rules.retention {
        return event.valid_until;
    }
    let forgotten = rules.forgotten(event);
    Some(event.valid_until.map_or(forgotten, |valid| valid.min(forgotten)))
}

/// The events of a profile as predicates see them.
pub(crate) fn seen<'s>(rules: &Rules, state: &'s State) -> Vec<EventView<'s>> {
    let events = state.profile.events.iter().zip(&state.events);
    let seen = |(event, value): (&Event, &'s xdm::Value)| EventView {
        timestamp: event.timestamp,
        valid_until: seen_until(rules, event),
        value,
    };
    events.map(seen).collect()
}

/// What predicates see of a profile at `now`.
pub(crate) fn view<'v>(
    rules: &Rules,
    state: &'v State,
    events: &'v [EventView<'v>],
    now: Timestamp,
    in_segment: &'v dyn Fn(&SegmentId) -> bool,
) -> View<'v> {
    View {
        now,
        retention: rules.retention,
        attributes: &state.attributes,
        identities: &state.identities,
        events,
        in_segment,
    }
}

/// Whether a segment holds, who opted out left out where it says so, and until when that is certain.
pub(crate) fn outcome(segment: &Segment, view: &View<'_>, opted_out: bool) -> Outcome {
    let Outcome { holds, until } = recompute(&segment.program, view);
    Outcome {
        holds: holds && !(segment.exclude_opt_out && opted_out),
        until,
    }
}

/// For each segment in scope whether it holds and until when that is certain.
fn outcomes(rules: &Rules, state: &State, scope: Scope, now: Timestamp) -> Vec<Option<(bool, Timestamp)>> {
    let events = seen(rules, state);
    let opted_out = xdm::opted_out(&state.attributes);
    let mut outcomes: Vec<Option<(bool, Timestamp)>> = Vec::with_capacity(rules.segments().len());
    for segment in rules.segments() {
        if scope == Scope::Unchanged && state.profile.hot.rules < segment.changed_in {
            outcomes.push(None);
            continue;
        }
        let member = |id: &SegmentId| {
            let referred = rules.position(id).and_then(|at| outcomes[at]);
            referred.is_some_and(|(holds, _)| holds)
        };
        let outcome = outcome(segment, &view(rules, state, &events, now, &member), opted_out);
        outcomes.push(Some((outcome.holds, outcome.until)));
    }
    outcomes
}
