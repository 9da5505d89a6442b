//! A record of somebody of whom no record is known.

use super::Changed;
use super::effect::Effect;
use model::{Leaf, PatchLeaf, Stamp, Written};

/// Writes the record. Nothing is there that it could lose to or end, and of its own writes none but objects is above
/// another: all of them count, and every value shows.
pub(super) fn write_first<'p>(leaves: &mut Vec<Leaf>, patch: &'p [PatchLeaf], stamp: Stamp) -> Effect<'p> {
    leaves.reserve_exact(patch.len());
    leaves.extend(patch.iter().map(|write| super::leaf(write, stamp)));
    let written = patch.iter().filter(|write| write.written != Written::Object);
    let shown = patch.iter().filter_map(|write| {
        let json = write.written.json()?;
        let path = write.path.clone();
        Some(Changed {
            path,
            json: Some(json),
        })
    });
    Effect {
        written: written.map(|write| write.path.clone()).collect(),
        changed: shown.collect(),
    }
}
