//! Fragments become the attributes of a profile.

mod place;
mod row;

use crate::Value;
use model::{Fragment, Path};
pub(crate) use row::{above, rows};
use std::collections::BTreeMap;

/// What shows of a profile's attributes.
#[derive(Clone, Debug, PartialEq)]
pub struct Attributes {
    /// The leaves, in order of path: compact JSON of a scalar or an array, as sent.
    pub leaves: BTreeMap<Path, String>,
    /// The same as one object, for predicates.
    pub value: Value,
}

/// Unites fragments under `timestampOrdered`: of each path the latest write wins, whichever fragment has it, and
/// a value or null hides what is older below it. The order of the fragments does not matter.
///
/// This says what attributes are. [`crate::apply()`] brings `value` up to a record without doing it all again.
///
/// Panics on a leaf that is no JSON: [`crate::parse_entity`] lets none through, so the store is broken.
pub fn unite(fragments: &[Fragment]) -> Attributes {
    let shown = shown(fragments, &Path::default());
    Attributes {
        value: nest(&shown, &Path::default()),
        leaves: shown
            .into_iter()
            .map(|(path, json)| (path.clone(), json.to_owned()))
            .collect(),
    }
}

/// The attributes of a profile as one object, for predicates: the `value` of [`unite()`], which also says when it panics.
pub fn united_value(fragments: &[Fragment]) -> Value {
    nest(&shown(fragments, &Path::default()), &Path::default())
}

/// The leaves that show at or below a path, in order of path: compact JSON of a scalar or an array, as sent.
pub fn shown<'f>(fragments: &'f [Fragment], path: &Path) -> Vec<(&'f Path, &'f str)> {
    let hidden = row::stamp_above(fragments, path);
    let rows = rows(fragments, path);
    let with_above = rows.iter().zip(above(&rows, hidden));
    with_above
        .filter_map(|(row, above)| Some((row.path, row.shows(above)?)))
        .collect()
}

/// The object that leaves in order of path make, all of them below `above`.
fn nest(mut leaves: &[(&Path, &str)], above: &Path) -> Value {
    let depth = above.depth();
    let mut members = Vec::new();
    while let [(path, json), rest @ ..] = leaves {
        let mut keys = path.keys().skip(depth);
        // A leaf never shows above another: the write below it ended it.
        let Some(key) = keys.next() else { break };
        let value = if keys.next().is_none() {
            leaves = rest;
            parsed(json)
        } else {
            let around = above.child(&key);
            let inside;
            (inside, leaves) = leaves.split_at(leaves.partition_point(|(path, _)| around.covers(path)));
            nest(inside, &around)
        };
        members.push((key.into(), value));
    }
    members.shrink_to_fit();
    Value::object(members)
}

/// The value of a leaf.
pub(crate) fn parsed(json: &str) -> Value {
    Value::parse(json).expect("a fragment holds what parse_entity checked")
}

#[cfg(test)]
mod tests;
