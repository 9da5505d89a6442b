//! A record of somebody of whom no record is known.

use super::Changed;
use super::effect::Effect;
use crate::written::WrittenPaths;
use model::{Leaves, Patch, Stamp};
use std::sync::Arc;

/// Writes the record. Nothing is there that it could lose to or end, and of its own writes none but objects is above
/// another: all of them count, and every value shows.
pub(super) fn write_first<'p>(leaves: &mut Leaves, patch: &'p Arc<Patch>, stamp: Stamp) -> Effect<'p> {
    *leaves = Leaves::Whole(Arc::clone(patch), stamp);
    let shown = patch.iter().filter_map(|(path, written)| {
        let json = written.json()?;
        let path = path.clone();
        Some(Changed {
            path,
            json: Some(json),
        })
    });
    Effect {
        written: WrittenPaths::of(patch),
        changed: shown.collect(),
    }
}
