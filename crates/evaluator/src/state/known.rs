//! Which events a profile has, by name: an event of a thousand others is found to be new without looking at them.

use model::{DatasetId, Event};
use std::collections::HashSet;
use std::hash::{DefaultHasher, Hash, Hasher};

/// The names of a profile's events, hashed. It may have some that are gone, and never lacks one that is there.
#[derive(Debug, Default)]
pub(super) struct Known {
    /// `None` while the events are so few that looking at them is faster.
    names: Option<HashSet<u64>>,
}

/// With more events than this they are known by name.
const FEW: usize = 24;

impl Known {
    pub(super) fn of(events: &[Event]) -> Self {
        let many = events.len() > FEW;
        let names = many.then(|| {
            events
                .iter()
                .map(|event| name(&event.dataset, &event.id))
                .collect()
        });
        Self { names }
    }

    /// Whether an event of this name may be there.
    pub(super) fn may_have(&self, dataset: &DatasetId, id: &str) -> bool {
        let names = self.names.as_ref();
        names.is_none_or(|names| names.contains(&name(dataset, id)))
    }

    /// `events` are those that are there, the new one among them.
    pub(super) fn add(&mut self, events: &[Event], new: &Event) {
        match &mut self.names {
            // Names of events that are gone pile up; once they are as many as the others they are left behind.
            Some(names) if names.len() < 2 * events.len() => drop(names.insert(name(&new.dataset, &new.id))),
            _ => *self = Self::of(events),
        }
    }
}

fn name(dataset: &DatasetId, id: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    (dataset, id).hash(&mut hasher);
    hasher.finish()
}
