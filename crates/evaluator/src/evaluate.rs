//! One step: apply the change, recompute what is to be recomputed, and say what differs.

use crate::network::{Facts, Findings, News};
use crate::oracle::{self, EventView, Outcome, View};
use crate::rules::{Rules, Segment};
use crate::{Arrival, Change, State, Step};
use model::{
    Body, Event, EventBody, Membership, RecordBody, RulesVersion, SegmentId, Stamp, Status, Timestamp,
    Transition,
};

/// Applies `change` to `state` at the instant `now` and evaluates once what it can have flipped.
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
    let mut event = None;
    let is_due = matches!(change, Change::Due);
    // What is no longer remembered must not stand beside a newcomer of the same name.
    if scope != Scope::Current {
        state.look_over();
    }
    state.forget(|event| rules.forgotten(event), now);
    match change {
        Change::Due => {}
        Change::Visit => step.bulk = true,
        Change::Message(arrival) => (based, event) = apply(rules, state, arrival, &mut step),
    }
    recompute(rules, state, scope, based, event, &mut step);
    if scope == Scope::Upgrade {
        state.drop_memberships(|no| rules.segment(no).is_none());
        state.profile.hot.rules = rules.version;
    }
    // An instant that was looked at in vain is no change.
    if !(is_due && step.transitions.is_empty()) {
        state.profile.hot.stepped = now;
    }
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

/// Applies a message; gives the newest rule set that any of the profiles it joins was evaluated under, and the place of
/// the event that it brought.
fn apply(
    rules: &Rules,
    state: &mut State,
    arrival: Arrival<'_>,
    step: &mut Step,
) -> (RulesVersion, Option<usize>) {
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
    let event = match body {
        Body::Record(record) => {
            let stamp = xdm::stamp_of(record, received, seq);
            write(state, record, (dataset, primary), stamp, step);
            None
        }
        Body::Event(event) => append(rules, state, dataset, event, seq, step.at),
    };
    (based, event)
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

/// Keeps an event, unless it is so late that it can never count; gives its place. The caller has seen that it is no
/// duplicate.
fn append(
    rules: &Rules,
    state: &mut State,
    dataset: &model::DatasetId,
    body: &EventBody,
    seq: model::Seq,
    now: Timestamp,
) -> Option<usize> {
    let forgotten = body.timestamp + rules.retention_of(dataset);
    let counts = forgotten > now;
    counts.then(|| {
        let event = Event {
            owner: state.profile.id,
            dataset: dataset.clone(),
            id: body.id.clone(),
            timestamp: body.timestamp,
            valid_until: body.valid_until,
            seq,
            json: body.json.clone(),
        };
        state.keep(event, forgotten)
    })
}

/// Looks at the segments in scope that may have flipped, in the order of their references, notes what changed, and sets
/// the next due.
fn recompute(
    rules: &Rules,
    state: &mut State,
    scope: Scope,
    based: RulesVersion,
    event: Option<usize>,
    step: &mut Step,
) {
    let behind = state.profile.hot.rules;
    let network = rules.network();
    let kept = state.findings.take().filter(|findings| findings.are_of(network));
    let facts = Facts::new(rules, state, step.at);
    let known = kept.is_some();
    let mut findings = kept.unwrap_or_else(|| Findings::build(network, &facts));
    let all = !known || scope != Scope::Current;
    let news = News {
        changed: &step.changed,
        identities: step.identities_changed,
        event,
    };
    let concerned = known.then(|| findings.bring_up(network, &facts, &news));
    let concerned = concerned.filter(|_| !all);
    let mut segments = concerned.unwrap_or_else(|| network.segments());
    step.effort.built = u64::from(!known);
    let mut outcomes = Vec::new();
    let mut next = 0;
    while let Some(at) = segments.next(next) {
        next = at + 1;
        if scope == Scope::Unchanged && behind < rules.segments()[at].changed_in {
            continue;
        }
        step.effort.segments += 1;
        let (holds, flipped) = findings.look_at(network, &facts, at, &mut segments);
        if flipped || all {
            outcomes.push((at, holds));
        }
    }
    step.effort.asked = facts.asked();
    let due = findings.due();
    state.profile.hot.next_due = (due < Timestamp::MAX).then_some(due);
    state.findings = Some(findings);
    for (at, holds) in outcomes {
        let segment = &rules.segments()[at];
        if segment.baseline_in.is_some_and(|publish| based < publish) {
            set_baseline(state, segment, holds, step.at);
        } else if holds != state.realized(segment.no) {
            let status = if holds { Status::Realized } else { Status::Exited };
            let (at, segment_no) = (step.at, segment.no);
            state.set_membership(Membership {
                segment: segment_no,
                status,
                since: at,
            });
            step.transitions.push(Transition {
                at,
                segment: segment_no,
                status,
            });
            if behind < segment.changed_in {
                step.published.push(segment_no);
            }
        }
    }
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
pub(crate) fn seen_until(rules: &Rules, event: &Event) -> Option<Timestamp> {
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
    let Outcome { holds, until } = oracle::recompute(&segment.program, view);
    Outcome {
        holds: holds && !(segment.exclude_opt_out && opted_out),
        until,
    }
}
