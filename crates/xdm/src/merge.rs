//! A record is written onto its fragment.

mod again;
mod effect;
mod first;
mod prune;

use crate::Value;
use crate::unite::{parsed, rows};
use crate::written::WrittenPaths;
use effect::Effect;
use model::{
    DatasetId, Duration, Fragment, Identity, Known, Leaf, Leaves, Patch, Path, ProfileId, RecordBody, Seq,
    Stamp, Timestamp,
};

/// How far ahead of its arrival a business time is still believed.
const CREDIBLE_LEAD: Duration = Duration::from_millis(5 * 60 * 1000);

/// What a record did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Applied<'r> {
    /// The index of the fragment it was written onto.
    pub fragment: usize,
    /// The leaf paths it wrote that did not lose in the united profile, nulls included, in order of path.
    ///
    /// A value or null loses to a later value or null at its path or above it, and a value also to a later object
    /// at its path. An object is among them where it ended a value that showed; a value that lost to an object
    /// stands here by the leaves below it that it removed all the same.
    pub written: WrittenPaths,
    /// What shows otherwise than before, in order of path.
    pub changed: Vec<Changed<'r>>,
}

/// A leaf path that shows another JSON text than before, or now and not before, or no more.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Changed<'r> {
    /// Where.
    pub path: Path,
    /// What shows there now, compact JSON of a scalar or an array: the record wrote it.
    pub json: Option<&'r str>,
}

/// When a record counts as written: its business time, unless that is more than 5 minutes ahead of `received_at`
/// and so not credible, else `received_at`; of equal times the later arrival.
pub fn stamp_of(record: &RecordBody, received_at: Timestamp, seq: Seq) -> Stamp {
    let credible = |time: &Timestamp| *time <= received_at + CREDIBLE_LEAD;
    let time = record.business_time.filter(credible).unwrap_or(received_at);
    Stamp { time, seq }
}

/// Writes a record, stamped `stamp`, onto the fragment of `key` (dataset and primary identity), which is made
/// under `owner` if there is none. `fragments` are all of the profile's. What [`crate::united_value()`] made of them is
/// brought up by [`show`].
///
/// Writes may come in any order and be spread over fragments in any way: what [`crate::unite()`] shows afterwards
/// is what JSON Merge Patch (RFC 7396) makes of them in order of stamp. Stamps of different records must differ.
pub fn apply<'r>(
    fragments: &mut Vec<Fragment>,
    record: &'r RecordBody,
    key: (&DatasetId, &Identity),
    owner: ProfileId,
    stamp: Stamp,
) -> Applied<'r> {
    let fragment = place(fragments, key, owner);
    let simple = match fragments.as_mut_slice() {
        [only] if only.leaves.is_empty() => Some(first::write_first(&mut only.leaves, &record.patch, stamp)),
        [only] => again::write_again(&mut only.leaves, &record.patch, stamp),
        _ => None,
    };
    let Effect { written, changed } = simple.unwrap_or_else(|| {
        let effect = effect::effect(&rows(fragments, &Path::default()), &record.patch, stamp);
        let leaves = fragments[fragment].leaves.each_mut();
        merge(leaves, &record.patch, stamp);
        prune::prune(leaves);
        effect
    });
    Applied {
        fragment,
        written,
        changed,
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
        // Most people have one.
        fragments.reserve_exact(1);
        fragments.push(Fragment {
            owner,
            dataset: dataset.clone(),
            primary: primary.clone(),
            leaves: Leaves::default(),
        });
        fragments.len() - 1
    })
}

/// Brings what shows, [`Attributes::value`](crate::Attributes), up to what changed, and touches nothing else.
pub fn show(shown: &mut Value, changed: &[Changed<'_>]) {
    // A leaf may have stood where objects around a new one do.
    for gone in changed.iter().filter(|changed| changed.json.is_none()) {
        shown.take(&gone.path);
    }
    for Changed { path, json } in changed {
        if let Some(json) = json {
            shown.put(path, parsed(json));
        }
    }
}

/// Each field of each leaf becomes the maximum by stamp of what it was and what is written.
fn merge(leaves: &mut Vec<Leaf>, patch: &Patch, stamp: Stamp) {
    let mut added = Vec::new();
    let mut at = 0;
    for (path, written) in patch {
        let new = Known::written(path, written, stamp).leaf();
        // Both are in order of path.
        while leaves.get(at).is_some_and(|leaf| leaf.path < *path) {
            at += 1;
        }
        match leaves.get_mut(at).filter(|leaf| leaf.path == *path) {
            Some(leaf) => {
                leaf.value = leaf.value.take().max(new.value);
                leaf.object = leaf.object.take().max(new.object);
            }
            None => added.push(new),
        }
    }
    if !added.is_empty() {
        leaves.append(&mut added);
        leaves.sort_by(|a, b| a.path.cmp(&b.path));
    }
}

#[cfg(test)]
mod tests;
