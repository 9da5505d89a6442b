//! Which events a profile has, by name: a new one is found to be new without looking at the others.

use super::fetch::lines;
use crate::room::make_room;
use foldhash::fast::FixedState;
use model::{DatasetId, Event};
use std::collections::HashSet;
use std::hash::BuildHasher;
use std::hint::black_box;

/// The names of a profile's events, hashed. It may have some that are gone, and never lacks one that is there.
#[derive(Debug)]
pub(super) enum Known {
    /// So few that looking at all of them is fastest.
    Few(Vec<u64>),
    Many(HashSet<u64, FixedState>),
}

/// With more events than this they are kept as a set.
const FEW: usize = 24;

impl Known {
    pub(super) fn of(events: &[Event]) -> Self {
        let names = events.iter().map(|event| name(&event.dataset, &event.id));
        if events.len() > FEW {
            Self::Many(names.collect())
        } else {
            Self::Few(names.collect())
        }
    }

    /// Whether an event of this name may be there.
    pub(super) fn may_have(&self, dataset: &DatasetId, id: &str) -> bool {
        let name = name(dataset, id);
        match self {
            Self::Few(names) => names.contains(&name),
            Self::Many(names) => names.contains(&name),
        }
    }

    /// Looks at it for its memory to come near.
    pub(super) fn fetch(&self) {
        if let Self::Few(names) = self {
            for name in lines(names) {
                black_box(*name);
            }
        }
    }

    /// `events` are those that are there, the new one among them.
    pub(super) fn add(&mut self, events: &[Event], new: &Event) {
        let name = name(&new.dataset, &new.id);
        match self {
            Self::Few(names) if names.len() < FEW => {
                make_room(names);
                names.push(name);
            }
            Self::Many(names) if names.len() < 2 * events.len() => {
                names.insert(name);
            }
            // Names of events that are gone pile up; once they are too many they are left behind.
            _ => *self = Self::of(events),
        }
    }
}

fn name(dataset: &DatasetId, id: &str) -> u64 {
    FixedState::default().hash_one((dataset, id))
}
