//! What the judge remembers of a person between two steps: only what cannot be rebuilt from messages.

use super::edition::{Edition, Key};
use super::entity::Says;
use super::facts::Accepted;
use model::{DataflowId, Duration, Identity, SegmentId, Seq, Status, Timestamp};
use std::collections::{BTreeMap, BTreeSet};

/// How many identities a profile keeps.
const MOST_IDENTITIES: usize = 50;

#[derive(Clone, Debug)]
pub(super) struct Person {
    /// Oldest first.
    pub(super) links: Vec<Link>,
    /// Which of the accepted messages are theirs, in order of arrival.
    pub(super) messages: BTreeSet<usize>,
    /// The version of the rules at the last step; after a join the oldest of all.
    pub(super) rules: usize,
    /// After a join the newest of all, until the next step.
    pub(super) newest_rules: usize,
    /// The instant of the last step.
    pub(super) stepped: Timestamp,
    /// When its next step was due at the last publish, where that was heard; see [`super::Judge::hear_dues`].
    pub(super) due: Option<Due>,
    pub(super) standing: BTreeMap<Key, Standing>,
    pub(super) told: BTreeMap<DataflowId, Told>,
}

/// An identity and the message that brought it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Link {
    pub(super) seq: Seq,
    /// Its place among the identities of that message.
    pub(super) place: usize,
    pub(super) identity: Identity,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Standing {
    pub(super) status: Status,
    pub(super) since: Timestamp,
}

/// When a next step is due.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Due(pub(super) Timestamp);

/// What a dataflow was last told.
#[derive(Clone, Debug, Default)]
pub(super) struct Told {
    /// How many exports were decided.
    pub(super) exports: u64,
    /// The mapped segments that the last one showed as realized.
    pub(super) realized: BTreeSet<SegmentId>,
}

impl Person {
    pub(super) fn new(rules: usize) -> Self {
        Self {
            links: Vec::new(),
            messages: BTreeSet::new(),
            rules,
            newest_rules: rules,
            stepped: Timestamp::MIN,
            due: None,
            standing: BTreeMap::new(),
            told: BTreeMap::new(),
        }
    }

    pub(super) fn is_called(&self, identity: &Identity) -> bool {
        self.links.iter().any(|link| link.identity == *identity)
    }

    /// Links what is new and evicts the oldest above the cap, but none of `identities`. Says whether anything
    /// changed.
    pub(super) fn link(&mut self, identities: &[Identity], seq: Seq) -> bool {
        let before = self.links.clone();
        for (place, identity) in identities.iter().enumerate() {
            if !self.is_called(identity) {
                self.links.push(Link {
                    seq,
                    place,
                    identity: identity.clone(),
                });
            }
        }
        self.links.sort();
        while self.links.len() > MOST_IDENTITIES {
            let oldest = self
                .links
                .iter()
                .position(|link| !identities.contains(&link.identity));
            self.links
                .remove(oldest.expect("one message names fewer than the cap"));
        }
        self.links != before
    }

    /// Takes over all of `other`. Of events with the same `_id` the first accepted stays, unless it is
    /// forgotten at `now`. What awaits a baseline must have been dropped of both.
    pub(super) fn absorb(&mut self, other: Self, log: &[Accepted], edition: &Edition, now: Timestamp) {
        let retention = edition.plan.retention;
        self.links.extend(other.links);
        self.links.sort();
        let all: BTreeSet<usize> = self.messages.union(&other.messages).copied().collect();
        self.messages.clear();
        for index in all {
            let first = remembered(&self.messages, log, &log[index], retention, now);
            if !first {
                self.messages.insert(index);
            }
        }
        self.rules = self.rules.min(other.rules);
        self.newest_rules = self.newest_rules.max(other.newest_rules);
        for (key, theirs) in other.standing {
            let ours = self.standing.entry(key).or_insert(theirs);
            *ours = ours.united(theirs);
        }
        for (dataflow, theirs) in other.told {
            // The revision stays the survivor's.
            self.told
                .entry(dataflow)
                .or_default()
                .realized
                .extend(theirs.realized);
        }
    }
}

impl Person {
    /// Where a person stood in a hidden segment before it was mapped as it is now says nothing.
    pub(super) fn drop_what_awaits_a_baseline(&mut self, edition: &Edition) {
        let awaits = |key: &Key| edition.baseline(key).is_some_and(|version| self.rules < version);
        let keys: Vec<Key> = self.standing.keys().filter(|key| awaits(key)).cloned().collect();
        for key in keys {
            self.standing.remove(&key);
        }
    }
}

impl Standing {
    /// Realized if one is; the earlier instant among those of the winning status.
    fn united(self, other: Self) -> Self {
        match (self.status, other.status) {
            (Status::Realized, Status::Exited) => self,
            (Status::Exited, Status::Realized) => other,
            _ => Self {
                since: self.since.min(other.since),
                ..self
            },
        }
    }
}

/// Whether `messages` hold an event that makes `newer` a duplicate at `now`.
pub(super) fn remembered(
    messages: &BTreeSet<usize>,
    log: &[Accepted],
    newer: &Accepted,
    retention: Duration,
    now: Timestamp,
) -> bool {
    let Says::Event { id: wanted, .. } = &newer.entity.says else {
        return false;
    };
    messages
        .iter()
        .map(|index| &log[*index])
        .any(|older| match &older.entity.says {
            Says::Event { id, timestamp, .. } => {
                id == wanted && older.dataset == newer.dataset && now < *timestamp + retention
            }
            Says::Record { .. } => false,
        })
}
