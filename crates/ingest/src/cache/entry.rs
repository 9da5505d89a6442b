//! A profile in memory, and what it weighs.

use evaluator::State;
use model::{Event, Fragment, Leaves, Profile, Timestamp};
use store::ProfileDelta;

/// A profile in memory.
#[derive(Debug)]
pub(crate) struct Entry {
    pub(crate) state: State,
    /// The timer row that the store has for it.
    pub(crate) timer: Option<Timestamp>,
    /// When it was last put in: a number that grows.
    pub(super) used: u64,
    /// Its turn to go; 0 if it has none yet.
    pub(super) turn: u64,
    pub(super) weighed: usize,
    /// How many events it had when it was weighed, and what they weighed.
    events: (usize, usize),
}

/// What a profile takes in memory beside its attributes and events, most of it findings of some hundred segments: measured,
/// like the next two, with people of 35 attributes and up to 1,000 segments (`docs/performance.md`, a backtest).
pub(super) const PERSON: usize = 1_200;
/// What an attribute takes where each stands by itself: the leaf, its text, and what the allocator adds.
const LEAF: usize = 100;
/// What an event takes beside its text.
const EVENT: usize = 250;

impl Entry {
    pub(crate) fn new(state: State, timer: Option<Timestamp>) -> Self {
        Self {
            state,
            timer,
            used: 0,
            turn: 0,
            weighed: 0,
            events: (0, 0),
        }
    }

    /// Sees roughly how much memory it takes, in bytes.
    pub(crate) fn weigh(&mut self) {
        let Profile {
            fragments, events, ..
        } = &self.state.profile;
        let bytes = events.iter().map(weight_of).sum();
        self.events = (events.len(), bytes);
        self.weighed = PERSON + fragments.iter().map(leaves_of).sum::<usize>() + bytes;
    }

    /// The same after what is written as `delta`. The events that were there before are not looked at again, if those that
    /// came and went are all that differs: they are in memory that nothing else looks at.
    pub(crate) fn weigh_change(&mut self, delta: &ProfileDelta) {
        let Profile {
            fragments, events, ..
        } = &self.state.profile;
        let (count, bytes) = self.events;
        let left = (count + delta.events.len()).checked_sub(delta.forgotten.len());
        if left != Some(events.len()) {
            return self.weigh();
        }
        let mean = bytes.checked_div(count).unwrap_or(EVENT);
        let came: usize = delta.events.iter().map(weight_of).sum();
        let bytes = (bytes + came).saturating_sub(mean * delta.forgotten.len());
        self.events = (events.len(), bytes);
        self.weighed = PERSON + fragments.iter().map(leaves_of).sum::<usize>() + bytes;
    }
}

fn weight_of(event: &Event) -> usize {
    EVENT + event.json.len()
}

fn leaves_of(fragment: &Fragment) -> usize {
    match &fragment.leaves {
        Leaves::Whole(patch, _) => patch.bytes(),
        Leaves::Each(leaves) => leaves.len() * LEAF,
    }
}
