//! From what is in force to what is asked for: the new definitions, and in words what will happen.
//!
//! A file is the whole state: what it does not mention goes. Numbers are never given out twice, stamps move
//! only with what they stamp, and the version grows only if something differs.

mod bulk;
mod connections;
mod dataflows;
mod item;
mod refusal;
mod schemas;
mod segments;
#[cfg(test)]
mod tests;

pub use bulk::{Choices, Offer};
pub(crate) use dataflows::end;
pub use item::{Item, Sign};
pub use refusal::{Refusal, User};

use crate::desired::Desired;
use crate::read::retention_text;
use dataflows::Edits;
use model::{Candidates, Definitions, NewJob, RulesVersion, Timestamp};
use std::fmt;

/// The definitions that would be in force, and what putting them in force does.
#[derive(Clone, Debug, PartialEq)]
pub struct Change {
    /// The new definitions; equal to the old ones if nothing differs.
    pub definitions: Definitions,
    /// What differs, in the order retention, field groups, schemas, datasets, inlets, segments, destinations, dataflows; empty if nothing does.
    pub items: Vec<Item>,
    /// What can be done in bulk, and whether it is.
    pub offers: Vec<Offer>,
}

impl Change {
    /// Whether the file asks for what is in force.
    pub fn is_empty(&self) -> bool {
        self.items.is_empty()
    }

    /// The jobs that it makes.
    pub fn jobs(&self) -> Vec<NewJob> {
        let taken = self.offers.iter().filter(|offer| offer.taken);
        taken.map(|offer| offer.job.clone()).collect()
    }

    /// Says of each offer how many profiles it concerns, in the order of the offers.
    pub(crate) fn count(&mut self, profiles: &[u64]) {
        for (offer, profiles) in self.offers.iter().zip(profiles) {
            let (item, effect) = offer.effect;
            self.items[item].effects[effect] = offer.sentence(Some(*profiles));
        }
    }

    /// Where profiles are not yet at the rules, nobody knows who is behind a filter.
    pub(crate) fn look_at_everyone(&mut self) {
        for offer in self.offers.iter_mut().filter(|offer| offer.hidden) {
            offer.job.candidates = vec![Candidates::Everyone];
        }
    }
}

/// One paragraph an item: `~ dataflow loyalty: filter changed`, and indented what that does.
impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_empty() {
            return writeln!(
                f,
                "nothing changes: this is what is in force (version {})",
                self.definitions.version
            );
        }
        self.items.iter().try_for_each(|item| write!(f, "{item}"))
    }
}

/// The publish that a change makes.
#[derive(Clone, Copy, Debug)]
struct Publish {
    version: RulesVersion,
    at: Timestamp,
}

/// Works out the change from `current` to `desired` at `now`; all reasons at once why it may not be made.
pub fn change(
    current: &Definitions,
    desired: &Desired,
    choices: Choices,
    now: Timestamp,
) -> Result<Change, Vec<Refusal>> {
    let refusals = refusal::all(current, desired, choices);
    if !refusals.is_empty() {
        return Err(refusals);
    }
    let publish = Publish {
        version: current.version.next(),
        at: now.max(current.published_at),
    };
    let mut definitions = current.clone();
    let mut items = Vec::new();
    items.extend(retention(&mut definitions, desired));
    items.extend(schemas::change(&mut definitions, desired));
    items.extend(connections::inlets(&mut definitions, desired));
    items.extend(segments::change(&mut definitions, desired, publish));
    if schemas::keeps_otherwise(current, &definitions) {
        segments::recompute(&mut definitions, publish);
    }
    items.extend(connections::destinations(&mut definitions, desired));
    let edits = Edits {
        before: current,
        publish,
        choices,
    };
    let offers = dataflows::change(&mut definitions, desired, edits, &mut items);
    if !items.is_empty() {
        definitions.version = publish.version;
        definitions.published_at = publish.at;
    }
    Ok(Change {
        definitions,
        items,
        offers,
    })
}

fn retention(definitions: &mut Definitions, desired: &Desired) -> Option<Item> {
    let (from, to) = (definitions.retention, desired.retention);
    if from == to {
        return None;
    }
    definitions.retention = to;
    let edit = format!("{} -> {}", retention_text(from), retention_text(to));
    let effect = if to < from {
        "events older than that stop counting at once; every segment is recomputed"
    } else {
        "events that are forgotten already do not come back; every segment is recomputed"
    };
    Some(Item::changed("retention", "", vec![edit]).doing(effect))
}
