//! One step: apply the change, recompute what is to be recomputed, and say what differs.

use crate::network::{Bits, Facts, Findings, News};
use crate::oracle::{self, EventView, Outcome, View};
use crate::rules::{Rules, Segment};
use crate::{Arrival, Change, State, Step};
use model::{Body, Event, EventBody, Membership, RulesVersion, SegmentId, Status, Timestamp, Transition};
use smallvec::SmallVec;
use std::ops::Range;
use xdm::Changed;

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
    let mut applied = Applied::nothing(state);
    let is_due = matches!(change, Change::Due);
    // What is no longer remembered must not stand beside a newcomer of the same name.
    if scope != Scope::Current {
        state.look_over();
    }
    state.forget(|event| rules.forgotten(event), now);
    match change {
        Change::Due => {}
        Change::Visit => step.bulk = true,
        Change::Message(arrival) => applied = apply(rules, state, arrival, &mut step),
    }
    recompute(rules, state, scope, &applied, &mut step);
    step.changed = applied.changed.into_iter().map(|changed| changed.path).collect();
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

/// What was made of a change before anything was evaluated.
struct Applied<'a> {
    /// The newest rule set that any of the profiles that are one now was evaluated under.
    based: RulesVersion,
    /// What shows otherwise.
    changed: Vec<Changed<'a>>,
    /// The place of the event that came; there is at most one.
    events: Range<usize>,
}

impl Applied<'_> {
    fn nothing(state: &State) -> Self {
        Self {
            based: state.profile.hot.rules,
            changed: Vec::new(),
            events: 0..0,
        }
    }
}

/// Applies a message.
fn apply<'a>(rules: &Rules, state: &mut State, arrival: Arrival<'a>, step: &mut Step) -> Applied<'a> {
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
    let mut applied = Applied::nothing(state);
    if !absorbed.is_empty() {
        for other in &absorbed {
            step.merged.push(other.profile.id);
            applied.based = applied.based.max(other.profile.hot.rules);
        }
        crate::absorb::absorb(rules, state, absorbed, step.at);
    }
    state.relink(&linked, &evicted);
    match body {
        Body::Record(record) => {
            let stamp = xdm::stamp_of(record, received, seq);
            let xdm::Applied { written, changed, .. } = state.write(record, (dataset, primary), stamp);
            step.written = written;
            applied.changed = changed;
        }
        Body::Event(event) => {
            if let Some(at) = append(rules, state, dataset, event, seq, step.at) {
                applied.events = at..at + 1;
            }
        }
    }
    applied
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
fn recompute(rules: &Rules, state: &mut State, scope: Scope, applied: &Applied<'_>, step: &mut Step) {
    let behind = state.profile.hot.rules;
    let network = rules.network();
    let kept = state.findings.take().filter(|findings| findings.are_of(network));
    let meter = state.meter.take();
    let facts = Facts::new(rules, state, step.at).watched(meter);
    let known = kept.is_some();
    let mut findings = kept.unwrap_or_else(|| Findings::of_nobody(network));
    let news = News {
        changed: &applied.changed,
        identities: step.identities_changed,
        events: applied.events.clone(),
    };
    let is_new = state.stepped() == Timestamp::MIN && step.merged.is_empty();
    let mut segments = match (known, is_new) {
        (true, _) => findings.bring_up(network, &facts, &news),
        (false, true) => findings.begin(network, &facts, &news),
        (false, false) => findings.build(network, &facts),
    };
    if scope != Scope::Current {
        segments = network.segments();
    }
    step.effort.built = u64::from(!known);
    let mut outcomes: SmallVec<[(usize, bool); 8]> = SmallVec::new();
    let mut next = 0;
    while let Some(at) = segments.next(next) {
        next = at + 1;
        if scope == Scope::Unchanged && behind < rules.segments()[at].changed_in {
            continue;
        }
        step.effort.segments += 1;
        let (holds, flipped) = findings.look_at(network, &facts, at, &mut segments);
        if flipped || scope != Scope::Current {
            outcomes.push((at, holds));
        }
    }
    // What flipped is not known of somebody who was evaluated before, but not by these findings.
    if !known && scope == Scope::Current {
        outcomes = standing(rules, state, findings.members()).into();
    }
    step.effort.asked = facts.asked();
    let meter = facts.into_meter();
    let due = findings.due();
    state.profile.hot.next_due = (due < Timestamp::MAX).then_some(due);
    state.findings = Some(findings);
    state.meter = meter;
    step.transitions.reserve_exact(outcomes.len());
    if is_new {
        state.profile.hot.memberships.reserve_exact(outcomes.len());
    }
    for (at, holds) in outcomes {
        let segment = &rules.segments()[at];
        if segment.baseline_in.is_some_and(|publish| applied.based < publish) {
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

/// The segments that the profile is in, by what was found or by its rows, and whether it is found to be in them.
fn standing(rules: &Rules, state: &State, members: &Bits) -> Vec<(usize, bool)> {
    let mut either = members.clone();
    let realized = |m: &&Membership| m.status == Status::Realized;
    for membership in state.profile.hot.memberships.iter().filter(realized) {
        if let Some(at) = rules.place(membership.segment) {
            either.set(at, true);
        }
    }
    let first = either.next(0);
    let all = std::iter::successors(first, |at| either.next(at + 1));
    all.map(|at| (at, members.get(at))).collect()
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
    let events = state.profile.events.iter().zip(state.events());
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
        attributes: state.attributes(),
        identities: state.identities(),
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
