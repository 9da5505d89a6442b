//! The parallel step: what happens to one profile in a batch, or to several that a message joins.
//!
//! A unit has all that its changes need, and shares nothing with others. So it does not matter which thread works on
//! it, nor when: its changes happen in arrival order, and what comes of them is told by the input it comes of.

use crate::cache::Entry;
use crate::close::delta;
use crate::cost::Sample;
use crate::input::{Input, Item, Posted, Telling, What};
use evaluator::{
    Arrival, Change, Cost, Decided, Depth, Effort, Meter, Origin, Rules, State, advance, catch_up, tell,
    told_since,
};
use model::{Body, Identity, IdentityLink, JobCounts, Message, ProfileId, Seq, Timestamp, Transition};
use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use store::{OutboxOp, ProfileDelta};

/// A profile in work.
#[derive(Default)]
pub(crate) struct Unit {
    /// `None` once another profile has absorbed it.
    pub(crate) entry: Option<Box<Entry>>,
    /// The tasks bring it no more identities than this.
    pub(crate) coming: usize,
    /// What is still to be done, in arrival order: mostly one thing.
    pub(crate) task: Option<Task>,
    pub(crate) further: Vec<Task>,
    /// What came of the rest.
    pub(crate) made: Made,
}

/// One change, at a place in the batch.
pub(crate) struct Task {
    /// Which of the inputs.
    pub(crate) at: usize,
    pub(crate) now: Timestamp,
    pub(crate) act: Act,
}

/// What is to be done with the input.
pub(crate) enum Act {
    /// A message of the one profile it is known to be of.
    Message(Seq),
    /// A message that links identities, or joins profiles. It is no duplicate.
    Meeting(Seq, Box<Meeting>),
    /// A tick or what a job wants.
    Look,
    /// Nothing until then: looking at it panics.
    Pause(Timestamp),
}

/// What a message makes of identities and profiles.
pub(crate) struct Meeting {
    pub(crate) linked: Vec<IdentityLink>,
    pub(crate) evicted: Vec<Identity>,
    /// Profiles that turn out to be the same person, ascending.
    pub(crate) absorbed: Vec<State>,
}

/// What came of a unit, each with the place of its input.
#[derive(Default)]
pub(crate) struct Made {
    pub(crate) steps: usize,
    pub(crate) effort: Effort,
    /// What those changes took that were watched.
    pub(crate) costs: Vec<Cost>,
    pub(crate) transitions: Vec<(usize, ProfileId, Transition)>,
    pub(crate) outbox: Vec<(usize, OutboxOp)>,
    pub(crate) duplicates: Vec<usize>,
    pub(crate) told: JobCounts,
    /// Whether the profile has rows to write.
    changed: bool,
    /// The rows, once the batch is at its end.
    pub(crate) delta: Option<Box<ProfileDelta>>,
    /// The input that panicked, and how. Nothing was done after it.
    pub(crate) panic: Option<(usize, String)>,
}

/// What all units of a batch go by.
#[derive(Clone)]
pub(crate) struct Terms {
    pub(crate) rules: Arc<Rules>,
    pub(crate) inputs: Arc<Vec<Input>>,
    pub(crate) origin: Origin,
    /// Whether rows are written of what is decided.
    pub(crate) rows: bool,
    /// Which changes are watched for what they cost.
    pub(crate) sample: Option<Sample>,
    #[cfg(test)]
    pub(crate) trap: Option<Trap>,
}

/// Whether looking at a profile for an input panics.
#[cfg(test)]
pub(crate) type Trap = Arc<dyn Fn(ProfileId, &Input) -> bool + Send + Sync>;

impl Unit {
    pub(crate) fn new(entry: Box<Entry>) -> Self {
        Self {
            entry: Some(entry),
            ..Self::default()
        }
    }

    /// It has no more identities than this, when all is done.
    pub(crate) fn names(&self) -> usize {
        let held = |entry: &Entry| entry.state.profile.identities.len();
        self.coming + self.entry.as_deref().map_or(0, held)
    }

    pub(crate) fn at_work(&self) -> bool {
        self.task.is_some()
    }

    pub(crate) fn give(&mut self, task: Task) {
        if self.at_work() {
            self.further.push(task);
        } else {
            self.task = Some(task);
        }
    }

    /// Does what is to be done, in a room that it shares with others.
    pub(crate) fn run(&mut self, terms: &Terms, room: &mut Vec<Decided>) {
        self.coming = 0;
        let (Some(entry), made) = (&mut self.entry, &mut self.made) else {
            return;
        };
        for task in self.task.take().into_iter().chain(self.further.drain(..)) {
            let at = task.at;
            entry.state.meter = terms.meter(&task, entry.state.profile.id);
            let mut work = Work {
                terms,
                at,
                made,
                room,
            };
            let outcome = catch_unwind(AssertUnwindSafe(|| work.task(entry, task)));
            if let Err(panic) = outcome {
                room.clear();
                made.panic = Some((at, panic_text(panic.as_ref())));
                return;
            }
            let meter = entry.state.meter.take();
            made.costs.extend(meter.map(|meter| meter.end()));
        }
    }

    /// Ends the work of this batch on the profile: its rows, if any are written.
    pub(crate) fn close(&mut self, terms: &Terms) {
        let Some(entry) = &mut self.entry else { return };
        if !std::mem::take(&mut self.made.changed) {
            return;
        }
        if terms.rows {
            let delta = Box::new(delta(entry));
            entry.weigh_change(&delta);
            self.made.delta = Some(delta);
        } else {
            // Without rows nobody is ever let go, so nobody is weighed.
            drop(entry.state.take_touched());
        }
    }
}

/// Has the memory of these units' profiles come near. A step waits for one piece of a profile after the other; asked for
/// one after the other, those of several profiles come at the same time.
pub(crate) fn fetch<'u>(units: impl Iterator<Item = &'u Unit> + Clone, terms: &Terms) {
    let at_work = units.filter_map(|unit| Some((unit.entry.as_deref()?, unit.task.as_ref()?)));
    for depth in Depth::ALL {
        for (entry, task) in at_work.clone() {
            let is_record = match &terms.inputs[task.at].what {
                What::Item(Item::Posted(posted)) => matches!(posted.message.body, Body::Record(_)),
                _ => false,
            };
            entry.state.fetch(depth, is_record);
        }
    }
}

impl Terms {
    /// Watches a task, if it is among those that are.
    fn meter(&self, task: &Task, id: ProfileId) -> Option<Box<Meter>> {
        let sample = self.sample.as_ref()?;
        let is_watched = match &task.act {
            Act::Message(seq) | Act::Meeting(seq, _) => sample.has_message(*seq),
            Act::Look => sample.has_look(id, task.now),
            Act::Pause(_) => false,
        };
        is_watched.then(|| Box::new(Meter::start(&sample.ticks)))
    }
}

/// One task in work.
struct Work<'a> {
    terms: &'a Terms,
    at: usize,
    made: &'a mut Made,
    /// Where steps are noted until they are recorded.
    room: &'a mut Vec<Decided>,
}

impl Work<'_> {
    fn task(&mut self, entry: &mut Entry, task: Task) {
        let Task { at, now, act } = task;
        let state = &mut entry.state;
        match (act, &self.terms.inputs[at].what) {
            (Act::Message(seq), What::Item(Item::Posted(posted))) => self.message(state, posted, (seq, now)),
            (Act::Meeting(seq, meeting), What::Item(Item::Posted(posted))) => {
                self.meet(state, posted, *meeting, (seq, now));
            }
            (Act::Look, What::Tick(..)) => self.catch_up(state, now),
            (Act::Look, What::Visit(_)) => self.visit(state, now),
            (Act::Look, What::Tell(_, telling)) => self.tell(state, telling, now),
            (Act::Pause(until), _) => {
                state.profile.hot.next_due = Some(until);
                state.touched.hot = true;
                self.made.changed = true;
            }
            (Act::Message(_) | Act::Meeting(..), _) | (Act::Look, What::Item(_)) => {
                unreachable!("tasks are made of their inputs")
            }
        }
    }

    fn message(&mut self, state: &mut State, posted: &Posted, (seq, now): (Seq, Timestamp)) {
        let message = &posted.message;
        if is_duplicate(&self.terms.rules, [&*state], message, now) {
            self.made.duplicates.push(self.at);
            return;
        }
        let nobody = Meeting {
            linked: Vec::new(),
            evicted: Vec::new(),
            absorbed: Vec::new(),
        };
        self.meet(state, posted, nobody, (seq, now));
    }

    fn meet(&mut self, state: &mut State, posted: &Posted, meeting: Meeting, (seq, now): (Seq, Timestamp)) {
        let Meeting {
            linked,
            evicted,
            mut absorbed,
        } = meeting;
        for other in &mut absorbed {
            self.catch_up(other, now);
        }
        self.catch_up(state, now);
        if !absorbed.is_empty() {
            let join = OutboxOp::Join {
                survivor: state.profile.id,
                absorbed: absorbed.iter().map(|other| other.profile.id).collect(),
            };
            self.made.outbox.push((self.at, join));
        }
        let message = &posted.message;
        let arrival = Arrival {
            dataset: &message.dataset,
            primary: &message.identities[0],
            body: &message.body,
            seq,
            received: now,
            linked,
            evicted,
            absorbed,
        };
        self.advance(state, Change::Message(arrival), now);
    }

    fn visit(&mut self, state: &mut State, now: Timestamp) {
        if state.profile.hot.rules < self.terms.rules.version {
            self.advance(state, Change::Visit, now);
        }
    }

    /// A visit is an ordinary change that brings the profile to this instant and to the current rules; then the
    /// dataflow is told, unless there is nothing to tell or it was told already.
    fn tell(&mut self, state: &mut State, telling: &Telling, now: Timestamp) {
        let rules = &self.terms.rules;
        let Telling { ask, since } = telling;
        let stepped = state.stepped();
        if state.profile.hot.rules < rules.version {
            self.advance(state, Change::Visit, now);
        } else {
            self.catch_up(state, now);
        }
        if !ask.concerns(rules, state, stepped) {
            self.made.told.left += 1;
        } else if told_since(rules, state, ask.dataflow, *since) {
            self.made.told.live += 1;
        } else {
            let export = tell(rules, state, ask, now, self.terms.origin);
            self.made.told.exported += 1;
            self.made.changed = true;
            let export = export.map(|export| (self.at, OutboxOp::Export(export)));
            self.made.outbox.extend(export);
        }
    }

    fn catch_up(&mut self, state: &mut State, now: Timestamp) {
        self.spring_trap(state.profile.id);
        let (rules, origin) = (&self.terms.rules, self.terms.origin);
        catch_up(rules, state, now, origin, self.room);
        self.record(state.profile.id);
    }

    fn advance(&mut self, state: &mut State, change: Change<'_>, now: Timestamp) {
        let (rules, origin) = (&self.terms.rules, self.terms.origin);
        advance(rules, state, change, now, origin, self.room);
        self.record(state.profile.id);
    }

    fn record(&mut self, id: ProfileId) {
        let (at, made) = (self.at, &mut *self.made);
        for Decided { step, exports } in self.room.drain(..) {
            made.steps += 1;
            made.effort += step.effort;
            made.changed = true;
            let transitions = step.transitions.iter();
            made.transitions
                .extend(transitions.map(|transition| (at, id, *transition)));
            let exports = exports.into_iter();
            made.outbox
                .extend(exports.map(|export| (at, OutboxOp::Export(export))));
        }
    }

    #[cfg(test)]
    fn spring_trap(&self, id: ProfileId) {
        let input = &self.terms.inputs[self.at];
        let springs = self.terms.trap.as_ref().is_some_and(|trap| trap(id, input));
        assert!(!springs, "trap of the test");
    }

    #[cfg(not(test))]
    #[expect(clippy::unused_self, reason = "the test's version looks at it")]
    fn spring_trap(&self, _: ProfileId) {}
}

/// Whether the message is an event that one of the people it names already has: it changes nothing at all,
/// not even links.
pub(crate) fn is_duplicate<'s>(
    rules: &Rules,
    people: impl IntoIterator<Item = &'s State>,
    message: &Message,
    now: Timestamp,
) -> bool {
    let Body::Event(event) = &message.body else {
        return false;
    };
    let retention = rules.retention_of(&message.dataset);
    let remembers = |state: &State| state.remembers(&message.dataset, &event.id, retention, now);
    people.into_iter().any(remembers)
}

pub(crate) fn panic_text(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().map(|s| (*s).to_owned());
    text.or_else(|| panic.downcast_ref::<String>().cloned())
        .unwrap_or_else(|| "unknown panic".to_owned())
}
