//! What is known of a person, rebuilt from nothing: from all their accepted messages.

use super::entity::{Entity, Says, Written};
use super::json::Json;
use super::meaning::{self, covers};
use super::person::Link;
use model::{DatasetId, Duration, Path, Seq, Timestamp};
use std::collections::BTreeMap;

/// How far ahead of its receipt a business time is believed.
const CREDIBLE_AHEAD: Duration = Duration::from_millis(300_000);

/// A message as it was accepted.
#[derive(Clone, Debug)]
pub(super) struct Accepted {
    /// Its place among all accepted messages.
    pub(super) seq: Seq,
    /// When it was received.
    pub(super) at: Timestamp,
    pub(super) dataset: DatasetId,
    pub(super) entity: Entity,
}

/// One write of one record.
#[derive(Clone, Copy, Debug)]
pub(super) struct Write<'a> {
    pub(super) path: &'a Path,
    pub(super) written: &'a Written,
    pub(super) stamp: meaning::Written,
}

impl Accepted {
    /// The writes of a record; none of an event.
    pub(super) fn writes(&self) -> Vec<Write<'_>> {
        let Says::Record { writes, business } = &self.entity.says else {
            return Vec::new();
        };
        let credible = business.filter(|time| *time <= self.at + CREDIBLE_AHEAD);
        let stamp = meaning::Written {
            at: credible.unwrap_or(self.at),
            seq: self.seq,
        };
        let write = |(path, written)| Write { path, written, stamp };
        writes
            .iter()
            .map(|(path, written)| write((path, written)))
            .collect()
    }
}

impl Write<'_> {
    /// Whether another write ended this one: a later one at the same path, or a later scalar, list or null
    /// above it.
    pub(super) fn beaten(&self, all: &[Write<'_>]) -> bool {
        let later = |other: &Write<'_>| other.stamp.is_after(self.stamp) && other.path == self.path;
        all.iter().any(later) || self.beaten_by_values(all)
    }

    /// Whether a later scalar, list or null stands at the same path or above it.
    pub(super) fn beaten_by_values(&self, all: &[Write<'_>]) -> bool {
        all.iter().any(|other| {
            let ends = covers(other.path, self.path) && *other.written != Written::Object;
            other.stamp.is_after(self.stamp) && ends
        })
    }
}

/// All a predicate may look at.
#[derive(Clone, Debug)]
pub(super) struct Facts<'a> {
    /// What shows at each leaf.
    pub(super) attributes: BTreeMap<Path, Json>,
    /// All events accepted, whatever their time.
    pub(super) events: Vec<Event<'a>>,
    /// The names.
    pub(super) links: &'a [Link],
    pub(super) retention: Duration,
}

#[derive(Clone, Copy, Debug)]
pub(super) struct Event<'a> {
    pub(super) timestamp: Timestamp,
    pub(super) valid_until: Option<Timestamp>,
    pub(super) fields: &'a Json,
}

impl<'a> Facts<'a> {
    pub(super) fn of(messages: &[&'a Accepted], links: &'a [Link], retention: Duration) -> Self {
        let mut events = Vec::new();
        for message in messages {
            if let Says::Event {
                timestamp,
                valid_until,
                fields,
                ..
            } = &message.entity.says
            {
                events.push(Event {
                    timestamp: *timestamp,
                    valid_until: *valid_until,
                    fields,
                });
            }
        }
        Self {
            attributes: attributes(messages),
            events,
            links,
            retention,
        }
    }

    /// The events that count at `now`.
    pub(super) fn seen(&self, now: Timestamp) -> impl Iterator<Item = &Event<'a>> {
        self.events.iter().filter(move |event| {
            let kept = event.timestamp > now - self.retention && event.timestamp <= now;
            kept && event.valid_until.is_none_or(|end| now < end)
        })
    }
}

/// What shows: every value that no other write ended.
pub(super) fn attributes(messages: &[&Accepted]) -> BTreeMap<Path, Json> {
    let all: Vec<Write<'_>> = messages.iter().flat_map(|message| message.writes()).collect();
    let mut shown = BTreeMap::new();
    for write in &all {
        if let Written::Value(value) = write.written
            && !write.beaten(&all)
        {
            shown.insert(write.path.clone(), value.clone());
        }
    }
    shown
}
