//! A person evaluated from nothing, at every millisecond.

use super::Turn;
use crate::person::{Person, at};
use evaluator::oracle::{EventView, View, recompute};
use model::{SegmentId, SegmentNo, Status};
use std::collections::{BTreeMap, BTreeSet};

/// Which segments the person is in, and how that came about.
#[derive(Default)]
pub(super) struct Model {
    members: BTreeSet<SegmentNo>,
    /// The last instant that was looked at.
    looked: i64,
    /// Whether anything was ever known of the person.
    begun: bool,
    pub(super) turns: Vec<Turn>,
}

impl Model {
    /// Looks at every millisecond up to `now`, as the data stands.
    pub(super) fn pass(&mut self, person: &Person, now: i64) {
        for ms in self.looked + 1..=now {
            if self.begun {
                self.compare(person, ms);
            }
        }
        self.looked = self.looked.max(now);
    }

    /// Looks once more, because something has changed.
    pub(super) fn look(&mut self, person: &Person, now: i64) {
        self.begun = true;
        self.compare(person, now);
    }

    /// Takes over the memberships of a person who is the same.
    pub(super) fn absorb(&mut self, other: &mut Self) {
        self.members.append(&mut other.members);
        (self.begun, other.begun) = (self.begun || other.begun, false);
    }

    fn compare(&mut self, person: &Person, ms: i64) {
        let now = at(ms);
        let profile = &person.state.profile;
        let attributes = xdm::unite(&profile.fragments).value;
        let identities = xdm::identity_map_value(&profile.identities);
        let events: Vec<_> = profile
            .events
            .iter()
            .map(|event| xdm::Value::parse(&event.json).expect("an event"))
            .collect();
        let seen: Vec<EventView<'_>> = profile
            .events
            .iter()
            .zip(&events)
            .map(|(event, value)| EventView {
                timestamp: event.timestamp,
                valid_until: event.valid_until,
                value,
            })
            .collect();
        let mut holding: BTreeMap<SegmentId, bool> = BTreeMap::new();
        for segment in person.rules.segments() {
            let in_segment = |id: &SegmentId| holding[id];
            let view = View {
                now,
                retention: person.rules.retention,
                attributes: &attributes,
                identities: &identities,
                events: &seen,
                in_segment: &in_segment,
            };
            let opted_out = segment.exclude_opt_out && xdm::opted_out(&attributes);
            let holds = recompute(&segment.program, &view).holds && !opted_out;
            holding.insert(segment.id.clone(), holds);
            if holds != self.members.contains(&segment.no) {
                if holds {
                    self.members.insert(segment.no);
                } else {
                    self.members.remove(&segment.no);
                }
                let status = if holds { Status::Realized } else { Status::Exited };
                self.turns.push((now, segment.no, status));
            }
        }
    }
}
