//! Fragments become the attributes of a profile.

mod row;

use crate::Value;
use model::{Fragment, Path};
pub(crate) use row::{Row, above, rows};
use std::collections::{BTreeMap, BTreeSet};

/// What shows of a profile's attributes.
#[derive(Clone, Debug, PartialEq)]
pub struct Attributes {
    /// The leaves, in order of path: compact JSON of a scalar or an array, as sent.
    pub leaves: BTreeMap<Path, String>,
    /// The same as one object, for predicates.
    pub value: Value,
}

impl Attributes {
    /// The leaf paths that do not show the same text in both, ascending.
    pub fn differing(&self, other: &Self) -> Vec<Path> {
        let all: BTreeSet<&Path> = self.leaves.keys().chain(other.leaves.keys()).collect();
        let differs = |path: &&Path| self.leaves.get(*path) != other.leaves.get(*path);
        all.into_iter().filter(differs).cloned().collect()
    }
}

/// Unites fragments under `timestampOrdered`: of each path the latest write wins, whichever fragment has it, and
/// a value or null hides what is older below it. The order of the fragments does not matter.
///
/// Panics on a leaf that is no JSON: [`crate::parse_entity`] lets none through, so the store is broken.
pub fn unite(fragments: &[Fragment]) -> Attributes {
    let rows = rows(fragments);
    let with_above = rows.iter().zip(above(&rows));
    let shown: Vec<(&Path, &str)> = with_above
        .filter_map(|(row, above)| Some((row.path, row.shows(above)?)))
        .collect();
    Attributes {
        leaves: shown
            .iter()
            .map(|(path, json)| ((*path).clone(), (*json).to_owned()))
            .collect(),
        value: nest(&shown, 0),
    }
}

/// The object that leaves in order of path make, of which the first `depth` keys are the same.
fn nest(leaves: &[(&Path, &str)], depth: usize) -> Value {
    let mut members = Vec::new();
    for group in leaves.chunk_by(|(a, _), (b, _)| a.keys().nth(depth) == b.keys().nth(depth)) {
        let (path, json) = group[0];
        let mut keys = path.keys().skip(depth);
        // A leaf never shows above another: the write below it ended it.
        let Some(key) = keys.next() else { continue };
        let value = if keys.next().is_none() {
            Value::parse(json).expect("a fragment holds what parse_entity checked")
        } else {
            nest(group, depth + 1)
        };
        members.push((key.into(), value));
    }
    Value::object(members)
}

#[cfg(test)]
mod tests;
