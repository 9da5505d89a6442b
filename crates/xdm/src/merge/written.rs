//! Which paths a record wrote.

use crate::unite::{Row, above, rows};
use model::{Fragment, PatchLeaf, Path, Stamp, Written};

/// The paths of [`super::Applied::written`], from all fragments as they are before the write.
pub(super) fn written(fragments: &[Fragment], patch: &[PatchLeaf], stamp: Stamp) -> Vec<Path> {
    let rows = rows(fragments);
    let above = above(&rows);
    // The objects of the patch around the current leaf, each with the latest value or null at or above it.
    let mut around: Vec<(&Path, Option<Stamp>)> = Vec::new();
    let mut written = Vec::new();
    let mut at = 0;
    for PatchLeaf { path, written: what } in patch {
        // Both are in order of path.
        while rows.get(at).is_some_and(|row| row.path < path) {
            at += 1;
        }
        while around.last().is_some_and(|(object, _)| !object.covers(path)) {
            around.pop();
        }
        let row = rows.get(at).filter(|row| row.path == path);
        let hidden = around.last().and_then(|(_, stamp)| *stamp);
        let latest = hidden.max(row.and_then(Row::stamp));
        if *what == Written::Object {
            around.push((path, latest));
        }
        if latest > Some(stamp) {
            continue;
        }
        match what {
            Written::Object => {
                let ended = row.and_then(|row| row.shows(above[at]));
                written.extend(ended.map(|_| path.clone()));
            }
            Written::Value(_) if row.is_some_and(|row| row.object > Some(stamp)) => {
                let below = rows[at..].iter().zip(&above[at..]);
                let below = below.take_while(|(row, _)| path.covers(row.path));
                let older = below.filter(|(row, _)| row.stamp() < Some(stamp));
                let removed = older.filter(|(row, above)| row.shows(**above).is_some());
                written.extend(removed.map(|(row, _)| row.path.clone()));
            }
            Written::Value(_) | Written::Null => written.push(path.clone()),
        }
    }
    written
}
