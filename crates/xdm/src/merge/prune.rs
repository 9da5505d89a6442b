//! A fragment forgets what can never matter again.

use crate::unite::above;
use model::{Known, Leaf};

/// Drops what can neither show nor hide anything any more, whatever is written later and wherever: stamps only
/// grow, so what is outdone once stays outdone. The leaves must be in order of path, and stay so.
///
/// - A value or null with a later one above it cannot show, and all it hides is hidden from above.
/// - A value with a later object at its path cannot show, but goes on hiding what is older below: it becomes null.
/// - An object ends older values at its path; with a later value or null there, or above, those lose anyway.
pub(super) fn prune(leaves: &mut Vec<Leaf>) {
    let rows: Vec<Known<'_>> = leaves.iter().map(Leaf::known).collect();
    let mut above = above(&rows, None).into_iter();
    leaves.retain_mut(|leaf| {
        let above = above.next().flatten();
        let stamp = leaf.value.as_ref().map(|(stamp, _)| *stamp);
        let object = leaf.object.as_deref().copied();
        if object < stamp.max(above) {
            leaf.object = None;
        }
        if stamp < above {
            leaf.value = None;
        } else if let Some((_, json)) = leaf.value.as_mut().filter(|_| stamp < object) {
            *json = None;
        }
        leaf.value.is_some() || leaf.object.is_some()
    });
}
