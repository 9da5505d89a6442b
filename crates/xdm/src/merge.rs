//! A record is written onto its fragment.

mod again;
mod effect;
mod prune;

use crate::Value;
use crate::unite::{parsed, rows, united_value};
use model::{
    DatasetId, Duration, Fragment, Identity, Leaf, PatchLeaf, Path, ProfileId, RecordBody, Seq, Stamp,
    Timestamp, Written,
};

/// How far ahead of its arrival a business time is still believed.
const CREDIBLE_LEAD: Duration = Duration::from_millis(5 * 60 * 1000);

/// What a record did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Applied {
    /// The index of the fragment it was written onto.
    pub fragment: usize,
    /// The leaf paths it wrote that did not lose in the united profile, nulls included, in order of path.
    ///
    /// A value or null loses to a later value or null at its path or above it, and a value also to a later object
    /// at its path. An object is among them where it ended a value that showed; a value that lost to an object
    /// stands here by the leaves below it that it removed all the same.
    pub written: Vec<Path>,
    /// The leaf paths that show another JSON text than before, or now and not before, or no more; in order of path.
    pub changed: Vec<Path>,
}

/// When a record counts as written: its business time, unless that is more than 5 minutes ahead of `received_at`
/// and so not credible, else `received_at`; of equal times the later arrival.
pub fn stamp_of(record: &RecordBody, received_at: Timestamp, seq: Seq) -> Stamp {
    let credible = |time: &Timestamp| *time <= received_at + CREDIBLE_LEAD;
    let time = record.business_time.filter(credible).unwrap_or(received_at);
    Stamp { time, seq }
}

/// Writes a record, stamped `stamp`, onto the fragment of `key` (dataset and primary identity), which is made
/// under `owner` if there is none. `fragments` are all of the profile's.
///
/// `shown` is what shows of them, [`Attributes::value`](crate::Attributes), and is brought up to the record: only what
/// changed is touched.
///
/// Writes may come in any order and be spread over fragments in any way: what [`crate::unite()`] shows afterwards
/// is what JSON Merge Patch (RFC 7396) makes of them in order of stamp. Stamps of different records must differ.
pub fn apply(
    fragments: &mut Vec<Fragment>,
    shown: &mut Value,
    record: &RecordBody,
    key: (&DatasetId, &Identity),
    owner: ProfileId,
    stamp: Stamp,
) -> Applied {
    let fragment = place(fragments, key, owner);
    let again = match fragments.as_mut_slice() {
        [only] => again::write_again(&mut only.leaves, &record.patch, stamp),
        _ => None,
    };
    let effect = again.unwrap_or_else(|| {
        let effect = effect::effect(&rows(fragments, &Path::default()), &record.patch, stamp);
        let leaves = &mut fragments[fragment].leaves;
        merge(leaves, &record.patch, stamp);
        prune::prune(leaves);
        effect
    });
    show(shown, fragments, &effect.changed);
    Applied {
        fragment,
        written: effect.written,
        changed: effect.changed.into_iter().map(|(path, _)| path).collect(),
    }
}

/// The index of the fragment of a key, which is made if there is none.
fn place(fragments: &mut Vec<Fragment>, key: (&DatasetId, &Identity), owner: ProfileId) -> usize {
    let (dataset, primary) = key;
    // A join can bring two of one key together; which of them is written makes no difference to what shows.
    let found = fragments
        .iter()
        .position(|f| f.dataset == *dataset && f.primary == *primary);
    found.unwrap_or_else(|| {
        fragments.push(Fragment {
            owner,
            dataset: dataset.clone(),
            primary: primary.clone(),
            leaves: Vec::new(),
        });
        fragments.len() - 1
    })
}

/// Brings what shows up to what changed.
fn show(shown: &mut Value, fragments: &[Fragment], changed: &[(Path, Option<&str>)]) {
    // All of it at once takes no more room than it needs.
    if matches!(shown, Value::Object(members) if members.is_empty()) {
        *shown = united_value(fragments);
        return;
    }
    // A leaf may have stood where objects around a new one do.
    for (path, _) in changed.iter().filter(|(_, json)| json.is_none()) {
        shown.take(path);
    }
    for (path, json) in changed {
        if let Some(json) = json {
            shown.put(path, parsed(json));
        }
    }
}

/// Each field of each leaf becomes the maximum by stamp of what it was and what is written.
fn merge(leaves: &mut Vec<Leaf>, patch: &[PatchLeaf], stamp: Stamp) {
    let mut added = Vec::new();
    let mut at = 0;
    for write in patch {
        let (value, object) = match &write.written {
            Written::Value(json) => (Some((stamp, Some(json.clone()))), None),
            Written::Null => (Some((stamp, None)), None),
            Written::Object => (None, Some(stamp)),
        };
        // Both are in order of path.
        while leaves.get(at).is_some_and(|leaf| leaf.path < write.path) {
            at += 1;
        }
        match leaves.get_mut(at).filter(|leaf| leaf.path == write.path) {
            Some(leaf) => {
                leaf.value = leaf.value.take().max(value);
                leaf.object = leaf.object.max(object);
            }
            None => added.push(Leaf {
                path: write.path.clone(),
                value,
                object,
            }),
        }
    }
    if !added.is_empty() {
        leaves.append(&mut added);
        leaves.sort_by(|a, b| a.path.cmp(&b.path));
    }
}

#[cfg(test)]
mod tests;
