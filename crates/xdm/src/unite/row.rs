//! What is known of a path over all fragments, and what hides it.

use model::{Fragment, Known, Path, Stamp};

/// The rows of all fragments at or below a path, in order of path, one a path.
pub(crate) fn rows<'f>(fragments: &'f [Fragment], path: &Path) -> Vec<Known<'f>> {
    let mut rows: Vec<Known<'f>> = Vec::new();
    for Fragment { leaves, .. } in fragments {
        let below = leaves
            .starting_at(path)
            .take_while(|known| path.covers(known.path));
        rows.extend(below);
    }
    if fragments.len() > 1 {
        rows.sort_by_key(|row| row.path);
        rows.dedup_by(|other, kept| {
            let same = other.path == kept.path;
            if same {
                kept.join(other);
            }
            same
        });
    }
    rows
}

/// The latest value or null written anywhere above a path.
pub(crate) fn stamp_above(fragments: &[Fragment], path: &Path) -> Option<Stamp> {
    let stamp = |path: Path| -> Option<Stamp> {
        let stamps = fragments
            .iter()
            .filter_map(|fragment| fragment.leaves.get(&path)?.stamp());
        stamps.max()
    };
    let paths = std::iter::successors(path.parent(), Path::parent);
    paths.filter_map(stamp).max()
}

/// For each row the latest value or null written anywhere above it: it hides whatever is older. The rows must be
/// in order of path; `hidden` is what holds for all of them.
pub(crate) fn above(rows: &[Known<'_>], hidden: Option<Stamp>) -> Vec<Option<Stamp>> {
    // The rows above the current one, outermost first, each with the latest value or null at or above it.
    let mut open: Vec<(&Path, Option<Stamp>)> = Vec::new();
    let mut all = Vec::with_capacity(rows.len());
    for row in rows {
        while open.last().is_some_and(|(path, _)| !path.covers(row.path)) {
            open.pop();
        }
        let above = open.last().map_or(hidden, |(_, stamp)| *stamp);
        all.push(above);
        open.push((row.path, above.max(row.stamp())));
    }
    all
}
