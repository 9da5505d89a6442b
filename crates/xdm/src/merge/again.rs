//! The usual record: it says again what its fragment holds, but for a few values.

use super::Changed;
use super::effect::Effect;
use model::{Leaf, PatchLeaf, Stamp, Written};

/// Writes the record if each of its writes meets an older one of its own kind alone at its path, a value a value and an
/// object an object. `None`, and nothing is written, if one does not.
///
/// `leaves` must be those of a profile's only fragment. Then nothing above these values hides them (what is above is
/// written as an object, and nothing else), they hide nothing (a value with something below it has a later object beside
/// it, or that would be hidden and forgotten), and nothing becomes forgettable.
pub(super) fn write_again<'p>(
    leaves: &mut [Leaf],
    patch: &'p [PatchLeaf],
    stamp: Stamp,
) -> Option<Effect<'p>> {
    let mut leaves = leaves.iter_mut();
    let mut met: Vec<(&mut Leaf, &PatchLeaf)> = Vec::with_capacity(patch.len());
    for write in patch {
        let leaf = leaves.find(|leaf| leaf.path == write.path)?;
        let older = match (&leaf.value, leaf.object.as_deref(), &write.written) {
            (Some((was, Some(_))), None, Written::Value(_)) | (None, Some(was), Written::Object) => *was,
            _ => return None,
        };
        if older >= stamp {
            return None;
        }
        met.push((leaf, write));
    }
    let mut effect = Effect::default();
    effect.written.reserve(met.len());
    for (leaf, write) in met {
        match (&mut leaf.value, write.written.json()) {
            (Some((was, Some(held))), Some(json)) => {
                *was = stamp;
                if *held != json {
                    *held = json.into();
                    effect.changed.push(Changed {
                        path: leaf.path.clone(),
                        json: Some(json),
                    });
                }
                effect.written.push(leaf.path.clone());
            }
            _ => leaf.object = Some(Box::new(stamp)),
        }
    }
    Some(effect)
}
