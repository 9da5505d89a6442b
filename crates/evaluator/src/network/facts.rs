//! What stands in a profile at an instant, as leaves are asked of it.

use super::bits::Bits;
use super::interest::Gathered;
use super::{Leaf, Network};
use crate::State;
use crate::cost::Meter;
use crate::evaluate::seen;
use crate::oracle::{EventView, Outcome, View, recompute};
use crate::rules::Rules;
use model::{SegmentId, Timestamp};
use std::cell::{Cell, OnceCell, RefCell};
use xdm::Value;

/// Stands where nobody looks.
const NOTHING: &Value = &Value::Null;

/// A profile at an instant.
pub(crate) struct Facts<'a> {
    pub(super) rules: &'a Rules,
    pub(super) state: &'a State,
    pub(super) now: Timestamp,
    /// Made once some leaf looks at them.
    events: OnceCell<Vec<EventView<'a>>>,
    /// How often the oracle was asked.
    asked: Cell<u64>,
    /// Who watches what it takes, if somebody does.
    pub(super) meter: Option<RefCell<Box<Meter>>>,
}

impl<'a> Facts<'a> {
    pub(crate) fn new(rules: &'a Rules, state: &'a State, now: Timestamp) -> Self {
        let events = OnceCell::new();
        Self {
            rules,
            state,
            now,
            events,
            asked: Cell::new(0),
            meter: None,
        }
    }

    /// The same, watched.
    pub(crate) fn watched(mut self, meter: Option<Box<Meter>>) -> Self {
        self.meter = meter.map(RefCell::new);
        self
    }

    /// How often the oracle was asked.
    pub(crate) fn asked(&self) -> u64 {
        self.asked.get()
    }

    /// What is seen of no profile at all, by which a part about one event goes.
    pub(super) fn beside<'v>(&self, in_segment: &'v dyn Fn(&SegmentId) -> bool) -> View<'v> {
        View {
            now: self.now,
            retention: self.rules.retention,
            attributes: NOTHING,
            identities: NOTHING,
            events: &[],
            in_segment,
        }
    }

    /// Asks the oracle about a leaf.
    pub(super) fn ask(&self, network: &Network, leaf: &Leaf, members: &Bits, gathered: &Gathered) -> Outcome {
        let Some(program) = &leaf.program else {
            return Outcome {
                holds: xdm::opted_out(self.state.attributes()),
                until: Timestamp::MAX,
            };
        };
        self.asked.set(self.asked.get() + 1);
        let matter = leaf.interest.map(|interest| gathered.seen(interest));
        let all = || self.events.get_or_init(|| seen(self.rules, self.state));
        let events: &[EventView<'_>] = match &matter {
            Some(matter) => matter,
            None if leaf.reads_events => all(),
            None => &[],
        };
        let member = |id: &SegmentId| network.position(id).is_some_and(|at| members.get(at));
        let state = self.state;
        let view = View {
            attributes: if leaf.reads_attributes {
                state.attributes()
            } else {
                NOTHING
            },
            identities: if leaf.reads_identities {
                state.identities()
            } else {
                NOTHING
            },
            events,
            ..self.beside(&member)
        };
        recompute(program, &view)
    }
}
