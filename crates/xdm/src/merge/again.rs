//! The usual record: it says again what its fragment holds, but for a few values.

use super::Changed;
use super::effect::Effect;
use crate::written::WrittenPaths;
use model::{Leaf, Leaves, Patch, Path, Stamp, Written};
use std::sync::Arc;

/// Writes the record if each of its writes meets an older one of its own kind alone at its path: a value a value and an
/// object an object, or what is the same again. `None`, and nothing is written, if one does not.
///
/// `leaves` must be those of a profile's only fragment. Then nothing above these values hides them (what is above is
/// written as an object, and nothing else), they hide nothing (a value with something below it has a later object beside
/// it, or that would be hidden and forgotten), and nothing becomes forgettable.
pub(super) fn write_again<'p>(
    leaves: &mut Leaves,
    patch: &'p Arc<Patch>,
    stamp: Stamp,
) -> Option<Effect<'p>> {
    if patch.is_empty() {
        return Some(Effect::default());
    }
    let changed = match leaves {
        Leaves::Whole(was, at) if was.is_like(patch) => {
            if *at >= stamp {
                return None;
            }
            differences(was, patch)?
        }
        _ => rewrite(leaves.each_mut(), patch, stamp)?,
    };
    match leaves {
        // In the memory that it has, if nobody else looks at it.
        Leaves::Whole(was, at) => {
            match Arc::get_mut(was) {
                Some(was) => was.assign(patch),
                None => *was = Arc::clone(patch),
            }
            *at = stamp;
        }
        // Whatever else was known is in what it says.
        Leaves::Each(each) if each.len() == patch.len() => {
            *leaves = Leaves::Whole(Arc::clone(patch), stamp);
        }
        Leaves::Each(_) => {}
    }
    Some(Effect {
        written: WrittenPaths::of(patch),
        changed,
    })
}

/// What a record says otherwise than another one that writes at the same paths.
fn differences<'p>(was: &Patch, is: &'p Patch) -> Option<Vec<Changed<'p>>> {
    let mut changed = Vec::new();
    let (mut was, mut is) = (was.iter(), is.iter());
    while let (Some((_, was)), Some((path, is))) = (was.next_text(), is.next_text()) {
        // Mostly it is the same.
        if was != is {
            note(&mut changed, path, Written::of(was), Written::of(is))?;
        }
    }
    Some(changed)
}

fn rewrite<'p>(leaves: &mut [Leaf], patch: &'p Patch, stamp: Stamp) -> Option<Vec<Changed<'p>>> {
    let mut leaves = leaves.iter_mut();
    let mut met: Vec<(&mut Leaf, Written<'p>)> = Vec::with_capacity(patch.len());
    let mut changed = Vec::new();
    for (path, written) in patch {
        let leaf = leaves.find(|leaf| leaf.path == *path)?;
        let (at, was) = match (&leaf.value, leaf.object.as_deref()) {
            (Some((at, Some(json))), None) => (at, Written::Value(json)),
            (None, Some(at)) => (at, Written::Object),
            _ => return None,
        };
        if *at >= stamp {
            return None;
        }
        note(&mut changed, path, was, written)?;
        met.push((leaf, written));
    }
    for (leaf, written) in met {
        match (&mut leaf.value, written) {
            (Some((at, Some(held))), Written::Value(json)) => {
                *at = stamp;
                if held != json {
                    *held = json.into();
                }
            }
            _ => leaf.object = Some(Box::new(stamp)),
        }
    }
    Some(changed)
}

/// Notes what a write changes at a path; `None` if it does not meet its own kind.
fn note<'p>(changed: &mut Vec<Changed<'p>>, path: &'p Path, was: Written<'_>, is: Written<'p>) -> Option<()> {
    match (was, is) {
        (Written::Value(was), Written::Value(is)) => {
            if was != is {
                changed.push(Changed {
                    path: path.clone(),
                    json: Some(is),
                });
            }
            Some(())
        }
        (Written::Object, Written::Object) => Some(()),
        _ => None,
    }
}
